//! Natures: what is true of entries and of what people push, which the queue has to find out.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use git_par::model::oid::Oid;

/// Something that a commit brings: an entry by its number, or what somebody pushed, from [`FOREIGN`].
pub(crate) type Part = u32;
/// The first number of what people push past the queue.
pub(crate) const FOREIGN: Part = 1000;

/// What a commit is made of.
pub(crate) type Content = BTreeSet<Part>;

/// What is true.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nature {
    /// What fails wherever it is.
    pub(crate) red: BTreeSet<Part>,
    /// What fails together, each being green alone.
    pub(crate) quarrels: Vec<(Part, Part)>,
    /// What cannot be brought together.
    pub(crate) clashes: Vec<(Part, Part)>,
    /// What makes a red part green, where both are.
    pub(crate) mends: BTreeMap<Part, Part>,
    /// Whether nothing tells that a part is there already, as where commits are made anew and not merged.
    pub(crate) forgets: bool,
}

impl Nature {
    /// Tells whether the gate lets this pass.
    pub(crate) fn is_green(&self, content: &Content) -> bool {
        let is_mended = |part: &Part| self.mends.iter().any(|(mender, red)| red == part && content.contains(mender));
        let is_red = |part: &Part| self.red.contains(part) && !is_mended(part);
        let quarrels = self.quarrels.iter().any(|(one, other)| content.contains(one) && content.contains(other));
        !quarrels && !content.iter().any(is_red)
    }

    /// Tells whether a part can be brought onto this.
    pub(crate) fn fits(&self, content: &Content, part: Part) -> bool {
        let clashes = |one, other| one == part && content.contains(&other);
        !self.clashes.iter().any(|(one, other)| clashes(*one, *other) || clashes(*other, *one))
    }
}

impl Nature {
    /// Brings a part onto a commit; that commit itself where it is known to have it.
    pub(crate) fn bring(&self, onto: Oid, part: Part) -> Oid {
        if !self.forgets && content(onto).contains(&part) { onto } else { commit(Some(onto), part) }
    }
}

/// Every commit that was ever made, by its id, which follows from what it is made of.
static COMMITS: Mutex<Option<HashMap<Oid, Content>>> = Mutex::new(None);

/// Returns a number that tells a value from others.
pub(crate) fn digest(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

fn oid(of: &impl Hash) -> Oid {
    format!("{:040x}", digest(of)).parse().unwrap()
}

/// Makes the commit that brings a part onto another one.
pub(crate) fn commit(onto: Option<Oid>, part: Part) -> Oid {
    let mut content = onto.map(content).unwrap_or_default();
    content.insert(part);
    let id = oid(&("commit", onto.map(|onto| onto.to_string()), part));
    COMMITS.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(id, content);
    id
}

/// Returns what a commit is made of.
pub(crate) fn content(commit: Oid) -> Content {
    COMMITS.lock().unwrap_or_else(PoisonError::into_inner).as_ref().unwrap()[&commit].clone()
}

/// Returns the tree of what a commit is made of.
pub(crate) fn tree(content: &Content) -> Oid {
    oid(&("tree", content))
}
