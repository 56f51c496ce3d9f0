//! Refs: read them, and write several at once, each against the value that it is expected to have.

use std::{
    fmt::Write as _,
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use gix::{
    bstr::ByteSlice as _,
    lock::acquire::Fail,
    refs::{
        Target,
        transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog},
    },
};

use super::{
    git,
    identity::Identity,
    open::{RefStorage, Repository},
};
use crate::model::{oid::Oid, ref_name::RefName};

/// How long a lock that somebody else holds is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
/// How long it is waited for at a time, as git does with the lock of a ref.
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// How often refs are listed that somebody packs meanwhile.
const LISTINGS: u64 = 10;

/// Why refs could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else moved it meanwhile.
    #[error("ref '{name}' moved meanwhile: expected {}, found {}", show(*.expected), show(*.found))]
    Lost {
        /// The ref.
        name: RefName,
        /// The value that it was to have.
        expected: Option<Oid>,
        /// The value that it has.
        found: Option<Oid>,
    },
    /// It could not be read.
    #[error("could not read ref '{name}'")]
    Read {
        /// The ref.
        name: String,
        /// Why.
        source: Box<gix::Error>,
    },
    /// It could not be written.
    #[error("could not write ref '{name}'")]
    Write {
        /// The first ref of the transaction.
        name: String,
        /// Why.
        source: Box<gix::Error>,
    },
    /// Another process works on it for long, or died and left this lock.
    #[error("another process holds the lock '{}'", .0.display())]
    Locked(PathBuf),
    /// A folder cannot be a file: of two such names only one can be there.
    #[error("ref '{name}' cannot be made: '{other}' is in the way")]
    InTheWay {
        /// The ref that was to be made.
        name: RefName,
        /// The one that is there.
        other: RefName,
    },
    /// Some could not be written, and the others could not be put back.
    #[error("could not write all of several refs, and these have moved already: {}", .0.iter().map(RefName::as_str).collect::<Vec<_>>().join(", "))]
    HalfDone(Vec<RefName>),
    /// A name that git would not take.
    #[error("'{0}' is not a ref name")]
    Name(String),
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
}

fn show(value: Option<Oid>) -> String {
    value.map_or("none".to_owned(), |id| id.short())
}

/// One ref in a transaction.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Its name.
    pub name: RefName,
    /// The value that it must have; none: it must not exist.
    pub expected: Option<Oid>,
    /// The value that it gets; none: it is removed.
    pub new: Option<Oid>,
}

impl Repository {
    /// Reads what a ref points to; none where it does not exist.
    pub fn ref_target(&self, name: &RefName) -> Result<Option<Oid>, Error> {
        match self.ref_storage {
            RefStorage::Files => self.file_ref(name),
            RefStorage::Plumbing => self.plumbing_ref(name),
        }
    }

    fn file_ref(&self, name: &RefName) -> Result<Option<Oid>, Error> {
        let local = self.local();
        let failed = |source| Error::Read { name: name.to_string(), source: Box::new(source) };
        let Some(mut found) = local.try_find_reference(name.as_str()).map_err(failed)? else { return Ok(None) };
        found.follow_to_object().map(|id| Some(Oid::from(id))).map_err(failed)
    }

    fn plumbing_ref(&self, name: &RefName) -> Result<Option<Oid>, Error> {
        let output = self.git().call(["rev-parse", "--verify", "--quiet", name.as_str()]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
    }

    /// Tells whether there may be refs below a prefix that ends in `/`: no is a sure answer, had in less time than a listing.
    #[must_use]
    pub fn may_have_below(&self, prefix: &str) -> bool {
        let common = self.common_dir();
        let is_packed = || match std::fs::read(common.join("packed-refs")) {
            Ok(packed) => packed.contains_str(prefix),
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        };
        self.ref_storage != RefStorage::Files || common.join(prefix).is_dir() || is_packed()
    }

    /// Lists the refs below a prefix that ends in `/`, by name.
    pub fn refs_below(&self, prefix: &str) -> Result<Vec<(RefName, Oid)>, Error> {
        match self.ref_storage {
            RefStorage::Files => self.file_refs_below(prefix),
            RefStorage::Plumbing => self.plumbing_refs_below(prefix),
        }
    }

    /// Lists refs that are files or packed; whoever packs them meanwhile hides none.
    fn file_refs_below(&self, prefix: &str) -> Result<Vec<(RefName, Oid)>, Error> {
        let stamp = || {
            fs::metadata(self.common_dir().join("packed-refs")).map(|found| (found.modified().ok(), found.len())).ok()
        };
        for tried in 1..LISTINGS {
            let before = stamp();
            let listed = self.listed_refs_below(prefix);
            if listed.is_ok() && stamp() == before {
                return listed;
            }
            thread::sleep(Duration::from_millis(tried));
        }
        self.listed_refs_below(prefix)
    }

    fn listed_refs_below(&self, prefix: &str) -> Result<Vec<(RefName, Oid)>, Error> {
        let local = self.local();
        let failed = |source| Error::Read { name: prefix.to_owned(), source: Box::new(source) };
        let platform = local.references().map_err(failed)?;
        let mut found = Vec::new();
        // A name that no Windows file may have, such as that of a run called 'nul', is none to the library.
        let Ok(below) = platform.prefixed(prefix) else { return self.plumbing_refs_below(prefix) };
        for reference in below {
            let mut reference =
                reference.map_err(|source| Error::Read { name: prefix.to_owned(), source: Box::new(source) })?;
            let name = RefName::full(reference.name().as_bstr().to_string());
            found.push((name, Oid::from(reference.follow_to_object().map_err(failed)?)));
        }
        Ok(found)
    }

    fn plumbing_refs_below(&self, prefix: &str) -> Result<Vec<(RefName, Oid)>, Error> {
        let text = self.git().call(["for-each-ref", "--format=%(objectname) %(refname)", prefix]).text()?;
        let rows = text.lines().filter_map(|line| line.split_once(' '));
        Ok(rows.filter_map(|(id, name)| Some((RefName::full(name), id.parse().ok()?))).collect())
    }

    /// Writes refs all or none, each only where it has the value that it is expected to have.
    pub fn write_refs(&self, edits: &[Edit], identity: &Identity) -> Result<(), Error> {
        let until = Instant::now() + LOCK_PATIENCE;
        let mut pause = Duration::from_millis(2);
        if self.ref_storage == RefStorage::Files {
            self.require_room(edits)?;
        }
        loop {
            let Err(error) = self.try_write_refs(edits, identity) else { return Ok(()) };
            if matches!(error, Error::HalfDone(_)) {
                return Err(error);
            }
            // The values tell a lost race from a lock that somebody holds for a moment.
            self.require_expected(edits)?;
            self.require_room(edits)?;
            if !is_lock(&error) {
                return Err(error);
            }
            if Instant::now() > until {
                return Err(held_lock(&error).map_or(error, Error::Locked));
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }

    fn require_expected(&self, edits: &[Edit]) -> Result<(), Error> {
        for edit in edits {
            let found = self.ref_target(&edit.name)?;
            if found != edit.expected {
                return Err(Error::Lost { name: edit.name.clone(), expected: edit.expected, found });
            }
        }
        Ok(())
    }

    /// Refuses a ref that is to be made where another one's name goes through its own, or its own through another's.
    ///
    /// Refs that are files move one after another, and such a pair is found out only when it is too late.
    fn require_room(&self, edits: &[Edit]) -> Result<(), Error> {
        for Edit { name, .. } in edits.iter().filter(|edit| edit.expected.is_none() && edit.new.is_some()) {
            let folders = name.as_str().match_indices('/').skip(1).map(|(at, _)| RefName::full(&name.as_str()[..at]));
            let mut above = None;
            for folder in folders {
                above = above.or(self.ref_target(&folder)?.map(|_| folder));
            }
            let below =
                || Ok::<_, Error>(self.refs_below(&format!("{name}/"))?.into_iter().next().map(|(name, _)| name));
            let other = if above.is_none() && self.ref_target(name)?.is_none() { below()? } else { above };
            if let Some(other) = other {
                return Err(Error::InTheWay { name: name.clone(), other });
            }
        }
        Ok(())
    }

    fn try_write_refs(&self, edits: &[Edit], identity: &Identity) -> Result<(), Error> {
        match self.ref_storage {
            RefStorage::Files => self.write_file_refs(edits, identity),
            RefStorage::Plumbing => self.write_plumbing_refs(edits),
        }
    }

    fn write_file_refs(&self, edits: &[Edit], identity: &Identity) -> Result<(), Error> {
        let first = edits.first().map(|edit| edit.name.to_string()).unwrap_or_default();
        let ref_edits = edits.iter().map(file_edit).collect::<Result<Vec<_>, _>>()?;
        let mut time = gix::date::parse::TimeBuf::default();
        let signature = identity.committer.to_ref(&mut time);
        let local = self.local();
        let failed = |source| Error::Write { name: first.clone(), source: Box::new(source) };
        let brief = Fail::AfterDurationWithBackoff(LOCK_PAUSE);
        let prepared = local.refs.transaction().prepare(ref_edits, brief, brief).map_err(failed)?;
        match prepared.commit(Some(signature)) {
            Ok(_) => Ok(()),
            Err(source) => Err(self.put_back(edits, identity).err().unwrap_or_else(|| failed(source))),
        }
    }

    /// Puts back what a transaction moved that failed on the way, each where nobody else has moved it since.
    fn put_back(&self, edits: &[Edit], identity: &Identity) -> Result<(), Error> {
        let mut stay = Vec::new();
        for Edit { name, expected, new } in edits.iter().filter(|edit| edit.expected != edit.new) {
            if self.ref_target(name)? != *new {
                continue;
            }
            let back = Edit { name: name.clone(), expected: *new, new: *expected };
            if self.try_write_refs(&[back], identity).is_err() {
                stay.push(name.clone());
            }
        }
        if stay.is_empty() { Ok(()) } else { Err(Error::HalfDone(stay)) }
    }

    fn write_plumbing_refs(&self, edits: &[Edit]) -> Result<(), Error> {
        let mut script = String::from("start\n");
        for Edit { name, expected, new } in edits {
            let line = match (expected, new) {
                (Some(old), Some(new)) => format!("update {name} {new} {old}"),
                (None, Some(new)) => format!("create {name} {new}"),
                (Some(old), None) => format!("delete {name} {old}"),
                (None, None) => format!("verify {name}"),
            };
            writeln!(script, "{line}").expect("a text takes any text");
        }
        script.push_str("prepare\ncommit\n");
        self.git().call(["update-ref", "--stdin", "-m", "par"]).input(script).bytes()?;
        Ok(())
    }
}

fn file_edit(edit: &Edit) -> Result<RefEdit, Error> {
    let name = edit.name.as_str().try_into().map_err(|_| Error::Name(edit.name.to_string()))?;
    let expected = match edit.expected {
        Some(old) => PreviousValue::MustExistAndMatch(Target::Object(old.0)),
        None => PreviousValue::MustNotExist,
    };
    let log = LogChange { mode: RefLog::AndReference, force_create_reflog: false, message: "par".into() };
    let change = match edit.new {
        Some(new) => Change::Update { log, expected, new: Target::Object(new.0) },
        None => Change::Delete { expected, log: RefLog::AndReference },
    };
    Ok(RefEdit { change, name, deref: false })
}

fn is_lock(error: &Error) -> bool {
    match error {
        Error::Write { source, .. } => source.iter_errors().any(|cause| cause.to_string().contains("lock")),
        Error::Git(git::Error::Failed { message, .. }) => message.contains("lock"),
        _ => false,
    }
}

fn held_lock(error: &Error) -> Option<PathBuf> {
    match error {
        Error::Write { source, .. } => source.iter_errors().find_map(|cause| lock_file(&cause.to_string())),
        Error::Git(git::Error::Failed { message, .. }) => lock_file(message),
        _ => None,
    }
}

/// Finds the lock that a message, of git's or of the library's, says could not be taken.
pub(super) fn lock_file(message: &str) -> Option<PathBuf> {
    let quoted = message.split(['\'', '"']).map(PathBuf::from);
    quoted.into_iter().find(|path| path.extension().is_some_and(|end| end == "lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a repository with these refs, and an edit that makes a ref.
    fn with_refs(names: &[&str]) -> (tempfile::TempDir, Repository, impl Fn(&str) -> Edit + use<>) {
        let folder = tempfile::tempdir().unwrap();
        gix::init_bare(folder.path()).unwrap();
        let repository = Repository::open_own(folder.path()).unwrap();
        let blob = repository.write_blob(b"").unwrap();
        let edit = move |name: &str| Edit { name: RefName::full(name), expected: None, new: Some(blob) };
        for name in names {
            repository.write_refs(&[edit(name)], &Identity::nobody()).unwrap();
        }
        (folder, repository, edit)
    }

    #[test]
    fn a_name_that_goes_through_another_is_refused_before_anything_moves() {
        for (there, comes) in
            [("refs/par/r/merge/x", "refs/par/r/merge"), ("refs/par/r/attempt", "refs/par/r/attempt/x")]
        {
            for is_packed in [false, true] {
                let (_folder, repository, edit) = with_refs(&[there]);
                if is_packed {
                    repository.git().call(["pack-refs", "--all"]).bytes().unwrap();
                }
                let error =
                    repository.write_refs(&[edit("refs/par/r/a"), edit(comes)], &Identity::nobody()).unwrap_err();
                assert_eq!(error.to_string(), format!("ref '{comes}' cannot be made: '{there}' is in the way"));
                assert_eq!(repository.refs_below("refs/par/").unwrap().len(), 1);
            }
        }
    }

    #[test]
    fn what_moved_before_another_ref_could_not_is_put_back() {
        let (_folder, repository, edit) = with_refs(&["refs/par/r/merge/x", "refs/par/r/b"]);
        let other = repository.write_blob(b"other").unwrap();
        let moved = Edit { expected: edit("").new, new: Some(other), ..edit("refs/par/r/b") };
        let before = repository.refs_below("refs/par/").unwrap();
        let edits = [edit("refs/par/r/a"), moved, edit("refs/par/r/merge")];
        let error = repository.write_file_refs(&edits, &Identity::nobody()).unwrap_err();
        assert!(matches!(error, Error::Write { .. }), "{error:?}");
        assert_eq!(repository.refs_below("refs/par/").unwrap(), before);
    }
}
