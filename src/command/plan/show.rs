//! `git par plan show`: which tasks run side by side, and why each one is where it is.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::{
    drawing::{self, Language},
    findings::{Found, some},
    sketch,
};
use crate::{
    command::{Answer, Context, Error, Report, report, style::Style},
    model::plan::{
        Plan,
        order::{Edge, Order, Reason},
        role::Permission,
    },
};

/// Show which tasks of a plan run side by side, and why each is where it is
///
/// Tasks of one wave run side by side; a wave begins when what its tasks wait for is done.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The plan: JSON, or TOML where its name ends in .toml; '-' is JSON from standard input
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Print a drawing instead, for Graphviz or for Mermaid
    #[arg(long, value_name = "LANGUAGE", value_enum)]
    pub graph: Option<Language>,
}

/// What showing a plan answers.
#[derive(Debug, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    found: Found,
    /// What all of it is for.
    goal: Option<String>,
    /// The ids of the tasks that run side by side, wave after wave.
    waves: Vec<Vec<String>>,
    /// The tasks, in the plan's order.
    tasks: Vec<Shape>,
    /// The drawing; null where none was asked for.
    graph: Option<String>,
}

/// What is known of a task before it runs.
#[derive(Debug, Serialize)]
struct Shape {
    id: String,
    role: String,
    permission: Permission,
    /// The number of its wave, counted from 1.
    wave: usize,
    /// Whether it runs alone, since it is not known what it writes.
    alone: bool,
    /// What it comes after.
    after: Vec<After>,
}

/// Why a task comes after another.
#[derive(Debug, Serialize)]
struct After {
    task: String,
    reason: &'static str,
    /// The same in words.
    why: String,
}

/// Shows a plan.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Shown, Error> {
    let sketch = sketch::read(&args.file, context)?;
    let found = Found::of(&sketch);
    let Some((plan, order)) = sketch.plan else {
        return Ok(Shown { found, goal: None, waves: Vec::new(), tasks: Vec::new(), graph: None });
    };
    let id = |task: &usize| plan.tasks[*task].id.to_string();
    let waves = order.waves.iter().map(|wave| wave.iter().map(id).collect()).collect();
    let graph = args.graph.map(|language| drawing::draw(&plan, &order, language));
    let tasks = shapes(&plan, &order);
    Ok(Shown { found, goal: plan.goal, waves, tasks, graph })
}

fn shapes(plan: &Plan, order: &Order) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = plan
        .tasks
        .iter()
        .zip(&order.is_alone)
        .map(|(task, alone)| Shape {
            id: task.id.to_string(),
            role: task.role().to_owned(),
            permission: plan.permission(task),
            wave: 0,
            alone: *alone,
            after: Vec::new(),
        })
        .collect();
    for (number, wave) in order.waves.iter().enumerate() {
        for task in wave {
            shapes[*task].wave = number + 1;
        }
    }
    for edge in &order.edges {
        shapes[edge.after].after.push(After::of(edge, plan));
    }
    shapes
}

impl After {
    fn of(edge: &Edge, plan: &Plan) -> Self {
        let reason = match edge.reason {
            Reason::Needs => "needs",
            Reason::Reads { .. } => "reads",
            Reason::Writes { .. } => "writes",
            Reason::Alone => "alone",
        };
        Self { task: plan.tasks[edge.before].id.to_string(), reason, why: edge.why(plan) }
    }
}

impl Shown {
    fn wave(&self, number: usize) -> String {
        let tasks: Vec<&Shape> = self.tasks.iter().filter(|task| task.wave == number).collect();
        let beside =
            if tasks.len() > 1 { format!(": {} side by side", some(tasks.len(), "task")) } else { String::new() };
        let mut text = format!("{}{beside}\n", Style::Head.paint(&format!("wave {number}")));
        for task in tasks {
            let alone = if task.alone { ", alone" } else { "" };
            let kind = Style::Faint.paint(&format!("{}, {}{alone}", task.role, task.permission));
            writeln!(text, "  {} ({kind})", task.id).expect("memory takes any text");
            for after in &task.after {
                writeln!(text, "    after {}: {}", after.task, after.why).expect("memory takes any text");
            }
        }
        text
    }
}

impl Report for Shown {
    fn text(&self) -> String {
        if let Some(graph) = &self.graph {
            return graph.clone();
        }
        if !self.found.valid {
            return format!(
                "{}the plan is {}: {}\n",
                self.found.lines(),
                Style::Bad.paint("not valid"),
                self.found.count()
            );
        }
        let goal = self.goal.iter().map(|goal| format!("goal: {}\n", goal.lines().next().unwrap_or_default()));
        let waves = (1..=self.waves.len()).map(|number| self.wave(number));
        goal.chain(waves).chain([self.found.lines()]).collect()
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.found.valid { Answer::Yes } else { Answer::No }
    }
}
