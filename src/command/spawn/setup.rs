//! Setups: a run that is about to begin; everything that could be wrong with it was looked at.

use super::{Args, planned, task_text};
use crate::{
    command::{
        Context, Error, Kind, agent_setup, configured,
        gate_choice::{self, GateChoice},
    },
    engine::{
        agent::Agent,
        gate::Gate,
        journal::{self, Deed, Journal},
        limits,
        orders::Orders,
    },
    failpoint,
    model::{
        fact::{
            RunStarted,
            run_started::{self, Limits, Planned},
        },
        journal_name::QueueName,
        oid::Oid,
        plan::task::TaskId,
        ref_name::RefName,
        rule::{Field, Rule},
        run_id::RunId,
        worker::Worker,
    },
    process::{clock::Clock, suffix},
    repo::{git, open::Repository, refs, settings::Settings},
};

/// A run that is about to begin.
pub(super) struct Setup {
    pub(super) run: RunId,
    pub(super) task: String,
    pub(super) base: Oid,
    /// What each worker runs, with the task of a plan that it is an attempt at.
    pub(super) workers: Vec<(Agent, Option<TaskId>)>,
    pub(super) gate: Option<Gate>,
    pub(super) limits: Limits,
    pub(super) rule: Rule,
    /// The plan that is carried out.
    pub(super) plan: Option<Carried>,
}

/// A plan that is about to be carried out.
pub(super) struct Carried {
    /// It, as it is recorded.
    pub(super) planned: Planned,
    /// The agent of the session that takes over, where one is to.
    pub(super) recovery: Option<Agent>,
    /// The gates of its tasks.
    pub(super) gates: Vec<Gate>,
    /// Where tasks come from one by one, what claims them, and what runs one that names no agent.
    pub(super) stream: Option<(String, Option<String>, Option<Agent>)>,
    /// The two commits whose conflict it resolves.
    pub(super) resolves: Option<[Oid; 2]>,
}

impl Setup {
    /// Looks at everything that could be wrong with a run.
    pub(super) fn make(
        args: &Args,
        (repository, settings): (&Repository, &Settings),
        context: &Context<'_>,
    ) -> Result<Self, Error> {
        configured::require_sound(settings)?;
        let hint = "git config --show-origin --get-all par.shared";
        repository.require_shareable().map_err(|error| Error::from(error).hint(hint))?;
        if let Some(plan) = args.plan.plan(context)? {
            return planned::setup((args, plan), (repository, settings));
        }
        if let Some(source) = &args.plan.tasks {
            return planned::streamed((args, source), (repository, settings), context);
        }
        args.plan.require_none()?;
        let wanted = agent_setup::Wanted { agents: &args.agents, argv: &args.argv, workers: args.workers };
        let task = task_text::read(args)?;
        let agents = agent_setup::choose(wanted, settings)?;
        let gate = chosen_gate(args, settings, repository)?;
        args.bounds.require_gate(gate.is_some())?;
        Ok(Self {
            run: run_id(args.name.as_deref(), &task)?,
            task,
            base: require_base(repository, &args.base)?,
            workers: agents.into_iter().map(|agent| (agent, None)).collect(),
            gate,
            limits: args.bounds.limits(jobs(args.jobs, settings), settings),
            rule: rule(args.bounds.first, settings)?,
            plan: None,
        })
    }

    /// Tells of a budget that cannot count what an agent spends.
    pub(super) fn warn_uncounted(&self, context: &Context<'_>) {
        let counts = self.limits.budget_tokens.is_some() || self.limits.budget_cost_micro_usd.is_some();
        let silent = self.workers.iter().filter(|(agent, _)| !matches!(agent, Agent::Preset(_))).count();
        if counts && silent > 0 {
            context.warn(format!("{silent} of the agents do not say what they spend: the budget counts only well-known ones (git par agents)"));
        }
    }

    /// Begins it: the orders, the first event, the base.
    pub(super) fn begin(
        &self,
        (journal, repository): (&Journal<'_>, &Repository),
        queue: Option<&QueueName>,
    ) -> Result<(), Error> {
        self.require_free(repository)?;
        let scratch = repository.scratch_dir().join(self.run.as_str());
        self.orders().save(&scratch).map_err(|error| {
            Error::new(Kind::Cannot, format!("could not write in '{}': {error}", scratch.display()))
        })?;
        failpoint::pass("orders saved");
        let args = run_started::Args { auto_merge: queue.map(QueueName::target), ..self.args(repository)? };
        let fact = RunStarted { args, result: outcome()? };
        let begun = journal.append(|_| Deed::of(&fact).moving(RefName::base(&self.run), None, self.base));
        match begun {
            Err(journal::Error::Refs(refs::Error::Lost { .. })) => Err(self.taken()),
            other => Ok(other.map(drop)?),
        }
    }

    fn orders(&self) -> Orders {
        let recovery = self.plan.iter().filter_map(|plan| plan.recovery.clone());
        // Of two sessions that take over, each has its place.
        let recoveries: Vec<Agent> = recovery.flat_map(|agent| [agent.clone(), agent]).collect();
        let agents: Vec<Agent> = self.workers.iter().map(|(agent, _)| agent.clone()).chain(recoveries).collect();
        let gates = self.plan.iter().flat_map(|plan| plan.gates.iter().map(|gate| gate.argv.as_slice()));
        let orders = Orders::new(&agents, self.gate.as_ref().map(|gate| gate.argv.as_slice())).with_gates(gates);
        match self.plan.as_ref().and_then(|plan| plan.stream.clone()) {
            Some((source, claim, usual)) => orders.with_stream(source, claim, usual.as_ref()),
            None => orders,
        }
    }

    fn taken(&self) -> Error {
        Error::usage(format!("a run named '{}' is here already", self.run)).hint(format!("git par list {}", self.run))
    }

    /// Refuses a name of which refs are left, though its notes are gone.
    fn require_free(&self, repository: &Repository) -> Result<(), Error> {
        if repository.ref_target(&RefName::notes(&self.run))?.is_some() {
            return Err(self.taken());
        }
        let root = repository.worktree_root(repository.path_setting("par.worktreeRoot")?.as_deref(), &self.run);
        if let Some(stranger) = repository.stranger_in(&root) {
            let message = format!("'{}' is a worktree of another repository", stranger.display());
            return Err(Error::usage(message).hint(format!("git par spawn --name {}-2 ...", self.run)));
        }
        let prefix = RefName::prefix(&self.run);
        match repository.refs_below(&prefix)?.first() {
            Some((name, _)) => Err(Error::usage(format!("ref '{name}' is left of another run of that name"))
                .hint(format!("git for-each-ref {prefix}"))),
            None => Ok(()),
        }
    }

    fn args(&self, repository: &Repository) -> Result<run_started::Args, Error> {
        let lane = |(worker, (agent, task)): (Worker, &(Agent, Option<TaskId>))| {
            agent.lane(&repository.home_dir(), (worker, task.clone()))
        };
        let count = u16::try_from(self.workers.len()).unwrap_or(u16::MAX);
        Ok(run_started::Args {
            run: self.run.clone(),
            task: self.task.clone(),
            base: self.base,
            base_tree: repository.commit(self.base)?.tree,
            workers: Worker::first(count).zip(&self.workers).map(lane).collect(),
            gate: self.gate.as_ref().map(|gate| gate.plan.clone()),
            rule: self.rule.clone(),
            limits: self.limits.clone(),
            plan: self.plan.as_ref().map(|plan| plan.planned.clone()),
            resolves: self.plan.as_ref().and_then(|plan| plan.resolves),
            auto_merge: None,
        })
    }
}

/// Returns how many children run at once: the flag, else the setting, else the number of cores.
pub(in crate::command) fn jobs(flag: Option<u16>, settings: &Settings) -> u16 {
    let configured = settings.get("par.jobs").and_then(|text| text.parse().ok()).filter(|jobs| *jobs > 0);
    flag.or(configured).unwrap_or_else(limits::cores)
}

/// Reads the configured rule; where the first that passes is enough, that is what counts first.
pub(super) fn rule(first: bool, settings: &Settings) -> Result<Rule, Error> {
    let configured: Rule = settings.get("par.rule").map(str::parse).transpose()?.unwrap_or_default();
    Ok(if first { configured.led_by(Field::First) } else { configured })
}

/// Names a run.
pub(super) fn run_id(name: Option<&str>, task: &str) -> Result<RunId, Error> {
    match name {
        Some(name) => Ok(name.parse()?),
        None => Ok(RunId::generate(&Clock::System.stamp(), task, &suffix::random(4)?)),
    }
}

/// Returns the commit to start from.
pub(super) fn require_base(repository: &Repository, revision: &str) -> Result<Oid, Error> {
    if let Some(base) = repository.resolve_commit(revision)? {
        return Ok(base);
    }
    if revision == "HEAD" {
        return Err(Error::new(Kind::Cannot, "there is no commit to start from")
            .hint("git commit --allow-empty -m 'first commit'"));
    }
    Err(Error::new(Kind::Cannot, format!("base '{revision}' is not a commit")))
}

/// Returns the check: the flag's, else the configured one.
pub(super) fn chosen_gate(args: &Args, settings: &Settings, repository: &Repository) -> Result<Option<Gate>, Error> {
    let choice = args.gate.as_deref().map(GateChoice::of_text).or_else(|| gate_choice::configured(settings));
    let timeout = gate_choice::usual_timeout(settings);
    choice.map(|choice| GateChoice { protect: args.protect.clone(), timeout, ..choice }.gate(repository)).transpose()
}

fn outcome() -> Result<run_started::Outcome, git::Error> {
    Ok(run_started::Outcome { tool_version: env!("CARGO_PKG_VERSION").to_owned(), git_version: git::version()? })
}
