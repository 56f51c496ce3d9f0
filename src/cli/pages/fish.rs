//! Completion for fish: of `git-par`, which fish's own completion of git asks for `git par`.

use std::fmt::Write as _;

use clap::Command;
use clap_complete::{Shell, generate};

use super::{
    Page,
    values::{self, Values},
    verbs,
};

const HEAD: &str = include_str!("fish/head.fish");

/// What the generator is made to say, and what is meant.
const MEANT: [(&str, &str); 3] = [
    ("__fish_complete_users", "__git_par_runs"),
    ("__fish_print_hostnames", "__git_par_commits"),
    ("__fish_complete_command", "__git_par_branches"),
];

/// Makes the file.
pub(super) fn page(root: &Command) -> Page {
    let mut bytes = Vec::new();
    generate(Shell::Fish, &mut values::hinted(root), "git-par", &mut bytes);
    let generated = String::from_utf8(bytes).expect("the definition of the command line is UTF-8");
    let mut text = MEANT.iter().fold(format!("{HEAD}{generated}"), |text, (said, meant)| text.replace(said, meant));
    for verb in verbs(root) {
        let name = verb.get_name();
        writeln!(text, "complete -c git-par-{name} -w 'git-par {name}'").expect("memory takes any text");
        if let Some((flag, offer)) = offer(verb) {
            let condition = format!("__fish_git_par_using_subcommand {name}");
            writeln!(text, "complete -c git-par -n \"{condition}\"{flag} -a \"({offer})\"")
                .expect("memory takes any text");
        }
    }
    Page { path: "completions/git-par.fish".to_owned(), text }
}

/// Returns what lists the runs and queues that a verb takes, with the flag that goes with it; none where it takes no run.
fn offer(verb: &Command) -> Option<(&'static str, &'static str)> {
    match Values::of(verb.get_positionals().next()?) {
        Values::Runs => Some((" -f", "__git_par_runs")),
        Values::Journals => Some((" -f", "__git_par_journals")),
        Values::JournalsOrFiles => Some(("", "__git_par_journals")),
        // An address of a remote may be a folder.
        Values::Remotes => Some(("", "__git_par_remotes")),
        _ => None,
    }
}
