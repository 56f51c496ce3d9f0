//! Outlines: a syntax tree read place by place, each text put down under the name that it belongs to.

use std::{collections::BTreeMap, ops::Range};

use tree_sitter::Node;

use super::{
    Language,
    item::{Item, Row},
    part::{Definition, Part, children},
    scope::Scope,
};

/// The most bytes of names and places that are written down for one source: each member repeats those of all around it.
const MOST: usize = 64 << 20;

/// The texts of a name: those of all its definitions, in their order.
#[derive(Default)]
pub(super) struct Texts<'a> {
    pub(super) whole: Vec<&'a str>,
    /// The same without the members.
    pub(super) own: Vec<&'a str>,
    pub(super) has_members: bool,
    /// For each definition, which of the definitions of their name those around it are, counted in texts.
    pub(super) places: Vec<usize>,
}

/// What is found in a source.
pub(super) struct Outline<'a> {
    pub(super) language: Language,
    pub(super) source: &'a str,
    pub(super) found: BTreeMap<String, Texts<'a>>,
    /// How many definitions were read.
    members: usize,
    /// How many bytes of names and places were written down.
    written: usize,
}

/// A place whose nodes are read.
struct Place<'p, 'a> {
    /// The name of the definition around it, empty in a file.
    path: &'p str,
    scope: Scope,
    /// Which of the definitions of their name those around it are.
    counts: Vec<usize>,
    /// What the definitions in it share, where it is a group.
    shared: Option<&'a str>,
    span: Range<usize>,
}

impl<'a> Outline<'a> {
    /// Begins with nothing.
    pub(super) fn of(language: Language, source: &'a str) -> Self {
        Self { language, source, found: BTreeMap::new(), members: 0, written: 0 }
    }

    /// Tells whether more would have had to be written down than there is room for, so that names are missing.
    pub(super) fn is_cut(&self) -> bool {
        self.written > MOST
    }

    /// Reads a whole file; returns the texts that are in no symbol.
    pub(super) fn read(&mut self, root: Node<'a>) -> Vec<&'a str> {
        let place =
            Place { path: "", scope: Scope::Module, counts: Vec::new(), shared: None, span: 0..self.source.len() };
        self.read_place(&place, children(root))
    }

    fn read_place(&mut self, place: &Place<'_, 'a>, nodes: Vec<Node<'a>>) -> Vec<&'a str> {
        let (language, source) = (self.language, self.source);
        let item = |node| Item::of(node, language.part(node, source, place.scope), source);
        let row = Row { items: nodes.into_iter().filter_map(item).collect(), start: place.span.start, source };
        let mut extents = (0..row.items.len()).filter_map(|at| row.extent(at)).peekable();
        let mut own = Vec::new();
        let mut at = 0;
        while let Some(item) = row.items.get(at) {
            if place.shared.is_none() {
                keep_text(row.between(at), &mut own);
            }
            if let Some(extent) = extents.next_if(|extent| extent.first == at) {
                self.define(place, extent.definition, item.span.start..row.items[extent.last].span.end);
                at = extent.last;
            } else {
                self.keep(place, item, &mut own);
            }
            at += 1;
        }
        let end = row.items.last().map_or(place.span.start, |item| item.span.end);
        keep_text(source.get(end..place.span.end).unwrap_or_default(), &mut own);
        own
    }

    /// Keeps an item that belongs to no definition of the place. A group's keywords and brackets say nothing by themselves.
    fn keep(&mut self, place: &Place<'_, 'a>, item: &Item<'a>, own: &mut Vec<&'a str>) {
        match &item.part {
            Part::Group(group) => {
                let (counts, span) = (place.counts.clone(), item.span.clone());
                let inner = Place { shared: Some(group.shared), counts, span, ..*place };
                own.extend(self.read_place(&inner, group.nodes.clone()));
            }
            _ if place.shared.is_some() && !item.is_named => {}
            _ => keep_text(&self.source[item.span.clone()], own),
        }
    }

    fn define(&mut self, place: &Place<'_, 'a>, definition: &Definition<'a>, span: Range<usize>) {
        let text = &self.source[span.clone()];
        let members = self.members;
        let own = self.own_texts(place, definition, span).unwrap_or_else(|| vec![text]);
        let has_members = self.members > members;
        for name in &definition.names {
            let Some(path) = self.join(place, name) else { break };
            let texts = self.found.entry(path).or_default();
            texts.whole.extend(place.shared.into_iter().chain([text]));
            texts.own.extend(place.shared.into_iter().chain(own.iter().copied()));
            texts.has_members |= has_members;
            texts.places.extend(&place.counts);
        }
        self.members += 1;
    }

    /// Reads the members of a definition; returns its texts without them, none where it can have none.
    fn own_texts(&mut self, place: &Place<'_, 'a>, of: &Definition<'a>, span: Range<usize>) -> Option<Vec<&'a str>> {
        let ((body, scope), name) = (of.body?, of.names.first()?);
        let nodes = body_nodes(body);
        let start = nodes.first().map_or(body.start_byte(), |node| node.start_byte().min(body.start_byte()));
        let head = self.source.get(span.start..start)?.trim_end();
        let path = self.join(place, name)?;
        let count = self.found.get(&path).map_or(0, |texts| texts.whole.len());
        let counts = [&place.counts[..], &[count]].concat();
        let inner = Place { path: &path, scope, counts, shared: None, span: span.start + head.len()..body.end_byte() };
        let mut own = vec![head];
        own.extend(self.read_place(&inner, nodes));
        keep_text(self.source.get(body.end_byte()..span.end)?, &mut own);
        Some(own)
    }

    /// Writes out a name with those around it; none where there is no room any more.
    fn join(&mut self, place: &Place<'_, 'a>, name: &str) -> Option<String> {
        self.written += place.path.len() + name.len() + size_of_val(&place.counts[..]);
        (!self.is_cut()).then(|| if place.path.is_empty() { name.to_owned() } else { format!("{}.{name}", place.path) })
    }
}

/// Lists the nodes of a body, the comments above its first line too, which Python's grammar puts before it.
fn body_nodes(body: Node<'_>) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    let mut before = body.prev_sibling();
    while let Some(comment) = before.filter(Node::is_extra) {
        nodes.push(comment);
        before = comment.prev_sibling();
    }
    nodes.reverse();
    nodes.extend(children(body));
    nodes
}

/// Keeps a text that says something: no blanks, no mark that only parts others.
fn keep_text<'a>(text: &'a str, texts: &mut Vec<&'a str>) {
    let text = text.trim();
    if !matches!(text, "" | ";" | ",") {
        texts.push(text);
    }
}
