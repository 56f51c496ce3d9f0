//! Go: what its nodes are.

use tree_sitter::Node;

use super::part::{Group, Part, children, field, named_children, text};

pub(super) fn part<'a>(node: Node<'a>, source: &'a str) -> Part<'a> {
    match node.kind() {
        "comment" => Part::Lead { bound: false },
        "function_declaration" => Part::named(field(node, "name", source), None),
        "method_declaration" => Part::named(method(node, source), None),
        "const_declaration" | "var_declaration" | "type_declaration" => declaration(node, source),
        "const_spec" | "var_spec" | "type_spec" | "type_alias" => Part::naming(names(node, source), None),
        _ => Part::Rest,
    }
}

/// Names a method: `Type.name`, with and without a pointer.
fn method(node: Node<'_>, source: &str) -> Option<String> {
    let receiver = node.child_by_field_name("receiver")?;
    let parameter = named_children(receiver).into_iter().find(|child| child.kind() == "parameter_declaration")?;
    let mut receiving = parameter.child_by_field_name("type")?;
    while receiving.kind() != "type_identifier" {
        receiving = receiving.child_by_field_name("type").or_else(|| receiving.named_child(0))?;
    }
    Some(format!("{}.{}", text(receiving, source), field(node, "name", source)?))
}

fn names(spec: Node<'_>, source: &str) -> Vec<String> {
    let found = spec.children_by_field_name("name", &mut spec.walk()).filter(Node::is_named).collect::<Vec<_>>();
    found.into_iter().map(|name| text(name, source).to_owned()).collect()
}

/// One that has parentheses is a group; one without is a definition as a whole.
fn declaration<'a>(node: Node<'a>, source: &'a str) -> Part<'a> {
    let mut nodes = children(node);
    if let Some(list) = nodes.iter().position(|child| child.kind() == "var_spec_list") {
        nodes.splice(list..=list, children(nodes[list]));
    }
    let names: Vec<String> = nodes.iter().flat_map(|spec| names(*spec, source)).collect();
    if nodes.iter().all(|child| child.kind() != "(") || hangs_together(&nodes, source) {
        return Part::naming(names, None);
    }
    let keyword = nodes.first().map_or("", |keyword| text(*keyword, source));
    Part::Group(Group { nodes, shared: keyword })
}

/// Tells whether the values of constants follow from where they stand: then each one's content is the whole group.
fn hangs_together(nodes: &[Node<'_>], source: &str) -> bool {
    let constants = || nodes.iter().filter(|node| node.kind() == "const_spec");
    constants().any(|spec| spec.child_by_field_name("value").is_none_or(|value| text(value, source).contains("iota")))
}
