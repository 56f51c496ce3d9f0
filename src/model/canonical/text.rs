//! Texts: how the characters of a string are escaped, and read back.

use std::fmt::Write;

/// Writes a string with its quotes.
pub(super) fn write(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match short_escape(c) {
            Some(letter) => out.extend(['\\', letter]),
            None if is_plain(c) => out.push(c),
            None => write_units(out, c),
        }
    }
    out.push('"');
}

fn write_units(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        write!(out, "\\u{unit:04x}").expect("a String takes all that is written to it");
    }
}

fn short_escape(c: char) -> Option<char> {
    match c {
        '"' | '\\' => Some(c),
        '\u{8}' => Some('b'),
        '\t' => Some('t'),
        '\n' => Some('n'),
        '\u{c}' => Some('f'),
        '\r' => Some('r'),
        _ => None,
    }
}

fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~')
}

/// Reads the escape at the head of `text`, where it is the canonical one: its character and its length in bytes.
pub(super) fn escape(text: &[u8]) -> Option<(char, usize)> {
    let c = match text.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'b' => '\u{8}',
        b't' => '\t',
        b'n' => '\n',
        b'f' => '\u{c}',
        b'r' => '\r',
        _ => return units(text),
    };
    Some((c, 2))
}

fn units(text: &[u8]) -> Option<(char, usize)> {
    let (code, len) = match unit(text)? {
        high @ 0xd800..=0xdbff => match unit(text.get(6..)?)? {
            low @ 0xdc00..=0xdfff => (0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12),
            _ => return None,
        },
        code => (code, 6),
    };
    let c = char::from_u32(code)?;
    (!is_plain(c) && short_escape(c).is_none()).then_some((c, len))
}

fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.get(..6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |code, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(code << 4 | u32::from(value))
    })
}

/// Reads the characters between the quotes of a canonical string.
pub(super) fn chars(mut text: &[u8]) -> impl Iterator<Item = char> {
    std::iter::from_fn(move || {
        let (c, len) = match *text.first()? {
            b'\\' => escape(text)?,
            plain => (char::from(plain), 1),
        };
        text = &text[len..];
        Some(c)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_read_back_and_each_escape_has_one_spelling() {
        for c in '\0'..=char::MAX {
            let mut out = String::new();
            write(&mut out, c.encode_utf8(&mut [0; 4]));
            let inner = &out.as_bytes()[1..out.len() - 1];
            assert!(chars(inner).eq([c]), "{out}");
            assert!(inner.is_ascii());
            assert_eq!(escape(inner).is_some(), inner[0] == b'\\', "{out}");
        }
    }

    #[test]
    fn other_spellings_and_lone_surrogates_are_refused() {
        let texts =
            [r"\/", r"\u0041", r"\u000a", r"\u0022", r"\u00E9", r"\u00e", r"\ud83d", r"\ude00", r"\ud83d\u0041"];
        for text in texts.into_iter().chain([r"\", r"\x41", r"\ud83dxude00", r"\ud83d\ud83d"]) {
            assert_eq!(escape(text.as_bytes()), None, "{text}");
        }
    }
}
