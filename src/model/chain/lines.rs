//! Lines: a journal cut at its newlines, every one of which must be there.

use gix::bstr::ByteSlice;

use super::{Broken, Kind};

/// Cuts a journal into lines without their newlines; a last line that has none is [`Kind::Truncated`].
pub fn lines(journal: &[u8]) -> impl Iterator<Item = Result<&[u8], Broken>> {
    (1..).zip(journal.lines_with_terminator()).map(|(line, bytes)| {
        let broken = || Broken { line, seq_id: None, kind: Kind::Truncated };
        bytes.strip_suffix(b"\n").ok_or_else(broken)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_newline_ends_a_line_and_none_is_implied() {
        let cut =
            |journal: &'static [u8]| lines(journal).map(|line| line.map_err(|broken| broken.line)).collect::<Vec<_>>();
        assert_eq!(cut(b""), []);
        assert_eq!(cut(b"a\nb\n"), [Ok(&b"a"[..]), Ok(b"b")]);
        assert_eq!(cut(b"a\r\n\n"), [Ok(&b"a\r"[..]), Ok(b"")]);
        assert_eq!(cut(b"a\nb"), [Ok(&b"a"[..]), Err(2)]);
    }
}
