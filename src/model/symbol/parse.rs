//! Parsing: the syntax tree of a source, within bounds.

use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::Language;

/// The most bytes of a file that is parsed.
pub const LARGEST: usize = 4 << 20;
/// The most levels of a syntax tree that are followed.
pub const DEEPEST: usize = 1000;

/// Parses a source; none where it holds an error or is out of bounds.
///
/// The parser is stopped at its first error. It would go on and guess what was meant, which takes long in a large file.
pub(super) fn tree(language: Language, source: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).ok()?;
    let mut stop_at_error =
        |state: &ParseState| if state.has_error() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let options = ParseOptions::new().progress_callback(&mut stop_at_error);
    let bytes = source.as_bytes();
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))?;
    (!tree.root_node().has_error() && depth_is_bounded(&tree)).then_some(tree)
}

fn depth_is_bounded(tree: &Tree) -> bool {
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        if cursor.goto_first_child() {
            depth += 1;
            if depth > DEEPEST {
                return false;
            }
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return true;
            }
            depth -= 1;
        }
    }
}
