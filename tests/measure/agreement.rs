//! Our counts are those of git, on trees that chance made.

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    test_runner::{Config, RngSeed, TestRunner},
};

use crate::world::{Entry, Side, World, side};

fn path() -> impl Strategy<Value = Vec<u8>> {
    let plain = ["a", "a/b", "a/b/c", "a/c", "a.b", "a-b", "a0", "b", "d/e/f/g", "d/e/x"].map(str::as_bytes);
    let odd: [&[u8]; 6] = [b"sp ace", b"qu\"o\\te", b"new\nline", b"a/\t\x07\x7f", b"\xff\xfe", "d/\u{e9}".as_bytes()];
    select([&plain[..], &odd[..]].concat()).prop_map(<[u8]>::to_vec)
}

/// Lines of an alphabet of some size, so that they repeat a lot or not at all; the last may lack its end.
fn lines(alphabet: u16, most: usize) -> impl Strategy<Value = Vec<u8>> {
    let end = select(vec!["\n", "\n", "\n", "\r\n"]);
    let line = (0..alphabet, end).prop_map(|(word, end)| format!("line {word}{end}"));
    (vec(line, 0..most), any::<bool>()).prop_map(|(lines, cut)| {
        let text = lines.concat();
        if cut { text.trim_end().as_bytes().to_vec() } else { text.into_bytes() }
    })
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    select(vec![1, 2, 3, 8, 60, 9999]).prop_flat_map(|alphabet| lines(alphabet, 200))
}

/// Bytes with a NUL on either side of where git stops to look.
fn binary() -> impl Strategy<Value = Vec<u8>> {
    select(vec![0, 1, 7998, 7999, 8000, 8001])
        .prop_flat_map(|before| text().prop_map(move |tail| [&b"x\n".repeat(4001)[..before], b"\0", &tail].concat()))
}

fn entry(is_sha256: bool) -> impl Strategy<Value = Entry> {
    let digits = if is_sha256 { 64 } else { 40 };
    let commit = (1..3u8).prop_map(move |digit| format!("{digit}").repeat(digits).into_bytes());
    let of = |mode| move |bytes| Entry { mode, bytes };
    prop_oneof![
        4 => text().prop_map(of("100644")),
        2 => text().prop_map(of("100755")),
        2 => binary().prop_map(of("100644")),
        1 => lines(3, 2).prop_map(of("120000")),
        1 => commit.prop_map(of("160000")),
    ]
}

/// Changes some lines of a text, or only its mode.
fn edited(entry: &Entry, edits: &[(usize, u8)]) -> Entry {
    let mut lines: Vec<_> = entry.bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let mut mode = entry.mode;
    for (place, what) in edits {
        let place = place % (lines.len() + 1);
        match what {
            0 if mode == "100644" => mode = "100755",
            0..3 if place < lines.len() => drop(lines.remove(place)),
            3 if place < lines.len() => lines.swap(place, 0),
            _ => lines.insert(place, format!("line {what}\n").into_bytes()),
        }
    }
    Entry { mode, bytes: lines.concat() }
}

/// A path with what it was and what it is.
fn change(is_sha256: bool) -> impl Strategy<Value = (Vec<u8>, Option<Entry>, Option<Entry>)> {
    let edits = vec((0..200usize, 0..6u8), 0..8);
    (path(), option::weighted(0.8, entry(is_sha256)), option::weighted(0.4, entry(is_sha256)), edits).prop_map(
        |(path, old, other, edits)| {
            let new = match (&old, other) {
                (Some(old), None) if old.mode != "160000" && edits.len() < 7 => Some(edited(old, &edits)),
                (_, other) => other,
            };
            (path, old, new)
        },
    )
}

fn sides(changes: Vec<(Vec<u8>, Option<Entry>, Option<Entry>)>) -> [Side; 2] {
    let mut sides = [Side::new(), Side::new()];
    for (path, old, new) in changes {
        for (side, entry) in sides.iter_mut().zip([old, new]) {
            side.extend(entry.map(|entry| (path.clone(), entry)));
        }
    }
    sides
}

fn agrees_with_git(hash: &str) {
    let is_sha256 = hash == "sha256";
    let config = Config { cases: 8, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() };
    let batch = vec(vec(change(is_sha256), 0..6).prop_map(sides), 20);
    let checked = TestRunner::new(config).run(&batch, |batch| {
        let (ours, gits) = World::new(hash).both(&batch.concat());
        prop_assert_eq!(ours, gits);
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn counts_agree_with_git_in_sha1_repositories() {
    agrees_with_git("sha1");
}

#[test]
fn counts_agree_with_git_in_sha256_repositories() {
    agrees_with_git("sha256");
}

/// Words without a pattern, from a fixed seed.
fn noise(count: usize, alphabet: u64, mut seed: u64) -> Vec<u64> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) % alphabet
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn counts_agree_with_git_where_its_search_for_the_fewest_edits_is_cut_off() {
    let mut sides = Vec::new();
    for (number, alphabet) in [2, 3, 10, 100, 500, 2000].into_iter().enumerate() {
        for seed in [1, 2] {
            let words = noise(2500, alphabet, 77 * (number as u64 + 1) + seed);
            let text: Vec<_> = words.iter().map(|word| format!("{word}\n")).collect();
            sides.push(side(&[("f", "100644", text.concat().as_bytes())]));
        }
    }
    let (ours, gits) = World::new("sha1").both(&sides);
    assert_eq!(ours, gits);
}
