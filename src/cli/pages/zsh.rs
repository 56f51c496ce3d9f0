//! Completion for zsh: the function `_git-par`, which zsh's own completion of git calls too.

use clap::Command;
use clap_complete::{Shell, generate};

use super::{Page, values};

const HEAD: &str = include_str!("zsh/head.zsh");

/// What the generator is made to say, and what is meant.
const MEANT: [(&str, &str); 6] = [
    ("_users", "_git-par_runs"),
    ("_urls", "_git-par_journals"),
    ("_email_addresses", "_git-par_journals_or_files"),
    ("_absolute_command_paths", "_git-par_remotes"),
    ("_hosts", "_git-par_commits"),
    ("_command_names -e", "_git-par_branches"),
];

/// What begins the function that the generator writes.
const BEGIN: &str = "_git-par() {\n";

/// Where a verb is a program of its own, it is put where the function looks for it.
const VERB_PROGRAM: &str = "\
    if [[ $words[1] == git-par-* ]]; then
        words=(git-par ${words[1]#git-par-} \"${(@)words[2,-1]}\")
        (( CURRENT += 1 ))
    fi
";

/// Makes the file.
pub(super) fn page(root: &Command) -> Page {
    let mut bytes = Vec::new();
    generate(Shell::Zsh, &mut values::hinted(root), "git-par", &mut bytes);
    let text = String::from_utf8(bytes).expect("the definition of the command line is UTF-8");
    let text = MEANT.iter().fold(text, |text, (said, meant)| text.replace(said, meant));
    // The first line is the one that the completion system reads; ours names more programs.
    let (_, rest) = text.split_once('\n').expect("a script has lines");
    let rest = rest.replacen(BEGIN, &format!("{BEGIN}{VERB_PROGRAM}"), 1);
    Page { path: "completions/_git-par".to_owned(), text: format!("{HEAD}{rest}") }
}
