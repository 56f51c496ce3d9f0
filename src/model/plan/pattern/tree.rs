//! Trees: the files of a commit, to look patterns up in.

use super::{Pattern, meet, segment::Segment, steps::Steps};

/// The files of a commit.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Each path with its names, by path.
    files: Vec<(String, Vec<Segment>)>,
}

impl Tree {
    /// Makes the tree of these paths.
    #[must_use]
    pub fn of(mut paths: Vec<String>) -> Self {
        paths.sort_unstable();
        let names = |path: &str| path.split('/').map(|name| Segment::Name(name.to_owned())).collect();
        Self { files: paths.into_iter().map(|path| (names(&path), path)).map(|(names, path)| (path, names)).collect() }
    }

    /// Tells whether a file of it is in a pattern. What that takes is taken from `steps`.
    #[must_use]
    pub fn has(&self, pattern: &Pattern, steps: &mut Steps) -> bool {
        let beginning = pattern.beginning();
        let start = self.files.partition_point(|(path, _)| *path < beginning);
        let mut near = self.files[start..].iter().take_while(|(path, _)| path.starts_with(&beginning));
        near.any(|(_, names)| pattern.forms.iter().any(|form| meet(form, names, steps)))
    }
}
