//! Replays: the commits of one line made anew on top of another, as git-rebase(1) does it, in memory.

use super::{
    git,
    merge::{self, Merged},
    objects,
    open::Repository,
};
use crate::model::oid::Oid;

/// How a commit is printed: its author's name, address and time, and its message.
const TOLD: &str = "--format=%an%x00%ae%x00@%ad%x00%B";

/// Why commits could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The merge, or what git printed of a commit.
    #[error(transparent)]
    Merge(#[from] merge::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// What a replay comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// The last of the new commits, with its tree.
    Made(Oid, Oid),
    /// These paths conflict, quoted as git quotes, in path order; none of them where git makes no commit of such an author.
    Conflict(Vec<String>),
}

impl Repository {
    /// Makes the commits that lead to `commit` and are not in `onto` anew on top of that, oldest first, with their authors and
    /// messages. Merges are left out, and so is what changes nothing any more; nothing but objects is written.
    pub fn replay(&self, commit: Oid, onto: Oid) -> Result<Replayed, Error> {
        let (mut tip, mut tree) = (onto, self.commit(onto)?.tree);
        for original in self.unmerged(commit, onto)? {
            let (theirs, parents) = self.commit(original).map(|commit| (commit.tree, commit.parents))?;
            let base = match parents.first() {
                Some(parent) => self.commit(*parent)?.tree,
                None => self.write_tree(&[])?,
            };
            match self.merge_three(base, tree, theirs)? {
                Merged::Conflict(paths) => return Ok(Replayed::Conflict(paths)),
                Merged::Clean(new) if new == tree && theirs != base => {}
                Merged::Clean(new) => match self.remake(original, (new, tip))? {
                    Some(made) => (tip, tree) = (made, new),
                    None => return Ok(Replayed::Conflict(Vec::new())),
                },
            }
        }
        if tip != onto {
            self.sync_objects(&self.objects_beyond(&[onto], tip)?)?;
        }
        Ok(Replayed::Made(tip, tree))
    }

    fn unmerged(&self, commit: Oid, onto: Oid) -> Result<Vec<Oid>, Error> {
        let range = format!("{onto}..{commit}");
        let printed = self.git().call(["rev-list", "--reverse", "--topo-order", "--no-merges", &range]).text()?;
        let parse = |line: &str| line.parse().map_err(|_| merge::Error::NoTree(line.to_owned()).into());
        printed.lines().map(parse).collect()
    }

    /// Makes a commit anew with another tree and parent; none where its author has a name that git refuses, or none.
    fn remake(&self, original: Oid, (tree, parent): (Oid, Oid)) -> Result<Option<Oid>, Error> {
        let original = original.to_string();
        let call = self.git().call(["log", "-1", "--no-show-signature", "--date=raw", TOLD, &original]);
        let printed = call.setting("i18n.logOutputEncoding=UTF-8").bytes()?;
        let fields: Vec<&[u8]> = printed.splitn(4, |byte| *byte == 0).collect();
        let [name, mail, date, message] = fields[..] else { return Err(merge::Error::NoTree(original).into()) };
        let message = message.strip_suffix(b"\n").unwrap_or(message);
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let mut arguments: Vec<String> = ["commit-tree", "-F", "-", "-p"].map(str::to_owned).to_vec();
        arguments.extend([parent.to_string(), tree.to_string()]);
        if self.git_switch("commit.gpgSign")? {
            arguments.push("-S".to_owned());
        }
        let author = [("GIT_AUTHOR_NAME", name), ("GIT_AUTHOR_EMAIL", mail), ("GIT_AUTHOR_DATE", date)];
        let call = self.git().call(arguments).setting("i18n.commitEncoding=UTF-8").input(message);
        let call = author.into_iter().fold(call, |call, (key, value)| call.env(key, text(value)));
        match call.with_terminal().text() {
            Err(git::Error::Failed { message, .. }) if is_about_name(&message) => Ok(None),
            made => {
                let made = made?;
                Ok(Some(made.parse().map_err(|_| merge::Error::NoTree(made))?))
            }
        }
    }
}

fn is_about_name(message: &str) -> bool {
    ["empty ident name", "only of disallowed characters"].iter().any(|part| message.contains(part))
}
