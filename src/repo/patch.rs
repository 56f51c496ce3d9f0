//! Patches: what one tree or commit changes against another, as git writes it.

use super::{git, open::Repository};
use crate::model::oid::Oid;

impl Repository {
    /// Writes how two trees or commits differ, with further options of git-diff-tree(1); no program of the user's has a say.
    pub fn patch(&self, (from, to): (Oid, Oid), options: &[&str]) -> Result<Vec<u8>, git::Error> {
        let call = self.common_git().call(["diff-tree", "-p", "--no-ext-diff", "--no-textconv"]);
        call.args(options).args([from.to_string(), to.to_string()]).bytes()
    }
}
