//! Planned runs: a plan that is about to be carried out.

use serde_json::{Value, json};

use super::{
    Args,
    setup::{self, Carried, Setup},
};
use crate::{
    command::{
        Context, Error, agent_setup,
        gate_choice::GateChoice,
        plan::{findings::Found, sketch},
    },
    engine::{agent::Agent, command_line, gate::Gate, source::Source},
    model::{
        fact::run_started::{Lane, OnEscape, Planned},
        goal::FAULT,
        oid::Oid,
        plan::{
            Plan,
            finding::Finding,
            task::{TaskId, names},
        },
        worker::{MOST, Worker},
    },
    repo::{open::Repository, settings::Settings},
};

/// How many characters of what was handed over a task is given where nothing says so.
const UPSTREAM_LIMIT: u32 = 8000;
/// How often the goal's gate may run for the search for what is to blame, where nothing says so.
const BLAME_BUDGET: u32 = 32;

/// The flags of a run that carries out a plan.
// The group of the arguments that these are flattened into has this one's usual name.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct PlanArgs {
    /// Carry out a plan (see 'git par plan'): JSON, or TOML where its name ends in .toml; '-' is JSON from standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["task", "file", "workers", "first"])]
    pub plan: Option<String>,
    /// Work off a stream of ready tasks, a line each: a file, '-' for standard input, or '!CMD', asked whenever a slot is free
    ///
    /// A line is a task as a plan has it, in JSON, or what is to be done in words.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["task", "file", "workers", "first", "plan"])]
    pub tasks: Option<String>,
    /// What becomes of a candidate that changed what its task did not declare [default: reject]
    #[arg(long, value_name = "WHAT", value_parser = ["reject", "record"])]
    pub on_escape: Option<String>,
    /// Have one session take over where the tasks do not bring the goal about together
    #[arg(long)]
    pub recover: bool,
    /// How often the goal's gate may run to find the tasks that make the union fail; 0 does not look for them [default: 32]
    #[arg(long, value_name = "N")]
    pub blame_budget: Option<u32>,
    /// A plan that is in no file; its goal is checked only where it says how itself.
    #[arg(skip)]
    pub(in crate::command) made: Option<Plan>,
    /// The two commits whose conflict it resolves.
    #[arg(skip)]
    pub(in crate::command) resolves: Option<[Oid; 2]>,
}

impl PlanArgs {
    /// Returns the plan that is to be carried out, where one is.
    pub(super) fn plan(&self, context: &Context<'_>) -> Result<Option<Plan>, Error> {
        match (&self.made, &self.plan) {
            (Some(plan), _) => Ok(Some(plan.clone())),
            (None, Some(file)) => read(file, context).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// Refuses what is for a plan where none is carried out.
    pub(super) fn require_none(&self) -> Result<(), Error> {
        let flags = [
            ("--on-escape", self.on_escape.is_some()),
            ("--recover", self.recover),
            ("--blame-budget", self.blame_budget.is_some()),
        ];
        match flags.into_iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => {
                Err(Error::usage(format!("{flag} is for a plan, and there is none")).hint("git par spawn --plan FILE"))
            }
            None => Ok(()),
        }
    }
}

/// Looks at everything that could be wrong with a run that carries out a plan.
pub(super) fn setup(
    (args, plan): (&Args, Plan),
    (repository, settings): (&Repository, &Settings),
) -> Result<Setup, Error> {
    require_fault(&plan, settings)?;
    let is_made = args.plan.made.is_some();
    let gate = if is_made && plan.gate.is_none() { None } else { goal_gate(args, &plan, (repository, settings))? };
    args.bounds.require_gate(gate.is_some() || plan.tasks.iter().all(|task| task.gate.is_some()))?;
    let task = goal(&plan);
    let run = setup::run_id(args.name.as_deref(), &task)?;
    let workers = workers(args, &plan, settings)?;
    let gates = plan.tasks.iter().filter_map(|task| task.gate.as_deref());
    let gates = gates.map(|argv| task_gate(argv, repository)).collect::<Result<Vec<_>, _>>()?;
    let recovery = if args.plan.recover { Some(usual_agent(args, settings)?) } else { None };
    let next = u16::try_from(workers.len() + 1).ok().and_then(Worker::new);
    let lane = recovery.as_ref().zip(next).map(|(agent, worker)| agent.lane(&repository.home_dir(), (worker, None)));
    let planned = terms(args, settings, (document(&plan, gate.as_ref(), repository), lane));
    Ok(Setup {
        run,
        task,
        base: setup::require_base(repository, &args.base)?,
        workers,
        gate,
        limits: args.bounds.limits(setup::jobs(args.jobs, settings), settings),
        rule: plan.rule.clone().map_or_else(|| setup::rule(false, settings), Ok)?,
        plan: Some(Carried { planned, recovery, gates, stream: None, resolves: args.plan.resolves }),
    })
}

fn terms(args: &Args, settings: &Settings, (document, recover): (Value, Option<Lane>)) -> Planned {
    Planned {
        document,
        on_escape: if args.plan.on_escape.as_deref() == Some("record") { OnEscape::Record } else { OnEscape::Reject },
        upstream_limit: number(settings, "par.upstreamLimit").unwrap_or(UPSTREAM_LIMIT),
        blame_budget: args.plan.blame_budget.or(number(settings, "par.blameBudget")).unwrap_or(BLAME_BUDGET),
        recover,
        stream: None,
        test_fault: settings.get(FAULT).map(str::to_owned),
    }
}

/// Looks at everything that could be wrong with a run that works off a stream of tasks.
pub(super) fn streamed(
    (args, source): (&Args, &str),
    (repository, settings): (&Repository, &Settings),
    context: &Context<'_>,
) -> Result<Setup, Error> {
    let is_file = !source.starts_with('!') && source != "-";
    let file = context.here.join(source);
    if is_file && !file.is_file() {
        return Err(Error::usage(format!("there is no file '{source}'")).hint("git par spawn --tasks '!CMD'"));
    }
    if is_file && let Err(error) = Source::open(source, &context.here) {
        return Err(Error::usage(format!("could not read the tasks in '{source}': {error}")));
    }
    let source = if is_file { &file.to_string_lossy().into_owned() } else { source };
    if args.plan.recover {
        return Err(
            Error::usage("--recover is for a plan, whose whole goal is known").hint("git par spawn --plan FILE")
        );
    }
    let gate = setup::chosen_gate(args, settings, repository)?;
    args.bounds.require_gate(gate.is_some())?;
    let recorded = command_line::recorded(&[source.into()], &repository.home_dir()).concat();
    let task = format!("tasks from {recorded}");
    let mut document = json!({ "version": 1, "tasks": [] });
    if let Some(argv) = gate.as_ref().map(|gate| &gate.plan.argv) {
        document["gate"] = json!(argv);
    }
    let claim = settings.get("par.claim").map(str::to_owned);
    let usual = usual_agent(args, settings).ok();
    Ok(Setup {
        run: setup::run_id(args.name.as_deref(), &task)?,
        task,
        base: setup::require_base(repository, &args.base)?,
        workers: Vec::new(),
        gate,
        limits: args.bounds.limits(setup::jobs(args.jobs, settings), settings),
        rule: setup::rule(false, settings)?,
        plan: Some(Carried {
            planned: Planned { stream: Some(recorded), ..terms(args, settings, (document, None)) },
            recovery: None,
            gates: Vec::new(),
            stream: Some((source.to_owned(), claim, usual)),
            resolves: None,
        }),
    })
}

/// Reads a plan; everything that is wrong with it is told at once.
fn read(file: &str, context: &Context<'_>) -> Result<Plan, Error> {
    let sketch = sketch::read(file, context)?;
    let found = Found::of(&sketch);
    let Some((plan, _)) = sketch.plan else {
        let lines = found.lines();
        // Programs are told in JSON, where colours are none.
        let lines = if context.json { anstream::adapter::strip_str(&lines).to_string() } else { lines };
        return Err(Error::usage(format!("the plan '{file}' is not valid\n{}", lines.trim_end()))
            .hint(format!("git par plan check {}", shell_words::quote(file))));
    };
    let line = |finding: &Finding| format!("{}: {}", finding.place, finding.message);
    sketch.findings.iter().for_each(|finding| context.warn(line(finding)));
    Ok(plan)
}

fn number(settings: &Settings, key: &str) -> Option<u32> {
    settings.get(key)?.parse().ok()
}

/// Refuses a fault of a task that the plan does not have, which would pass for a plan that withstands it.
fn require_fault(plan: &Plan, settings: &Settings) -> Result<(), Error> {
    let fault = settings.get(FAULT).and_then(|fault| fault.split_once(':')).filter(|(step, _)| *step != "union");
    match fault.filter(|(_, id)| plan.tasks.iter().all(|task| task.id.as_str() != *id)) {
        Some((_, id)) => Err(Error::usage(format!("the setting {FAULT} names '{id}', which is no task of the plan"))
            .hint(format!("git config --show-origin --get-all {FAULT}"))),
        None => Ok(()),
    }
}

/// Returns what all of it is for, in words: the plan's goal, else the names of its tasks.
fn goal(plan: &Plan) -> String {
    plan.goal.clone().unwrap_or_else(|| names(plan.tasks.iter().map(|task| &task.id)))
}

fn goal_gate(
    args: &Args,
    plan: &Plan,
    (repository, settings): (&Repository, &Settings),
) -> Result<Option<Gate>, Error> {
    let own = plan.gate.as_ref().filter(|_| args.gate.is_none());
    let Some(argv) = own else { return setup::chosen_gate(args, settings, repository) };
    let timeout = crate::command::gate_choice::usual_timeout(settings);
    let argv = argv.iter().map(Into::into).collect();
    let choice = GateChoice { argv, protect: args.protect.clone(), timeout, ..GateChoice::default() };
    choice.gate(repository).map(Some)
}

fn task_gate(argv: &[String], repository: &Repository) -> Result<Gate, Error> {
    GateChoice { argv: argv.iter().map(Into::into).collect(), ..GateChoice::default() }.gate(repository)
}

/// Chooses an agent for each attempt at each task, in the plan's order.
fn workers(args: &Args, plan: &Plan, settings: &Settings) -> Result<Vec<(Agent, Option<TaskId>)>, Error> {
    let (mut workers, mut usual) = (Vec::new(), None);
    for task in &plan.tasks {
        let agent = match (task.agent.clone().or(plan.role(task).agent), &usual) {
            (Some(text), _) => one_agent(&[text], settings)?,
            (None, Some(agent)) => Agent::clone(agent),
            (None, None) => usual.insert(usual_agent(args, settings)?).clone(),
        };
        let attempts = usize::from(task.attempts.unwrap_or(1));
        workers.extend(std::iter::repeat_n((agent, Some(task.id.clone())), attempts));
    }
    if workers.len() > usize::from(MOST) {
        let message = format!("the plan has {} attempts at its tasks, more than {MOST}", workers.len());
        return Err(Error::usage(message).hint("lower 'attempts' in the plan, or part it in two"));
    }
    Ok(workers)
}

/// Returns the agent of whatever names none.
fn usual_agent(args: &Args, settings: &Settings) -> Result<Agent, Error> {
    let wanted = agent_setup::Wanted { agents: &args.agents, argv: &args.argv, workers: Some(1) };
    first(agent_setup::choose(wanted, settings)?)
}

fn one_agent(agents: &[String], settings: &Settings) -> Result<Agent, Error> {
    first(agent_setup::choose(agent_setup::Wanted { agents, argv: &[], workers: Some(1) }, settings)?)
}

fn first(agents: Vec<Agent>) -> Result<Agent, Error> {
    agents.into_iter().next().ok_or_else(|| Error::usage("there is no agent").hint("git par agents"))
}

/// Writes the plan as it is recorded: with the goal's gate, and without this machine's paths.
fn document(plan: &Plan, gate: Option<&Gate>, repository: &Repository) -> Value {
    let mut plan = plan.clone();
    plan.gate = gate.map(|gate| gate.plan.argv.clone());
    let mut document = json!(plan);
    let home = repository.home_dir();
    let recorded = |value: &mut Value| match value {
        Value::String(text) => *text = command_line::recorded(&[text.as_str().into()], &home).concat(),
        Value::Array(argv) => {
            let texts: Vec<_> = argv.iter().filter_map(Value::as_str).map(Into::into).collect();
            *value = json!(command_line::recorded(&texts, &home));
        }
        _ => {}
    };
    let tasks = document.get_mut("tasks").and_then(Value::as_array_mut).into_iter().flatten();
    for task in tasks {
        for key in ["agent", "gate"] {
            task.get_mut(key).into_iter().for_each(recorded);
        }
    }
    let roles = document.get_mut("roles").and_then(Value::as_object_mut).into_iter().flatten();
    roles.filter_map(|(_, role)| role.get_mut("agent")).for_each(recorded);
    document
}
