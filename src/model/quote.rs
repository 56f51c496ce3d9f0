//! Quoting: paths as git prints them, whatever bytes they hold.

use std::fmt::Write as _;

/// Quotes a path as git does with `core.quotePath` on.
///
/// A path of printable ASCII without `"` and `\` stays as it is. Any other is put in double quotes, with C escapes for
/// what has one and three octal digits for every other byte. The result is ASCII. See `core.quotePath` in git-config(1).
#[must_use]
pub fn path(raw: &[u8]) -> String {
    if raw.iter().all(|byte| is_plain(*byte)) {
        return raw.iter().copied().map(char::from).collect();
    }
    let mut quoted = String::with_capacity(raw.len() + 8);
    quoted.push('"');
    for byte in raw {
        push(&mut quoted, *byte);
    }
    quoted.push('"');
    quoted
}

/// Returns the bytes of a path that [`path`] (or git) wrote; none where the text is not such a path.
#[must_use]
pub fn unquote(text: &str) -> Option<Vec<u8>> {
    let Some(rest) = text.strip_prefix('"') else {
        return text.bytes().all(is_plain).then(|| text.as_bytes().to_vec());
    };
    let mut bytes = rest.strip_suffix('"')?.bytes();
    let mut raw = Vec::with_capacity(bytes.len());
    while let Some(byte) = bytes.next() {
        raw.push(match byte {
            b'\\' => unescape(&mut bytes)?,
            plain if is_plain(plain) => plain,
            _ => return None,
        });
    }
    Some(raw)
}

const ESCAPES: [(u8, u8); 9] = [
    (b'\x07', b'a'),
    (b'\x08', b'b'),
    (b'\t', b't'),
    (b'\n', b'n'),
    (b'\x0b', b'v'),
    (b'\x0c', b'f'),
    (b'\r', b'r'),
    (b'"', b'"'),
    (b'\\', b'\\'),
];

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

fn push(quoted: &mut String, byte: u8) {
    if is_plain(byte) {
        return quoted.push(char::from(byte));
    }
    quoted.push('\\');
    match ESCAPES.iter().find(|(raw, _)| *raw == byte) {
        Some((_, letter)) => quoted.push(char::from(*letter)),
        None => write!(quoted, "{byte:03o}").expect("a string takes every text"),
    }
}

fn unescape(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let letter = bytes.next()?;
    if let Some((raw, _)) = ESCAPES.iter().find(|(_, known)| *known == letter) {
        return Some(*raw);
    }
    let mut octal = || bytes.next().filter(|digit| matches!(digit, b'0'..=b'7'));
    let high = Some(letter).filter(|digit| matches!(digit, b'0'..=b'3'))?;
    let (middle, low) = (octal()?, octal()?);
    Some((high - b'0') * 64 + (middle - b'0') * 8 + (low - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_stay_as_they_are() {
        assert_eq!(path(b"src/a b-'~.rs"), "src/a b-'~.rs");
        assert_eq!(path(b""), "");
    }

    #[test]
    fn odd_bytes_are_written_as_git_writes_them() {
        assert_eq!(path(b"a\tb\n"), r#""a\tb\n""#);
        assert_eq!(path(b"\"\\"), r#""\"\\""#);
        assert_eq!(path("é".as_bytes()), r#""\303\251""#);
        assert_eq!(path(b"\x01\x7f\xff"), r#""\001\177\377""#);
        assert_eq!(path(b"\x07\x08\x0b\x0c\r"), r#""\a\b\v\f\r""#);
    }

    #[test]
    fn every_pair_of_bytes_comes_back() {
        for pair in 0..=u16::MAX {
            let raw = pair.to_be_bytes();
            assert_eq!(unquote(&path(&raw)).as_deref(), Some(&raw[..]));
        }
    }

    #[test]
    fn what_git_would_not_write_is_refused() {
        for text in
            ["\"", "\"a", "a\"", "\"a\nb\"", "a\nb", "é", r#""\""#, r#""\9""#, r#""\47""#, r#""\400""#, "\"\"\""]
        {
            assert_eq!(unquote(text), None, "{text}");
        }
    }
}
