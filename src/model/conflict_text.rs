//! Conflict texts: files with the marks that git leaves where two sides changed the same lines.
//!
//! A mark is a line of at least seven of one character; the first and the last of a conflict bear the name of a side
//! (git-merge(1), "How conflicts are presented").

use sha2::{Digest as _, Sha256};

/// The shortest mark.
const SHORTEST: usize = 7;

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
    Ours(Hunk),
    Theirs(Hunk),
}

/// Lists the hunks of a text in which two sides of these names conflict.
#[must_use]
pub fn hunks(text: &[u8], labels: Labels<'_>) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let mut at = At::Outside;
    for (number, line) in (1..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        at = match at {
            At::Outside if is_mark(line, b'<', Some(labels.ours)) => {
                At::Ours(Hunk { line: number, ours: Vec::new(), theirs: Vec::new() })
            }
            At::Outside => At::Outside,
            At::Ours(hunk) if is_mark(line, b'=', None) => At::Theirs(hunk),
            At::Ours(mut hunk) => {
                hunk.ours.extend(line);
                At::Ours(hunk)
            }
            At::Theirs(hunk) if is_mark(line, b'>', Some(labels.theirs)) => {
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
    let is_one = |line: &[u8]| is_mark(line, b'<', Some(labels.ours)) || is_mark(line, b'>', Some(labels.theirs));
    text.split(|byte| *byte == b'\n').any(is_one)
}

/// Counts the lines that look like a mark, whosever it is: what a resolution may not have more of than both sides together.
#[must_use]
pub fn count_marks(text: &[u8]) -> usize {
    let is_any = |line: &&[u8]| [b'<', b'=', b'>', b'|'].iter().any(|sign| looks_like_mark(line, *sign));
    text.split(|byte| *byte == b'\n').filter(is_any).count()
}

/// Writes a text with conflicts as it is whoever merges what into what: no names in its marks, the sides of each hunk in the
/// order of their bytes.
#[must_use]
pub fn normal(text: &[u8], labels: Labels<'_>) -> Vec<u8> {
    let mut hunks = hunks(text, labels).into_iter();
    let (mut written, mut is_inside) = (Vec::with_capacity(text.len()), false);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if !is_inside && is_mark(line, b'<', Some(labels.ours)) {
            is_inside = true;
            if let Some(Hunk { ours, theirs, .. }) = hunks.next() {
                let (first, second) = if ours <= theirs { (ours, theirs) } else { (theirs, ours) };
                for part in [b"<<<<<<<\n", &first[..], b"=======\n", &second[..], b">>>>>>>\n"] {
                    written.extend(part);
                }
            }
        } else if is_inside {
            is_inside = !is_mark(line, b'>', Some(labels.theirs));
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

/// Tells whether a line is a mark of this sign with this name, or without any.
fn is_mark(line: &[u8], sign: u8, label: Option<&str>) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let signs = line.iter().take_while(|byte| **byte == sign).count();
    let rest = &line[signs..];
    let is_named = match label {
        // Where one side has renamed the file, git adds its path.
        Some(label) => rest.strip_prefix(b" ").is_some_and(|rest| rest.starts_with(label.as_bytes())),
        None => rest.is_empty(),
    };
    signs >= SHORTEST && is_named
}

fn looks_like_mark(line: &[u8], sign: u8) -> bool {
    let signs = line.iter().take_while(|byte| **byte == sign).count();
    signs == SHORTEST && matches!(line.get(signs), None | Some(b' ' | b'\r'))
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
        assert!(has_marks(b">>>>>>> bbb", LABELS));
        for text in [&b"<<<<<< aaa\n"[..], b" <<<<<<< aaa\n", b"<<<<<<< other\n", b"=======\n"] {
            assert!(!has_marks(text, LABELS), "{text:?}");
        }
        assert_eq!(count_marks(b"=======\n<<<<<<< x\n>>>>>>>\r\n||||||| y\n========\n======= \n=====\n"), 5);
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
