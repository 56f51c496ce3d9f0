//! Pruning: what of a run may go, what stays, and why.

use std::time::Duration;

use serde::Serialize;

use super::{history::History, oid::Oid, run_id::RunId, worker::Worker};

/// What may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The worktree of a worker.
    Worktree,
    /// The worktree that a check was run in and that a crash left.
    Place,
    /// What git keeps of a worktree whose folder is gone.
    Entry,
    /// What an earlier removal left half done.
    Remains,
    /// Locks, logs and task files of a run that is gone.
    Scratch,
    /// Refs.
    Refs,
}

impl Kind {
    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Worktree => "worktree",
            Self::Place => "place",
            Self::Entry => "entry",
            Self::Remains => "remains",
            Self::Scratch => "scratch",
            Self::Refs => "refs",
        }
    }
}

/// Why something stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stay {
    /// The reason, for people.
    pub why: String,
    /// The command that changes it, where there is one.
    pub hint: Option<String>,
}

impl Stay {
    /// Makes a reason that nothing is to be done about.
    #[must_use]
    pub fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), hint: None }
    }

    /// Adds the command that changes it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// What the user wants gone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// How long ago the last event of a run must be.
    pub older_than: Duration,
    /// How many of the newest runs are left alone.
    pub keep: usize,
    /// Whether refs go too.
    pub refs: bool,
    /// Whether what nobody merged or sealed goes too.
    pub force: bool,
}

/// How a run stands, as far as pruning asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    /// There is no ref of it.
    Gone,
    /// A process works on it.
    Held,
    /// Its journal is not here, or does not read well.
    Unreadable,
    /// These workers began and nobody brings them to their end.
    Interrupted(Vec<Worker>),
    /// It is over, and a queue may still land what it won.
    Awaited(Stay),
    /// Nobody works on it any more.
    Over {
        /// How long ago its last event is; none where that is not known.
        age: Option<Duration>,
        /// Whether it is among the newest, which are left alone.
        is_new: bool,
    },
}

impl Life {
    /// Decides whether something of a run may go that has nothing to do with its age.
    pub fn require_idle(&self, run: &RunId) -> Result<(), Stay> {
        match self {
            Self::Gone | Self::Awaited(_) | Self::Over { .. } => Ok(()),
            Self::Held => Err(Stay::because(format!("run {run} is being worked on"))),
            Self::Unreadable => {
                Err(Stay::because(format!("the journal of run {run} cannot be read"))
                    .hint(format!("git par verify {run}")))
            }
            Self::Interrupted(workers) => {
                let workers: Vec<String> = workers.iter().map(ToString::to_string).collect();
                let why = format!("{} of run {run} was interrupted: its work is not committed", workers.join(", "));
                Err(Stay::because(why).hint(format!("git par resume {run}")))
            }
        }
    }

    /// Decides whether what is of use as long as the run is may go, and says why.
    pub fn require_past(&self, run: &RunId, wanted: &Wanted) -> Result<String, Stay> {
        self.require_idle(run)?;
        match self {
            Self::Awaited(stay) => Err(stay.clone()),
            Self::Over { is_new: true, .. } => {
                Err(Stay::because(format!("run {run} is among the newest {}", wanted.keep)))
            }
            Self::Over { age: Some(age), .. } if *age >= wanted.older_than => {
                Ok(format!("run {run} ended {} ago", since(*age)))
            }
            Self::Over { age: Some(age), .. } => {
                let why = format!("run {run} ended only {} ago", since(*age));
                Err(Stay::because(why).hint("git par prune --older-than 0"))
            }
            Self::Over { age: None, .. } => Err(Stay::because(format!("run {run} does not say when it ended"))),
            _ => Ok(format!("run {run} is gone")),
        }
    }
}

/// Writes an age as people tell it: in its largest unit.
#[must_use]
pub fn since(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Decides whether all refs of a run that is over may go.
///
/// `is_sealed` tells whether its newest event is under its seal, `is_kept` whether some branch leads to a commit.
pub fn require_spent<E>(
    history: &History,
    (is_sealed, force): (bool, bool),
    is_kept: impl Fn(Oid) -> Result<bool, E>,
) -> Result<Result<(), Stay>, E> {
    let (Some(run), false) = (history.run(), force) else { return Ok(Ok(())) };
    let run = &run.args.run;
    let picked = history.selected.as_ref().and_then(|placed| placed.fact.result.candidate);
    let winner = picked.filter(|candidate| !is_merged(history, *candidate));
    if let Some(winner) = winner
        && !is_kept(winner)?
    {
        let why = format!("the winner of run {run} is not merged");
        return Ok(Err(Stay::because(why).hint(format!("git par merge {run}"))));
    }
    if !is_sealed {
        let why = format!("run {run} is not sealed as it stands");
        return Ok(Err(Stay::because(why).hint(format!("git par seal {run}"))));
    }
    Ok(Ok(()))
}

/// Tells whether a candidate was merged, by whatever commit.
#[must_use]
pub fn is_merged(history: &History, candidate: Oid) -> bool {
    history.merged.iter().any(|merge| merge.fact.args.candidate == candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunId {
        "r".parse().unwrap()
    }

    #[test]
    fn a_run_ages_from_its_last_event() {
        let wanted = Wanted { older_than: Duration::from_secs(100), ..Wanted::default() };
        let over = |seconds, is_new| Life::Over { age: Some(Duration::from_secs(seconds)), is_new };
        assert_eq!(over(100, false).require_past(&run(), &wanted), Ok("run r ended 1m ago".to_owned()));
        assert!(over(99, false).require_past(&run(), &wanted).unwrap_err().why.contains("only 1m ago"));
        assert!(over(100, true).require_past(&run(), &wanted).unwrap_err().why.contains("newest"));
        let unknown = Life::Over { age: None, is_new: false };
        assert!(unknown.require_past(&run(), &Wanted::default()).is_err());
        assert!(Life::Gone.require_past(&run(), &wanted).is_ok());
    }

    #[test]
    fn what_is_at_work_or_not_committed_or_not_read_stays_whatever_is_wanted() {
        let wanted = Wanted { force: true, refs: true, ..Wanted::default() };
        let interrupted = Life::Interrupted(Worker::first(2).collect());
        let awaited = Life::Awaited(Stay::because("a queue needs it"));
        assert!(awaited.require_past(&run(), &wanted).is_err() && awaited.require_idle(&run()).is_ok());
        for life in [Life::Held, Life::Unreadable, interrupted.clone()] {
            assert!(life.require_past(&run(), &wanted).is_err(), "{life:?}");
            assert!(life.require_idle(&run()).is_err(), "{life:?}");
        }
        let stay = interrupted.require_idle(&run()).unwrap_err();
        assert!(stay.why.starts_with("w1, w2 of run r") && stay.hint.as_deref() == Some("git par resume r"));
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        for (seconds, text) in [(0, "0s"), (59, "59s"), (60, "1m"), (7_199, "1h"), (86_400, "1d"), (2_000_000, "23d")] {
            assert_eq!(since(Duration::from_secs(seconds)), text);
        }
    }
}
