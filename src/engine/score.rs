//! Scores: a number that the user's command prints of one candidate.

use std::ffi::OsString;

use super::{
    command_line,
    gate::Error,
    journal::Deed,
    place::{self, Wanted},
    progress::Progress,
    site::{Errand, Outcome, Site},
    turn,
};
use crate::{
    model::{
        ending::Ending,
        fact::{ScoreFinished, score_finished},
        gate_plan::Place,
        score,
        worker::Worker,
    },
    process::log::Tail,
};

/// Runs the user's command in a clean worktree of a candidate and records the number that it prints last.
pub fn run(site: &Site<'_>, argv: &[OsString], worker: Worker) -> Result<Option<i64>, Error> {
    let facts = site.journal.ask(|history| {
        let lane = history.lane(worker)?;
        let finished = lane.finished.as_ref()?;
        Some((lane.attempt(), finished.seq, finished.fact.result.candidate, finished.fact.result.tree))
    });
    let (attempt, cause, commit, tree) = facts.ok_or(Error::NoCandidate(worker))?;
    let _turn = turn::wait(site, Some(worker))?;
    (site.listener)(Progress::Checking(Some(worker)));
    site.require_task_file(Some(worker))?;
    let wanted = Wanted { worker: Some(worker), commit, tree, is_whole: true, place: Some(Place::Clean) };
    let outcome = measure(site, argv, (wanted, attempt));
    let args =
        score_finished::Args { worker, attempt, argv: command_line::recorded(argv, &site.repository.home_dir()) };
    let ending = outcome.as_ref().map_or(Ending::Failure { code: 127 }, |outcome| outcome.exit.ending);
    // What a background child printed since is neither kept nor believed.
    let tail = |outcome: &Outcome| Tail::load_up_to(&outcome.file, outcome.digest.bytes, score::LOOKED_AT).ok();
    let printed = outcome.as_ref().and_then(tail);
    let score_micro = printed.filter(|_| ending.is_success()).and_then(|tail| score::last_number(&tail.text));
    let log = outcome.as_ref().map(|outcome| outcome.digest.clone());
    let fact = ScoreFinished { args, result: score_finished::Outcome { tree, ending, score_micro, log } };
    let took = outcome.as_ref().map(|outcome| outcome.exit.elapsed).unwrap_or_default();
    let entry = outcome.map(|outcome| outcome.entry);
    site.journal.append(|_| Deed::of(&fact).causes([cause]).took(took).logging(entry.clone()))?;
    Ok(score_micro)
}

fn measure(site: &Site<'_>, argv: &[OsString], (wanted, attempt): (Wanted, u32)) -> Option<Outcome> {
    let warn = |error: &dyn std::error::Error| (site.listener)(Progress::Warning(format!("could not score: {error}")));
    let found = place::find(site, wanted).map_err(|error| warn(&error)).ok()?;
    let errand = Errand {
        argv: argv.to_vec(),
        cwd: &found.folder,
        worker: wanted.worker,
        attempt,
        log: "score.log",
        is_heard: false,
        stdin: None,
        timeout: None,
        idle: None,
    };
    site.run(&errand, &[]).map_err(|error| warn(&error)).ok()
}
