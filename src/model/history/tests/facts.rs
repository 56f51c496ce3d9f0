//! Facts for the small world: the event of an act as it should be, or with one thing in it that is not so.

use std::str::FromStr;

use super::table::{Act, Candidate, World};
use crate::model::{
    diff_stat::DiffStat,
    ending::Ending,
    fact::{
        Fact, GateFinished, IterationFinished, MergeFinished, MergeStarted, RunFinished, RunResumed, RunStarted,
        ScoreFinished, WinnerSelected, WorkerDiscarded, WorkerFinished, WorkerRetried, WorkerStarted, WorkerStopped,
        gate_finished, iteration_finished, merge_finished, merge_started, run_finished, run_resumed, run_started,
        score_finished, winner_selected, worker_discarded, worker_finished, worker_retried, worker_started,
        worker_stopped,
    },
    gate_plan::Place,
    history::Step,
    merge_mode::MergeMode,
    oid::Oid,
    rule::Rule,
    run_end::RunEnd,
    verdict::Verdict,
    worker::Worker,
};

/// What an event tells wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    None,
    LaterAttempt,
    EarlierAttempt,
    Candidate,
    Tree,
    Target,
    Mode,
    Ours,
    Iteration,
    NoWorkers,
    Backwards,
    /// An end that tells this worker as queued.
    Queued(u16),
}

fn oid(number: u32) -> Oid {
    Oid::from_str(&format!("{number:040x}")).unwrap()
}

fn candidate((worker, attempt): Candidate) -> Oid {
    oid(u32::try_from(worker).unwrap() * 16 + attempt + 1)
}

fn worker(number: usize) -> Worker {
    Worker::new(u16::try_from(number).unwrap() + 1).unwrap()
}

const BASE: u32 = 0xBA5E;
const OTHER: u32 = 0xBAD;

/// Makes the event of an act, which names all that came before.
pub(super) fn step(world: &World, act: Act, twist: Twist) -> Step {
    let teller = Teller { world, twist };
    let fact = match act {
        Act::Pick(_) | Act::PickNobody | Act::BeginMerge(_) | Act::EndMerge(_) | Act::FailMerge(_) => {
            teller.choice(act)
        }
        Act::Begin | Act::Resume | Act::End | Act::Baseline => teller.run(act),
        _ => teller.worker(act),
    };
    let seq = world.seq + 1;
    Step { seq, fact, causes: (1..seq).collect(), duration_ms: 0, time: None }
}

struct Teller<'a> {
    world: &'a World,
    twist: Twist,
}

impl Teller<'_> {
    fn attempt(&self, act: Act) -> u32 {
        let attempt = self.world.attempt_of(act);
        match self.twist {
            Twist::LaterAttempt => attempt + 1,
            Twist::EarlierAttempt => attempt - 1,
            _ => attempt,
        }
    }

    fn told(&self, true_one: Oid) -> Oid {
        if self.twist == Twist::Candidate { oid(OTHER) } else { true_one }
    }

    fn own_candidate(&self, number: usize) -> Oid {
        candidate((number, self.world.lanes[number].attempt))
    }

    fn run(&self, act: Act) -> Fact {
        match act {
            Act::Begin => Fact::RunStarted(self.begin()),
            Act::Resume => Fact::RunResumed(RunResumed {
                args: run_resumed::Args {},
                result: run_resumed::Outcome { interrupted: vec![], queued: vec![] },
            }),
            Act::Baseline => Fact::GateFinished(gate(None, self.told(oid(BASE)))),
            _ => {
                let queued = if let Twist::Queued(number) = self.twist { Worker::new(number) } else { None };
                let queued = queued.into_iter().collect();
                let result = run_finished::Outcome { reason: RunEnd::Completed, queued };
                Fact::RunFinished(RunFinished { args: run_finished::Args {}, result })
            }
        }
    }

    fn begin(&self) -> RunStarted {
        let lane = |number| run_started::Lane {
            worker: worker(number),
            agent: "a".into(),
            argv: vec![],
            task_on_stdin: false,
            task: None,
        };
        let workers = match self.twist {
            Twist::NoWorkers => vec![],
            Twist::Backwards => vec![lane(1), lane(0)],
            _ => vec![lane(0), lane(1)],
        };
        RunStarted {
            args: run_started::Args {
                resolves: None,
                run: "r".parse().unwrap(),
                task: "t".into(),
                base: oid(BASE),
                base_tree: oid(BASE),
                workers,
                gate: None,
                rule: Rule::default(),
                limits: run_started::Limits::default(),
                plan: None,
                auto_merge: None,
            },
            result: run_started::Outcome { tool_version: String::new(), git_version: String::new() },
        }
    }

    fn worker(&self, act: Act) -> Fact {
        let attempt = self.attempt(act);
        match act {
            Act::Start(number) => Fact::WorkerStarted(start(number, attempt)),
            Act::Iterate(number) => {
                let skipped = u32::from(self.twist == Twist::Iteration);
                let iteration = self.world.lanes[number].iterations + 1 + skipped;
                Fact::IterationFinished(iterate(number, (attempt, iteration)))
            }
            Act::Finish(number) => Fact::WorkerFinished(finish(number, attempt, candidate((number, attempt)))),
            Act::Stop(number) => Fact::WorkerStopped(WorkerStopped {
                args: worker_stopped::Args { worker: worker(number), attempt },
                result: worker_stopped::Outcome {},
            }),
            Act::Retry(number) => {
                let old = self.world.lanes[number].finished.map(|_| self.own_candidate(number));
                let superseded = if self.twist == Twist::Candidate { Some(oid(OTHER)) } else { old };
                Fact::WorkerRetried(WorkerRetried {
                    args: worker_retried::Args { worker: worker(number), attempt, feedback: None },
                    result: worker_retried::Outcome { superseded },
                })
            }
            Act::Discard(number) => Fact::WorkerDiscarded(WorkerDiscarded {
                args: worker_discarded::Args { worker: worker(number), attempt },
                result: worker_discarded::Outcome { candidate: self.told(self.own_candidate(number)) },
            }),
            Act::Score(number) => Fact::ScoreFinished(score(number, attempt)),
            Act::Gate(number) => {
                Fact::GateFinished(gate(Some((number, attempt)), self.told(self.own_candidate(number))))
            }
            _ => Fact::Unknown,
        }
    }

    fn choice(&self, act: Act) -> Fact {
        match act {
            Act::PickNobody => {
                let wrong = (self.twist == Twist::Candidate).then(|| oid(OTHER));
                Fact::WinnerSelected(pick(None, wrong))
            }
            Act::Pick(number) => Fact::WinnerSelected(pick(Some(number), Some(self.told(self.own_candidate(number))))),
            Act::BeginMerge(number) => Fact::MergeStarted(self.begin_merge(number)),
            Act::EndMerge(number) => Fact::MergeFinished(self.end_merge(number, true)),
            _ => {
                let (Act::FailMerge(number) | Act::EndMerge(number)) = act else { return Fact::Unknown };
                Fact::MergeFinished(self.end_merge(number, false))
            }
        }
    }

    /// Returns the candidate of a worker that a merge would be of: the begun one, else the picked one, else its own.
    fn chosen(&self, number: usize, with_intent: bool) -> Oid {
        let begun = self.world.intent.map(|(_, begun)| begun).filter(|_| with_intent);
        let picked = self.world.pick.and_then(|(_, picked)| picked);
        let chosen = [begun, picked].into_iter().flatten().find(|(of, _)| *of == number);
        self.told(chosen.map_or_else(|| self.own_candidate(number), candidate))
    }

    fn begin_merge(&self, number: usize) -> MergeStarted {
        MergeStarted {
            args: merge_started::Args {
                worker: Some(worker(number)),
                candidate: self.chosen(number, false),
                target: "refs/heads/main".into(),
                mode: MergeMode::NoFf,
                ours: oid(BASE),
                tree: oid(BASE),
            },
            result: merge_started::Outcome {},
        }
    }

    fn end_merge(&self, number: usize, moved: bool) -> MergeFinished {
        let target = if self.twist == Twist::Target { "refs/heads/other" } else { "refs/heads/main" };
        let tree = if self.twist == Twist::Tree { OTHER } else { BASE };
        let args = merge_finished::Args {
            worker: Some(worker(number)),
            candidate: self.chosen(number, true),
            target: target.into(),
            mode: if self.twist == Twist::Mode { MergeMode::Squash } else { MergeMode::NoFf },
            ours: if self.twist == Twist::Ours { oid(OTHER) } else { oid(BASE) },
        };
        let (commit, tree) = (moved.then(|| oid(1)), moved.then(|| oid(tree)));
        MergeFinished { args, result: merge_finished::Outcome { commit, tree, ..merge_finished::Outcome::default() } }
    }
}

fn start(number: usize, attempt: u32) -> WorkerStarted {
    let args =
        worker_started::Args { worker: worker(number), attempt, agent: "a".into(), argv: vec![], base: oid(BASE) };
    WorkerStarted { args, result: worker_started::Outcome {} }
}

fn iterate(number: usize, (attempt, iteration): (u32, u32)) -> IterationFinished {
    IterationFinished {
        args: iteration_finished::Args { worker: worker(number), attempt, iteration },
        result: iteration_finished::Outcome {
            ending: Ending::Success,
            tree: oid(BASE),
            diff: DiffStat::default(),
            verdict: Verdict::Fail,
            log: None,
            usage: None,
            unchanged: false,
        },
    }
}

fn finish(number: usize, attempt: u32, candidate: Oid) -> WorkerFinished {
    WorkerFinished {
        args: worker_finished::Args { worker: worker(number), attempt },
        result: worker_finished::Outcome {
            ending: Ending::Success,
            failed_in: None,
            candidate,
            tree: candidate,
            diff: DiffStat::default(),
            log: None,
            usage: None,
            provider_error: None,
            skipped: vec![],
            cut: None,
            iterations: None,
            checkout_changed: vec![],
            escapes: vec![],
            refused: None,
            product: None,
            heals: None,
        },
    }
}

fn gate(of: Option<(usize, u32)>, commit: Oid) -> GateFinished {
    GateFinished {
        args: gate_finished::Args {
            worker: of.map(|(number, _)| worker(number)),
            attempt: of.map(|(_, attempt)| attempt),
            argv: vec![],
            place: Place::Clean,
            timeout_ms: None,
            protect: vec![],
            union: false,
        },
        result: gate_finished::Outcome {
            commit,
            tree: commit,
            verdict: Verdict::Pass,
            exit_code: None,
            ending: None,
            reason: None,
            log: None,
            cached: false,
            touched: vec![],
        },
    }
}

fn score(number: usize, attempt: u32) -> ScoreFinished {
    ScoreFinished {
        args: score_finished::Args { worker: worker(number), attempt, argv: vec![] },
        result: score_finished::Outcome { tree: oid(BASE), ending: Ending::Success, score_micro: None, log: None },
    }
}

fn pick(winner: Option<usize>, candidate: Option<Oid>) -> WinnerSelected {
    WinnerSelected {
        args: winner_selected::Args {
            rule: Rule::default(),
            by: winner_selected::By::Rule,
            worker: None,
            allow_failing: false,
        },
        result: winner_selected::Outcome {
            winner: winner.map(worker),
            candidate,
            reason: String::new(),
            ranking: vec![],
        },
    }
}
