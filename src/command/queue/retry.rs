//! `git par queue retry`: entries that waited for a person wait for their turn again.

use serde::Serialize;
use serde_json::Value;

use super::{add, opened};
use crate::{
    command::{Context, Error, Kind, Report, report},
    engine::{
        queue::{desk::Desk, intake},
        resolution::Conflict,
    },
    model::{
        fact::entry_added::Source,
        oid::Oid,
        queue::entry::{Entry, EntryId},
        ref_name::RefName,
        resolution::Resolution,
    },
    repo::open::Repository,
};

/// Have entries that need review tested again, as their runs and branches are now
///
/// An entry keeps its place. Where its branch has moved on, or its run another winner, that is what is tested; what the check
/// said before of trees with it in them is not believed any more.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The entries, by their numbers [default: all that need review]
    #[arg(value_name = "ENTRY")]
    pub entries: Vec<u32>,
    /// The branch whose queue it is [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// Have the one entry bring this commit, such as a merge by which its conflict was resolved by hand
    #[arg(long, value_name = "COMMIT", requires = "entries")]
    pub with: Option<String>,
}

/// What a retrying answers.
#[derive(Debug, Serialize)]
pub struct Retried {
    /// The branch.
    pub target: String,
    /// What waits again.
    pub retried: Vec<Row>,
}

/// One entry that waits again.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its number.
    pub entry: EntryId,
    /// The commit that is to land.
    pub commit: Oid,
    /// Whether that is another one than before.
    pub is_new: bool,
}

/// Retries entries.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Retried, Error> {
    let repository = context.open()?;
    let queue = opened::choose(context, &repository, args.into.as_deref())?;
    let journal = opened::open(context, &repository, queue)?;
    let desk = opened::desk(context, &repository, &journal)?;
    let named = opened::require_entries(&journal, &args.entries)?;
    let is_held = |entry: &&Entry| entry.state.held().is_some();
    let held: Vec<Entry> = journal.ask(|queue| queue.entries().iter().filter(is_held).cloned().collect());
    if let Some(id) = named.iter().find(|id| !held.iter().any(|entry| entry.id == **id)) {
        let message = format!("entry {id} does not wait for a person");
        return Err(Error::new(Kind::Cannot, message).hint(format!("git par queue list --into {}", journal.run)));
    }
    if args.with.is_some() && named.len() != 1 {
        return Err(Error::usage("--with is for one entry").hint("git par queue retry ENTRY --with COMMIT"));
    }
    let with = args.with.as_ref().map(|text| commit_of(&repository, text)).transpose()?;
    add::require_related(&desk, with)?;
    let wanted = held.into_iter().filter(|entry| named.is_empty() || named.contains(&entry.id));
    let retried = wanted.map(|entry| retry(&desk, &entry, with)).collect::<Result<_, Error>>()?;
    Ok(Retried { target: desk.target().to_string(), retried })
}

fn commit_of(repository: &Repository, text: &str) -> Result<Oid, Error> {
    let commit = repository.resolve_commit(text)?;
    commit.ok_or_else(|| Error::usage(format!("'{text}' is not a commit")))
}

/// Tells which conflict of an entry a commit resolves, where it is a merge that changes nothing else: so it can be remembered.
fn resolution(desk: &Desk<'_>, entry: &Entry, commit: Oid) -> Result<Option<Resolution>, Error> {
    let found = desk.repository.commit(commit)?;
    let other = match found.parents.as_slice() {
        [other, theirs] | [theirs, other] if *theirs == entry.commit => *other,
        _ => return Ok(None),
    };
    let Some(conflict) = Conflict::find(desk.repository, other, entry.commit)? else { return Ok(None) };
    let is_one = conflict.judge(desk.repository, found.tree)?.is_ok();
    let resolution = Resolution { run: None, onto: other, theirs: entry.commit, remembered: false };
    Ok(is_one.then_some(resolution))
}

fn retry(desk: &Desk<'_>, entry: &Entry, with: Option<Oid>) -> Result<Row, Error> {
    let commit = with.map_or_else(|| now(desk, entry), Ok)?;
    let resolution = resolution(desk, entry, commit)?;
    if intake::retry(desk, entry, (commit, resolution))? {
        return Ok(Row { entry: entry.id, commit, is_new: commit != entry.commit });
    }
    let other = desk.journal.ask(|queue| queue.bringing(commit).map(|other| other.id).find(|other| *other != entry.id));
    Err(match other {
        Some(other) => Error::new(Kind::Cannot, format!("entry {other} brings commit {} already", commit.short()))
            .hint(format!("git par queue drop {} --into {}", entry.id, desk.journal.run)),
        None => Error::new(Kind::Busy, format!("entry {} was changed by somebody else in this moment", entry.id)),
    })
}

/// Returns what an entry brings now; what it brought, where its run offers nothing any more or its branch is gone.
fn now(desk: &Desk<'_>, entry: &Entry) -> Result<Oid, Error> {
    Ok(match &entry.source {
        Source::Run(run) => match add::of_run(desk.repository, run.clone(), entry.priority) {
            Ok(wanted) => wanted.commit,
            Err(_) => entry.commit,
        },
        Source::Branch(branch) => desk.repository.ref_target(&RefName::full(branch))?.unwrap_or(entry.commit),
        Source::Commit(_) => entry.commit,
    })
}

impl Report for Retried {
    fn text(&self) -> String {
        let line = |row: &Row| {
            let how = if row.is_new { "with its newest commit" } else { "as it is" };
            format!("entry {}: to be tested again {how} ({})\n", row.entry, row.commit.short())
        };
        if self.retried.is_empty() {
            "nothing needs review\n".to_owned()
        } else {
            self.retried.iter().map(line).collect()
        }
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
