//! Touches: which commits of a branch changed some paths.

use super::{git, objects, open::Repository};
use crate::model::{candidate, oid::Oid};

/// How many commits are looked at.
const FARTHEST: &str = "--max-count=1000";
/// How many are told.
const MOST: usize = 20;

/// Why it could not be told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// A commit that changed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The commit.
    pub commit: Oid,
    /// The first line of its message.
    pub subject: String,
    /// The run that its trailers name.
    pub run: Option<String>,
    /// The entry of a queue that they name.
    pub entry: Option<u32>,
}

impl Repository {
    /// Lists the commits of a branch that are not in another commit and changed any of these paths, the newest first: 20 at most,
    /// of the last 1000.
    pub fn touches(&self, branch: Oid, but: Oid, paths: &[&[u8]]) -> Result<Vec<Touch>, Error> {
        // With paths git leaves out a merge that is all that its second parent is.
        let range = [branch.to_string(), format!("^{but}")];
        let listed = self.git().call(["rev-list", "--first-parent", FARTHEST]).args(range).text()?;
        let mut touches = Vec::new();
        for commit in listed.lines().filter_map(|line| line.parse().ok()) {
            if touches.len() < MOST && self.changes_any(commit, paths)? {
                touches.push(self.touch(commit)?);
            }
        }
        Ok(touches)
    }

    /// Tells whether a commit has something else at one of these paths than its first parent.
    fn changes_any(&self, commit: Oid, paths: &[&[u8]]) -> Result<bool, objects::Error> {
        let new = self.commit(commit)?;
        let old = new.parents.first().map(|parent| self.commit(*parent)).transpose()?;
        for path in paths {
            let before = old.as_ref().map(|old| self.path_in(old.tree, path)).transpose()?.flatten();
            if before != self.path_in(new.tree, path)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn touch(&self, commit: Oid) -> Result<Touch, objects::Error> {
        let message = self.commit_message(commit)?;
        let trailer = |name| candidate::trailer(&message, name);
        Ok(Touch {
            commit,
            subject: message.lines().next().unwrap_or_default().to_owned(),
            run: trailer("Par-Run").map(str::to_owned),
            entry: trailer("Par-Entry").and_then(|text| text.parse().ok()),
        })
    }
}
