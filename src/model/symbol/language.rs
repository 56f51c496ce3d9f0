//! Languages: those whose symbols are known, told by how a file's name ends.

use super::{go, part::Part, python, rust, scope::Scope, script};

/// A language whose symbols are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust: `.rs`.
    Rust,
    /// Python: `.py`, `.pyi`.
    Python,
    /// `TypeScript`: `.ts`, `.mts`, `.cts`.
    TypeScript,
    /// `TypeScript` with elements of markup: `.tsx`.
    Tsx,
    /// `JavaScript`: `.js`, `.jsx`, `.mjs`, `.cjs`.
    JavaScript,
    /// Go: `.go`.
    Go,
}

impl Language {
    /// Tells a path's language by its ending, in lower case as the languages' own tools want it; none where it is of no
    /// language known here.
    #[must_use]
    pub fn of(path: &[u8]) -> Option<Self> {
        let dot = path.iter().rposition(|byte| *byte == b'.')?;
        match &path[dot + 1..] {
            b"rs" => Some(Self::Rust),
            b"py" | b"pyi" => Some(Self::Python),
            b"ts" | b"mts" | b"cts" => Some(Self::TypeScript),
            b"tsx" => Some(Self::Tsx),
            b"js" | b"jsx" | b"mjs" | b"cjs" => Some(Self::JavaScript),
            b"go" => Some(Self::Go),
            _ => None,
        }
    }

    pub(super) fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::Go => tree_sitter_go::LANGUAGE.into(),
        }
    }

    /// Tells what a node of a scope is.
    pub(super) fn part<'a>(self, node: tree_sitter::Node<'a>, source: &'a str, scope: Scope) -> Part<'a> {
        match self {
            Self::Rust => rust::part(node, source),
            Self::Python => python::part(node, source, scope),
            Self::TypeScript | Self::Tsx | Self::JavaScript => script::part(node, source, scope),
            Self::Go => go::part(node, source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_the_last_ending() {
        assert_eq!(Language::of(b"src/a.rs"), Some(Language::Rust));
        assert_eq!(Language::of(b"a.d.ts"), Some(Language::TypeScript));
        assert_eq!(Language::of(b".py"), Some(Language::Python));
        for path in [&b"a.rs/b"[..], b"rs", b"a.RS", b"a.rs~", b""] {
            assert_eq!(Language::of(path), None);
        }
    }
}
