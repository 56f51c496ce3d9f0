//! `JavaScript` and `TypeScript`: what their nodes are.

use tree_sitter::Node;

use super::{
    part::{Group, Part, children, field, named_children, text},
    scope::Scope,
};

pub(super) fn part<'a>(node: Node<'a>, source: &'a str, scope: Scope) -> Part<'a> {
    match node.kind() {
        "comment" => Part::Lead { bound: false },
        "decorator" => Part::Lead { bound: true },
        "export_statement" => export(node, source, scope),
        "ambient_declaration" | "expression_statement" => {
            let inner = named_children(node).into_iter().find(|child| is_declaration(*child));
            inner.map_or(Part::Rest, |inner| wrapped(node, part(inner, source, scope), source))
        }
        "lexical_declaration" | "variable_declaration" => variables(node, source, scope),
        "variable_declarator" => declarator(node, source),
        "public_field_definition" => Part::named(field(node, "name", source), value_body(node)),
        "field_definition" => Part::named(field(node, "property", source), value_body(node)),
        kind if is_definition(kind) => Part::named(field(node, "name", source), body(node)),
        _ => Part::Rest,
    }
}

fn is_definition(kind: &str) -> bool {
    matches!(
        kind,
        "function_declaration"
            | "generator_function_declaration"
            | "function_signature"
            | "class_declaration"
            | "abstract_class_declaration"
            | "interface_declaration"
            | "type_alias_declaration"
            | "enum_declaration"
            | "internal_module"
            | "module"
            | "method_definition"
            | "method_signature"
            | "abstract_method_signature"
    )
}

fn is_declaration(node: Node<'_>) -> bool {
    is_definition(node.kind()) || matches!(node.kind(), "lexical_declaration" | "variable_declaration")
}

/// Returns where a definition's members are, and in what scope.
fn body(node: Node<'_>) -> Option<(Node<'_>, Scope)> {
    let body = node.child_by_field_name("body")?;
    match (node.kind(), body.kind()) {
        (_, "class_body") => Some((body, Scope::Type)),
        ("internal_module" | "module", "statement_block") => Some((body, Scope::Module)),
        (_, "statement_block") => Some((body, Scope::Function)),
        _ => None,
    }
}

/// Returns where the members are of the function or class that is a variable's value.
fn value_body(node: Node<'_>) -> Option<(Node<'_>, Scope)> {
    let value = node.child_by_field_name("value")?;
    holds_code(value.kind()).then(|| body(value)).flatten()
}

fn holds_code(kind: &str) -> bool {
    matches!(kind, "arrow_function" | "function_expression" | "generator_function" | "class")
}

/// An exported definition has its own name; a default export without a name is called `default`.
fn export<'a>(node: Node<'a>, source: &'a str, scope: Scope) -> Part<'a> {
    if let Some(inner) = node.child_by_field_name("declaration") {
        return wrapped(node, part(inner, source, scope), source);
    }
    let is_default =
        node.child_by_field_name("value").is_some() && children(node).iter().any(|it| it.kind() == "default");
    Part::named(is_default.then(|| "default".to_owned()), value_body(node))
}

/// Has the definitions of a group share the words around it too, such as `export`.
fn wrapped<'a>(around: Node<'a>, part: Part<'a>, source: &'a str) -> Part<'a> {
    match part {
        Part::Group(Group { nodes, .. }) => Part::Group(Group { shared: shared(around, &nodes, source), nodes }),
        other => other,
    }
}

/// Returns what stands above the first variable of several.
fn shared<'a>(around: Node<'_>, nodes: &[Node<'_>], source: &'a str) -> &'a str {
    let first = nodes.iter().find(|node| node.kind() == "variable_declarator");
    first.map_or("", |first| source[around.start_byte()..first.start_byte()].trim_end())
}

/// One variable is a definition as a whole; several are a group. In a function only functions and classes count.
fn variables<'a>(node: Node<'a>, source: &'a str, scope: Scope) -> Part<'a> {
    let nodes = children(node);
    let declarators: Vec<Node<'a>> = nodes.iter().copied().filter(|it| it.kind() == "variable_declarator").collect();
    let is_local = |it: &Node<'_>| !it.child_by_field_name("value").is_some_and(|value| holds_code(value.kind()));
    if scope == Scope::Function && (declarators.len() > 1 || declarators.iter().any(is_local)) {
        return Part::Rest;
    }
    match declarators[..] {
        [] => Part::Rest,
        [only] => declarator(only, source),
        _ => Part::Group(Group { shared: shared(node, &nodes, source), nodes }),
    }
}

fn declarator<'a>(node: Node<'a>, source: &'a str) -> Part<'a> {
    let mut names = Vec::new();
    if let Some(pattern) = node.child_by_field_name("name") {
        collect(pattern, source, &mut names);
    }
    Part::naming(names, value_body(node))
}

/// Collects the names that a pattern binds.
fn collect(pattern: Node<'_>, source: &str, names: &mut Vec<String>) {
    match pattern.kind() {
        "identifier" | "shorthand_property_identifier_pattern" => names.push(text(pattern, source).to_owned()),
        "pair_pattern" => pattern.child_by_field_name("value").into_iter().for_each(|it| collect(it, source, names)),
        "assignment_pattern" | "object_assignment_pattern" => {
            pattern.child_by_field_name("left").into_iter().for_each(|it| collect(it, source, names));
        }
        "object_pattern" | "array_pattern" | "rest_pattern" => {
            for inner in named_children(pattern) {
                collect(inner, source, names);
            }
        }
        _ => {}
    }
}
