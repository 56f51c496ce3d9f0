//! Patterns: sets of paths of the repository, written as one path with wildcards.
//!
//! `?` is one character of a segment, `*` any number of them, `[a-z]` and `[!a-z]` one of some, `**` as a whole segment any
//! number of segments, `{a,b}` either; a backslash takes a character's meaning away. What ends in a
//! name without wildcards is that and, where it is a folder, everything below it; what ends in a slash is what is below it.
//!
//! Whether two patterns meet is decided on the language itself: with alternatives written out, a pair of them meets where a
//! walk through both at once, segment by segment and character by character, comes to both ends.

mod chars;
mod cover;
mod segment;
pub mod steps;
mod token;
pub mod tree;
mod walk;

use std::fmt;

use segment::Segment;
use steps::Steps;
use token::Token;

/// The longest pattern, in bytes.
pub const LONGEST: usize = 1024;

/// A set of paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// The same without alternatives: a path is in the set when it is of one of these forms.
    forms: Vec<Vec<Segment>>,
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not name paths of the repository.
    #[error("{0}")]
    Path(&'static str),
    /// Its wildcards are wrong.
    #[error("{0}")]
    Glob(&'static str),
}

impl Pattern {
    /// Reads a pattern.
    pub fn read(text: &str) -> Result<Self, Error> {
        require_plain(text)?;
        let mut forms = token::read(text)?.iter().map(|tokens| form(tokens)).collect::<Result<Vec<_>, _>>()?;
        for form in &mut forms {
            // Where that is a folder, what is below it is meant; below a file there is nothing.
            if let Some(Segment::Name(_)) = form.last() {
                form.push(Segment::Deep);
            }
        }
        Ok(Self { text: text.to_owned(), forms })
    }

    /// Makes the pattern of one file, whatever characters its path has.
    pub fn file(path: &str) -> Result<Self, Error> {
        require_plain(path)?;
        let form =
            form(&path.chars().map(|c| if c == '/' { Token::Slash } else { Token::Plain(c) }).collect::<Vec<_>>())?;
        let is_file = form.iter().all(|segment| matches!(segment, Segment::Name(_)));
        if is_file {
            Ok(Self { text: path.to_owned(), forms: vec![form] })
        } else {
            Err(Error::Path("it names a folder"))
        }
    }

    /// Returns the text that it was read from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Tells whether it is one path, without wildcards.
    #[must_use]
    pub fn is_one_path(&self) -> bool {
        let names = |form: &[Segment]| form.iter().all(|segment| matches!(segment, Segment::Name(_)));
        matches!(&self.forms[..], [form] if names(form) || matches!(&form[..], [path @ .., Segment::Deep] if names(path)))
    }

    /// Tells whether some path is in both sets, also one that does not exist. What that takes is taken from `steps`.
    #[must_use]
    pub fn meets(&self, other: &Self, steps: &mut Steps) -> bool {
        self.forms.iter().any(|a| other.forms.iter().any(|b| meet(a, b, steps)))
    }

    /// Returns what every path in the set begins with.
    #[must_use]
    pub fn beginning(&self) -> String {
        let [form] = &self.forms[..] else { return String::new() };
        let names =
            form.iter().map_while(|segment| if let Segment::Name(name) = segment { Some(name.as_str()) } else { None });
        names.collect::<Vec<_>>().join("/")
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.text)
    }
}

/// Refuses what no path of a repository can look like, wildcards or not.
fn require_plain(text: &str) -> Result<(), Error> {
    match text {
        "" => Err(Error::Path("it is empty")),
        _ if text.len() > LONGEST => Err(Error::Path("it is too long")),
        _ if text.contains(char::is_control) => Err(Error::Path("it has a control character")),
        _ => Ok(()),
    }
}

/// Takes a pattern without alternatives apart at its slashes.
fn form(tokens: &[Token]) -> Result<Vec<Segment>, Error> {
    let mut form: Vec<Segment> = tokens.split(|token| *token == Token::Slash).map(Segment::of).collect();
    let is_empty = |segment: &Segment| *segment == Segment::Name(String::new());
    if form.first().is_some_and(is_empty) {
        return Err(Error::Path("it begins with a slash, and paths begin at the top of the repository"));
    }
    if form.last().is_some_and(is_empty) {
        form.pop();
        form.push(Segment::Deep);
    }
    form.iter().try_for_each(require_inside)?;
    if form.last() == Some(&Segment::Deep) {
        // What is below a folder is not the folder itself.
        form.insert(form.len() - 1, Segment::any());
    }
    Ok(form)
}

fn require_inside(segment: &Segment) -> Result<(), Error> {
    match segment {
        Segment::Name(name) => match name.as_str() {
            "" => Err(Error::Path("it has two slashes side by side")),
            "." => Err(Error::Path("it has a '.' for a name")),
            ".." => Err(Error::Path("it has a '..', which leads out of where it stands")),
            _ if name.eq_ignore_ascii_case(".git") => Err(Error::Path("it leads into '.git'")),
            _ => Ok(()),
        },
        Segment::Form(_) if !segment.has_names() => Err(Error::Glob("no name is of its form")),
        Segment::Form(_) | Segment::Deep => Ok(()),
    }
}

/// Tells whether some path is of both forms.
fn meet(a: &[Segment], b: &[Segment], steps: &mut Steps) -> bool {
    steps.take(1);
    if steps.are_spent() {
        return true;
    }
    let differ = |a: Option<&Segment>, b: Option<&Segment>| matches!((a, b), (Some(Segment::Name(a)), Some(Segment::Name(b))) if a != b);
    if differ(a.first(), b.first()) || differ(a.last(), b.last()) {
        return false;
    }
    let width = b.len() + 1;
    walk::finds((a.len() + 1) * width, steps, |at, next, steps| {
        let (i, j) = (at / width, at % width);
        let (one, other) = (a.get(i), b.get(j));
        let deep = [one == Some(&Segment::Deep), other == Some(&Segment::Deep)];
        // Any number of names may be none, or one more of the other's.
        if deep[0] {
            next.push((i + 1) * width + j);
        }
        if deep[1] {
            next.push(i * width + j + 1);
        }
        match (one, other) {
            (None, None) => return true,
            (Some(_), Some(Segment::Deep)) if !deep[0] => next.push((i + 1) * width + j),
            (Some(Segment::Deep), Some(_)) if !deep[1] => next.push(i * width + j + 1),
            (Some(one), Some(other)) if deep == [false; 2] && one.meets(other, steps) => {
                next.push((i + 1) * width + j + 1);
            }
            _ => {}
        }
        false
    })
}
