//! Single facts about measures, each on trees of a few lines.

use std::{fs, path::Path};

use git_par::{
    model::{diff_stat::DiffStat, oid::Oid},
    repo::measure::{Error, measure},
};

use gix::objs::tree::EntryKind;

use crate::world::{World, side};

fn counts(stat: &DiffStat) -> (u64, u64, u64) {
    (stat.files, stat.insertions, stat.deletions)
}

#[test]
fn equal_trees_differ_in_nothing() {
    let one = side(&[("a/b", "100644", b"x\n")]);
    let stat = World::new("sha1").measure(&one, &one);
    assert!(stat.is_empty() && stat.lines() == 0);
    assert_eq!(stat.patch_id, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn a_missing_final_newline_makes_a_different_line() {
    let (old, new) = (side(&[("a", "100644", b"x\ny")]), side(&[("a", "100644", b"x\ny\n")]));
    assert_eq!(counts(&World::new("sha1").measure(&old, &new)), (1, 1, 1));
}

#[test]
fn a_change_of_type_is_one_path_and_one_of_mode_has_no_lines() {
    let old = side(&[("a", "100644", b"x\ny\n"), ("b", "100644", b"x\n")]);
    let new = side(&[("a", "120000", b"x"), ("b", "100755", b"x\n")]);
    assert_eq!(counts(&World::new("sha1").measure(&old, &new)), (2, 1, 2));
}

#[test]
fn a_submodule_is_one_line_and_its_commit_need_not_be_here() {
    let new = side(&[("m", "160000", &[b'1'; 40])]);
    assert_eq!(counts(&World::new("sha1").measure(&side(&[]), &new)), (1, 1, 0));
}

#[test]
fn binary_files_are_listed_quoted_in_the_order_of_their_bytes() {
    let old = side(&[("mode", "100644", b"\0"), ("t", "100644", b"x\n")]);
    let new = side(&[
        ("t", "100644", b"\0"),
        ("\u{e9}", "100644", b"\0"),
        ("a/x", "100644", b"\0"),
        ("a-b", "100644", b"\0"),
        ("mode", "100755", b"\0"),
    ]);
    let stat = World::new("sha1").measure(&old, &new);
    assert_eq!(stat.binary_files, ["a-b", "a/x", "mode", "t", r#""\303\251""#]);
    assert_eq!((counts(&stat), stat.lines()), ((5, 0, 0), 5));
}

#[test]
fn patches_that_differ_in_blanks_alone_have_one_id() {
    let world = World::new("sha1");
    let id = |old: &str, new: &str| {
        let [old, new] = [old, new].map(|text| side(&[("a", "100644", text.as_bytes())]));
        world.measure(&old, &new).patch_id
    };
    let patch = id("1\n2\n3\n", "1\nif x {\n3\n");
    assert_eq!(patch, id("1\n2\n3\n", "1\n\tif x\t{\r\n3\n"), "blanks");
    assert_eq!(patch, id("0\n0\n0\n2\n4\n", "0\n0\n0\nif x {\n4\n"), "place and context");
    assert_ne!(patch, id("1\n2\n3\n", "1\nif y {\n3\n"), "words");
    assert_ne!(patch, id("1\nif x {\n3\n", "1\n2\n3\n"), "direction");
}

#[test]
fn a_missing_object_is_named_and_never_counted_as_nothing() {
    let world = World::new("sha1");
    let (old, new) = (side(&[("d/a", "100644", b"x\n")]), side(&[("d/a", "100644", b"y\n")]));
    let trees = world.trees(&[old, new]);
    let names = ["refs/t/1:d/a", "refs/t/0:d/a", "refs/t/1:d", "refs/t/0:d", "refs/t/1^{tree}", "refs/t/0^{tree}"];
    for lost in names.map(|name| world.id(name)) {
        world.lose(lost);
        let error = measure(&world.open(), trees[0], trees[1]).unwrap_err();
        assert!(matches!(error, Error::Missing(id) if id == lost), "{error}");
        assert_eq!(error.to_string(), format!("object {lost} is missing"));
    }
}

#[test]
fn what_is_equal_on_both_sides_is_not_read() {
    let world = World::new("sha1");
    let old = side(&[("same/a", "100644", b"x\n"), ("b", "100644", b"1\n"), ("c", "100644", b"c\n")]);
    let new = side(&[("same/a", "100644", b"x\n"), ("b", "100644", b"2\n"), ("c", "100644", b"c\n")]);
    let trees = world.trees(&[old, new]);
    world.lose(world.id("refs/t/0:same"));
    world.lose(world.id("refs/t/0:c"));
    assert_eq!(counts(&measure(&world.open(), trees[0], trees[1]).unwrap()), (1, 1, 1));
}

#[test]
fn an_object_of_another_kind_is_refused() {
    let world = World::new("sha1");
    let tree = world.trees(&[side(&[("a", "100644", b"x\n")])])[0];
    let error = measure(&world.open(), tree, world.id("refs/t/0")).unwrap_err();
    assert_eq!(error.to_string(), format!("object {} is a commit, not a tree", world.id("refs/t/0")));
}

#[test]
fn replacements_do_not_change_a_measure() {
    let world = World::new("sha1");
    let trees = world.trees(&[side(&[("a", "100644", b"x\n")]), side(&[("a", "100644", b"1\n2\n3\n")])]);
    world.git(&["replace", &world.id("refs/t/1:a").to_string(), &world.id("refs/t/0:a").to_string()], b"");
    assert_eq!(counts(&measure(&world.open(), trees[0], trees[1]).unwrap()), (1, 3, 1));
}

#[test]
fn a_blob_of_more_than_512_mib_is_binary_and_not_loaded() {
    let world = World::new("sha1");
    let trees = world.trees(&[side(&[]), side(&[("big", "100644", b"x\n")])]);
    // Only the header is there, so that loading it would fail.
    write_loose(&world.loose(world.id("refs/t/1:big")), format!("blob {}\0", (512 << 20) + 1).as_bytes());
    let stat = measure(&world.open(), trees[0], trees[1]).unwrap();
    assert_eq!((counts(&stat), stat.binary_files), ((1, 0, 0), vec!["big".to_owned()]));
}

/// Writes bytes as zlib does without compressing them (RFC 1950, RFC 1951).
fn write_loose(path: &Path, bytes: &[u8]) {
    let size = u16::try_from(bytes.len()).unwrap();
    let (mut low, mut high) = (1, 0);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65521;
        high = (high + low) % 65521;
    }
    let head = [&[0x78, 0x01, 0x01], &size.to_le_bytes()[..], &(!size).to_le_bytes()].concat();
    fs::remove_file(path).unwrap();
    fs::write(path, [&head, bytes, &((high << 16) | low).to_be_bytes()].concat()).unwrap();
}

#[test]
fn trees_are_followed_as_deep_as_git_does_and_no_deeper() {
    let world = World::new("sha1");
    let repo = world.open();
    let empty = gix::ObjectId::empty_tree(repo.object_hash()).into();
    assert_eq!(counts(&measure(&repo, empty, nest(&repo, 2049)).unwrap()), (1, 1, 0));
    assert!(matches!(measure(&repo, empty, nest(&repo, 2050)), Err(Error::TooDeep(_))));
}

/// Makes a file in so many folders, the root among them.
fn nest(repo: &gix::Repository, folders: usize) -> Oid {
    let mut inner = (EntryKind::Blob, repo.write_blob(b"x\n").unwrap().detach());
    for _ in 0..folders {
        let entry = gix::objs::tree::Entry { mode: inner.0.into(), filename: "d".into(), oid: inner.1 };
        inner = (EntryKind::Tree, repo.write_object(gix::objs::Tree { entries: vec![entry] }).unwrap().detach());
    }
    inner.1.into()
}
