//! Line edits: which lines one text loses and another gains.

use gix::diff::blob::{Algorithm, Diff, InternedInput, sources::byte_lines};

/// A line on one side only, with its line end where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit<'a> {
    /// Only the old text has it.
    Removed(&'a [u8]),
    /// Only the new text has it.
    Added(&'a [u8]),
}

/// Tells `each` edit that turns `old` into `new`, from top to bottom, removed lines before the added ones in their place.
///
/// Lines end at `\n`, which is part of them: a last line without it differs from the same line with it. The edits are
/// those of Myers' algorithm ("An O(ND) Difference Algorithm and its Variations", 1986) with the cut-offs that git and GNU
/// diff use on texts that have little in common, so they are not always the fewest.
pub fn between<'a>(old: &'a [u8], new: &'a [u8], mut each: impl FnMut(Edit<'a>)) {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let diff = Diff::compute(Algorithm::Myers, &input);
    for hunk in diff.hunks() {
        let (removed, added) = (hunk.before.start as usize..hunk.before.end as usize, hunk.after);
        input.before[removed].iter().for_each(|token| each(Edit::Removed(input.interner[*token])));
        let added = added.start as usize..added.end as usize;
        input.after[added].iter().for_each(|token| each(Edit::Added(input.interner[*token])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits<'a>(old: &'a str, new: &'a str) -> Vec<Edit<'a>> {
        let mut edits = Vec::new();
        between(old.as_bytes(), new.as_bytes(), |edit| edits.push(edit));
        edits
    }

    #[test]
    fn equal_texts_have_no_edits() {
        assert_eq!(edits("a\nb", "a\nb"), []);
        assert_eq!(edits("", ""), []);
    }

    #[test]
    fn a_line_end_is_part_of_its_line() {
        assert_eq!(edits("a\nb", "a\nb\n"), [Edit::Removed(b"b"), Edit::Added(b"b\n")]);
        assert_eq!(edits("a\r\n", "a\n"), [Edit::Removed(b"a\r\n"), Edit::Added(b"a\n")]);
    }

    #[test]
    fn edits_come_from_top_to_bottom() {
        let expected = [Edit::Removed(b"a\n"), Edit::Added(b"x\n"), Edit::Added(b"y\n"), Edit::Removed(b"c\n")];
        assert_eq!(edits("a\nb\nc\n", "x\ny\nb\n"), expected);
    }
}
