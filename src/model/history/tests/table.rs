//! The table: what two workers may do, and when, written down apart from the history that it is held against.

use super::facts::Twist;

/// More states than the small world has.
pub(super) const MOST_STATES: usize = 50_000;

/// What may happen, to a worker (counted from 0) or to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Act {
    Begin,
    Start(usize),
    Iterate(usize),
    Finish(usize),
    Stop(usize),
    Retry(usize),
    Discard(usize),
    Gate(usize),
    Baseline,
    Score(usize),
    Pick(usize),
    PickNobody,
    BeginMerge(usize),
    EndMerge(usize),
    FailMerge(usize),
    Resume,
    End,
}

/// Where a worker is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    #[default]
    Waiting,
    Running,
    Done,
}

/// One worker: what it is, and the events that made it so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Lane {
    pub(super) stage: Stage,
    pub(super) attempt: u32,
    pub(super) iterations: u32,
    pub(super) retried: Option<u64>,
    pub(super) stopped: Option<u64>,
    pub(super) started: Option<u64>,
    pub(super) finished: Option<u64>,
    pub(super) gated: Option<u64>,
    pub(super) scored: Option<u64>,
    pub(super) discarded: Option<u64>,
}

/// A candidate: the worker's, in this attempt.
pub(super) type Candidate = (usize, u32);

/// The small world: a run of two workers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) seq: u64,
    pub(super) lanes: [Lane; 2],
    pub(super) pick: Option<(u64, Option<Candidate>)>,
    pub(super) intent: Option<(u64, Candidate)>,
    pub(super) ended: bool,
}

impl Lane {
    pub(super) fn is_queued(&self) -> bool {
        self.stage == Stage::Waiting && self.stopped.is_none()
    }

    pub(super) fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }

    /// Tells whether it has a candidate that may be picked.
    pub(super) fn stands(&self) -> bool {
        self.stage == Stage::Done && self.discarded.is_none()
    }

    fn may_run_again(&self) -> bool {
        self.stage == Stage::Done || (self.stage == Stage::Waiting && self.stopped.is_some())
    }
}

impl World {
    pub(super) fn winner(&self) -> Option<u16> {
        let (worker, attempt) = self.pick?.1?;
        let lane = &self.lanes[worker];
        (lane.stands() && lane.attempt == attempt).then(|| u16::try_from(worker).unwrap() + 1)
    }

    fn may_merge(&self, worker: usize) -> bool {
        self.winner().is_some_and(|winner| usize::from(winner) == worker + 1)
    }

    /// The table: what may happen.
    pub(super) fn allows(&self, act: Act) -> bool {
        let lane = |worker: usize| &self.lanes[worker];
        let allowed = match act {
            Act::Begin => return self.seq == 0,
            Act::Baseline | Act::PickNobody | Act::Resume => true,
            Act::End => !self.ended,
            Act::Start(worker) => lane(worker).is_queued(),
            Act::Iterate(worker) | Act::Finish(worker) => lane(worker).is_running(),
            Act::Stop(worker) => lane(worker).stage != Stage::Done && lane(worker).stopped.is_none(),
            Act::Retry(worker) => lane(worker).may_run_again(),
            Act::Gate(worker) | Act::Score(worker) => lane(worker).stage == Stage::Done,
            Act::Discard(worker) | Act::Pick(worker) => lane(worker).stands(),
            Act::BeginMerge(worker) => self.may_merge(worker),
            Act::EndMerge(worker) => self.intent.is_some_and(|(_, (begun, _))| begun == worker),
            Act::FailMerge(worker) => self.intent.is_some() || self.may_merge(worker),
        };
        self.seq > 0 && allowed
    }

    /// The table: the events that it must name.
    pub(super) fn needs(&self, act: Act) -> Vec<u64> {
        let lane = |worker: usize| &self.lanes[worker];
        let pick = self.pick.map(|(seq, _)| seq);
        let needed = match act {
            Act::Begin => vec![],
            Act::Baseline | Act::Resume | Act::End => vec![Some(1)],
            Act::Start(worker) => vec![Some(1), lane(worker).retried],
            Act::Iterate(worker) | Act::Finish(worker) => vec![lane(worker).started],
            Act::Stop(worker) => vec![lane(worker).started.or(lane(worker).retried).or(Some(1))],
            Act::Retry(worker) => vec![lane(worker).finished.or(lane(worker).stopped)],
            Act::Gate(worker) | Act::Score(worker) | Act::Discard(worker) => vec![lane(worker).finished],
            Act::Pick(_) | Act::PickNobody => {
                let grounds = |lane: &Lane| [lane.retried, lane.finished, lane.gated, lane.scored, lane.discarded];
                self.lanes.iter().flat_map(grounds).collect()
            }
            Act::BeginMerge(_) => vec![pick],
            Act::EndMerge(_) | Act::FailMerge(_) => vec![self.intent.map(|(seq, _)| seq).or(pick)],
        };
        needed.into_iter().flatten().collect()
    }

    /// The table: what it must tell truly.
    pub(super) fn matters(&self, act: Act, twist: Twist) -> bool {
        let of_an_attempt = matches!(
            act,
            Act::Start(_)
                | Act::Iterate(_)
                | Act::Finish(_)
                | Act::Stop(_)
                | Act::Retry(_)
                | Act::Discard(_)
                | Act::Gate(_)
                | Act::Score(_)
        );
        let of_a_candidate = match act {
            Act::Gate(_)
            | Act::Baseline
            | Act::Discard(_)
            | Act::Retry(_)
            | Act::Pick(_)
            | Act::PickNobody
            | Act::BeginMerge(_)
            | Act::EndMerge(_) => true,
            Act::FailMerge(_) => self.intent.is_none(),
            _ => false,
        };
        match twist {
            Twist::LaterAttempt => of_an_attempt,
            Twist::EarlierAttempt => of_an_attempt && self.attempt_of(act) > 0,
            Twist::Candidate => of_a_candidate,
            Twist::Tree | Twist::Target | Twist::Mode | Twist::Ours => matches!(act, Act::EndMerge(_)),
            Twist::Iteration => matches!(act, Act::Iterate(_)),
            Twist::None | Twist::NoWorkers | Twist::Backwards | Twist::Queued(_) => false,
        }
    }

    /// Returns the attempt that an act speaks of, as it should.
    pub(super) fn attempt_of(&self, act: Act) -> u32 {
        let attempt = |worker: usize| self.lanes[worker].attempt;
        match act {
            Act::Start(worker) | Act::Retry(worker) => attempt(worker) + 1,
            Act::Stop(worker) if self.lanes[worker].stage == Stage::Waiting => 0,
            Act::Iterate(worker)
            | Act::Finish(worker)
            | Act::Stop(worker)
            | Act::Discard(worker)
            | Act::Gate(worker)
            | Act::Score(worker) => attempt(worker),
            _ => 0,
        }
    }

    /// Does it; tells whether the world stays small: two attempts and passes of the first worker, one of the other.
    pub(super) fn take(&mut self, act: Act) -> bool {
        self.seq += 1;
        let seq = self.seq;
        match act {
            Act::Begin | Act::Baseline => {}
            Act::Resume => self.ended = false,
            Act::End => self.ended = true,
            Act::PickNobody => self.pick = Some((seq, None)),
            Act::Pick(worker) => self.pick = Some((seq, Some((worker, self.lanes[worker].attempt)))),
            Act::BeginMerge(_) => self.intent = self.pick.and_then(|(_, candidate)| Some((seq, candidate?))),
            Act::EndMerge(_) | Act::FailMerge(_) => self.intent = None,
            Act::Start(worker) | Act::Retry(worker) => {
                self.ended = false;
                self.lanes[worker].take(act, seq);
            }
            Act::Iterate(worker)
            | Act::Finish(worker)
            | Act::Stop(worker)
            | Act::Discard(worker)
            | Act::Gate(worker)
            | Act::Score(worker) => self.lanes[worker].take(act, seq),
        }
        let [first, second] = &self.lanes;
        let second_is_plain = second.retried.or(second.stopped).or(second.gated).is_none() && second.iterations == 0;
        first.attempt <= 2
            && (first.attempt < 2 || first.stage != Stage::Waiting)
            && first.iterations <= 1
            && second_is_plain
    }

    /// Returns the world without the numbers of its events: what differs in these alone is the same.
    pub(super) fn shape(&self) -> Self {
        let bare = |seq: Option<u64>| seq.map(|_| 0);
        let lanes = self.lanes.clone().map(|lane| Lane {
            retried: bare(lane.retried),
            stopped: bare(lane.stopped),
            started: bare(lane.started),
            finished: bare(lane.finished),
            gated: bare(lane.gated),
            // A score weighs as a gate does: one is enough.
            scored: None,
            discarded: bare(lane.discarded),
            ..lane
        });
        let pick = self.pick.map(|(_, candidate)| (0, candidate));
        let intent = self.intent.map(|(_, candidate)| (0, candidate));
        Self { seq: self.seq.min(1), lanes, pick, intent, ended: self.ended }
    }
}

impl Lane {
    fn take(&mut self, act: Act, seq: u64) {
        match act {
            Act::Start(_) => {
                let attempt = self.attempt + 1;
                *self = Self {
                    stage: Stage::Running,
                    attempt,
                    started: Some(seq),
                    retried: self.retried,
                    ..Self::default()
                };
            }
            Act::Retry(_) => *self = Self { attempt: self.attempt, retried: Some(seq), ..Self::default() },
            Act::Finish(_) => (self.stage, self.finished) = (Stage::Done, Some(seq)),
            Act::Iterate(_) => self.iterations += 1,
            Act::Stop(_) => self.stopped = Some(seq),
            Act::Discard(_) => self.discarded = Some(seq),
            Act::Gate(_) => self.gated = Some(seq),
            Act::Score(_) => self.scored = Some(seq),
            _ => {}
        }
    }
}
