//! Looks: one run's things, each with whether it may go.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    Error, Item, Kept, Plan, Target, need,
    traces::{self, Found, Traces},
};
use crate::{
    engine::{
        journal::State,
        leavings::{self, Leavings, Place},
        queue::roster::Roster,
        runs, supervisor,
    },
    model::{
        chain,
        history::{History, Lane},
        oid::Oid,
        prune::{self, Kind, Life, Stay, Wanted},
        ref_name::RefName,
        run_id::RunId,
        worker::Worker,
    },
    process::clock::Clock,
    repo::{disk, open::Repository, refs::Edit, worktree::Worktree},
};

/// Where the user's own work is.
const OWN: [&str; 3] = ["refs/heads", "refs/remotes", "refs/tags"];

/// What is looked at.
pub(super) struct Look<'a> {
    repository: &'a Repository,
    wanted: &'a Wanted,
    default_root: PathBuf,
    all: BTreeMap<RunId, Traces>,
    newest: Vec<RunId>,
    roster: Roster,
}

/// One run as it is looked at.
struct Subject<'l> {
    run: &'l RunId,
    life: Life,
    state: State,
}

impl Subject<'_> {
    fn history(&self) -> &History {
        &self.state.history
    }

    fn lane(&self, worker: Worker) -> Option<&Lane> {
        self.state.history.lane(worker)
    }

    fn refs_name(&self) -> String {
        format!("{}*", RefName::prefix(self.run))
    }
}

impl<'a> Look<'a> {
    /// Gathers what there is.
    pub(super) fn new(repository: &'a Repository, wanted: &'a Wanted) -> Result<Self, Error> {
        let default_root = repository.default_root();
        let mut roots = vec![default_root.clone()];
        let configured = repository.path_setting("par.worktreeRoot")?.map(|root| repository.home_dir().join(root));
        roots.extend(configured.filter(|root| *root != default_root));
        let all = traces::gather(repository, &roots)?;
        let mut newest = Vec::new();
        if wanted.keep > 0 {
            newest.extend(runs::all(repository)?.into_iter().take(wanted.keep).map(|(run, _)| run));
        }
        let roster = Roster::load(repository)?;
        Ok(Self { repository, wanted, default_root, all, newest, roster })
    }

    /// Lists the runs that have anything here.
    pub(super) fn runs(&self) -> impl Iterator<Item = &RunId> {
        self.all.keys()
    }

    /// Tells whether there is no ref of a run.
    pub(super) fn is_gone(&self, run: &RunId) -> bool {
        self.all.get(run).is_none_or(|traces| traces.notes.is_none() && traces.refs.is_empty())
    }

    /// Says what of one run may go; `is_ours` says that whoever asks holds it.
    pub(super) fn of(&self, run: &RunId, is_ours: bool) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let Some(traces) = self.all.get(run) else { return Ok(plan) };
        let subject = self.subject(run, traces, is_ours)?;
        for folder in &traces.remains {
            let fate = Place { folder, worktree: None }.require_free().map_err(Stay::from);
            let fate = fate.map(|()| "an earlier removal did not end".to_owned());
            plan.add(run, (Kind::Remains, fate), Target::Folder(folder.clone()));
        }
        for found in &traces.worktrees {
            self.look_at(&subject, found, &mut plan);
        }
        self.look_at_refs(&subject, traces, &mut plan)?;
        let goes_whole = plan.goes.iter().any(|item| item.kind == Kind::Refs && item.name == subject.refs_name());
        if let Some(folder) = traces.scratch.clone().filter(|_| subject.life == Life::Gone || goes_whole) {
            plan.add(run, (Kind::Scratch, Ok(format!("run {run} is gone"))), Target::Folder(folder));
        }
        Ok(plan)
    }

    fn subject<'l>(&self, run: &'l RunId, traces: &Traces, is_ours: bool) -> Result<Subject<'l>, Error> {
        let mut subject = Subject { run, life: Life::Gone, state: State::default() };
        if !is_ours && supervisor::is_held(self.repository, run)? {
            subject.life = Life::Held;
        } else if traces.notes.is_some() {
            match State::load(self.repository, run) {
                Ok(state) => {
                    subject.life = self.life(run, &state);
                    subject.state = state;
                }
                Err(_) => subject.life = Life::Unreadable,
            }
        } else if !self.is_stub(run, traces)? {
            subject.life = Life::Unreadable;
        }
        Ok(subject)
    }

    /// Tells whether all refs of a run without notes are what a crash before its first event leaves, and hold nothing.
    fn is_stub(&self, run: &RunId, traces: &Traces) -> Result<bool, Error> {
        let is_early = |name: &RefName| {
            let short = name.as_str().strip_prefix(&RefName::prefix(run)).unwrap_or_default();
            short == "base" || (short.starts_with('w') && short.parse::<Worker>().is_ok())
        };
        for (name, target) in &traces.refs {
            if !is_early(name) || !self.repository.is_reachable(*target, &OWN)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn life(&self, run: &RunId, state: &State) -> Life {
        let running = state.history.lanes().filter(|(_, lane)| lane.is_running()).map(|(worker, _)| worker);
        let running: Vec<Worker> = running.collect();
        if !running.is_empty() {
            return Life::Interrupted(running);
        }
        if let Some(stay) = need::of(run, &self.roster) {
            return Life::Awaited(stay);
        }
        let age = last_time(&state.bytes).and_then(|time| Clock::System.since(&time)).map(Duration::from_millis);
        Life::Over { age, is_new: self.newest.contains(run) }
    }

    fn look_at(&self, subject: &Subject<'_>, found: &Found, plan: &mut Plan) {
        let is_gone = found.folder.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        let kind = match (is_gone, found.is_place) {
            (true, _) => Kind::Entry,
            (false, false) => Kind::Worktree,
            (false, true) => Kind::Place,
        };
        let fate = match kind {
            Kind::Entry => self.entry_fate(subject, found),
            Kind::Place if self.is_fresh(found) => return,
            Kind::Place => place_fate(subject, found),
            _ if subject.life == Life::Gone && is_on_branch(found) => return,
            _ => self.worktree_fate(subject, found),
        };
        let target = found.registered.clone().map_or_else(|| Target::Folder(found.folder.clone()), Target::Worktree);
        plan.add(subject.run, (kind, fate), target);
    }

    /// Tells whether a check may only just have made its worktree, and not yet run in it.
    fn is_fresh(&self, found: &Found) -> bool {
        let made = found.registered.as_ref().map_or(&found.folder, |worktree| &worktree.admin).metadata();
        let made = made.and_then(|found| found.modified()).unwrap_or_else(|_| SystemTime::now());
        made.elapsed().unwrap_or(Duration::ZERO) < self.wanted.older_than
    }

    fn entry_fate(&self, subject: &Subject<'_>, found: &Found) -> Result<String, Stay> {
        subject.life.require_idle(subject.run)?;
        place(found).require_free()?;
        let root = found.folder.parent().and_then(Path::parent).unwrap_or(&found.folder);
        if root != self.default_root && !root.is_dir() {
            return Err(Stay::because(format!("folder '{}' is not here now", root.display())));
        }
        self.require_nothing_left(subject, found)?;
        Ok("its folder is gone".to_owned())
    }

    fn worktree_fate(&self, subject: &Subject<'_>, found: &Found) -> Result<String, Stay> {
        let lane = found.worker.and_then(|worker| subject.lane(worker));
        let why = if lane.is_some_and(|lane| lane.discarded.is_some()) {
            subject.life.require_idle(subject.run)?;
            "its candidate is discarded".to_owned()
        } else {
            subject.life.require_past(subject.run, self.wanted)?
        };
        place(found).require_free()?;
        self.require_nothing_left(subject, found)?;
        Ok(why)
    }

    /// Refuses to let go of work that is nowhere else.
    fn require_nothing_left(&self, subject: &Subject<'_>, found: &Found) -> Result<(), Stay> {
        let lane = found.worker.and_then(|worker| Some((worker, subject.lane(worker)?.candidate()?)));
        let left = match lane {
            Some((worker, candidate)) => {
                leavings::beside(self.repository, place(found), (subject.run, worker), candidate)?
            }
            None => leavings::anywhere(self.repository, place(found))?,
        };
        if left.is_empty() {
            return Ok(());
        }
        let stay = Stay::because(described(&left));
        Err(match lane {
            Some((worker, _)) => stay.hint(format!("git par discard {} -w {}", subject.run, worker.get())),
            None => stay.hint(format!("git worktree remove --force '{}'", found.folder.display())),
        })
    }

    fn look_at_refs(&self, subject: &Subject<'_>, traces: &Traces, plan: &mut Plan) -> Result<(), Error> {
        let (run, name) = (subject.run, subject.refs_name());
        if subject.life == Life::Gone && !traces.refs.is_empty() {
            let fate = Ok("a run that never got its first event left them".to_owned());
            plan.add_refs(run, (name, fate), traces.refs.iter());
            return Ok(());
        }
        if !self.wanted.refs || traces.refs.is_empty() {
            return Ok(());
        }
        let why = match subject.life.require_past(run, self.wanted) {
            Ok(why) => why,
            Err(stay) => {
                plan.add_refs(run, (name, Err(stay)), traces.refs.iter());
                return Ok(());
            }
        };
        let spent = if plan.stays.iter().any(|kept| kept.run == *run) {
            Err(Stay::because(format!("worktrees of run {run} stay")))
        } else {
            self.require_spent(subject)?
        };
        let is_whole = spent.is_ok();
        let notes = traces.notes.map(|notes| (RefName::notes(run), notes));
        // Base and the journal last: as long as they are there the run can be read, and pruned again.
        let is_base = |name: &RefName| *name == RefName::base(run);
        let mut all: Vec<&(RefName, Oid)> = traces.refs.iter().collect();
        all.sort_by_key(|(name, _)| is_base(name));
        plan.add_refs(run, (name, spent.map(|()| why.clone())), all.into_iter().chain(&notes));
        let spare: Vec<&(RefName, Oid)> = traces.refs.iter().filter(|(name, _)| name.is_spare()).collect();
        if !is_whole && !spare.is_empty() {
            let names: Vec<&str> = spare.iter().map(|(name, _)| name.as_str()).collect();
            plan.add_refs(run, (names.join(" "), Ok(why)), spare.into_iter());
        }
        Ok(())
    }

    fn require_spent(&self, subject: &Subject<'_>) -> Result<Result<(), Stay>, Error> {
        if subject.history().merging.is_some() {
            let why = format!("a merge of run {} was interrupted", subject.run);
            return Ok(Err(Stay::because(why).hint(format!("git par merge {}", subject.run))));
        }
        let is_kept = |commit| {
            let landed = need::landed(subject.run, commit, &self.roster).into_iter().chain([commit]);
            let mut kept = landed.map(|commit| self.repository.is_reachable(commit, &OWN[..2]));
            kept.find(|kept| !matches!(kept, Ok(false))).unwrap_or(Ok(false))
        };
        Ok(prune::require_spent(subject.history(), (self.is_sealed(subject), self.wanted.force), is_kept)?)
    }

    /// Tells whether a seal holds the whole journal.
    fn is_sealed(&self, subject: &Subject<'_>) -> bool {
        let tag = self.repository.ref_target(&RefName::seal(subject.run)).ok().flatten();
        let sealed = tag.and_then(|tag| self.repository.sealed(tag).ok());
        sealed.is_some_and(|sealed| sealed.journal == subject.state.bytes)
    }
}

fn place(found: &Found) -> Place<'_> {
    Place { folder: &found.folder, worktree: found.registered.as_ref() }
}

fn place_fate(subject: &Subject<'_>, found: &Found) -> Result<String, Stay> {
    subject.life.require_idle(subject.run)?;
    place(found).require_free()?;
    Ok("a check that did not end left it".to_owned())
}

/// Tells whether the HEAD of a worktree is at a branch, which we never make so.
fn is_on_branch(found: &Found) -> bool {
    let call = found.registered.as_ref().map(|worktree| worktree.git().call(["symbolic-ref", "--quiet", "HEAD"]));
    call.is_some_and(|call| call.succeeds().unwrap_or(true))
}

fn described(left: &Leavings) -> String {
    let files = left.tree.map(|_| "its files are in no commit that is kept".to_owned());
    let head = left.head.map(|head| format!("no ref leads to its HEAD {}", head.short()));
    let unread = (!left.unread.is_empty()).then(|| format!("not readable: {}", left.unread.join(", ")));
    files.into_iter().chain(head).chain(unread).collect::<Vec<_>>().join("; ")
}

/// Reads when the last event of a journal was written.
fn last_time(journal: &[u8]) -> Option<String> {
    let line = chain::lines(journal).last()?.ok()?;
    let event: serde_json::Value = serde_json::from_slice(line).ok()?;
    Some(event.get("time")?.as_str()?.to_owned())
}

impl Plan {
    fn add(&mut self, run: &RunId, (kind, fate): (Kind, Result<String, Stay>), target: Target) {
        let (name, bytes) = match &target {
            Target::Worktree(Worktree { path, admin }) => (path, disk::used(path) + disk::used(admin)),
            Target::Folder(path) => (path, disk::used(path)),
            Target::Refs(_) => return,
        };
        let (run, name) = (run.clone(), name.display().to_string());
        match fate {
            Ok(why) => self.goes.push(Item { kind, run, name, bytes: Some(bytes), why, target }),
            Err(stay) => self.stays.push(Kept { kind, run, name, stay }),
        }
    }

    fn add_refs<'r>(
        &mut self,
        run: &RunId,
        (name, fate): (String, Result<String, Stay>),
        refs: impl Iterator<Item = &'r (RefName, Oid)>,
    ) {
        let (kind, run) = (Kind::Refs, run.clone());
        let edit = |(name, target): &(RefName, Oid)| Edit { name: name.clone(), expected: Some(*target), new: None };
        match fate {
            Ok(why) => {
                let target = Target::Refs(refs.map(edit).collect());
                self.goes.push(Item { kind, run, name, bytes: None, why, target });
            }
            Err(stay) => self.stays.push(Kept { kind, run, name, stay }),
        }
    }
}
