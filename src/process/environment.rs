//! The environment of a child: built from the inherited one, never handed on blindly.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
};

use crate::failpoint;

/// Variables that point git at a repository, or that git sets for the length of one command (git(1), `git rev-parse
/// --local-env-vars`, githooks(5)).
const REPOSITORY: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PAGER_IN_USE",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REFERENCE_BACKEND",
    "GIT_REFLOG_ACTION",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Families of variables of the same sort: they carry a number or, ours, any name.
const PREFIXES: &[&str] = &["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_PUSH_OPTION_", "PAR_"];

/// What a shell remembers of the folder that this process was started in: programs take it for their own.
const FOLDERS: &[&str] = &["PWD", "OLDPWD"];

/// The whole environment of a child, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Builds an environment: `inherited` without what points at a repository, at a folder or at another run, prompts of
    /// git off, then `additions`, which win.
    pub fn build<I, A>(inherited: I, additions: A) -> Self
    where
        I: IntoIterator<Item = (OsString, OsString)>,
        A: IntoIterator<Item = (OsString, OsString)>,
    {
        let kept = inherited.into_iter().filter(|(name, _)| !is_removed(name));
        let quiet = (OsString::from("GIT_TERMINAL_PROMPT"), OsString::from("0"));
        Self(kept.chain([quiet]).chain(additions).collect())
    }

    /// Builds an environment from that of this process, with nothing added.
    #[must_use]
    pub fn inherit() -> Self {
        Self::build(std::env::vars_os(), [])
    }

    /// Returns this environment with one variable set.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Returns the value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// Lists names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

/// Tells in which run, and in which of its workers, this process was started; none where it is in none.
#[must_use]
pub fn surroundings() -> Option<(String, String)> {
    let read = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    // A hook has a run too, and is no part of it.
    let is_hook = read("PAR_EVENT").is_some();
    Some((read("PAR_RUN")?, read("PAR_WORKER")?)).filter(|_| !is_hook)
}

fn is_removed(name: &OsStr) -> bool {
    let listed = REPOSITORY.iter().chain(FOLDERS).chain(&[super::detach::VARIABLE]).any(|entry| name == *entry);
    let listed = listed || failpoint::is_variable(name);
    listed || PREFIXES.iter().any(|prefix| name.as_bytes().starts_with(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(names: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        names.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    fn built(inherited: &[(&str, &str)], additions: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        Environment::build(pairs(inherited), pairs(additions)).0.into_iter().collect()
    }

    #[test]
    fn what_points_at_a_repository_does_not_reach_a_child() {
        for name in REPOSITORY {
            assert_eq!(built(&[(name, "x")], &[]), pairs(&[("GIT_TERMINAL_PROMPT", "0")]), "{name}");
        }
    }

    #[test]
    fn all_that_git_itself_calls_local_is_removed() {
        let listed = std::process::Command::new("git").args(["rev-parse", "--local-env-vars"]).output().unwrap();
        let text = String::from_utf8(listed.stdout).unwrap();
        assert!(text.lines().count() > 10);
        let left: Vec<_> = text.lines().filter(|name| !is_removed(OsStr::new(name))).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn configuration_by_number_is_removed() {
        let inherited = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "a.b"), ("GIT_CONFIG_VALUE_12", "secret")];
        assert_eq!(built(&inherited, &[]), pairs(&[("GIT_TERMINAL_PROMPT", "0")]));
    }

    #[test]
    fn the_variables_of_an_outer_run_are_replaced_by_those_of_the_inner_one() {
        let outer = [("PAR_RUN", "outer"), ("PAR_SECRET", "outer"), ("PARALLEL", "4")];
        let expected = [("GIT_TERMINAL_PROMPT", "0"), ("PARALLEL", "4"), ("PAR_RUN", "inner")];
        assert_eq!(built(&outer, &[("PAR_RUN", "inner")]), pairs(&expected));
    }

    #[test]
    fn the_folder_of_this_process_is_not_told() {
        assert_eq!(built(&[("PWD", "/main"), ("OLDPWD", "/")], &[]), pairs(&[("GIT_TERMINAL_PROMPT", "0")]));
    }

    #[test]
    fn identity_editor_and_transport_stay() {
        let kept = [
            ("GIT_AUTHOR_NAME", "A"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_EDITOR", "vi"),
            ("GIT_SSH_COMMAND", "ssh"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("PATH", "/bin"),
        ];
        assert_eq!(built(&kept, &[]), pairs(&kept));
    }

    #[test]
    fn prompts_are_off_unless_the_caller_turns_them_on() {
        assert_eq!(built(&[("GIT_TERMINAL_PROMPT", "1")], &[]), pairs(&[("GIT_TERMINAL_PROMPT", "0")]));
        let environment = Environment::build([], pairs(&[("GIT_TERMINAL_PROMPT", "1")]));
        assert_eq!(environment.get("GIT_TERMINAL_PROMPT"), Some(OsStr::new("1")));
    }
}
