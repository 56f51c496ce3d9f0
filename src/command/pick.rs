//! `git par pick`: the rule, the ranking, the winner.

use std::ffi::OsString;

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Kind, Report, program, report,
    style::{self, Style},
};
use crate::{
    engine::{
        command_line,
        journal::{Deed, Journal},
        progress::Listener,
        score,
        site::Site,
        supervisor,
    },
    model::{
        fact::{
            WinnerSelected,
            winner_selected::{self, By},
        },
        history::History,
        oid::Oid,
        ranking::Rank,
        ref_name::RefName,
        rule::{Field, Rule},
        run_id::RunId,
        selection,
        worker::Worker,
    },
    repo::{identity::Identity, open::Repository, settings::Settings},
};

/// Rank the candidates by a written rule over recorded facts, and pick the first
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// The keys that rank candidates, such as consensus,lines [default: the run's own rule]
    ///
    /// They come after verdict and non-empty diff: lines, files, duration, cost, consensus and score; '-' before one
    /// turns it round.
    #[arg(long = "by", value_name = "RULE", env = "GIT_PAR_RULE", allow_hyphen_values = true)]
    pub rule: Option<Rule>,
    /// Pick this worker yourself; recorded as a person's choice
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub worker: Option<Worker>,
    /// Let a candidate win that did not pass the gate; recorded
    #[arg(long)]
    pub allow_failing: bool,
    /// The command that prints a candidate's score on its last line, for the key 'score' [default: par.score]
    #[arg(long, value_name = "CMD")]
    pub score: Option<String>,
}

/// What a pick answers.
#[derive(Debug, Serialize)]
pub struct Picked {
    /// The run.
    pub run: RunId,
    /// The keys that it was ranked by.
    pub rule: Rule,
    /// Who picked.
    pub by: By,
    /// Whether a gate was asked at all.
    pub gated: bool,
    /// The winner, where there is one.
    pub winner: Option<Worker>,
    /// Its candidate.
    pub candidate: Option<Oid>,
    /// Why this one, or why none.
    pub reason: String,
    /// Every candidate with its keys, best first.
    pub ranking: Vec<Rank>,
}

/// Picks a winner.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Picked, Error> {
    let repository = context.open()?;
    let settings = repository.settings()?;
    let identity = repository.require_identity()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let journal = open_idle(&repository, run, identity, context.listener)?;
    if journal.ask(|history| history.pursuit().is_some()) {
        let message = format!("run '{}' carries out a plan, which picks for each of its tasks", journal.run);
        return Err(Error::usage(message).hint(format!("git par merge {}", journal.run)));
    }
    pick(args, &journal, (&repository, &settings), context)
}

/// Picks a winner among what is recorded now.
pub(super) fn pick(
    args: &Args,
    journal: &Journal<'_>,
    (repository, settings): (&Repository, &Settings),
    context: &Context<'_>,
) -> Result<Picked, Error> {
    let asked = asked(args, journal);
    if asked.rule.uses(Field::Score) {
        score_all(args, journal, (repository, settings), context)?;
    }
    // Decided once outside, so that a choice that cannot stand is told before anything is written.
    let outcome = journal.ask(|history| selection::decide(history, &asked))?;
    require_hopeless(journal, &outcome, context)?;
    record(repository, journal, &asked)?;
    journal.ask(History::mixed_gates).into_iter().for_each(|mixed| context.warn(mixed));
    journal.ask(picked).ok_or_else(|| Error::new(Kind::Cannot, "the pick was not recorded"))
}

/// Refuses a run that still works, between two of its workers too: its facts are not all there.
///
/// Where its supervisor died, what is recorded is all that there is.
fn open_idle<'a>(
    repository: &'a Repository,
    run: RunId,
    identity: Identity,
    listener: Listener<'a>,
) -> Result<Journal<'a>, Error> {
    if supervisor::is_held(repository, &run)? {
        return Err(Error::new(Kind::Busy, format!("run '{run}' is still being worked on")));
    }
    Ok(Journal::open(repository, run, identity, listener)?)
}

/// Refuses to say that nobody wins while somebody may: of a run that was cut short the winner is among those that are there.
fn require_hopeless(
    journal: &Journal<'_>,
    outcome: &winner_selected::Outcome,
    context: &Context<'_>,
) -> Result<(), Error> {
    let run = &journal.run;
    match (journal.ask(History::is_open), outcome.winner) {
        (false, _) => Ok(()),
        (true, None) => {
            Err(Error::new(Kind::Cannot, format!("run '{run}' was cut short, and none of its candidates may win yet"))
                .hint(format!("git par resume {run}")))
        }
        (true, Some(_)) => {
            context.warn(format!("run '{run}' was cut short: not every worker came to its end"));
            Ok(())
        }
    }
}

fn asked(args: &Args, journal: &Journal<'_>) -> winner_selected::Args {
    let planned = journal.ask(|history| history.run().map(|run| run.args.rule.clone()));
    winner_selected::Args {
        rule: args.rule.clone().or(planned).unwrap_or_default(),
        by: if args.worker.is_some() { By::Person } else { By::Rule },
        worker: args.worker,
        allow_failing: args.allow_failing,
    }
}

fn score_all(
    args: &Args,
    journal: &Journal<'_>,
    (repository, settings): (&Repository, &Settings),
    context: &Context<'_>,
) -> Result<(), Error> {
    let given = args.score.as_deref().or(settings.get("par.score"));
    let unscored: Vec<Worker> = journal.ask(|history| {
        let lanes = history
            .lanes()
            .filter(|(_, lane)| lane.standing_candidate().is_some() && (lane.score.is_none() || args.score.is_some()));
        lanes.map(|(worker, _)| worker).collect()
    });
    if unscored.is_empty() {
        return Ok(());
    }
    let text = given.ok_or_else(|| {
        Error::usage("the rule has the key 'score', and no command prints one")
            .hint("git par pick --by score --score './score.sh'")
    })?;
    let argv: Vec<OsString> = command_line::shell(text);
    program::require_command(&argv, "score command")?;
    let mut site = Site::new(journal, repository, settings)?;
    site.listener = context.listener;
    site.stop = context.stop.clone();
    for worker in unscored {
        score::run(&site, &argv, worker)?;
        if context.stop.is_set() {
            return Err(Error::new(Kind::Interrupted, "interrupted before every candidate had its score"));
        }
    }
    Ok(())
}

fn record(repository: &Repository, journal: &Journal<'_>, asked: &winner_selected::Args) -> Result<(), Error> {
    let name = RefName::winner(&journal.run);
    // Read here once, so that an error of reading is told; below it is read again after each lost race.
    repository.ref_target(&name)?;
    journal.append(|history| {
        let result = selection::decide(history, asked).unwrap_or_else(|error| nobody(history, error.to_string()));
        let before = repository.ref_target(&name).ok().flatten();
        let candidate = result.candidate;
        let deed = Deed::of(&WinnerSelected { args: asked.clone(), result }).causes(grounds(history));
        deed.setting(name.clone(), before, candidate)
    })?;
    Ok(())
}

fn nobody(history: &History, reason: String) -> winner_selected::Outcome {
    let ranking = selection::decide(
        history,
        &winner_selected::Args { rule: Rule::default(), by: By::Rule, worker: None, allow_failing: false },
    );
    winner_selected::Outcome {
        winner: None,
        candidate: None,
        reason,
        ranking: ranking.map(|outcome| outcome.ranking).unwrap_or_default(),
    }
}

fn grounds(history: &History) -> Vec<u64> {
    let grounds = history.grounds();
    if grounds.is_empty() { vec![1] } else { grounds }
}

fn picked(history: &History) -> Option<Picked> {
    let run = history.run()?.args.run.clone();
    let WinnerSelected { args, result } = history.selected.as_ref()?.fact.clone();
    Some(Picked {
        run,
        rule: args.rule,
        by: args.by,
        gated: history.is_gated(),
        winner: result.winner,
        candidate: result.candidate,
        reason: result.reason,
        ranking: result.ranking,
    })
}

impl Report for Picked {
    fn text(&self) -> String {
        let keys = self.ranking.first().map(|rank| rank.keys.iter().map(|key| key.key.clone()).collect::<Vec<_>>());
        let mut head = ["worker", "verdict", "diff"].map(str::to_owned).to_vec();
        head.extend(keys.unwrap_or_default());
        head.extend(["candidate", ""].map(str::to_owned));
        let table = style::table(head, self.ranking.iter().map(|rank| cells(rank, self.winner)));
        let unchecked = if self.gated { "" } else { "nothing was checked: no gate ran\n" };
        format!("{table}rule: {}\n{unchecked}{}\n", self.rule, self.verdict_line())
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.winner.is_some() { Answer::Yes } else { Answer::No }
    }
}

impl Picked {
    fn verdict_line(&self) -> String {
        match self.winner {
            Some(winner) => format!("{} {winner}: {}", Style::Good.paint("winner"), self.reason),
            None => format!("{}: {}", Style::Bad.paint("no winner"), self.reason),
        }
    }
}

fn cells(rank: &Rank, winner: Option<Worker>) -> Vec<String> {
    let mark = match (winner == Some(rank.worker), rank.eligible) {
        (true, _) => "winner",
        (false, true) => "",
        (false, false) => "may not win",
    };
    let mut cells = vec![
        rank.worker.to_string(),
        style::verdict(rank.verdict),
        if rank.empty { "empty" } else { "yes" }.to_owned(),
    ];
    cells.extend(rank.keys.iter().map(|key| key_cell(&key.key, key.value)));
    cells.extend([rank.candidate.short(), mark.to_owned()]);
    cells
}

fn key_cell(key: &str, value: Option<i64>) -> String {
    let Some(value) = value else { return "unknown".to_owned() };
    match key {
        "duration" => style::duration(value.unsigned_abs()),
        "cost" => format!("${}.{:06}", value / 1_000_000, value % 1_000_000),
        "score" => {
            let sign = if value < 0 { "-" } else { "" };
            let decimals = format!("{:06}", value.unsigned_abs() % 1_000_000);
            let text = format!("{sign}{}.{}", value.unsigned_abs() / 1_000_000, decimals.trim_end_matches('0'));
            text.trim_end_matches('.').to_owned()
        }
        _ => value.to_string(),
    }
}
