//! Orders: which tasks of a plan come after which and why, and which run side by side.
//!
//! First comes what the plan says (`needs`). Then a task that reads what another writes comes after it; two that write the same
//! are in the plan's order. Last, a task of which it is not known what it writes runs alone, at its place in the plan. Whatever
//! would close a circle then is left as it is the other way round.

use std::collections::{BTreeSet, HashMap};

use super::{
    Plan,
    finding::{Code, Findings, Place, named},
    footprint::Footprint,
    pattern::steps::Steps,
    reach::Reach,
    role::Permission,
    task::{Task, TaskId},
};

/// Why a task comes after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It needs it.
    Needs,
    /// It reads what the other writes.
    Reads {
        /// Which of the things that it reads.
        read: usize,
        /// Which of the things that the other writes.
        written: usize,
    },
    /// Both write the same.
    Writes {
        /// Which of the things that it writes.
        written: usize,
        /// Which of the things that the other writes.
        other: usize,
    },
    /// One of the two runs alone.
    Alone,
}

/// That one task comes after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The one that comes first, as its place in the plan.
    pub before: usize,
    /// The one that comes after it.
    pub after: usize,
    /// Why.
    pub reason: Reason,
}

/// What follows from a plan; tasks are told by their places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What comes after what, and why. What follows from the others is left out, unless a task reads what another writes.
    pub edges: Vec<Edge>,
    /// The tasks that run side by side, each wave after the one before; within a wave in the plan's order.
    pub waves: Vec<Vec<usize>>,
    /// Whether each task must run alone, since it is not known what it writes.
    pub is_alone: Vec<bool>,
}

impl Order {
    /// Puts a plan in order; what was turned round is gathered. None where its paths take too long to compare.
    #[must_use]
    pub fn of(plan: &Plan, findings: &Findings) -> Option<Self> {
        let is_alone: Vec<bool> = plan.tasks.iter().map(|task| runs_alone(plan, task)).collect();
        let tasks = &plan.tasks[..];
        let mut maker =
            Maker { tasks, findings, edges: Vec::new(), reach: Reach::new(tasks.len()), steps: Steps::new() };
        maker.add_needs();
        maker.add_reads();
        maker.add_writes();
        maker.add_alone(&is_alone);
        if maker.steps.are_spent() {
            let message = "the paths that the tasks read and write are too many and too involved to be compared";
            findings.error(Code::TooMuch, &Place::default().key("tasks"), message);
            return None;
        }
        let waves = waves(tasks.len(), &maker.edges);
        Some(Self { edges: maker.edges, waves, is_alone })
    }

    /// Puts so many tasks side by side: whoever hands them out one by one says that each is ready.
    #[must_use]
    pub fn side_by_side(tasks: usize) -> Self {
        Self { edges: Vec::new(), waves: vec![(0..tasks).collect()], is_alone: vec![false; tasks] }
    }

    /// Lists why a task comes after others.
    pub fn before(&self, task: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.after == task)
    }
}

/// Tells whether a task may write, and it is not known what.
fn runs_alone(plan: &Plan, task: &Task) -> bool {
    let is_known = !task.writes.is_empty() && task.writes.iter().all(Footprint::is_known);
    plan.permission(task) == Permission::Write && !is_known
}

impl Edge {
    /// Tells why, in words that follow the name of the task that comes after.
    #[must_use]
    pub fn why(&self, plan: &Plan) -> String {
        let (before, after) = (&plan.tasks[self.before], &plan.tasks[self.after]);
        match self.reason {
            Reason::Needs => "needs".to_owned(),
            Reason::Reads { read, written } => {
                let (read, written) = (&after.reads[read], &before.writes[written]);
                format!("reads {}{} that {} writes", quoted(read), through(read, written), before.id)
            }
            Reason::Writes { written, other } => {
                let (written, other) = (&after.writes[written], &before.writes[other]);
                format!("writes {}{} as {} does", quoted(written), through(written, other), before.id)
            }
            Reason::Alone if runs_alone(plan, after) => {
                "it runs alone, since it is not known what it writes".to_owned()
            }
            Reason::Alone => format!("{} runs alone, since it is not known what that writes", before.id),
        }
    }
}

fn quoted(footprint: &Footprint) -> String {
    named(&footprint.to_string())
}

/// Names what the other task declares, where that is written in another way.
fn through(own: &Footprint, other: &Footprint) -> String {
    if own == other { String::new() } else { format!(" (in {})", quoted(other)) }
}

struct Maker<'p> {
    tasks: &'p [Task],
    findings: &'p Findings,
    edges: Vec<Edge>,
    reach: Reach,
    steps: Steps,
}

impl Maker<'_> {
    fn add(&mut self, before: usize, after: usize, reason: Reason) {
        self.reach.add(before, after);
        self.edges.push(Edge { before, after, reason });
    }

    fn add_needs(&mut self) {
        let tasks = self.tasks;
        let places: HashMap<&TaskId, usize> = tasks.iter().enumerate().map(|(at, task)| (&task.id, at)).collect();
        for (after, task) in tasks.iter().enumerate() {
            // What is named twice is needed once.
            let before: BTreeSet<usize> = task.needs.iter().filter_map(|need| places.get(need).copied()).collect();
            for before in before {
                self.add(before, after, Reason::Needs);
            }
        }
    }

    /// Puts readers after writers: first those that come later in the plan too, so that these win over the others.
    fn add_reads(&mut self) {
        let tasks = self.tasks;
        for in_order in [true, false] {
            for (after, reader) in tasks.iter().enumerate() {
                for before in (0..tasks.len()).filter(|before| *before != after && (*before < after) == in_order) {
                    // Where it writes that too, the plan's order is for both.
                    let found = self.meeting((&reader.reads, &tasks[before].writes), &reader.writes);
                    self.add_found((before, after), found.map(|(read, written)| Reason::Reads { read, written }));
                }
            }
        }
    }

    fn add_writes(&mut self) {
        let tasks = self.tasks;
        for (before, after) in by_distance(tasks.len()) {
            if self.reach.has(before, after) {
                continue;
            }
            let found = self.meeting((&tasks[after].writes, &tasks[before].writes), &[]);
            self.add_found((before, after), found.map(|(written, other)| Reason::Writes { written, other }));
        }
    }

    /// Finds the first two that overlap, by their places; what of the others' overlaps an exception does not count.
    fn meeting(&mut self, (own, others): (&[Footprint], &[Footprint]), except: &[Footprint]) -> Option<(usize, usize)> {
        for (at, one) in own.iter().enumerate() {
            for (place, other) in others.iter().enumerate() {
                if self.overlap(one, other) && !except.iter().any(|one| self.overlap(one, other)) {
                    return Some((at, place));
                }
            }
        }
        None
    }

    /// Puts one task after another for a reason, unless it comes before it already.
    fn add_found(&mut self, (before, after): (usize, usize), reason: Option<Reason>) {
        match reason {
            Some(reason) if self.reach.has(after, before) => self.tell_turned((before, after), reason),
            Some(reason) => self.add(before, after, reason),
            None => {}
        }
    }

    fn add_alone(&mut self, is_alone: &[bool]) {
        for (first, second) in by_distance(self.tasks.len()) {
            let is_free = !self.reach.has(first, second) && !self.reach.has(second, first);
            if is_free && (is_alone[first] || is_alone[second]) {
                self.add(first, second, Reason::Alone);
            }
        }
    }

    fn overlap(&mut self, one: &Footprint, other: &Footprint) -> bool {
        // The answer is of no use any more where nothing is left.
        !self.steps.are_spent() && one.overlaps(other, &mut self.steps)
    }

    /// Warns that an order that paths ask for would close a circle.
    fn tell_turned(&mut self, (before, after): (usize, usize), reason: Reason) {
        let (one, other) = (&self.tasks[before].id, &self.tasks[after].id);
        let (key, what, at) = match reason {
            Reason::Reads { read, .. } => ("reads", quoted(&self.tasks[after].reads[read]), read),
            Reason::Writes { written, .. } => ("writes", quoted(&self.tasks[after].writes[written]), written),
            Reason::Needs | Reason::Alone => return,
        };
        let does = if key == "reads" { "writes" } else { "writes too" };
        let message =
            format!("{other} {key} {what}, which {one} {does}, but {one} comes after it: the order is turned round");
        self.findings.warning(Code::TurnedOrder, &Place::default().key("tasks").at(after).key(key).at(at), message);
    }
}

/// Lists all pairs of so many tasks, neighbours first, so that what follows from them is known by then.
fn by_distance(tasks: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..tasks).flat_map(move |distance| (0..tasks - distance).map(move |first| (first, first + distance)))
}

/// Puts each task into the earliest wave in which all before it are done; edges come to no circle.
fn waves(tasks: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let (mut open, mut after) = (vec![0; tasks], vec![Vec::new(); tasks]);
    for edge in edges {
        open[edge.after] += 1;
        after[edge.before].push(edge.after);
    }
    let mut waves: Vec<Vec<usize>> = Vec::new();
    let mut next: Vec<usize> = (0..tasks).filter(|task| open[*task] == 0).collect();
    while !next.is_empty() {
        let mut following = Vec::new();
        for later in next.iter().flat_map(|task| &after[*task]) {
            open[*later] -= 1;
            if open[*later] == 0 {
                following.push(*later);
            }
        }
        following.sort_unstable();
        waves.push(std::mem::replace(&mut next, following));
    }
    waves
}
