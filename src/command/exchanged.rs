//! What a push or a fetch answers: a line a run.

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Error, Kind, Report, report, style::Style};
use crate::{
    engine::{
        command_line,
        exchange::{self, Plan},
    },
    model::{
        journal_name::JournalName,
        ref_name::{self, RefName},
        relation::Relation,
    },
    repo::remote::Direction,
};

/// What an exchange with a remote answers.
#[derive(Debug, Serialize)]
pub struct Exchanged {
    /// The remote.
    pub remote: String,
    /// What became of each run.
    pub runs: Vec<Row>,
}

/// What became of one run.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The run, the queue as `queue/<branch>`, or a ref that should be one of these and is not.
    pub run: String,
    /// What became of it.
    pub state: State,
    /// How many events its journal has on the side that gives, where it was read.
    pub events: Option<u64>,
    /// The first event in which the two journals differ, where they fork.
    pub forked_at: Option<u64>,
    /// The refs that moved.
    pub refs: Vec<String>,
    /// The refs that differ, with nothing to say which side is right: they were left as they are.
    pub left: Vec<String>,
    /// The refs that are not what the journal calls for: they were left where they are.
    pub uncalled: Vec<String>,
    /// Why it was not done.
    pub error: Option<String>,
    #[serde(skip)]
    hints: Vec<String>,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It went to the remote.
    Pushed,
    /// It came from there.
    Fetched,
    /// There was nothing to do.
    UpToDate,
    /// The remote's journal goes on from the one here.
    Behind,
    /// The journal here goes on from the remote's.
    Ahead,
    /// Each side has events that the other has not.
    Forked,
    /// It was moved meanwhile, or is being worked on.
    Busy,
    /// It could not be done.
    Failed,
}

impl State {
    /// Tells what the relation of the given journal to the other one means for whoever stands here.
    fn of(plan: &Plan, direction: Direction) -> Self {
        match (plan.relation, direction) {
            (Relation::Forked { .. }, _) => Self::Forked,
            (Relation::Behind, Direction::Push) => Self::Behind,
            (Relation::Behind, Direction::Fetch) => Self::Ahead,
            _ if plan.transfer.moves.is_empty() => Self::UpToDate,
            (_, Direction::Push) => Self::Pushed,
            (_, Direction::Fetch) => Self::Fetched,
        }
    }
}

impl Row {
    /// Makes the row of a plan that was carried out.
    pub(super) fn of(plan: &Plan, direction: Direction, remote: &str) -> Self {
        let forked_at = if let Relation::Forked { event } = plan.relation { Some(event) } else { None };
        let names = |names: &mut dyn Iterator<Item = &RefName>| names.map(ToString::to_string).collect();
        Self {
            run: plan.run.spelled(),
            state: State::of(plan, direction),
            events: plan.events,
            forked_at,
            refs: names(&mut plan.transfer.moves.iter().map(|step| &step.name)),
            left: names(&mut plan.transfer.contested.iter().map(|step| &step.name)),
            uncalled: names(&mut plan.transfer.uncalled.iter()),
            error: None,
            hints: match direction {
                _ if forked_at.is_some() => taking_theirs(&plan.run, remote),
                Direction::Push => replacing_seal(plan, remote),
                Direction::Fetch => Vec::new(),
            },
        }
    }

    /// Makes the row of a run that could not be carried.
    pub(super) fn failed(of: &JournalName, error: exchange::Error, direction: Direction) -> Self {
        // The ways out are for a run that is here.
        let is_here =
            direction == Direction::Push || matches!(error, exchange::Error::AtWork(_) | exchange::Error::Refs(_));
        let error = Error::from(error);
        Self {
            run: of.spelled(),
            state: if error.kind == Kind::Busy { State::Busy } else { State::Failed },
            events: None,
            forked_at: None,
            refs: Vec::new(),
            left: Vec::new(),
            uncalled: Vec::new(),
            error: Some(error.messages.join(": ")),
            hints: if is_here { error.hints } else { Vec::new() },
        }
    }

    /// Makes the row of what stands where a run would, and is none.
    pub(super) fn strange(name: &str) -> Self {
        Self {
            run: name.to_owned(),
            state: State::Failed,
            events: None,
            forked_at: None,
            refs: Vec::new(),
            left: Vec::new(),
            uncalled: Vec::new(),
            error: Some("no ref of a run has such a name, nor of a queue: it was left there".to_owned()),
            hints: Vec::new(),
        }
    }

    fn line(&self, remote: &str) -> String {
        let plural = if self.refs.len() == 1 { "" } else { "s" };
        let events = self.events.map(|events| format!(" ({events} events, {} ref{plural})", self.refs.len()));
        let what = match self.state {
            State::Pushed => format!("{} to {remote}{}", Style::Good.paint("pushed"), events.unwrap_or_default()),
            State::Fetched => format!("{} from {remote}{}", Style::Good.paint("fetched"), events.unwrap_or_default()),
            State::UpToDate => "up to date".to_owned(),
            State::Behind => format!("{}: git par fetch {remote} {}", Style::Warning.paint("behind"), self.run),
            State::Ahead => format!("{}: git par push {remote} {}", Style::Warning.paint("ahead"), self.run),
            State::Forked => format!(
                "{} at event {}: {remote} has another history of it; nothing was changed",
                Style::Bad.paint("forked"),
                self.forked_at.unwrap_or_default()
            ),
            State::Busy | State::Failed => Style::Bad.paint(self.error.as_deref().unwrap_or_default()),
        };
        let left =
            self.left.iter().map(|name| format!("  {} differs and was left as it is\n", Style::Warning.paint(name)));
        let hints = self.hints.iter().map(|hint| format!("  hint: {hint}\n"));
        format!("{}: {what}\n{}{}", self.run, left.chain(hints).collect::<String>(), self.uncalled())
    }

    /// Tells in one line what the journal does not call for.
    fn uncalled(&self) -> String {
        let names = self.uncalled.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let (more, verbs) = match self.uncalled.len() {
            0 => return String::new(),
            1 => (String::new(), "is not what the journal calls for and was left where it is"),
            2 | 3 => (String::new(), "are not what the journal calls for and were left where they are"),
            all => {
                (format!(" and {} more", all - 3), "are not what the journal calls for and were left where they are")
            }
        };
        format!("  {names}{more} {verbs}\n")
    }
}

/// Says how to go on with the remote's history of a run or a queue, for whoever gives up the one here.
fn taking_theirs(of: &JournalName, remote: &str) -> Vec<String> {
    let shown = |words: &[&str]| command_line::shown(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
    let (notes, refs) = (RefName::notes(of).to_string(), format!("{}{}/", ref_name::RUNS, of.as_str()));
    let listed = shown(&["git", "for-each-ref", "--format=delete %(refname)", &notes, &refs]);
    let fetched = shown(&["git", "par", "fetch", remote, &of.spelled()]);
    vec![
        format!("to keep the one here in a file: {} FILE", shown(&["git", "par", "seal", &of.spelled(), "--bundle"])),
        format!("and then to go on with the remote's: {listed} | git update-ref --stdin && {fetched}"),
    ]
}

/// Says how a seal takes the place of the remote's, for whoever knows that his own is the right one.
fn replacing_seal(plan: &Plan, remote: &str) -> Vec<String> {
    let seal = RefName::seal(&plan.run);
    let contested = plan.transfer.contested.iter().find(|step| step.name == seal);
    let remote = command_line::shown(&[remote.to_owned()]);
    let line = |there| format!("to replace the seal there: git push --force-with-lease={seal}:{there} {remote} {seal}");
    contested.and_then(|step| step.expected).map(line).into_iter().collect()
}

impl Report for Exchanged {
    fn text(&self) -> String {
        if self.runs.is_empty() {
            return "no runs\n".to_owned();
        }
        self.runs.iter().map(|row| row.line(&self.remote)).collect()
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        let is = |state| self.runs.iter().any(|row| row.state == state);
        match () {
            () if is(State::Forked) || self.runs.iter().any(|row| !row.left.is_empty()) => Answer::Conflict,
            () if is(State::Busy) => Answer::Busy,
            () if is(State::Failed) => Answer::No,
            () => Answer::Yes,
        }
    }
}
