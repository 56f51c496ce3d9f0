//! Settings: the user's `par.*` in git config, read once as git itself reads them.

use std::{collections::HashMap, ffi::OsStr, os::unix::ffi::OsStrExt, path::PathBuf};

use super::{
    git::{self, Git},
    open::Repository,
};

/// Every `par.*` setting; the last value of a key counts.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    values: HashMap<String, String>,
}

impl Settings {
    /// Returns the value of a key such as `par.jobs`, whatever its case.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(&key.to_ascii_lowercase()).map(String::as_str)
    }

    /// Returns the value of a key that was listed, such as one whose middle part has capitals.
    #[must_use]
    pub fn exactly(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Lists what comes after this in the keys that begin so, in order.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Vec<&str> {
        let mut rests: Vec<&str> = self.values.keys().filter_map(|key| key.strip_prefix(prefix)).collect();
        rests.sort_unstable();
        rests
    }
}

impl Repository {
    /// Reads the user's settings from every level of git config.
    pub fn settings(&self) -> Result<Settings, git::Error> {
        settings(&self.git())
    }

    /// Reads the user's settings as the main worktree has them, wherever we stand.
    pub fn shared_settings(&self) -> Result<Settings, git::Error> {
        settings(&self.common_git())
    }

    /// Reads one setting of git's own; none where it is not set.
    pub fn git_setting(&self, key: &str) -> Result<Option<String>, git::Error> {
        let output = self.git().call(["config", "--get", key]).output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned();
        Ok(output.status.success().then_some(text))
    }

    /// Reads a setting that is a path, `~` written out as git does; none where it is not set.
    pub fn path_setting(&self, key: &str) -> Result<Option<PathBuf>, git::Error> {
        let output = self.git().call(["config", "-z", "--type=path", "--get", key]).output()?;
        let path = output.stdout.strip_suffix(b"\0").unwrap_or_default();
        Ok((output.status.success() && !path.is_empty()).then(|| OsStr::from_bytes(path).into()))
    }

    /// Reads one setting of git's own that is yes or no.
    pub fn git_switch(&self, key: &str) -> Result<bool, git::Error> {
        let output = self.git().call(["config", "--type=bool", "--get", key]).output()?;
        Ok(output.status.success() && output.stdout.starts_with(b"true"))
    }
}

fn settings(git: &Git) -> Result<Settings, git::Error> {
    let call = git.call(["config", "-z", "--get-regexp", "^par\\."]);
    let output = call.output()?;
    match output.status.code() {
        Some(0 | 1) => Ok(Settings { values: pairs(&output.stdout).into_iter().collect() }),
        _ => Err(call.failed(&output)),
    }
}

/// Reads what `git config -z` lists, in its order.
pub(super) fn pairs(zero_separated: &[u8]) -> Vec<(String, String)> {
    let entries = zero_separated.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    let texts = entries.map(|entry| String::from_utf8_lossy(entry).into_owned());
    // A key without a value is git's way to write yes.
    texts
        .map(|text| {
            text.split_once('\n').map_or((text.clone(), "true".to_owned()), |(k, v)| (k.to_owned(), v.to_owned()))
        })
        .collect()
}
