//! Remotes: what they have of runs, objects from there, and refs to there, by git(1) as the user set it up.

use std::process::Output;

use super::{
    git::{self, Call},
    open::Repository,
    refs::Edit,
    settings,
};
use crate::model::{default_remote, oid::Oid, ref_name};

/// Why a remote did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none.
    #[error("no remote was named, and git has no default one here")]
    None,
    /// It is several repositories, and no transaction spans them.
    #[error("remote '{name}' has {} push URLs: name one of them", urls.len())]
    Several {
        /// The remote.
        name: String,
        /// Its addresses.
        urls: Vec<String>,
    },
    /// It could not be talked to.
    #[error("could not read from remote '{remote}': {message}")]
    Unreachable {
        /// The remote.
        remote: String,
        /// What git said.
        message: String,
    },
    /// It takes several refs only one after the other.
    #[error("remote '{0}' cannot take a run's refs all or none: it does not support atomic pushes")]
    NotAtomic(String),
    /// It, or a hook on either side, said no.
    #[error("refused: {0}")]
    Refused(String),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// A remote of a repository.
#[derive(Clone, Debug)]
pub struct Remote<'a> {
    /// Its name, or its address where it has none.
    pub name: String,
    repository: &'a Repository,
    /// Where it is read: for a push the place that is pushed to, which may be another one.
    address: String,
}

/// What to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Give it what is here.
    Push,
    /// Take what it has.
    Fetch,
}

impl Repository {
    /// Finds the remote of this name or address, or else the one that git would choose.
    pub fn remote(&self, named: Option<&str>, direction: Direction) -> Result<Remote<'_>, Error> {
        let is_push = direction == Direction::Push;
        let name = match named {
            Some(name) => name.to_owned(),
            None => self.default_remote(is_push)?.ok_or(Error::None)?,
        };
        let address = if is_push { self.push_address(&name)? } else { name.clone() };
        Ok(Remote { name, repository: self, address })
    }

    fn default_remote(&self, is_push: bool) -> Result<Option<String>, Error> {
        let call = self.git().call(["config", "-z", "--get-regexp", "^(remote|branch)\\."]);
        let head = self.git().call(["symbolic-ref", "--quiet", "--short", "HEAD"]).output()?;
        let branch = String::from_utf8_lossy(&head.stdout).trim_end().to_owned();
        let branch = Some(branch.as_str()).filter(|branch| !branch.is_empty());
        Ok(default_remote::choose(&settings::pairs(&call.output()?.stdout), branch, is_push))
    }

    /// Returns the name itself where it is read and written at one place, and else the place to write to.
    fn push_address(&self, name: &str) -> Result<String, Error> {
        let urls = |options: &[&str]| {
            let output = self.git().call(["remote", "get-url"]).args(options).args(["--", name]).output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            Ok::<_, git::Error>(text.lines().map(str::to_owned).collect::<Vec<_>>())
        };
        let mut to = urls(&["--push", "--all"])?;
        if to.len() > 1 {
            return Err(Error::Several { name: name.to_owned(), urls: to });
        }
        let same = to == urls(&[])?;
        Ok(to.pop().filter(|_| !same).unwrap_or_else(|| name.to_owned()))
    }
}

impl Remote<'_> {
    /// Lists the refs of runs that it has, by name, as it tells them.
    pub fn refs(&self) -> Result<Vec<(String, Oid)>, Error> {
        let call =
            self.call(["ls-remote", "--quiet", "--refs", "--", &self.address]).args(["refs/par/*", "refs/notes/par/*"]);
        let text = String::from_utf8_lossy(&self.read(&call)?).into_owned();
        let rows = text.lines().filter_map(|line| line.split_once('\t'));
        let ours = rows.filter(|(_, name)| name.starts_with(ref_name::RUNS) || name.starts_with(ref_name::NOTES));
        Ok(ours.filter_map(|(id, name)| Some((name.to_owned(), id.parse().ok()?))).collect())
    }

    /// Gets these objects with all that they lead to; no ref is written.
    pub fn fetch(&self, objects: &[Oid]) -> Result<(), Error> {
        if objects.is_empty() {
            return Ok(());
        }
        let call = self.call(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]);
        let call = call.args(["--no-recurse-submodules", "--no-prune", "--no-write-commit-graph"]);
        // A partial clone would leave the journals there, and a configured refspec would move refs.
        let call = call.args(["--no-filter", "--refmap=", "--stdin", "--", &self.address]);
        let wanted: String = objects.iter().map(|id| format!("{id}\n")).collect();
        self.read(&call.any_setting(&self.setting("followRemoteHEAD"), "never").input(wanted)).map(drop)
    }

    /// Moves refs there, all or none, each only where it has the value that it is expected to have.
    pub fn push(&self, edits: &[Edit]) -> Result<(), Error> {
        let call = self.call(["push", "--porcelain", "--atomic", "--no-progress", "--no-follow-tags"]).with_hooks();
        let call = call.args(["--no-recurse-submodules", "--no-force-if-includes"]);
        let value = |id: Option<Oid>| id.map(|id| id.to_string()).unwrap_or_default();
        // Not blindly forced: git's name for a compare-and-swap.
        let leases = edits.iter().map(|edit| format!("--force-with-lease={}:{}", edit.name, value(edit.expected)));
        let refspecs = edits.iter().map(|edit| format!("{}:{}", value(edit.new), edit.name));
        let call = call.args(leases).args(["--", &self.name]).args(refspecs);
        let output = call.any_setting(&self.setting("mirror"), "false").ended()?;
        if output.status.success() { Ok(()) } else { Err(self.refusal(&output)) }
    }

    fn call<const N: usize>(&self, args: [&str; N]) -> Call {
        // An address may be relative: to the top, as in git.
        let call = self.repository.git().call(args).with_remote();
        match self.repository.work_dir() {
            Some(top) => call.work_tree(&top),
            None => call,
        }
    }

    fn setting(&self, setting: &str) -> String {
        format!("remote.{}.{setting}", self.name)
    }

    fn read(&self, call: &Call) -> Result<Vec<u8>, Error> {
        let output = call.ended()?;
        let unreachable = || Error::Unreachable { remote: self.name.clone(), message: git::complaint(&output.stderr) };
        if output.status.success() { Ok(output.stdout) } else { Err(unreachable()) }
    }

    fn refusal(&self, output: &Output) -> Error {
        let said = git::complaint(&output.stderr);
        if said.contains("does not support --atomic") {
            return Error::NotAtomic(self.name.clone());
        }
        let reasons = rejected(&output.stdout);
        let hook = String::from_utf8_lossy(&output.stderr);
        let hook = hook.lines().filter_map(|line| Some(line.strip_prefix("remote:")?.trim().to_owned()));
        let words: Vec<String> = reasons.into_iter().chain(hook.filter(|line| !line.is_empty())).take(8).collect();
        Error::Refused(if words.is_empty() { said } else { words.join("; ") })
    }
}

/// Reads why refs were rejected (git-push(1), OUTPUT): each reason once, with the first ref of it.
fn rejected(porcelain: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(porcelain);
    let mut found: Vec<(&str, &str)> = Vec::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("!\t")) {
        let Some((refspec, summary)) = line.split_once('\t') else { continue };
        let name = refspec.split_once(':').map_or(refspec, |(_, name)| name);
        let reason = summary.split_once('(').map_or(summary, |(_, reason)| reason.trim_end_matches(')'));
        // Those that fail because another one does say nothing.
        if !reason.starts_with("atomic") && !found.iter().any(|(_, known)| *known == reason) {
            found.push((name, reason));
        }
    }
    found.into_iter().map(|(name, reason)| format!("{name}: {reason}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_told_once_and_none_that_follows_from_another() {
        let porcelain = b"To hub\n!\tabc:refs/par/r/base\t[remote rejected] (deny updating a hidden ref)\n\
            !\tabc:refs/par/r/w1\t[remote rejected] (deny updating a hidden ref)\n\
            !\t:refs/par/r/w2\t[rejected] (atomic push failed)\nDone\n";
        assert_eq!(rejected(porcelain), ["refs/par/r/base: deny updating a hidden ref"]);
        assert_eq!(rejected(b"!\tnothing"), Vec::<String>::new());
    }
}
