//! Tokens: a pattern's text taken apart, its alternatives written out.

use super::{Error, chars::Chars};

/// How many patterns the alternatives of one may come to.
const MOST_ALTERNATIVES: usize = 64;
/// How many tokens these patterns may have together.
const MOST_TOKENS: usize = 4096;
/// How deep alternatives may stand in each other.
const DEEPEST: usize = 8;

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This character.
    Plain(char),
    /// One of these.
    One(Chars),
    /// Any number of characters within a segment.
    Star,
    /// What parts segments.
    Slash,
}

/// Takes a text apart into the patterns that it stands for: one, unless it has alternatives.
pub(super) fn read(text: &str) -> Result<Vec<Vec<Token>>, Error> {
    let mut reader = Reader { rest: text.chars().peekable(), depth: 0 };
    reader.sequence()
}

struct Reader<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    depth: usize,
}

impl Reader<'_> {
    /// Reads up to the end, or in alternatives up to the comma or brace that ends one.
    fn sequence(&mut self) -> Result<Vec<Vec<Token>>, Error> {
        let mut found = vec![Vec::new()];
        while let Some(c) = self.rest.next_if(|c| self.depth == 0 || !matches!(c, ',' | '}')) {
            match c {
                '{' => found = combine(&found, &self.alternatives()?)?,
                '}' => return Err(Error::Glob("a '}' has no '{'")),
                _ => {
                    let token = self.token(c)?;
                    for tokens in &mut found {
                        tokens.push(token.clone());
                    }
                }
            }
            if found.iter().map(Vec::len).sum::<usize>() > MOST_TOKENS {
                return Err(Error::Glob(TOO_MANY));
            }
        }
        Ok(found)
    }

    fn alternatives(&mut self) -> Result<Vec<Vec<Token>>, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Error::Glob("its braces are too deep in each other"));
        }
        let mut found = Vec::new();
        loop {
            found.extend(self.sequence()?);
            match self.rest.next() {
                Some(',') if found.len() <= MOST_ALTERNATIVES => {}
                Some('}') => break,
                Some(_) => return Err(Error::Glob(TOO_MANY)),
                None => return Err(Error::Glob("a '{' is never closed")),
            }
        }
        self.depth -= 1;
        Ok(found)
    }

    fn token(&mut self, c: char) -> Result<Token, Error> {
        Ok(match c {
            '/' => Token::Slash,
            '*' => Token::Star,
            '?' => Token::One(Chars::all()),
            '[' => Token::One(self.class()?),
            '\\' => match self.rest.next() {
                Some(escaped) if escaped != '/' => Token::Plain(escaped),
                _ => return Err(Error::Glob("a '\\' has no character to stand for")),
            },
            _ => Token::Plain(c),
        })
    }

    /// Reads what follows a `[`; a `]` that comes first is one of the characters.
    fn class(&mut self) -> Result<Chars, Error> {
        let is_negated = self.rest.next_if(|c| matches!(c, '!' | '^')).is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let low = self.class_char()?;
            if low == ']' && !ranges.is_empty() {
                break;
            }
            ranges.push(self.range(low)?);
        }
        let chars = Chars::of(ranges);
        let chars = if is_negated { chars.not() } else { chars };
        if chars.is_empty() { Err(Error::Glob("a '[...]' has no character that a name may hold")) } else { Ok(chars) }
    }

    fn range(&mut self, low: char) -> Result<(char, char), Error> {
        let mut ahead = self.rest.clone();
        // A '-' at the end is one of the characters.
        if ahead.next() != Some('-') || ahead.next().is_none_or(|c| c == ']') {
            return Ok((low, low));
        }
        self.rest.next();
        let high = self.class_char()?;
        if low <= high { Ok((low, high)) } else { Err(Error::Glob("a range in '[...]' ends before it begins")) }
    }

    fn class_char(&mut self) -> Result<char, Error> {
        self.rest.next().ok_or(Error::Glob("a '[' is never closed"))
    }
}

const TOO_MANY: &str = "its braces come to too many patterns";

/// Puts each of the one before each of the other.
fn combine(before: &[Vec<Token>], after: &[Vec<Token>]) -> Result<Vec<Vec<Token>>, Error> {
    if before.len() * after.len() > MOST_ALTERNATIVES {
        return Err(Error::Glob(TOO_MANY));
    }
    Ok(before.iter().flat_map(|a| after.iter().map(move |b| [&a[..], b].concat())).collect())
}
