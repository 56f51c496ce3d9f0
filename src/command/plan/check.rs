//! `git par plan check`: everything that is wrong with a plan, at once.

use serde::Serialize;
use serde_json::Value;

use super::{
    findings::{Found, some},
    sketch,
};
use crate::command::{Answer, Context, Error, Report, report, style::Style};

/// Name everything that is wrong with a plan, each thing with its place
///
/// The exit status is 0 where there is no error, warnings or not; else 1.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The plan: JSON, or TOML where its name ends in .toml; '-' is JSON from standard input
    #[arg(value_name = "FILE")]
    pub file: String,
}

/// What checking a plan answers.
#[derive(Debug, Serialize)]
pub struct Checked {
    #[serde(flatten)]
    found: Found,
    /// How many tasks the plan has; null where it is not valid.
    tasks: Option<usize>,
    /// In how many waves they run; null where it is not valid.
    waves: Option<usize>,
}

/// Checks a plan.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Checked, Error> {
    let sketch = sketch::read(&args.file, context)?;
    let counts = sketch.plan.as_ref().map(|(plan, order)| (plan.tasks.len(), order.waves.len()));
    Ok(Checked {
        found: Found::of(&sketch),
        tasks: counts.map(|(tasks, _)| tasks),
        waves: counts.map(|(_, waves)| waves),
    })
}

impl Report for Checked {
    fn text(&self) -> String {
        let summary = match (self.tasks, self.waves) {
            (Some(tasks), Some(waves)) => {
                let count = self.found.count();
                let comma = if count.is_empty() { "" } else { ", " };
                let valid = Style::Good.paint("valid");
                format!("the plan is {valid}: {} in {}{comma}{count}\n", some(tasks, "task"), some(waves, "wave"))
            }
            _ => format!("the plan is {}: {}\n", Style::Bad.paint("not valid"), self.found.count()),
        };
        self.found.lines() + &summary
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.found.valid { Answer::Yes } else { Answer::No }
    }
}
