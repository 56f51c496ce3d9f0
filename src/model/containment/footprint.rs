//! Footprints: the paths and the symbols that a task says it will change.

/// The paths that are declared as a whole.
pub trait Paths {
    /// Tells whether a path may be changed in any way.
    fn covers(&self, path: &[u8]) -> bool;
}

impl<F: Fn(&[u8]) -> bool> Paths for F {
    fn covers(&self, path: &[u8]) -> bool {
        self(path)
    }
}

/// A symbol that is declared: it, and everything in it, in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolOf {
    /// The file's path.
    pub file: Vec<u8>,
    /// The whole dotted name, as [`symbol`](crate::model::symbol) spells it.
    pub symbol: String,
}

/// What a task declares.
#[derive(Clone, Copy, Debug)]
pub struct Footprint<'a, P> {
    /// Paths.
    pub paths: &'a P,
    /// Symbols.
    pub symbols: &'a [SymbolOf],
}

impl<'a, P: Paths> Footprint<'a, P> {
    /// Tells whether the contents of a path decide, since it is declared by symbols only.
    #[must_use]
    pub fn asks_for(&self, path: &[u8]) -> bool {
        !self.paths.covers(path) && self.symbols_of(path).next().is_some()
    }

    /// Tells whether a symbol of a path is declared, by its name or that of something around it.
    #[must_use]
    pub fn declares(&self, path: &[u8], name: &str) -> bool {
        self.symbols_of(path).any(|declared| {
            let inner = name.strip_prefix(declared);
            inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('.'))
        })
    }

    fn symbols_of(&self, path: &[u8]) -> impl Iterator<Item = &'a str> {
        self.symbols.iter().filter(move |declared| declared.file == path).map(|declared| declared.symbol.as_str())
    }
}
