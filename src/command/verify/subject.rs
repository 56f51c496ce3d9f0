//! Subjects: what the user wants verified, told by its name or by how its content begins.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    os::fd::AsFd,
    path::{Path, PathBuf},
};

use crate::{
    command::{Context, Error, Kind},
    model::journal_name::is_queue,
    process::watched::Watched,
};

/// How much of a journal is read at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// What is to be verified.
pub(super) enum Subject {
    /// The run of this name; none: the newest, or all.
    Run(Option<String>),
    /// All runs in a bundle.
    Bundle(PathBuf),
    /// A journal by itself.
    Journal(Box<dyn BufRead>),
}

impl Subject {
    /// Tells what the user means; a relative path belongs to the folder of the context.
    pub(super) fn of(wanted: Option<&str>, context: &Context<'_>) -> Result<Self, Error> {
        let here = &context.here;
        match wanted {
            None => Ok(Self::Run(None)),
            Some("-") => Ok(Self::Journal(Box::new(watched(io::stdin(), context)))),
            // A file of that name stands for no queue that is not what it says.
            Some(text) if !is_queue(text) && names_file(text, here) => Self::of_file(text, context),
            Some(text) => Ok(Self::Run(Some(text.to_owned()))),
        }
    }

    fn of_file(text: &str, context: &Context<'_>) -> Result<Self, Error> {
        let path = context.here.join(text);
        let unreadable = |error: io::Error| {
            if let Some(interrupted) = context.interrupted() {
                return interrupted;
            }
            let mut wrong = Error::new(Kind::Cannot, format!("could not read '{text}'"));
            wrong.messages.push(error.to_string());
            wrong
        };
        let file = File::open(&path).map_err(unreadable)?;
        // Looked at without being taken out: what is read may be a pipe.
        let mut input = watched(file, context);
        let head = input.fill_buf().map_err(unreadable)?;
        if is_bundle(head) {
            return Ok(Self::Bundle(path));
        }
        if head.starts_with(b"{") || ends(text, ".jsonl") {
            return Ok(Self::Journal(Box::new(input)));
        }
        Err(Error::usage(format!("'{text}' is neither a bundle nor a journal")))
    }
}

fn watched<R: io::Read + AsFd>(source: R, context: &Context<'_>) -> BufReader<Watched<R>> {
    BufReader::with_capacity(CHUNK, Watched { source, stop: context.stop.clone() })
}

fn names_file(text: &str, here: &Path) -> bool {
    let path = here.join(text);
    text.contains('/') || ends(text, ".jsonl") || ends(text, ".bundle") || (path.exists() && !path.is_dir())
}

fn ends(text: &str, suffix: &str) -> bool {
    text.to_ascii_lowercase().ends_with(suffix)
}

/// Tells whether this is how a bundle begins (gitformat-bundle(5)).
fn is_bundle(head: &[u8]) -> bool {
    head.starts_with(b"# v2 git bundle\n") || head.starts_with(b"# v3 git bundle\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::stop::Stop;

    /// Where nothing is told.
    struct Nowhere;

    impl crate::command::Sink for Nowhere {
        fn tell(&self, _: &str) -> std::io::Result<()> {
            Ok(())
        }

        fn pass(&self, _: &[u8]) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn context(here: &Path) -> Context<'static> {
        let (here, stop) = (here.to_owned(), Stop::new().unwrap());
        Context { here, listener: &|_| (), show: &|_, _| true, stop, sink: &Nowhere, json: false, confirm: None }
    }

    fn kind(name: &str, content: &[u8]) -> &'static str {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), content).unwrap();
        match Subject::of(Some(name), &context(folder.path())) {
            Ok(Subject::Run(_)) => "run",
            Ok(Subject::Bundle(_)) => "bundle",
            Ok(Subject::Journal(_)) => "journal",
            Err(_) => "error",
        }
    }

    #[test]
    fn a_file_is_what_it_begins_with() {
        assert_eq!(kind("a.bundle", b"# v2 git bundle\n"), "bundle");
        assert_eq!(kind("a.jsonl", b"# v3 git bundle\n@object-format=sha256\n"), "bundle");
        assert_eq!(kind("a", b"{}"), "journal");
        assert_eq!(kind("a.jsonl", b""), "journal");
        assert_eq!(kind("a.bundle", b"garbage"), "error");
        assert_eq!(kind("a.txt", b""), "error");
    }

    #[test]
    fn what_names_no_file_is_a_run() {
        let here = tempfile::tempdir().unwrap();
        let of = |text| Subject::of(Some(text), &context(here.path()));
        assert!(matches!(of("20261120-142501-fix-k3f9"), Ok(Subject::Run(Some(_)))));
        assert!(matches!(Subject::of(None, &context(here.path())), Ok(Subject::Run(None))));
        for text in ["a.jsonl", "a.bundle", "a/b"] {
            assert!(of(text).is_err_and(|error| error.messages[0] == format!("could not read '{text}'")), "{text}");
        }
    }
}
