//! Changes: what became of a path, as a candidate's tree tells it.

/// What became of a path between two trees.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The path, as bytes relative to the repository; of a rename the new one.
    pub path: &'a [u8],
    /// The path before a rename.
    pub from: Option<&'a [u8]>,
    /// What was there, none where nothing was.
    pub old: Option<File<'a>>,
    /// What is there now, none where nothing is.
    pub new: Option<File<'a>>,
}

/// What is at a path.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its kind.
    pub mode: Mode,
    /// Its content: of a link where it leads. Read only where [`Footprint::asks_for`](super::Footprint::asks_for) says so.
    pub content: &'a [u8],
}

/// The kind of what is at a path, as trees have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A file.
    File,
    /// A file that can be run.
    Executable,
    /// A symbolic link.
    Link,
    /// A repository in the repository.
    Submodule,
}

impl Mode {
    /// Tells whether it is a file, one that can be run or not.
    #[must_use]
    pub fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }
}
