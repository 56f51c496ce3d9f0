//! Command lines: what the user wants run, and how it is written down.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

/// Makes the command line that has the shell run a text, as git runs the commands in its config.
#[must_use]
pub fn shell(text: &str) -> Vec<OsString> {
    ["sh", "-c", text].map(OsString::from).to_vec()
}

/// Writes a command line as it goes into an event: without this machine's paths.
///
/// The repository's folder becomes `.`, what lies beside it is named as a worktree beside it would, and the user's home
/// becomes `~`; what is not UTF-8 is replaced.
#[must_use]
pub fn recorded(argv: &[OsString], repository: &Path) -> Vec<String> {
    let home = std::env::home_dir().filter(|home| home.components().count() > 1);
    argv.iter().map(|argument| without_paths(argument, repository, home.as_deref())).collect()
}

fn without_paths(argument: &OsStr, repository: &Path, home: Option<&Path>) -> String {
    let text = argument.to_string_lossy().into_owned();
    let text = replaced(&text, repository, ".");
    let text = repository.parent().map_or(text.clone(), |beside| replaced(&text, beside, "../../.."));
    home.map_or(text.clone(), |home| replaced(&text, home, "~"))
}

fn replaced(text: &str, folder: &Path, sign: &str) -> String {
    let folder = folder.to_string_lossy();
    if folder.len() < 2 {
        return text.to_owned();
    }
    text.replace(&format!("{folder}/"), &format!("{sign}/"))
}

/// Shows a command line as a shell would take it.
#[must_use]
pub fn shown(argv: &[String]) -> String {
    match argv {
        [sh, c, text] if sh == "sh" && c == "-c" => text.clone(),
        _ => shell_words::join(argv),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_command_line_names_no_folder_of_this_machine() {
        let argv = ["sh", "-c", "/work/repo/fix.sh >/work/repo/out /home/me/x /work/repository"].map(OsString::from);
        let texts: Vec<String> = argv
            .iter()
            .map(|argument| without_paths(argument, Path::new("/work/repo"), Some(Path::new("/home/me"))))
            .collect();
        assert_eq!(texts, ["sh", "-c", "./fix.sh >./out ~/x ../../../repository"]);
    }

    #[test]
    fn what_the_user_wrote_for_the_shell_is_shown_as_written() {
        assert_eq!(shown(&["sh", "-c", "a && b"].map(String::from)), "a && b");
        assert_eq!(shown(&["a b", "c"].map(String::from)), "'a b' c");
    }
}
