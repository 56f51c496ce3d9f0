//! Manuals: what a man page says beyond what the definition of the command line knows.
//!
//! In every text, what stands between two backquotes is set in bold.

/// A term and what it means.
pub(super) type Item = (&'static str, &'static str);

/// A section with a title of its own.
pub(super) struct Section {
    /// Its title, in capitals.
    pub(super) title: &'static str,
    /// Its paragraphs.
    pub(super) text: &'static [&'static str],
    /// The terms that it explains, below the paragraphs.
    pub(super) items: &'static [Item],
}

/// The texts of one page.
pub(super) struct Manual {
    /// The verb; none for the page of the whole suite.
    pub(super) verb: Option<&'static str>,
    /// The paragraphs of DESCRIPTION.
    pub(super) description: &'static [&'static str],
    /// Sections of its own, after the options.
    pub(super) sections: &'static [Section],
    /// Each exit status that occurs, with its meaning here.
    pub(super) statuses: &'static [Item],
    /// What each command of EXAMPLES does, and the command: one a line.
    pub(super) examples: &'static [Item],
    /// Each ref that is read or written, with what for.
    pub(super) refs: &'static [Item],
    /// The settings that it reads, by key.
    pub(super) settings: &'static [&'static str],
    /// Other pages: name and section.
    pub(super) also: &'static [&'static str],
}

impl Manual {
    /// Returns the page's name, such as `git-par-spawn`.
    pub(super) fn name(&self) -> String {
        self.verb.map_or("git-par".to_owned(), |verb| format!("git-par-{verb}"))
    }
}

/// What status 2 means everywhere.
pub(super) const USAGE: Item = ("2", "The command was not understood.");
/// What status 128 means everywhere.
pub(super) const CANNOT: Item =
    ("128", "It could not be done: there is no repository, no such run, no identity to commit with, or git failed.");
/// What status 130 means where children are run.
pub(super) const INTERRUPTED: Item = (
    "130, 143",
    "It was interrupted by SIGINT or SIGTERM. Children were ended and what they left is recorded. A second signal ends it at once.",
);
