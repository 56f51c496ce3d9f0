//! Values: what may stand for the value of an argument, for the shells to offer.

use clap::{Arg, Command, ValueHint, builder::PossibleValuesParser};

use crate::model::{preset, rule};

/// What a shell offers for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// One of these words.
    Words(Vec<String>),
    /// The id of a run.
    Runs,
    /// The id of a run, or a queue.
    Journals,
    /// The id of a run, a queue, or a file.
    JournalsOrFiles,
    /// The name of a remote.
    Remotes,
    /// Anything that names a commit.
    Commits,
    /// A branch.
    Branches,
    /// A file or a folder.
    Files,
    /// Nothing that a shell could know.
    Free,
}

impl Values {
    /// Tells what may stand for an argument's value.
    pub(super) fn of(arg: &Arg) -> Self {
        let known = arg.get_possible_values();
        if !known.is_empty() {
            return Self::Words(known.iter().map(|value| value.get_name().to_owned()).collect());
        }
        let names = arg.get_value_names().unwrap_or_default();
        match names.first().map_or("", |name| name.as_str()) {
            "NAME|CMD" => Self::words(preset::ALL.iter().map(|preset| preset.name)),
            "RULE" => Self::words(rule::FIELDS.iter().map(|(_, name)| *name)),
            "RUN" if arg.get_id() != "name" => Self::Runs,
            "RUN|QUEUE" => Self::Journals,
            "RUN|QUEUE|FILE" => Self::JournalsOrFiles,
            "REMOTE" => Self::Remotes,
            "REV" => Self::Commits,
            "BRANCH" => Self::Branches,
            "FILE" | "DIR" | "PATHSPEC" => Self::Files,
            name if is_alternatives(name) => Self::words(name.split('|')),
            _ => Self::Free,
        }
    }

    fn words<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        Self::Words(words.map(str::to_owned).collect())
    }
}

/// Tells whether a value's name spells out its values, such as `worktree|clean`.
fn is_alternatives(name: &str) -> bool {
    name.contains('|') && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'|')
}

/// Returns the tree with every value told in the terms of the generators of `clap_complete`.
///
/// Those have no word for runs, queues, remotes, commits and branches: kinds that no argument has stand for them until the text is made.
pub(super) fn hinted(root: &Command) -> Command {
    root.clone().mut_subcommands(|verb| verb.mut_args(hint).mut_subcommands(|below| below.mut_args(hint)))
}

fn hint(arg: Arg) -> Arg {
    if !arg.get_action().takes_values() {
        return arg;
    }
    match Values::of(&arg) {
        Values::Words(words) => arg.value_parser(PossibleValuesParser::new(words)),
        Values::Runs => arg.value_hint(ValueHint::Username),
        Values::Commits => arg.value_hint(ValueHint::Hostname),
        Values::Journals => arg.value_hint(ValueHint::Url),
        Values::JournalsOrFiles => arg.value_hint(ValueHint::EmailAddress),
        Values::Remotes => arg.value_hint(ValueHint::ExecutablePath),
        Values::Branches => arg.value_hint(ValueHint::CommandName),
        Values::Files => arg.value_hint(ValueHint::AnyPath),
        Values::Free => arg.value_hint(ValueHint::Other),
    }
}
