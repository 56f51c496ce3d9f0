//! Rust: what its nodes are.

use tree_sitter::Node;

use super::{
    part::{Group, Part, children, field, named_children, text},
    scope::Scope,
};

pub(super) fn part<'a>(node: Node<'a>, source: &'a str) -> Part<'a> {
    match node.kind() {
        "attribute_item" => Part::Lead { bound: true },
        "line_comment" | "block_comment" => comment(node),
        "function_item" => Part::named(field(node, "name", source), body(node, Scope::Function)),
        "mod_item" => Part::named(field(node, "name", source), body(node, Scope::Module)),
        "trait_item" => Part::named(field(node, "name", source), body(node, Scope::Type)),
        "impl_item" => Part::named(implementation(node, source), body(node, Scope::Type)),
        "foreign_mod_item" => foreign(node, source),
        "function_signature_item"
        | "struct_item"
        | "enum_item"
        | "union_item"
        | "type_item"
        | "associated_type"
        | "const_item"
        | "static_item"
        | "macro_definition" => Part::named(field(node, "name", source), None),
        _ => Part::Rest,
    }
}

/// Tells an outer doc comment, which is an attribute, from an inner one, which is about what is around it.
fn comment<'a>(node: Node<'_>) -> Part<'a> {
    let is = |kind| named_children(node).iter().any(|child| child.kind() == kind);
    if is("inner_doc_comment_marker") { Part::Rest } else { Part::Lead { bound: is("outer_doc_comment_marker") } }
}

fn body(node: Node<'_>, scope: Scope) -> Option<(Node<'_>, Scope)> {
    node.child_by_field_name("body").map(|body| (body, scope))
}

/// Names an implementation: `Type`, or `Type.Trait<Arguments>`, since a type can have a trait several times.
fn implementation(node: Node<'_>, source: &str) -> Option<String> {
    let implementing = base(node.child_by_field_name("type")?, source);
    let Some(implemented) = node.child_by_field_name("trait") else { return Some(implementing) };
    let unscoped = match implemented.kind() {
        "generic_type" => {
            let arguments = implemented.child_by_field_name("type_arguments").map(|it| solid(it, source));
            base(implemented, source) + &arguments.unwrap_or_default()
        }
        _ => base(implemented, source),
    };
    Some(format!("{implementing}.{unscoped}"))
}

/// Names a type without its path and arguments.
fn base(node: Node<'_>, source: &str) -> String {
    let inner = match node.kind() {
        "generic_type" => node.child_by_field_name("type"),
        "scoped_type_identifier" => node.child_by_field_name("name"),
        _ => None,
    };
    inner.map_or_else(|| solid(node, source), |inner| base(inner, source))
}

/// Returns a node's text without blanks.
fn solid(node: Node<'_>, source: &str) -> String {
    text(node, source).split_whitespace().collect()
}

/// An `extern` block: its functions are named as if they stood beside it, and its head is of the rest.
fn foreign<'a>(node: Node<'a>, source: &'a str) -> Part<'a> {
    let Some(body) = node.child_by_field_name("body") else { return Part::Rest };
    let mut nodes: Vec<Node<'a>> = children(node).into_iter().filter(|child| *child != body).collect();
    nodes.extend(children(body));
    Part::Group(Group { nodes, shared: source[node.start_byte()..body.start_byte()].trim_end() })
}
