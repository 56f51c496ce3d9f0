//! Exchanges: runs carried to a remote or from it, each where its journal goes on from the one on the other side.

use std::collections::BTreeMap;

use super::{
    journal::{self, State},
    supervisor,
};
use crate::{
    model::{
        chronicle::Chronicle,
        history::History,
        journal_name::JournalName,
        oid::Oid,
        queue::history::Queue,
        ref_name::RefName,
        relation::Relation,
        transfer::{self, Refs, Sides, Transfer},
    },
    repo::{
        git,
        identity::Identity,
        journal_notes,
        open::Repository,
        refs::{self, Edit},
        remote::{self, Direction, Remote},
        seal,
    },
};

/// Why a run could not be carried.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The remote.
    #[error(transparent)]
    Remote(#[from] remote::Error),
    /// The side that gives has refs of it, and no journal.
    #[error("{0} has no journal there")]
    NoJournal(JournalName),
    /// Neither side knows what its journal stands on.
    #[error("ref '{0}' is on neither side")]
    NoBase(RefName),
    /// The journal is one of something else.
    #[error("the journal of {0} begins another run or queue, or another base")]
    Strange(JournalName),
    /// The remote moved between the look and the push.
    #[error("{0} was moved there meanwhile by somebody else")]
    Lost(JournalName),
    /// A process here works on it, and what it knows of the run is not changed behind its back.
    #[error("{0} is being worked on here")]
    AtWork(JournalName),
    /// Somebody works on it here.
    #[error(transparent)]
    Supervisor(#[from] supervisor::Error),
    /// A journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The notes that hold one.
    #[error(transparent)]
    Notes(#[from] journal_notes::Error),
    /// A ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// What this repository and a remote have of runs, seen at one moment.
pub struct Exchange<'a> {
    /// The remote.
    pub remote: Remote<'a>,
    /// What there is of each run.
    pub theirs: BTreeMap<JournalName, Refs>,
    /// What stands there where a run would, and has the name of none.
    pub strange: Vec<String>,
    /// Whether logs go where there are none yet.
    pub with_logs: bool,
    repository: &'a Repository,
    direction: Direction,
}

/// What is to be done with one run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The run.
    pub run: JournalName,
    /// How the journal that is given stands to the other one.
    pub relation: Relation,
    /// Which refs move.
    pub transfer: Transfer,
    /// How many events the given journal has; none where it had not to be read.
    pub events: Option<u64>,
}

/// A journal that is given, as far as it matters.
struct Given {
    bytes: Vec<u8>,
    events: u64,
    told: Refs,
}

impl<'a> Exchange<'a> {
    /// Looks at what a remote has.
    pub fn begin(repository: &'a Repository, remote: Option<&str>, direction: Direction) -> Result<Self, Error> {
        let remote = repository.remote(remote, direction)?;
        let (theirs, strange) = survey(&remote)?;
        Ok(Self { remote, theirs, strange, with_logs: direction == Direction::Fetch, repository, direction })
    }

    /// Decides on each of these runs.
    #[must_use]
    pub fn plan(&self, runs: &[JournalName]) -> Vec<(JournalName, Result<Plan, Error>)> {
        let ours: Vec<(JournalName, Result<Refs, Error>)> =
            runs.iter().map(|run| (run.clone(), self.ours(run))).collect();
        let read = ours.iter().filter_map(|(run, ours)| Some((run, ours.as_ref().ok()?)));
        let mut failed = self.bring(&read.map(|(run, ours)| (run.clone(), self.unseen(run, ours))).collect());
        let plan = |(run, ours): (JournalName, Result<Refs, Error>)| {
            let plan = match failed.remove(&run) {
                Some(error) => Err(error.into()),
                None => ours.and_then(|ours| self.decide(&run, &ours)),
            };
            (run, plan)
        };
        ours.into_iter().map(plan).collect()
    }

    /// Reads what is here of a run, at one moment.
    fn ours(&self, run: &JournalName) -> Result<Refs, Error> {
        if self.direction == Direction::Push && supervisor::is_held(self.repository, run)? {
            return Err(supervisor::Error::Held(run.clone()).into());
        }
        let notes = RefName::notes(run);
        loop {
            let before = self.repository.ref_target(&notes)?;
            let below = self.repository.refs_below(&RefName::prefix(run))?;
            // An event between the two reads moved refs that the journal does not speak of yet.
            if self.repository.ref_target(&notes)? == before {
                let known = below.into_iter().filter(|(name, _)| RefName::told(name.as_str()).is_some());
                return Ok(known.chain(before.map(|commit| (notes, commit))).collect());
            }
        }
    }

    /// Lists the objects of the other side without which nothing can be decided.
    fn unseen(&self, run: &JournalName, ours: &Refs) -> Vec<Oid> {
        let Some(theirs) = self.theirs.get(run) else { return Vec::new() };
        // What is fetched is looked at; where a push takes nothing's place, there is nothing to compare.
        let is_needed = |name: &RefName| self.direction == Direction::Fetch || ours.contains_key(name);
        let carried = [RefName::seal(run), RefName::logs(run)].into_iter().filter(is_needed);
        let names = std::iter::once(RefName::notes(run)).chain(carried);
        names.filter(|name| ours.get(name) != theirs.get(name)).filter_map(|name| theirs.get(&name).copied()).collect()
    }

    /// Gets objects, for all runs at once; where that fails, for each alone, and says which could not be had.
    fn bring(&self, wanted: &BTreeMap<JournalName, Vec<Oid>>) -> BTreeMap<JournalName, remote::Error> {
        let wanted: Vec<(&JournalName, &Vec<Oid>)> = wanted.iter().filter(|(_, objects)| !objects.is_empty()).collect();
        let all: Vec<Oid> = wanted.iter().flat_map(|(_, objects)| objects.iter().copied()).collect();
        match (self.remote.fetch(&all), wanted.as_slice()) {
            (Ok(()), _) => BTreeMap::new(),
            (Err(error), [(run, _)]) => BTreeMap::from([((*run).clone(), error)]),
            (Err(_), each) => {
                let alone = |(run, objects): &(&JournalName, &Vec<Oid>)| {
                    Some(((*run).clone(), self.remote.fetch(objects).err()?))
                };
                each.iter().filter_map(alone).collect()
            }
        }
    }

    fn decide(&self, run: &JournalName, ours: &Refs) -> Result<Plan, Error> {
        let none = Refs::new();
        let theirs = self.theirs.get(run).unwrap_or(&none);
        let (given, held) = match self.direction {
            Direction::Push => (ours, theirs),
            Direction::Fetch => (theirs, ours),
        };
        if given == held {
            let (relation, transfer) = (Relation::Same, Transfer::default());
            return Ok(Plan { run: run.clone(), relation, transfer, events: None });
        }
        let state = self.given(run, given)?;
        let relation = match self.journal(run, held, given)? {
            none if none.is_empty() && transfer::is_another(given, held) => Relation::Forked { event: 1 },
            journal => Relation::of(&state.bytes, &journal),
        };
        let (given, unfit) = self.fitting(run, given, &state.bytes);
        let given = &given;
        let sides = Sides {
            run,
            given,
            held,
            journal: relation,
            seal: both(given, held, &RefName::seal(run)).and_then(|tags| self.relate_seals(tags)),
            logs: both(given, held, &RefName::logs(run)).and_then(|logs| self.relate_logs(logs)),
            with_logs: self.with_logs,
            told: &state.told,
        };
        let mut transfer = Transfer::decide(&sides);
        if matches!(relation, Relation::Same | Relation::Ahead) {
            transfer.uncalled.extend(unfit);
        }
        Ok(Plan { run: run.clone(), relation, transfer, events: Some(state.events) })
    }

    /// Reads the journal that is given, which must be one of this run or queue.
    fn given(&self, of: &JournalName, given: &Refs) -> Result<Given, Error> {
        match of.queue() {
            Some(_) => self.given_as::<Queue>(of, given),
            None => self.given_as::<History>(of, given),
        }
    }

    fn given_as<H: Chronicle>(&self, of: &JournalName, given: &Refs) -> Result<Given, Error> {
        let notes = given.get(&RefName::notes(of)).ok_or_else(|| Error::NoJournal(of.clone()))?;
        let state = State::<H>::read(of, *notes, self.journal(of, given, given)?)?;
        let is_on_base = state.history.base().as_ref() == given.get(&RefName::base(of));
        if !is_on_base || state.history.of().as_ref() != Some(of) {
            return Err(Error::Strange(of.clone()));
        }
        Ok(Given { events: state.tip().count, told: state.history.told(of), bytes: state.bytes })
    }

    /// Leaves out what no journal speaks of where it is not what its name says; lists that.
    fn fitting(&self, run: &JournalName, given: &Refs, journal: &[u8]) -> (Refs, Vec<RefName>) {
        let is_unfit = |(name, id): (&RefName, &Oid)| {
            let is_seal = *name == RefName::seal(run) && !self.is_seal(*id, journal);
            is_seal || (*name == RefName::logs(run) && self.repository.commit(*id).is_err())
        };
        let unfit: Vec<RefName> = given.iter().filter(|each| is_unfit(*each)).map(|(name, _)| name.clone()).collect();
        let fitting = given.iter().filter(|(name, _)| !unfit.contains(name)).map(|(name, id)| (name.clone(), *id));
        (fitting.collect(), unfit)
    }

    /// Tells whether a tag seals this journal, or what it goes on from, or what goes on from it.
    fn is_seal(&self, tag: Oid, journal: &[u8]) -> bool {
        match self.repository.sealed(tag) {
            Ok(sealed) if sealed.journal.is_empty() => false,
            Ok(sealed) => !matches!(Relation::of(&sealed.journal, journal), Relation::Forked { .. }),
            // A partial clone gives what it has itself only the name of.
            Err(seal::Error::Objects(_)) => self.direction == Direction::Push,
            Err(_) => false,
        }
    }

    /// Reads the journal of one side; empty where it has none. The other side knows the base where it does not.
    fn journal(&self, run: &JournalName, side: &Refs, other: &Refs) -> Result<Vec<u8>, Error> {
        let Some(notes) = side.get(&RefName::notes(run)) else { return Ok(Vec::new()) };
        let name = RefName::base(run);
        let base = side.get(&name).or_else(|| other.get(&name)).ok_or(Error::NoBase(name))?;
        let notes = self.repository.notes_at(*notes)?;
        Ok(self.repository.journal_on(*base, run, &notes)?)
    }

    /// Relates the journals under two seals; none where one is no seal.
    fn relate_seals(&self, (given, held): (Oid, Oid)) -> Option<Relation> {
        let [given, held] = [given, held].map(|tag| self.repository.sealed(tag).ok());
        Some(Relation::of(&given?.journal, &held?.journal))
    }

    /// Relates two logs; none where one is no commit.
    fn relate_logs(&self, (given, held): (Oid, Oid)) -> Option<Relation> {
        if self.repository.is_ancestor(held, given).ok()? {
            return Some(Relation::Ahead);
        }
        let is_behind = self.repository.is_ancestor(given, held).ok()?;
        Some(if is_behind { Relation::Behind } else { Relation::Forked { event: 1 } })
    }

    /// Pushes one run.
    pub fn push(&self, plan: &Plan) -> Result<(), Error> {
        match self.remote.push(&edits(plan)) {
            Err(remote::Error::Refused(_)) if self.has_moved(plan)? => Err(Error::Lost(plan.run.clone())),
            pushed => Ok(pushed?),
        }
    }

    /// Tells whether the remote has values that it neither had before nor got from here.
    fn has_moved(&self, plan: &Plan) -> Result<bool, Error> {
        let (theirs, _) = survey(&self.remote)?;
        let is_new = |run: &Refs, name: &RefName| {
            // Not all that a remote refuses as a whole stays out: it takes what is beside a hidden ref (git-config(1)).
            let sent = plan.transfer.moves.iter().find(|step| step.name == *name).map(|step| step.new);
            let (now, before) = (run.get(name), self.theirs.get(&plan.run).and_then(|run| run.get(name)));
            now != before && sent != Some(now.copied())
        };
        let now = theirs.get(&plan.run).cloned().unwrap_or_default();
        let before = self.theirs.get(&plan.run);
        Ok(now.keys().chain(before.into_iter().flat_map(Refs::keys)).any(|name| is_new(&now, name)))
    }

    /// Gets the objects of these plans; says which could not be had.
    #[must_use]
    pub fn bring_all<'p>(&self, plans: impl Iterator<Item = &'p Plan>) -> BTreeMap<JournalName, remote::Error> {
        let objects = |plan: &Plan| plan.transfer.moves.iter().filter_map(|step| step.new).collect();
        self.bring(&plans.map(|plan| (plan.run.clone(), objects(plan))).collect())
    }

    /// Writes the refs of a plan whose objects are here.
    pub fn write(&self, plan: &Plan, identity: &Identity) -> Result<(), Error> {
        let at_work = |error| match error {
            supervisor::Error::Held(run) => Error::AtWork(run),
            error @ supervisor::Error::File { .. } => error.into(),
        };
        let _nobody = supervisor::keep_out(self.repository, &plan.run).map_err(at_work)?;
        let edits = edits(plan);
        self.repository.write_refs(&edits, identity)?;
        self.repository.sync_refs(edits.iter().map(|edit| &edit.name));
        Ok(())
    }
}

/// Reads what a remote has, by run; what has the name of no run is listed by what it has instead.
fn survey(remote: &Remote<'_>) -> Result<(BTreeMap<JournalName, Refs>, Vec<String>), Error> {
    let mut runs: BTreeMap<JournalName, Refs> = BTreeMap::new();
    let mut strange = Vec::new();
    for (text, id) in remote.refs()? {
        match RefName::told(&text) {
            Some((run, name)) => drop(runs.entry(run).or_default().insert(name, id)),
            None => strange.push(text),
        }
    }
    Ok((runs, strange))
}

fn both(given: &Refs, held: &Refs, name: &RefName) -> Option<(Oid, Oid)> {
    let (given, held) = (*given.get(name)?, *held.get(name)?);
    (given != held).then_some((given, held))
}

/// Lists the refs that a plan moves, the journal last: whoever sees an event sees what it speaks of.
fn edits(plan: &Plan) -> Vec<Edit> {
    let edit = |step: &transfer::Move| Edit { name: step.name.clone(), expected: step.expected, new: step.new };
    let mut edits: Vec<Edit> = plan.transfer.moves.iter().map(edit).collect();
    edits.sort_by_key(|edit| edit.name == RefName::notes(&plan.run));
    edits
}
