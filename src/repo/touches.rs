//! Touches: which commits of a branch changed some paths.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::{git, open::Repository};
use crate::model::oid::Oid;

/// How many commits are looked for.
const MOST: &str = "--max-count=20";
/// How a commit is printed: its id, its subject, and what the trailers say of where it came from.
const TOLD: &str = "--format=%H%x00%s%x00%(trailers:key=Par-Run,valueonly,separator=)%x00%(trailers:key=Par-Entry,valueonly,separator=)%x00";

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
    /// Lists the commits of a branch that are not in another commit and changed any of these paths, the newest first, 20 at most.
    pub fn touches(&self, branch: Oid, but: Oid, paths: &[&[u8]]) -> Result<Vec<Touch>, git::Error> {
        let range = [branch.to_string(), format!("^{but}")];
        let call = self.git().call(["log", "--first-parent", "--no-show-signature", MOST, TOLD]).args(range);
        let call = call.args(["--"]).args(paths.iter().map(|path| OsStr::from_bytes(path)));
        let printed = call.env("GIT_LITERAL_PATHSPECS", "1").setting("i18n.logOutputEncoding=UTF-8").bytes()?;
        let text = String::from_utf8_lossy(&printed).into_owned();
        let fields: Vec<&str> = text.split('\0').map(|field| field.trim_start_matches('\n')).collect();
        let touch = |fields: &[&str]| {
            let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            let (commit, subject) = (fields[0].parse().ok()?, fields[1].to_owned());
            Some(Touch { commit, subject, run: some(fields[2]), entry: fields[3].trim().parse().ok() })
        };
        Ok(fields.chunks_exact(4).filter_map(touch).collect())
    }
}
