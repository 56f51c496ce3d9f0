//! Conflict texts: files with the marks that git leaves where two sides changed the same lines.
//!
//! A mark is a line that begins with one character some times over: seven times, unless `conflict-marker-size`
//! (gitattributes(5)) says otherwise. The first and the last of a conflict bear the name of a side (git-merge(1), "How conflicts
//! are presented").

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

/// The length of marks, where nothing says otherwise.
const USUAL: usize = 7;

/// Lines that two sides changed each in its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The line of its first mark, counted from 1.
    pub line: usize,
    /// What our side has.
    pub ours: Vec<u8>,
    /// What their side has.
    pub theirs: Vec<u8>,
}

/// The names that the two sides have in marks.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'l> {
    /// Ours.
    pub ours: &'l str,
    /// Theirs.
    pub theirs: &'l str,
}

/// Whereabouts of a reader of conflicts.
enum At {
    Outside,
    /// Behind a first mark of this length.
    Ours(Hunk, usize),
    Theirs(Hunk),
}

/// Lists the hunks of a text in which two sides of these names conflict.
#[must_use]
pub fn hunks(text: &[u8], labels: Labels<'_>) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let mut at = At::Outside;
    for (number, line) in (1..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        at = match at {
            At::Outside if is_mark(line, b'<', labels.ours) => {
                At::Ours(Hunk { line: number, ours: Vec::new(), theirs: Vec::new() }, count(line, b'<'))
            }
            At::Outside => At::Outside,
            At::Ours(hunk, length) if is_middle(line, length) => At::Theirs(hunk),
            At::Ours(mut hunk, length) => {
                hunk.ours.extend(line);
                At::Ours(hunk, length)
            }
            At::Theirs(hunk) if is_mark(line, b'>', labels.theirs) => {
                hunks.push(hunk);
                At::Outside
            }
            At::Theirs(mut hunk) => {
                hunk.theirs.extend(line);
                At::Theirs(hunk)
            }
        };
    }
    hunks
}

/// Tells whether a mark with one of the names is left in a text.
#[must_use]
pub fn has_marks(text: &[u8], labels: Labels<'_>) -> bool {
    lines(text).any(|line| is_named(line, labels))
}

/// Tells whether a text has lines that look like marks of a conflict, whosever they are, which neither side has, or more of them
/// than both sides bring: the versions are what both began with, ours and theirs.
#[must_use]
pub fn has_strange_marks(text: &[u8], versions: [&[u8]; 3], (conflict, labels): (&[u8], Labels<'_>)) -> bool {
    let named = lines(conflict).filter(|line| is_named(line, labels));
    let lengths: BTreeSet<usize> = named.map(|line| count(line, line[0])).chain([USUAL]).collect();
    let [base, ours, theirs] = versions.map(|version| likenesses(version, &lengths));
    let all = |found: &HashMap<&[u8], usize>, line| found.get(line).copied().unwrap_or_default();
    likenesses(text, &lengths).into_iter().any(|(line, found)| {
        let (ours, theirs) = (all(&ours, line), all(&theirs, line));
        found > ours.max(theirs).max((ours + theirs).saturating_sub(all(&base, line)))
    })
}

/// Counts each line that looks like a mark of one of these lengths.
fn likenesses<'t>(text: &'t [u8], lengths: &BTreeSet<usize>) -> HashMap<&'t [u8], usize> {
    let mut found = HashMap::new();
    for line in lines(text).filter(|line| looks_like_mark(line, lengths)) {
        *found.entry(line).or_default() += 1;
    }
    found
}

/// Writes a text with conflicts as it is whoever merges what into what: no names in its marks, the sides of each hunk in the
/// order of their bytes.
#[must_use]
pub fn normal(text: &[u8], labels: Labels<'_>) -> Vec<u8> {
    let mut hunks = hunks(text, labels).into_iter();
    let (mut written, mut is_inside) = (Vec::with_capacity(text.len()), false);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if !is_inside && is_mark(line, b'<', labels.ours) {
            is_inside = true;
            if let Some(Hunk { ours, theirs, .. }) = hunks.next() {
                let (first, second) = if ours <= theirs { (ours, theirs) } else { (theirs, ours) };
                for part in [b"<<<<<<<\n", &first[..], b"=======\n", &second[..], b">>>>>>>\n"] {
                    written.extend(part);
                }
            }
        } else if is_inside {
            is_inside = !is_mark(line, b'>', labels.theirs);
        } else {
            written.extend(line);
        }
    }
    written
}

/// Returns what identifies the conflicts of a text, whatever stands around them: the SHA-256 of their sides, each hunk's in the
/// order of their bytes; none where there is no hunk.
#[must_use]
pub fn identity(hunks: &[Hunk]) -> Option<String> {
    let mut digest = Sha256::new();
    for Hunk { ours, theirs, .. } in hunks {
        let (first, second) = if ours <= theirs { (ours, theirs) } else { (theirs, ours) };
        for side in [first, second] {
            digest.update(side.len().to_be_bytes());
            digest.update(side);
        }
    }
    (!hunks.is_empty()).then(|| hex::encode(digest.finalize()))
}

/// Lists the lines of a text without their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn count(line: &[u8], sign: u8) -> usize {
    line.iter().take_while(|byte| **byte == sign).count()
}

/// Tells whether a line is a mark of this sign with this name.
fn is_mark(line: &[u8], sign: u8, label: &str) -> bool {
    let signs = count(line, sign);
    // Where one side has renamed the file, git adds its path.
    signs > 0 && line[signs..].strip_prefix(b" ").is_some_and(|rest| rest.starts_with(label.as_bytes()))
}

fn is_named(line: &[u8], labels: Labels<'_>) -> bool {
    is_mark(line, b'<', labels.ours) || is_mark(line, b'>', labels.theirs)
}

/// Tells whether a line parts the sides of a conflict whose first mark has this length.
fn is_middle(line: &[u8], length: usize) -> bool {
    count(line, b'=') == length && line[length..].trim_ascii_end().is_empty()
}

fn looks_like_mark(line: &[u8], lengths: &BTreeSet<usize>) -> bool {
    let length = line.first().filter(|sign| b"<=>|".contains(sign)).map_or(0, |sign| count(line, *sign));
    lengths.contains(&length) && matches!(line.get(length), None | Some(b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: Labels<'_> = Labels { ours: "aaa", theirs: "bbb" };
    const TEXT: &[u8] = b"one\n<<<<<<< aaa\nx\n=======\ny\n>>>>>>> bbb\ntwo\n<<<<<<< aaa:f\n=======\nz\n>>>>>>> bbb\n";

    #[test]
    fn the_sides_of_each_hunk_are_read() {
        let found = hunks(TEXT, LABELS);
        let sides: Vec<(usize, &[u8], &[u8])> =
            found.iter().map(|hunk| (hunk.line, &hunk.ours[..], &hunk.theirs[..])).collect();
        assert_eq!(sides, [(2, &b"x\n"[..], &b"y\n"[..]), (8, &b""[..], &b"z\n"[..])]);
        assert!(hunks(b"<<<<<<< aaa\nx\n=======\ny\n", LABELS).is_empty(), "it has no end");
        assert!(hunks(TEXT, Labels { ours: "ccc", theirs: "bbb" }).is_empty(), "those are not the sides");
    }

    #[test]
    fn marks_of_any_length_and_line_end_are_found() {
        assert!(has_marks(b"a\n<<<<<<<<<<<< aaa\r\nb\n", LABELS));
        assert!(has_marks(b">>>>>>> bbb", LABELS) && has_marks(b"<<< aaa\n", LABELS));
        for text in [&b" <<<<<<< aaa\n"[..], b"<<<<<<< other\n", b"=======\n", b"< a\n", b" aaa\n"] {
            assert!(!has_marks(text, LABELS), "{text:?}");
        }
        let short = b"<<< aaa\r\n=======\nx\n===\r\ny\n>>> bbb\r\n";
        let hunk = Hunk { line: 1, ours: b"=======\nx\n".to_vec(), theirs: b"y\n".to_vec() };
        assert_eq!(hunks(short, LABELS), [hunk], "what is longer than its marks parts nothing");
    }

    #[test]
    fn a_line_that_looks_like_a_mark_is_one_unless_a_side_brings_it() {
        let is_strange = |text, versions| has_strange_marks(text, versions, (b"<<< aaa\n", LABELS));
        let none: [&[u8]; 3] = [b"", b"", b""];
        for text in [&b"=======\n"[..], b"<<<<<<< x\n", b">>>>>>>\r\n", b"||||||| y\n", b"=== \n", b"<<<"] {
            assert!(is_strange(text, none), "{text:?}");
            assert!(!is_strange(text, [b"", b"", text]), "{text:?}");
        }
        assert!(!is_strange(b"========\n=====\n<<<<<<<x\n", none));
        let heads: &[u8] = b"a\n=======\nb\n=======\n";
        assert!(!is_strange(b"=======\r\n=======\n=======\n=======\n", [b"", heads, heads]), "each brings two");
        assert!(is_strange(b"=======\n=======\n=======\n", [heads, heads, heads]), "both have the same two");
        assert!(is_strange(b"<<<<<<< x\n=======\n>>>>>>> y\n", [b"", heads, heads]));
    }

    #[test]
    fn which_side_is_whose_makes_no_difference() {
        let turned = b"one\n<<<<<<< bbb\ny\n=======\nx\n>>>>>>> aaa\ntwo\n<<<<<<< bbb\nz\n=======\n>>>>>>> aaa\n";
        let labels = Labels { ours: "bbb", theirs: "aaa" };
        assert_eq!(normal(TEXT, LABELS), normal(turned, labels));
        assert_eq!(identity(&hunks(TEXT, LABELS)), identity(&hunks(turned, labels)));
        assert_eq!(identity(&[]), None);
        assert_ne!(identity(&hunks(TEXT, LABELS)), identity(&hunks(TEXT, LABELS)[..1]));
    }
}
