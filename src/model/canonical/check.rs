//! Checking: one pass over the bytes of a line that proves that they are canonical, without building the value.

use std::ops::Range;

use super::{DEEPEST, Error, LARGEST, text};

/// Where a member of an object stands in the line, as byte ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The key between its quotes, still escaped.
    pub key: Range<usize>,
    /// The value, with its quotes or brackets.
    pub value: Range<usize>,
}

/// Proves that a line (without its newline) is exactly what [`to_string`](super::to_string) writes for some value.
///
/// Returns the members of the outermost object in their order; none where the value is not an object.
pub fn check(line: &[u8]) -> Result<Vec<Member>, Error> {
    let mut members = Vec::with_capacity(if line.first() == Some(&b'{') { 16 } else { 0 });
    let mut scanner = Scanner { bytes: line, at: 0, depth: 0 };
    scanner.line(&mut members).map_err(|what| Error::Form { at: scanner.at, what })?;
    Ok(members)
}

/// What is wrong at the scanner's place; small, since every step returns it.
type Fault = &'static str;

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

/// A key that was read: its range between the quotes, and whether an escape is in it.
struct Key {
    range: Range<usize>,
    escaped: bool,
}

impl Scanner<'_> {
    fn line(&mut self, members: &mut Vec<Member>) -> Result<(), Fault> {
        match self.peek() {
            b'{' => self.object(|member| members.push(member))?,
            _ => self.value()?,
        }
        if self.at == self.bytes.len() { Ok(()) } else { Err("the value ends and the line goes on") }
    }

    fn value(&mut self) -> Result<(), Fault> {
        match self.peek() {
            b'"' => self.string().map(drop),
            b'{' => self.object(drop),
            b'[' => self.array(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => Err("no value starts here"),
        }
    }

    fn object(&mut self, mut found: impl FnMut(Member)) -> Result<(), Fault> {
        self.open()?;
        let mut last: Option<Key> = None;
        while !self.eat(b'}') {
            if last.is_some() {
                self.expect(b',', "expected ',' or '}'")?;
            }
            let start = self.at;
            let key = self.key()?;
            if last.as_ref().is_some_and(|last| !self.ascends(last, &key)) {
                self.at = start;
                return Err("the key is not greater than the one before it");
            }
            self.expect(b':', "expected ':'")?;
            let value = self.at;
            self.value()?;
            found(Member { key: key.range.clone(), value: value..self.at });
            last = Some(key);
        }
        self.depth -= 1;
        Ok(())
    }

    fn array(&mut self) -> Result<(), Fault> {
        self.open()?;
        let mut first = true;
        while !self.eat(b']') {
            if !first {
                self.expect(b',', "expected ',' or ']'")?;
            }
            self.value()?;
            first = false;
        }
        self.depth -= 1;
        Ok(())
    }

    fn key(&mut self) -> Result<Key, Fault> {
        let start = self.at + 1;
        let escaped = self.string()?;
        Ok(Key { range: start..self.at - 1, escaped })
    }

    /// Passes a string; tells whether an escape is in it.
    fn string(&mut self) -> Result<bool, Fault> {
        self.expect(b'"', "expected a string")?;
        let mut escaped = false;
        loop {
            self.at += plain_prefix(&self.bytes[self.at..]);
            match self.peek() {
                b'"' => break,
                b'\\' => escaped = true,
                _ => return Err("the string does not go on in printable ASCII"),
            }
            let escape = text::escape(&self.bytes[self.at..]);
            self.at += escape.ok_or("the escape is not the canonical one")?.1;
        }
        self.at += 1;
        Ok(escaped)
    }

    #[inline]
    fn ascends(&self, last: &Key, key: &Key) -> bool {
        let (one, two) = (&self.bytes[last.range.clone()], &self.bytes[key.range.clone()]);
        // An escape starts with a backslash whatever it stands for, so escaped texts compare decoded.
        if last.escaped || key.escaped {
            return text::chars(one).lt(text::chars(two));
        }
        match (one.first(), two.first()) {
            (Some(first), Some(second)) if first != second => first < second,
            _ => one < two,
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let negative = self.eat(b'-');
        let rest = &self.bytes[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let Some((&first, _)) = rest[..digits].split_first() else {
            return Err("expected a digit");
        };
        if first == b'0' && (negative || digits > 1) {
            return Err("the number starts with a zero");
        }
        // Sixteen digits fit; a seventeenth is beyond the largest already.
        let value = rest[..digits.min(17)].iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
        if value > LARGEST {
            return Err("the number is beyond 2^53-1");
        }
        self.at += digits;
        if matches!(self.peek(), b'.' | b'e' | b'E') { Err("the number is not an integer") } else { Ok(()) }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err("no value starts here");
        }
        self.at += word.len();
        Ok(())
    }

    fn open(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it is nested deeper than 32 levels");
        }
        self.at += 1;
        Ok(())
    }

    /// Returns the next byte; at the end a NUL, which canonical text never holds.
    #[inline]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let met = self.peek() == byte;
        self.at += usize::from(met);
        met
    }

    #[inline]
    fn expect(&mut self, byte: u8, fault: Fault) -> Result<(), Fault> {
        if self.eat(byte) { Ok(()) } else { Err(fault) }
    }
}

/// Counts the bytes at the head of `text` that a string holds as they are, eight at a time.
#[inline]
fn plain_prefix(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let others = others(u64::from_le_bytes(*word));
        if others != 0 {
            return 8 * at + others.trailing_zeros() as usize / 8;
        }
    }
    8 * words.len() + rest.iter().take_while(|byte| is_plain(**byte)).count()
}

#[inline]
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Sets the high bit of each byte that is not plain: below a blank, above a tilde, a quote or a backslash.
///
/// Only the lowest bit is sure: what a byte borrows or carries reaches the next, so a true mark may make false ones above.
#[inline]
fn others(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(ONES * limit);
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let above = word.wrapping_add(ONES);
    (word | above | below(word, 0x20) | is(b'"') | is(b'\\')) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(line: &str, place: usize) {
        match check(line.as_bytes()) {
            Err(Error::Form { at, .. }) => assert_eq!(at, place, "{line}"),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn the_members_of_the_outermost_object_are_found() {
        let line = r#"{"a":{"x":1},"b\n":[{"y":"}"}],"c":"q\"q"}"#;
        let members = check(line.as_bytes()).unwrap();
        let parts = members.iter().map(|member| (&line[member.key.clone()], &line[member.value.clone()]));
        assert!(parts.eq([("a", r#"{"x":1}"#), (r"b\n", r#"[{"y":"}"}]"#), ("c", r#""q\"q""#)]));
    }

    #[test]
    fn every_byte_that_a_string_may_not_hold_is_seen_at_every_place() {
        for (byte, at) in (0..=u8::MAX).flat_map(|byte| (0..20).map(move |at| (byte, at))) {
            let mut text = [b'x'; 20];
            text[at] = byte;
            assert_eq!(plain_prefix(&text), if is_plain(byte) { 20 } else { at }, "{byte:#x}");
        }
    }

    #[test]
    fn keys_ascend_by_code_point_and_not_by_their_spelling() {
        for line in
            [r#"{"a":1,"\u00e9":2}"#, r#"{"\"":1,"a":2}"#, r#"{"\uffff":1,"\ud83d\ude00":2}"#, r#"{"":1,"\u0000":2}"#]
        {
            assert!(check(line.as_bytes()).is_ok(), "{line}");
        }
        refused(r#"{"\u00e9":1,"a":2}"#, 12);
        refused(r#"{"\ud83d\ude00":1,"\uffff":2}"#, 18);
        refused(r#"{"a":1,"a":2}"#, 7);
        refused(r#"[{"\u00e9":1,"\u00e9":2}]"#, 13);
    }

    #[test]
    fn blanks_and_broken_structure_are_refused_where_they_are() {
        let lines =
            [("", 0), (" 1", 0), ("1 ", 1), ("1\n", 1), ("[1, 2]", 3), (r#"{"a": 1}"#, 5), ("[1,]", 3), ("[,1]", 1)];
        let more =
            [("{", 1), ("[", 1), (r#"{"a"}"#, 4), (r#"{"a":1,}"#, 7), ("{1:2}", 1), ("tru", 0), ("nul", 0), ("[1}", 2)];
        let texts =
            [(r#""a"#, 2), ("\"é\"", 1), ("\"\t\"", 1), ("\"\u{7f}\"", 1), (r#""\u00E9""#, 1), (r#""\ud83d""#, 1)];
        for (line, at) in lines.into_iter().chain(more).chain(texts) {
            refused(line, at);
        }
    }

    #[test]
    fn numbers_are_integers_within_range_in_their_one_spelling() {
        for number in ["0", "7", "-7", "10", "9007199254740991", "-9007199254740991"] {
            assert!(check(number.as_bytes()).is_ok(), "{number}");
        }
        for number in
            ["-0", "00", "01", "-01", "-", "--1", "9007199254740992", "-9007199254740992", "90071992547409910"]
        {
            assert!(check(number.as_bytes()).is_err(), "{number}");
        }
        for number in ["1.0", "1e2", "1E2", "+1", ".5", "18446744073709551617", "NaN", "0x1"] {
            assert!(check(number.as_bytes()).is_err(), "{number}");
        }
    }

    #[test]
    fn the_deepest_level_passes_and_the_next_is_refused() {
        let nested = |levels| format!("{}0{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert!(check(nested(DEEPEST).as_bytes()).is_ok());
        assert!(check(nested(DEEPEST + 1).as_bytes()).is_err());
        assert!(check("[".repeat(1 << 20).as_bytes()).is_err());
    }
}
