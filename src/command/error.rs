//! Errors: what went wrong in a command, of which kind it is, and where there is a way out.

use std::{error::Error as StdError, path::Path};

use crate::{
    engine::{
        self, audit, crew, exchange, gate, journal, leavings, pursue,
        queue::{intake, processor},
        runs, supervisor, turn,
    },
    model::{agent_choice, rule, run_id, worker},
    repo::{git, identity, journal_notes, open, refs, remote, seal, target},
};

/// What kind of trouble it is; the exit status follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user did not agree, or was not there to.
    Declined,
    /// The command was not understood.
    Usage,
    /// A race was lost, or something is busy: the same command may work in a moment.
    Busy,
    /// A person must decide.
    Conflict,
    /// It cannot be done.
    Cannot,
    /// The user interrupted it.
    Interrupted,
}

/// What went wrong in a command.
#[derive(Debug)]
pub struct Error {
    /// What kind of trouble it is.
    pub kind: Kind,
    /// The trouble and its causes, outermost first.
    pub messages: Vec<String>,
    /// Ways out: exact commands to type.
    pub hints: Vec<String>,
}

impl Error {
    /// Makes an error of a command's own.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, messages: vec![message.into()], hints: Vec::new() }
    }

    /// Makes an error about how the command was called.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Tells all of it in one line, where it is one of several.
    #[must_use]
    pub fn in_line(&self) -> String {
        let hints = self.hints.iter().map(|hint| format!("; hint: {hint}"));
        self.messages.join(": ") + &hints.collect::<String>()
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let chain = chain(&error);
        let kind = chain.iter().find_map(|cause| kind_of(*cause)).unwrap_or(Kind::Cannot);
        let hints = chain.iter().filter_map(|cause| hint_of(*cause)).take(1).collect();
        let mut messages: Vec<String> = Vec::new();
        for cause in chain {
            let message = cause.to_string();
            // A transparent error says what its cause says.
            if messages.last() != Some(&message) {
                messages.push(message);
            }
        }
        Self { kind, messages, hints }
    }
}

type Cause<'e> = &'e (dyn StdError + 'static);

fn chain<'e>(error: Cause<'e>) -> Vec<Cause<'e>> {
    let next = |error: &Cause<'e>| {
        let error: Cause<'e> = *error;
        wrapped(error).or_else(|| error.source())
    };
    std::iter::successors(Some(error), next).collect()
}

/// Returns the error that a transparent one stands for: such a one names the source of that as its own.
fn wrapped(error: Cause<'_>) -> Option<Cause<'_>> {
    if let Some(error) = error.downcast_ref() {
        return match error {
            gate::Error::Journal(inner) => Some(inner),
            gate::Error::Turn(inner) => Some(inner),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref() {
        return match error {
            crew::Error::Journal(inner) => Some(inner),
            crew::Error::Pursue(inner) => Some(inner),
            crew::Error::Oversight(_) => None,
        };
    }
    if let Some(error) = error.downcast_ref() {
        return match error {
            pursue::Error::Journal(inner) => Some(inner),
            pursue::Error::Gate(inner) => Some(inner),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref() {
        return match error {
            engine::worker::Error::Journal(inner) => Some(inner),
            engine::worker::Error::Gate(inner) => Some(inner),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref() {
        return match error {
            journal::Error::Notes(inner) => Some(inner),
            journal::Error::Refs(inner) => Some(inner),
            journal::Error::Git(inner) => Some(inner),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref() {
        return match error {
            exchange::Error::Remote(inner) => Some(inner),
            exchange::Error::Supervisor(inner) => Some(inner),
            exchange::Error::Journal(inner) => Some(inner),
            exchange::Error::Notes(inner) => Some(inner),
            exchange::Error::Refs(inner) => Some(inner),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref() {
        return match error {
            target::Error::Refs(inner) => Some(inner),
            _ => None,
        };
    }
    wrapped_of_queue(error)
}

fn wrapped_of_queue(error: Cause<'_>) -> Option<Cause<'_>> {
    if let Some(error) = error.downcast_ref() {
        return match error {
            intake::Error::Journal(inner) => Some(inner),
            intake::Error::Refs(inner) => Some(inner),
            intake::Error::NoTarget(_) => None,
        };
    }
    match error.downcast_ref()? {
        processor::Error::Supervisor(inner) => Some(inner),
        processor::Error::Journal(inner) => Some(inner),
        processor::Error::Refs(inner) => Some(inner),
        processor::Error::Target(inner) => Some(inner),
        _ => None,
    }
}

fn kind_of(error: &(dyn StdError + 'static)) -> Option<Kind> {
    let usage = error.is::<rule::Error>()
        || error.is::<run_id::Error>()
        || error.is::<worker::Error>()
        || error.is::<agent_choice::Error>();
    if usage {
        return Some(Kind::Usage);
    }
    match error.downcast_ref() {
        Some(target::Error::Lost(_) | target::Error::Switched(_) | target::Error::Locked(_)) => {
            return Some(Kind::Busy);
        }
        Some(target::Error::Unfinished { .. }) => return Some(Kind::Conflict),
        Some(error) if error.is_about_files() => return Some(Kind::Conflict),
        _ => {}
    }
    let lost = matches!(error.downcast_ref(), Some(refs::Error::Lost { .. } | refs::Error::Locked(_)));
    let lost = lost || matches!(error.downcast_ref(), Some(exchange::Error::Lost(_) | exchange::Error::AtWork(_)));
    let lost = lost || matches!(error.downcast_ref(), Some(journal::Error::Overtaken { .. }));
    let held = matches!(error.downcast_ref(), Some(supervisor::Error::Held(_)))
        || matches!(error.downcast_ref(), Some(leavings::Error::Busy { .. }));
    if lost || held {
        return Some(Kind::Busy);
    }
    if let Some(processor::Error::Foreign(_)) = error.downcast_ref() {
        return Some(Kind::Declined);
    }
    let is_interrupted = matches!(error.downcast_ref(), Some(turn::Error::Interrupted))
        || matches!(error.downcast_ref(), Some(audit::Error::Interrupted));
    if is_interrupted {
        return Some(Kind::Interrupted);
    }
    let is_unclear = matches!(error.downcast_ref(), Some(runs::Error::Ambiguous { .. }))
        || matches!(error.downcast_ref(), Some(remote::Error::Several { .. }));
    is_unclear.then_some(Kind::Usage)
}

fn hint_of(error: &(dyn StdError + 'static)) -> Option<String> {
    if let Some(open::Error::Refused(message)) = error.downcast_ref() {
        return open_hint(message);
    }
    if let Some(lock) = held_lock(error) {
        return Some(format!("where no git is at work there any more: rm '{}'", lock.display()));
    }
    if let Some(exchange::Error::AtWork(run)) = error.downcast_ref() {
        return Some(format!("when it is over, or after git par stop {run}: git par fetch"));
    }
    if let Some(refs::Error::InTheWay { other, .. }) = error.downcast_ref() {
        return Some(format!("where nobody needs it: git update-ref -d {other}"));
    }
    if let Some(processor::Error::Foreign(queue)) = error.downcast_ref() {
        return Some(format!("git par queue process --into {queue} --trust, where you do"));
    }
    if let Some(identity::Error::Unknown(_)) = error.downcast_ref() {
        return Some(
            "git config --global user.name 'Your Name' && git config --global user.email you@example.com".to_owned(),
        );
    }
    if let Some(leavings::Error::Locked(folder)) = error.downcast_ref() {
        return Some(format!("git worktree unlock '{folder}'"));
    }
    let is_unfetched = matches!(error.downcast_ref(), Some(runs::Error::None))
        || matches!(error.downcast_ref(), Some(journal_notes::Error::NoBase(_)));
    if is_unfetched {
        return Some("git par fetch".to_owned());
    }
    match error.downcast_ref() {
        Some(remote::Error::None) => return Some("git remote add origin <URL>".to_owned()),
        Some(remote::Error::Several { urls, .. }) => return urls.first().map(|url| format!("git par push {url}")),
        _ => {}
    }
    if let Some(runs::Error::Unknown(_)) = error.downcast_ref() {
        return Some("git par list".to_owned());
    }
    if let Some(journal::Error::Broken { of, .. } | journal::Error::Illegal { of, .. }) = error.downcast_ref() {
        return Some(format!("git par verify {}", of.as_str()));
    }
    if let Some(seal::Error::Sign(_)) = error.downcast_ref() {
        return Some("git par seal --no-sign".to_owned());
    }
    matches!(error.downcast_ref(), Some(git::Error::NotFound)).then(|| "install git 2.45 or newer".to_owned())
}

fn held_lock(error: Cause<'_>) -> Option<&Path> {
    match (error.downcast_ref(), error.downcast_ref()) {
        (Some(target::Error::Locked(lock)), _) | (_, Some(refs::Error::Locked(lock))) => Some(lock),
        _ => None,
    }
}

fn open_hint(message: &str) -> Option<String> {
    if message.contains("not a git repository") {
        return Some("git init".to_owned());
    }
    let folder = message.split_once("dubious ownership in repository at ").map(|(_, rest)| rest)?;
    let folder = folder.split(';').next().unwrap_or_default().trim();
    Some(format!("git config --global --add safe.directory {folder}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{history::Illegal, ref_name::RefName};

    #[test]
    fn a_lost_race_is_told_as_one_however_deep_it_lies() {
        let lost = || refs::Error::Lost { name: RefName::full("refs/x"), expected: None, found: None };
        assert_eq!(Error::from(lost()).kind, Kind::Busy);
        assert_eq!(Error::from(journal::Error::from(lost())).kind, Kind::Busy);
        let deep = Error::from(gate::Error::from(journal::Error::from(lost())));
        assert_eq!((deep.kind, deep.messages.len()), (Kind::Busy, 1));
        assert_eq!(Error::from(target::Error::from(lost())).kind, Kind::Busy);
        let source = Illegal { seq: 14, message: "w1 is discarded already".to_owned() };
        let r: crate::model::run_id::RunId = "r".parse().unwrap();
        let overtaken = Error::from(journal::Error::Overtaken { of: r.name(), source });
        assert_eq!(overtaken.kind, Kind::Busy);
    }

    #[test]
    fn a_lock_that_stays_is_told_as_busy_with_the_way_to_be_rid_of_it() {
        let locked = || journal::Error::from(refs::Error::Locked("x.lock".into()));
        for error in [Error::from(locked()), Error::from(engine::worker::Error::from(locked()))] {
            assert_eq!((error.kind, error.messages.len()), (Kind::Busy, 1));
            assert!(error.in_line().ends_with("'x.lock'; hint: where no git is at work there any more: rm 'x.lock'"));
        }
    }

    #[test]
    fn a_hint_is_found_below_a_transparent_error() {
        let absent = journal_notes::Error::NoBase(RefName::full("refs/par/r/base"));
        assert!(Error::from(journal::Error::from(absent)).hints[0].starts_with("git par fetch"));
    }
}
