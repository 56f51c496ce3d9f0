//! `git par plan draft`: a plan that an agent writes, asked for until it is valid.

mod asked;
mod draft_file;
mod drafted;

use std::path::PathBuf;

use super::{findings::Found, schema};
use crate::{
    command::{Context, Error, spawn, style::Style},
    engine::progress::Progress,
    model::plan::inquiry::{Inquiry, Rejected},
};
use asked::Asked;
use draft_file::DraftFile;
pub use drafted::Drafted;

/// The longest goal, in bytes: it stands several times in what is recorded of a run.
const LONGEST_GOAL: usize = 1 << 20;

/// Ask an agent for a plan, and ask again with what is wrong with it until it is valid
///
/// Each time the agent is asked is a run of its own, of one worker that may only read. The exit status is 0 where a valid plan
/// was written; else 1.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// What the plan is for, in words
    #[arg(required_unless_present = "file")]
    pub goal: Option<String>,
    /// Read the goal from a file; '-' is standard input
    #[arg(short = 'F', long = "file", value_name = "FILE", conflicts_with = "goal")]
    pub file: Option<PathBuf>,
    /// A well-known agent (see 'git par agents') or a command for the shell
    #[arg(short = 'a', long, value_name = "NAME|CMD", env = "GIT_PAR_AGENT")]
    pub agent: Option<String>,
    /// How often the agent is asked at most
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub max_attempts: u16,
    /// Where the plan is written, as JSON
    #[arg(short = 'o', long, value_name = "FILE", default_value = "plan.json")]
    pub output: PathBuf,
    /// Write what the agent gave last, as it gave it, where that is no valid plan
    #[arg(long)]
    pub keep_invalid: bool,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

/// Has a plan drafted.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Drafted, Error> {
    let goal = goal(args)?;
    let file = DraftFile::require(&args.output, args.force, &context.here)?;
    let asked = ask(args, &goal, context)?;
    let mut drafted = Drafted::of(goal, &asked);
    if context.stop.is_set() {
        return Ok(drafted.interrupted());
    }
    match asked.last().and_then(|last| last.sketch.plan.as_ref()) {
        Some(plan) => drafted.settle(plan, &file, context)?,
        None if args.keep_invalid => drafted.keep(&file, context)?,
        None => {}
    }
    Ok(drafted)
}

fn goal(args: &Args) -> Result<String, Error> {
    let goal = spawn::text_of(args.goal.as_ref(), args.file.as_ref())?;
    if goal.len() > LONGEST_GOAL {
        return Err(Error::usage(format!("the goal has more than {LONGEST_GOAL} bytes")));
    }
    Ok(goal)
}

/// Asks until the answer is a valid plan, it was asked often enough, or somebody does not want to wait any more.
fn ask(args: &Args, goal: &str, context: &Context<'_>) -> Result<Vec<Asked>, Error> {
    let mut all: Vec<Asked> = Vec::new();
    for attempt in 1..=args.max_attempts {
        let tell = |text| (context.listener)(Progress::Drafting(text));
        tell(format!("asking for a plan, {attempt} of {}", args.max_attempts));
        let before = all.last().map(|last| Rejected { text: &last.text, findings: &last.sketch.findings });
        let inquiry = Inquiry { goal, schema: schema::TEXT, before };
        let asked = asked::ask(&inquiry, args.agent.as_ref(), context)?;
        let is_over = asked.sketch.plan.is_some() || asked.is_stopped || context.stop.is_set();
        if !is_over && attempt < args.max_attempts {
            let found = Found::of(&asked.sketch);
            tell(format!("{}the plan is {}: {}", found.lines(), Style::Bad.paint("not valid"), found.count()));
        }
        all.push(asked);
        if is_over {
            break;
        }
    }
    Ok(all)
}
