//! Bases: whether the run began from this repository's own history, told where it did not.

use super::scene::Scene;
use crate::model::{
    finding::{Code, Finding},
    oid::Oid,
};

/// Tells of a base that no branch here has: a run of another repository, replayed, holds in every other way.
pub(super) fn check(scene: &Scene<'_>, base: Oid) -> Option<Finding> {
    // Where history is cut, where there is no branch, as in a bundle, or no such commit, nothing can be said.
    let is_whole = scene.repository.has(base) && !scene.repository.local().is_shallow().unwrap_or(true);
    let is_strange = is_whole && scene.repository.is_on_branch(base).ok()? == Some(false);
    let message = format!("no branch here, nor any of a remote, has base {base} in its history");
    is_strange.then(|| Finding::remark(Code::Base, message).on(base))
}
