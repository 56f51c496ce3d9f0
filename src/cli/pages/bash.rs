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
    add(&mut text, &cases("argument", root, argument));
    add(&mut text, &cases("own", root, own_verbs));
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
    add(&mut text, &format!("\t\"\")\n{}\t\t;;\n", body(root)));
    for verb in verbs(root) {
        add(&mut text, &format!("\t{})\n{}\t\t;;\n", verb.get_name(), body(verb)));
        for own in verb.get_subcommands() {
            add(&mut text, &format!("\t\"{} {}\")\n{}\t\t;;\n", verb.get_name(), own.get_name(), body(own)));
        }
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

fn argument(verb: &Command) -> String {
    let own = own_names(verb);
    let offer = (!own.is_empty()).then(|| format!("__git_par_offer \"{own}\" \"$3\""));
    let first = || verb.get_positionals().find(|arg| !arg.is_last_set()).map(action);
    format!("\t\t{}\n", offer.or_else(first).unwrap_or("return 1".to_owned()))
}

/// Writes what tells whether the word `$2` is one of a verb's own verbs.
fn own_verbs(verb: &Command) -> String {
    let names = own_names(verb).replace(' ', "|");
    let yes = if names.is_empty() { String::new() } else { format!("\t\tcase \"$2\" in {names}) return 0 ;; esac\n") };
    yes + "\t\treturn 1\n"
}

fn own_names(verb: &Command) -> String {
    let is_suite = verb.get_name() == "git-par";
    let names: Vec<&str> = verb.get_subcommands().filter(|_| !is_suite).map(Command::get_name).collect();
    names.join(" ")
}

fn action(arg: &Arg) -> String {
    match Values::of(arg) {
        Values::Words(words) => format!("__git_par_offer \"{}\" \"$3\"", words.join(" ")),
        // Where no run begins so, the shell falls back on files.
        Values::Runs => "__git_par_offer \"$(__git_par_runs)\" \"$3\"".to_owned(),
        Values::Journals | Values::JournalsOrFiles => "__git_par_offer \"$(__git_par_journals)\" \"$3\"".to_owned(),
        // Runs and queues follow it, of which none has the name of a remote.
        Values::Remotes => "__git_par_offer \"$(__git_par_git remote) $(__git_par_journals)\" \"$3\"".to_owned(),
        Values::Commits => "__git_par_offer \"$(__git_par_refs refs/heads refs/tags refs/remotes)\" \"$3\"".to_owned(),
        Values::Branches => "__git_par_offer \"$(__git_par_refs refs/heads)\" \"$3\"".to_owned(),
        // Without an offer the shell falls back on files.
        Values::Files | Values::Free => ":".to_owned(),
    }
}
