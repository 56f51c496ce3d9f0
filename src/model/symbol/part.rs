//! Parts: what the nodes of a scope are, as a language's table tells it.

use tree_sitter::Node;

use super::scope::Scope;

/// What a node of a scope is.
pub(super) enum Part<'a> {
    /// It defines names.
    Definition(Definition<'a>),
    /// It holds definitions of the scope that it is in.
    Group(Group<'a>),
    /// It stands above a definition and belongs to it. A bound one does whatever is between them, a comment only where
    /// it touches.
    Lead {
        /// Whether it is bound.
        bound: bool,
    },
    /// None of these.
    Rest,
}

/// A node that defines names: each has its text as content.
pub(super) struct Definition<'a> {
    pub(super) names: Vec<String>,
    /// Where its members are.
    pub(super) body: Option<(Node<'a>, Scope)>,
}

/// A node whose definitions stand in the scope around it, as those of Go's `var ( … )` do.
pub(super) struct Group<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// What its definitions share and so is content of each: `var`, `export const`.
    pub(super) shared: &'a str,
}

impl<'a> Part<'a> {
    /// Makes a definition of one name, or the rest where there is none.
    pub(super) fn named(name: Option<String>, body: Option<(Node<'a>, Scope)>) -> Self {
        Self::naming(name.into_iter().collect(), body)
    }

    /// Makes a definition of some names, or the rest where there are none.
    pub(super) fn naming(names: Vec<String>, body: Option<(Node<'a>, Scope)>) -> Self {
        if names.is_empty() { Self::Rest } else { Self::Definition(Definition { names, body }) }
    }
}

/// Returns a node's text.
pub(super) fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// Returns the text of a node's field.
pub(super) fn field(node: Node<'_>, name: &str, source: &str) -> Option<String> {
    node.child_by_field_name(name).map(|child| text(child, source).to_owned())
}

/// Lists a node's children.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    node.children(&mut node.walk()).collect()
}

/// Lists a node's children that have names in the grammar.
pub(super) fn named_children(node: Node<'_>) -> Vec<Node<'_>> {
    node.named_children(&mut node.walk()).collect()
}
