//! Completion for bash: functions that git's own completion calls, and that serve without it too.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::{Page, values::Values, verbs};

const HEAD: &str = include_str!("bash/head.bash");
const TAIL: &str = include_str!("bash/tail.bash");

/// Makes the file.
pub(super) fn page(root: &Command) -> Page {
    let names: Vec<&str> = verbs(root).map(Command::get_name).collect();
    let mut text = HEAD.to_owned();
    add(&mut text, &format!("\n__git_par_verbs=\"{}\"\n", names.join(" ")));
    add(&mut text, &cases("flags", root, flags));
    add(&mut text, &cases("value", root, option_values));
    add(&mut text, &cases("argument", root, |verb| actions(verb.get_positionals().filter(|arg| !arg.is_last_set()))));
    for name in names {
        add(&mut text, &format!("\n_git_par_{name} ()\n{{\n\t__git_par_verb {name}\n}}\n"));
    }
    text.push_str(TAIL);
    Page { path: "completions/git-par.bash".to_owned(), text }
}

fn add(text: &mut String, more: &str) {
    write!(text, "{more}").expect("memory takes any text");
}

/// Writes a function that chooses by verb, the suite itself being the verb of no name.
fn cases(name: &str, root: &Command, body: impl Fn(&Command) -> String) -> String {
    let mut text = format!("\n__git_par_{name} ()\n{{\n\tcase \"$1\" in\n");
    for verb in std::iter::once(root).chain(verbs(root)) {
        let pattern = if verb.get_name() == root.get_name() { "\"\"" } else { verb.get_name() };
        add(&mut text, &format!("\t{pattern})\n{}\t\t;;\n", body(verb)));
    }
    text + "\tesac\n}\n"
}

fn flags(verb: &Command) -> String {
    let visible = verb.get_arguments().filter(|arg| !arg.is_hide_set());
    let words: Vec<String> = visible.filter_map(flag).collect();
    format!("\t\t__git_par_offer \"{}\"\n", words.join(" "))
}

/// Writes an option as it is offered; one that takes a value ends in the sign that goes before it.
fn flag(arg: &Arg) -> Option<String> {
    let long = arg.get_long()?;
    Some(if arg.get_action().takes_values() { format!("--{long}=") } else { format!("--{long}") })
}

fn option_values(verb: &Command) -> String {
    let mut text = "\t\tcase \"$2\" in\n".to_owned();
    for arg in verb.get_arguments().filter(|arg| !arg.is_positional() && arg.get_action().takes_values()) {
        let long = arg.get_long().map(|long| format!("--{long}"));
        let short = arg.get_short().map(|short| format!("-{short}"));
        let names: Vec<String> = short.into_iter().chain(long).collect();
        add(&mut text, &format!("\t\t{}) {} ;;\n", names.join("|"), action(arg)));
    }
    text + "\t\t*) return 1 ;;\n\t\tesac\n"
}

fn actions<'a>(mut positionals: impl Iterator<Item = &'a Arg>) -> String {
    format!("\t\t{}\n", positionals.next().map_or("return 1".to_owned(), action))
}

fn action(arg: &Arg) -> String {
    match Values::of(arg) {
        Values::Words(words) => format!("__git_par_offer \"{}\" \"$3\"", words.join(" ")),
        // Where no run begins so, the shell falls back on files.
        Values::Runs | Values::RunsOrFiles => "__git_par_offer \"$(__git_par_runs)\" \"$3\"".to_owned(),
        Values::Commits => "__git_par_offer \"$(__git_par_refs refs/heads refs/tags refs/remotes)\" \"$3\"".to_owned(),
        Values::Branches => "__git_par_offer \"$(__git_par_refs refs/heads)\" \"$3\"".to_owned(),
        // Without an offer the shell falls back on files.
        Values::Files | Values::Free => ":".to_owned(),
    }
}
