//! Show: the command line by which the user's own git shows the pairs.

use std::{ffi::OsString, fmt::Write as _};

use super::Pair;
use crate::repo::git;

/// Returns the options for git diff.
pub(super) fn options(stat: bool, options: &[OsString]) -> Vec<OsString> {
    stat.then(|| "--stat".into()).into_iter().chain(options.iter().cloned()).collect()
}

/// Spells the call: of one pair as it is, of several as an alias, so that they share one pager.
pub(super) fn argv(pairs: &[Pair], options: &[OsString]) -> Vec<OsString> {
    if let [pair] = pairs {
        let call = ["diff".to_owned(), pair.old_tree.to_string(), pair.new_tree.to_string()];
        return git::own_call(call.map(OsString::from).iter().chain(options));
    }
    let alias = OsString::from(format!("alias.par-diff={}", script(pairs)));
    let call = [OsString::from("--paginate"), "-c".into(), alias, "par-diff".into()];
    git::own_call(call.iter().chain(options))
}

/// Writes a shell function that shows each pair below its heading; the options are its arguments.
fn script(pairs: &[Pair]) -> String {
    // An alias starts at the top of the worktree, and paths are meant from where the user stands. In a linked worktree git
    // names its own folder to an alias, which would make that place the top.
    let forget = if std::env::var_os("GIT_DIR").is_none() { "unset GIT_DIR; " } else { "" };
    let mut script = format!("!f() {{ {forget}cd \"./${{GIT_PREFIX:-}}\" || return; s=0; ");
    for pair in pairs {
        let Pair { old_tree, new_tree, .. } = pair;
        let still = if pair.unfinished { ", still without a candidate" } else { "" };
        let heading = format!("{}{still}", pair.name());
        write!(script, "echo '==> {heading} <=='; git diff {old_tree} {new_tree} \"$@\" || s=$?; ")
            .expect("memory takes any text");
    }
    script + "return $s; }; f"
}
