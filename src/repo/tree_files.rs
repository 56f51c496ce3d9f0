//! Files of trees: every path of a commit.

use super::{git, open::Repository};
use crate::model::oid::Oid;

impl Repository {
    /// Lists the paths of all files of a commit; what is not UTF-8 is replaced.
    pub fn files_of(&self, commit: Oid) -> Result<Vec<String>, git::Error> {
        let list =
            self.git().call(["ls-tree", "-r", "-z", "--full-tree", "--name-only", &commit.to_string()]).bytes()?;
        let paths = list.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        Ok(paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect())
    }
}
