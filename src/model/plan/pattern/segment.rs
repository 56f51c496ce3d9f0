//! Segments: what may stand between two slashes of a path.

use super::{chars::Chars, steps::Steps, token::Token, walk};

/// What may stand between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// This name.
    Name(String),
    /// Any name of this form.
    Form(Vec<Atom>),
    /// Any number of names, none too.
    Deep,
}

/// One piece of a name's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    /// One of these characters.
    One(Chars),
    /// Any number of characters.
    Star,
}

/// How much of a name has been looked at: neither nothing, nor one dot, nor two are a name.
#[derive(Clone, Copy)]
enum Dots {
    None = 0,
    One = 1,
    Two = 2,
    Name = 3,
}

impl Segment {
    /// Returns the form of any name at all.
    pub(super) fn any() -> Self {
        Self::Form(vec![Atom::Star])
    }

    /// Makes a segment of what stands between two slashes.
    pub(super) fn of(tokens: &[Token]) -> Self {
        if let [Token::Star, Token::Star] = tokens {
            return Self::Deep;
        }
        let plain = tokens.iter().map(|token| if let Token::Plain(c) = token { Some(*c) } else { None });
        if let Some(name) = plain.collect() {
            return Self::Name(name);
        }
        let mut atoms: Vec<Atom> = tokens.iter().map(Atom::of).collect();
        // Several stars say no more than one.
        atoms.dedup_by(|a, b| (&*a, &*b) == (&Atom::Star, &Atom::Star));
        Self::Form(atoms)
    }

    /// Tells whether some name is of both forms; none of the two is [`Segment::Deep`].
    pub(super) fn meets(&self, other: &Self, steps: &mut Steps) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => a == b,
            (Self::Form(a), _) if a[..] == [Atom::Star] => true,
            (_, Self::Form(b)) if b[..] == [Atom::Star] => true,
            _ => meet(&self.atoms(), &other.atoms(), steps),
        }
    }

    /// Tells whether some name is of its form: neither nothing, nor one dot, nor two are a name.
    pub(super) fn has_names(&self) -> bool {
        let Self::Form(atoms) = self else { return true };
        let all = Chars::all();
        let is_free = |atom: &Atom| *atom == Atom::Star || atom.chars(&all).share_other_than_dot(&all);
        atoms.len() > 2 || atoms.iter().any(is_free)
    }

    fn atoms(&self) -> std::borrow::Cow<'_, [Atom]> {
        match self {
            Self::Name(name) => name.chars().map(|c| Atom::One(Chars::one(c))).collect(),
            Self::Form(atoms) => atoms.into(),
            Self::Deep => [Atom::Star][..].to_owned().into(),
        }
    }
}

impl Atom {
    fn of(token: &Token) -> Self {
        match token {
            Token::Plain(c) => Self::One(Chars::one(*c)),
            Token::One(chars) => Self::One(chars.clone()),
            Token::Star => Self::Star,
            Token::Slash => unreachable!("slashes part segments"),
        }
    }
}

impl Dots {
    const ALL: [Self; 4] = [Self::None, Self::One, Self::Two, Self::Name];

    /// What there is after one more dot.
    fn dot(self) -> Self {
        match self {
            Self::None => Self::One,
            Self::One => Self::Two,
            Self::Two | Self::Name => Self::Name,
        }
    }
}

/// Tells whether some name is of both forms, by looking at every pair of places that the same characters lead to.
fn meet(a: &[Atom], b: &[Atom], steps: &mut Steps) -> bool {
    let (width, all) = (b.len() + 1, Chars::all());
    walk::finds((a.len() + 1) * width * 4, steps, |at, next, steps| {
        let (i, j, dots) = (at / 4 / width, at / 4 % width, Dots::ALL[at % 4]);
        if (i, j) == (a.len(), b.len()) && matches!(dots, Dots::Name) {
            return true;
        }
        let mut go = |i: usize, j: usize, dots: Dots| next.push((i * width + j) * 4 + dots as usize);
        let stars = [a.get(i) == Some(&Atom::Star), b.get(j) == Some(&Atom::Star)];
        // A star may be over at any time.
        if stars[0] {
            go(i + 1, j, dots);
        }
        if stars[1] {
            go(i, j + 1, dots);
        }
        if let (Some(one), Some(other)) = (a.get(i).map(|atom| atom.chars(&all)), b.get(j).map(|atom| atom.chars(&all)))
        {
            steps.take((one.ranges() + other.ranges()) as u64);
            let (i, j) = (i + usize::from(!stars[0]), j + usize::from(!stars[1]));
            if one.has_dot() && other.has_dot() {
                go(i, j, dots.dot());
            }
            if one.share_other_than_dot(other) {
                go(i, j, Dots::Name);
            }
        }
        false
    })
}

impl Atom {
    fn chars<'a>(&'a self, all: &'a Chars) -> &'a Chars {
        match self {
            Self::One(chars) => chars,
            Self::Star => all,
        }
    }
}
