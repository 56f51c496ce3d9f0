//! Python: what its nodes are.

use tree_sitter::Node;

use super::{
    part::{Part, field, named_children, text},
    scope::Scope,
};

pub(super) fn part<'a>(node: Node<'a>, source: &'a str, scope: Scope) -> Part<'a> {
    match node.kind() {
        "comment" if node.start_byte() == 0 && text(node, source).starts_with("#!") => Part::Rest,
        "comment" => Part::Lead { bound: false },
        "decorated_definition" => {
            node.child_by_field_name("definition").map_or(Part::Rest, |inner| part(inner, source, scope))
        }
        "function_definition" => definition(node, source, Scope::Function),
        "class_definition" => definition(node, source, Scope::Type),
        "type_alias_statement" => Part::named(alias(node, source), None),
        "expression_statement" if scope != Scope::Function => Part::naming(variables(node, source), None),
        _ => Part::Rest,
    }
}

fn definition<'a>(node: Node<'a>, source: &'a str, scope: Scope) -> Part<'a> {
    Part::named(field(node, "name", source), node.child_by_field_name("body").map(|body| (body, scope)))
}

/// Names `type Name[T] = …`.
fn alias(node: Node<'_>, source: &str) -> Option<String> {
    let mut name = node.child_by_field_name("left")?;
    while name.kind() != "identifier" {
        name = name.named_child(0)?;
    }
    Some(text(name, source).to_owned())
}

/// Lists the variables that a statement assigns: `a = b, c = …` has three.
fn variables(statement: Node<'_>, source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut next = statement.named_child(0);
    while let Some(assignment) = next.filter(|node| node.kind() == "assignment") {
        if let Some(left) = assignment.child_by_field_name("left") {
            collect(left, source, &mut names);
        }
        next = assignment.child_by_field_name("right");
    }
    names
}

fn collect(target: Node<'_>, source: &str, names: &mut Vec<String>) {
    match target.kind() {
        "identifier" => names.push(text(target, source).to_owned()),
        "pattern_list" | "tuple_pattern" | "list_pattern" | "list_splat_pattern" => {
            for inner in named_children(target) {
                collect(inner, source, names);
            }
        }
        _ => {}
    }
}
