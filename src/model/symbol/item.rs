//! Items: the parts of a place in a row, and which comments and attributes belong to a definition among them.

use std::ops::Range;

use tree_sitter::Node;

use super::part::{Definition, Part};

/// A part with its place in the source, blanks at its end left out.
pub(super) struct Item<'a> {
    pub(super) part: Part<'a>,
    pub(super) span: Range<usize>,
    /// Whether the grammar has a name for it: keywords and brackets have none.
    pub(super) is_named: bool,
}

impl<'a> Item<'a> {
    /// Makes an item of a node; none where it holds nothing but blanks, as a line's end does.
    pub(super) fn of(node: Node<'a>, part: Part<'a>, source: &str) -> Option<Self> {
        let text = source.get(node.byte_range())?.trim_end();
        let span = node.start_byte()..node.start_byte() + text.len();
        (!text.is_empty()).then_some(Self { part, span, is_named: node.is_named() })
    }
}

/// A definition with the first and the last of the items that belong to it.
pub(super) struct Extent<'r, 'a> {
    pub(super) definition: &'r Definition<'a>,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// The items of a place, read from where it starts.
pub(super) struct Row<'a> {
    pub(super) items: Vec<Item<'a>>,
    pub(super) start: usize,
    pub(super) source: &'a str,
}

impl<'a> Row<'a> {
    /// Returns what belongs to the definition at an index; none where no definition is there.
    ///
    /// Above it: bound leads and all below them, and comments on lines of their own that touch it. Behind it: comments
    /// that start on its last line.
    pub(super) fn extent(&self, at: usize) -> Option<Extent<'_, 'a>> {
        let Part::Definition(definition) = &self.items[at].part else { return None };
        Some(Extent { definition, first: self.first(at), last: self.last(at) })
    }

    fn first(&self, at: usize) -> usize {
        let above = self.items[..at].iter().rev().take_while(|item| matches!(item.part, Part::Lead { .. })).count();
        let leads = at - above..at;
        let is_bound = |lead: &usize| matches!(self.items[*lead].part, Part::Lead { bound: true });
        let mut first = leads.clone().find(is_bound).unwrap_or(at);
        while first > leads.start && self.starts_line(first - 1) && self.between(first).matches('\n').count() < 2 {
            first -= 1;
        }
        first
    }

    fn last(&self, at: usize) -> usize {
        let is_free = |item: &Item<'_>| matches!(item.part, Part::Lead { bound: false });
        let mut last = at;
        while self.items.get(last + 1).is_some_and(is_free) && !self.starts_line(last + 1) {
            last += 1;
        }
        last
    }

    /// Returns the text between an item and the one before it.
    pub(super) fn between(&self, at: usize) -> &'a str {
        let from = at.checked_sub(1).map_or(self.start, |before| self.items[before].span.end);
        self.source.get(from..self.items[at].span.start).unwrap_or_default()
    }

    fn starts_line(&self, at: usize) -> bool {
        self.between(at).contains('\n') || (at == 0 && self.start == 0)
    }
}
