//! Commits: their trees and parents, and what descends from what.

use std::sync::atomic::Ordering;

use super::{git, objects::Error, open::Repository};
use crate::model::oid::Oid;

/// How far back a commit is looked for, in first parents.
const FARTHEST: usize = 1000;

/// What matters of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
}

impl Repository {
    /// Reads a commit.
    pub fn commit(&self, id: Oid) -> Result<Commit, Error> {
        self.read_commit(id, |read| Commit { tree: Oid(read.tree()), parents: read.parents().map(Oid).collect() })
    }

    /// Reads a commit's message; what is not UTF-8 is replaced.
    pub fn commit_message(&self, id: Oid) -> Result<String, Error> {
        self.read_commit(id, |read| read.message.to_string())
    }

    fn read_commit<T>(&self, id: Oid, take: impl Fn(&gix::objs::CommitRef<'_>) -> T) -> Result<T, Error> {
        let local = self.local();
        let failed = |source| Error::Read { id, source: Box::new(source) };
        let find = || local.try_find_object(id.0).map_err(failed);
        let found = match find()? {
            None if self.has_kept.load(Ordering::Relaxed) && self.bring_back() => find()?,
            found => found,
        };
        let object = found.ok_or(Error::Missing(id))?;
        let commit = object.try_into_commit().map_err(|_| Error::Kind { id, expected: "commit" })?;
        Ok(take(&commit.decode().map_err(failed)?))
    }

    /// Resolves what a user typed to a commit; none where it names none.
    pub fn resolve_commit(&self, revision: &str) -> Result<Option<Oid>, git::Error> {
        let peeled = format!("{revision}^{{commit}}");
        let output = self.git().call(["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
    }

    /// Tells whether the first parents of a commit lead to another one, or are it.
    pub fn leads_by_first_parents(&self, from: Oid, to: Oid) -> Result<bool, Error> {
        let mut at = from;
        loop {
            if at == to {
                return Ok(true);
            }
            match self.commit(at)?.parents.first() {
                Some(parent) => at = *parent,
                None => return Ok(false),
            }
        }
    }

    /// Tells whether a branch here, or one that a remote had, has a commit in its history; none where there is no branch.
    pub fn is_on_branch(&self, commit: Oid) -> Result<Option<bool>, git::Error> {
        let first = |asked: &[&str]| {
            let call = self.git().call(["for-each-ref", "--count=1", "--format=%(refname)"]).args(asked);
            call.args(["refs/heads/", "refs/remotes/"]).bytes()
        };
        if !first(&["--contains", &commit.to_string()])?.is_empty() {
            return Ok(Some(true));
        }
        Ok(if first(&[])?.is_empty() { None } else { Some(false) })
    }

    /// Tells whether some ref below these prefixes, or any at all where there is no prefix, leads to a commit.
    pub fn is_reachable(&self, commit: Oid, prefixes: &[&str]) -> Result<bool, git::Error> {
        let call = self.common_git().call(["for-each-ref", "--count=1", "--format=%(refname)"]);
        Ok(!call.args(["--contains", &commit.to_string()]).args(prefixes).bytes()?.is_empty())
    }

    /// Tells whether some commit that refs lead to has this tree.
    pub fn is_tree_reachable(&self, tree: Oid) -> Result<bool, git::Error> {
        let trees = self.common_git().call(["log", "--all", "--format=%T"]).text()?;
        let tree = tree.to_string();
        Ok(trees.lines().any(|line| line == tree))
    }

    /// Tells whether a commit is another one or an ancestor of it, without asking git; none where history is not all here.
    #[must_use]
    pub fn is_within(&self, ancestor: Oid, of: Oid) -> Option<bool> {
        if ancestor == of {
            return Some(true);
        }
        let local = self.local();
        let found = local.merge_base(ancestor.0, of.0).ok()?.is_some_and(|base| base == ancestor.0);
        // Where history is cut, that it is not found proves nothing.
        (found || !local.is_shallow().unwrap_or(true)).then_some(found)
    }

    /// Lists a commit and its first parents, as far back as one looks; it ends after one that cannot be read.
    pub fn first_parents(&self, tip: Oid) -> impl Iterator<Item = Result<(Oid, Commit), Error>> {
        let mut next = Some(tip);
        let step = move || {
            let at = next.take()?;
            let read = self.commit(at).inspect(|commit| next = commit.parents.first().copied());
            Some(read.map(|commit| (at, commit)))
        };
        std::iter::from_fn(step).take(FARTHEST)
    }

    /// Tells whether a tree is that of a commit, or of a first parent of it before another commit, as far as one looks.
    #[must_use]
    pub fn has_tree_since(&self, tip: Oid, tree: Oid, before: Oid) -> bool {
        let read = self.first_parents(tip).map_while(Result::ok);
        read.take_while(|(at, _)| *at != before).any(|(_, commit)| commit.tree == tree)
    }

    /// Tells whether a commit is another one or an ancestor of it.
    pub fn is_ancestor(&self, ancestor: Oid, of: Oid) -> Result<bool, git::Error> {
        self.has_base(&["--is-ancestor", &ancestor.to_string(), &of.to_string()])
    }

    /// Tells whether two commits have an ancestor in common.
    pub fn is_related(&self, one: Oid, other: Oid) -> Result<bool, git::Error> {
        self.has_base(&[&one.to_string(), &other.to_string()])
    }

    fn has_base(&self, arguments: &[&str]) -> Result<bool, git::Error> {
        let call = self.git().call(["merge-base"]).args(arguments);
        let output = call.output()?;
        match output.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(call.failed(&output)),
        }
    }
}
