//! Fills: writing a commit's files into several new folders at once, each file decoded and converted once.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write},
    iter,
    num::NonZero,
    os::unix::{
        ffi::OsStrExt,
        fs::{OpenOptionsExt, symlink},
    },
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
    time::{Duration, SystemTime},
};

use gix::{
    attrs::StateRef,
    bstr::{BStr, ByteSlice},
    filter::plumbing::{
        driver::apply::Delay,
        pipeline::convert::{
            ToWorktreeOutcome,
            to_worktree::{Options, UnknownEncoding},
        },
    },
    index::{
        State,
        entry::{Mode, Stat},
        fs::Metadata,
    },
    odb::pack::cache::lru::MemoryCappedHashmap,
    worktree::{stack::state::attributes::Source, state::checkout},
};
use io_close::Close;

/// How many neighbours of the index one thread takes at a time: few enough to share the work, and of the same folders.
const BATCH: usize = 64;

/// The most bytes of files that a thread keeps, for the files that are stored as a change of them.
const BASES: usize = 48 * 1024 * 1024;

/// By how much files are made older than they are: git reads a file again whose time is that of the index, in seconds (see
/// "racy git"), and two are what the coarsest file systems count in.
const AGE: Duration = Duration::from_secs(2);

/// The files of one commit, and where they go.
pub(super) struct Fill<'a> {
    /// The commit's files.
    pub(super) index: &'a State,
    /// The folders, which hold nothing but `.git`.
    pub(super) roots: &'a [PathBuf],
    /// Whether to stop.
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What stands in each of the folders for the entry of this number.
type Written = (usize, Vec<Stat>);

impl Fill<'_> {
    /// Writes the files with the objects of one repository and the settings of another; returns the index of each folder.
    /// None where it was stopped, or where git is to do it: what is there then is not whole.
    ///
    /// Nothing is written through a link: folders and files are made, never opened, and links come last.
    pub(super) fn write(&self, objects: gix::OdbHandle, settings: &gix::Repository) -> Option<Vec<State>> {
        if self.has_gits_own(settings)? {
            return None;
        }
        let options = settings.checkout_options(Source::IdMapping).ok()?;
        let folders = self.folders();
        each_in_parallel(self.roots, |root| make_folders(root, &folders))?;
        let (links, files): (Vec<_>, Vec<_>) = (0..self.index.entries().len())
            .partition(|at| self.index.entries()[*at].mode == Mode::SYMLINK && options.fs.symlink);
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let lanes = options.thread_limit.filter(|limit| *limit > 0).unwrap_or_else(cores);
        let hand = Hand::new(self, objects, settings, options)?;
        let mut written = self.write_files(&files, vec![hand.clone(); lanes])?;
        written.extend(hand.write(&links, Hand::write_link)?);
        Some((0..self.roots.len()).map(|root| self.index_of(root, &written)).collect())
    }

    /// Says whether any file is one that only git writes as git does: through a program of the user's, with its id in it,
    /// or in another encoding. To have a program configured is common, such as for LFS, and means nothing alone.
    fn has_gits_own(&self, settings: &gix::Repository) -> Option<bool> {
        let config = settings.config_snapshot();
        let has_programs = config.plumbing().sections_by_name("filter").into_iter().flatten().next().is_some();
        let names = ["ident", "working-tree-encoding"].into_iter().chain(has_programs.then_some("filter"));
        let mut attributes = settings.attributes_only(self.index, Source::IdMapping).ok()?;
        let mut found = attributes.selected_attribute_matches(names);
        for entry in self.index.entries() {
            let here = attributes.at_entry(entry.path(self.index), Some(entry.mode)).ok()?;
            let is_on = |state: StateRef<'_>| state.is_set() || state.as_bstr().is_some();
            if here.matching_attributes(&mut found) && found.iter_selected().any(|of| is_on(of.assignment.state)) {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Returns the folders that the files are in, parents first; a submodule is an empty one.
    fn folders(&self) -> BTreeSet<&BStr> {
        let mut folders = BTreeSet::new();
        for entry in self.index.entries() {
            let path = entry.path(self.index);
            let mut rest = path;
            // The next files are mostly in the same folder.
            while let Some(end) = rest.rfind_byte(b'/').filter(|end| !folders.contains(path[..*end].as_bstr())) {
                rest = path[..end].as_bstr();
                folders.insert(rest);
            }
            if entry.mode == Mode::COMMIT {
                folders.insert(path);
            }
        }
        folders
    }

    fn write_files(&self, files: &[usize], hands: Vec<Hand<'_>>) -> Option<Vec<Written>> {
        let batches = Mutex::new(files.chunks(BATCH));
        let next = || batches.lock().expect("taking one does not panic").next();
        let take = || next().filter(|_| !(self.stop)());
        let work = |hand: Hand<'_>| {
            let written = hand.write(iter::from_fn(take).flatten(), Hand::write_file);
            if written.is_none() {
                while next().is_some() {}
            }
            written
        };
        let written = thread::scope(|scope| {
            let lanes: Vec<_> = hands.into_iter().map(|hand| scope.spawn(|| work(hand))).collect();
            lanes.into_iter().map(|lane| lane.join().ok()?).collect::<Option<Vec<_>>>()
        })?;
        // Fewer where it was stopped.
        Some(written.concat()).filter(|written| written.len() == files.len())
    }

    fn index_of(&self, root: usize, written: &[Written]) -> State {
        let mut index = self.index.clone();
        for (at, stats) in written {
            index.entries_mut()[*at].stat = stats[root];
        }
        index
    }
}

/// What one thread needs to write files.
#[derive(Clone)]
struct Hand<'a> {
    fill: &'a Fill<'a>,
    objects: gix::OdbHandle,
    attributes: gix::worktree::Stack,
    filters: gix::filter::plumbing::Pipeline,
    bytes: Vec<u8>,
    /// The time that files get.
    time: SystemTime,
}

impl<'a> Hand<'a> {
    fn new(
        fill: &'a Fill<'a>,
        mut objects: gix::OdbHandle,
        settings: &gix::Repository,
        options: checkout::Options,
    ) -> Option<Self> {
        objects.unset_object_cache();
        objects.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(BASES)));
        let attributes = settings.attributes_only(fill.index, Source::IdMapping).ok()?.detach();
        let time = SystemTime::now() - AGE;
        Some(Self { fill, objects, attributes, filters: options.filters, bytes: Vec::new(), time })
    }

    fn write<'i>(
        mut self,
        entries: impl IntoIterator<Item = &'i usize>,
        write: impl Fn(&mut Self, usize) -> Option<Vec<Stat>>,
    ) -> Option<Vec<Written>> {
        entries.into_iter().map(|at| Some((*at, write(&mut self, *at)?))).collect()
    }

    fn write_file(&mut self, at: usize) -> Option<Vec<Stat>> {
        use gix::prelude::FindExt;
        let entry = &self.fill.index.entries()[at];
        let path = entry.path(self.fill.index);
        if entry.mode == Mode::COMMIT {
            return Some(vec![Stat::default(); self.fill.roots.len()]);
        }
        let blob = self.objects.find_blob(&entry.id, &mut self.bytes).ok()?;
        let mode = if entry.mode == Mode::FILE_EXECUTABLE { 0o777 } else { 0o666 };
        let time = self.time;
        if entry.mode == Mode::SYMLINK {
            return self.fill.in_each(path, |file| make_file(file, blob.data, (mode, time)));
        }
        let here = self.attributes.at_entry(path, Some(entry.mode), &self.objects).ok()?;
        let options = Options { can_delay: Delay::Forbid, unknown_encoding: UnknownEncoding::Ignore };
        let mut matching = |_: &BStr, found: &mut gix::attrs::search::Outcome| {
            here.matching_attributes(found);
        };
        match self.filters.convert_to_worktree(blob.data, path, &mut matching, options).ok()? {
            ToWorktreeOutcome::Unchanged(bytes) | ToWorktreeOutcome::Buffer(bytes) => {
                self.fill.in_each(path, |file| make_file(file, bytes, (mode, time)))
            }
            ToWorktreeOutcome::Process(_) => None,
        }
    }

    fn write_link(&mut self, at: usize) -> Option<Vec<Stat>> {
        use gix::prelude::FindExt;
        let entry = &self.fill.index.entries()[at];
        let blob = self.objects.find_blob(&entry.id, &mut self.bytes).ok()?;
        let target = OsStr::from_bytes(blob.data);
        self.fill.in_each(entry.path(self.fill.index), |link| {
            symlink(target, link)?;
            Metadata::from_path_no_follow(link)
        })
    }
}

impl Fill<'_> {
    fn in_each(&self, path: &BStr, make: impl Fn(&Path) -> io::Result<Metadata>) -> Option<Vec<Stat>> {
        let path = OsStr::from_bytes(path);
        let stat = |root: &PathBuf| Stat::from_fs(&make(&root.join(path)).ok()?).ok();
        self.roots.iter().map(stat).collect()
    }
}

fn make_file(path: &Path, bytes: &[u8], (mode, time): (u32, SystemTime)) -> io::Result<Metadata> {
    let mut file = File::options().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.set_modified(time)?;
    let metadata = Metadata::from_file(&file)?;
    // A file system of the network may say only now that it is full.
    file.close()?;
    Ok(metadata)
}

fn make_folders(root: &Path, folders: &BTreeSet<&BStr>) -> io::Result<()> {
    folders.iter().try_for_each(|folder| fs::create_dir(root.join(OsStr::from_bytes(folder))))
}

fn each_in_parallel<T: Sync>(items: &[T], act: impl Fn(&T) -> io::Result<()> + Sync) -> Option<()> {
    thread::scope(|scope| {
        let lanes: Vec<_> = items.iter().map(|item| scope.spawn(|| act(item))).collect();
        lanes.into_iter().try_for_each(|lane| lane.join().ok()?.ok())
    })
}
