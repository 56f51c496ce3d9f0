//! `git par prune`: what of runs is of no use any more, told, and with `--apply` removed.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Report, report,
    style::{self, Style},
};
use crate::{
    engine::{
        limits,
        prune::{self, Item, Kept},
    },
    model::prune::Wanted,
};

/// Tell which worktrees, locks and refs of runs are of no use any more, or remove them
///
/// Nothing is changed without --apply. What is locked, at work, somebody else's, or work that is nowhere else stays.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Remove what would only be told
    #[arg(long)]
    pub apply: bool,
    /// How long ago the last event of a run must be, such as 12h, 14d or 0
    #[arg(long, value_name = "T", default_value = "14d", value_parser = age)]
    pub older_than: Duration,
    /// Remove refs too: discarded candidates, superseded attempts, and whole runs that are merged and sealed
    #[arg(long)]
    pub refs: bool,
    /// Leave the newest runs alone, this many
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub keep: usize,
    /// Remove whole runs, with --refs, even where the winner is not merged or the run is not sealed
    #[arg(long, requires = "refs")]
    pub force: bool,
}

fn age(text: &str) -> Result<Duration, String> {
    limits::parse_age(text).ok_or_else(|| format!("'{text}' is not an age such as 12h, 14d or 0"))
}

/// What a pruning answers.
#[derive(Debug, Serialize)]
pub struct Pruned {
    /// Whether anything was changed.
    pub applied: bool,
    /// What is gone, or would be.
    pub goes: Vec<Item>,
    /// What stays, with the reason.
    pub stays: Vec<Kept>,
    /// What should be gone and is not, with the reason.
    pub errors: Vec<String>,
    /// The bytes on disk of what is gone, or would be.
    pub bytes: u64,
    /// The repository's folder, from which people are shown paths.
    #[serde(skip)]
    home: PathBuf,
}

/// Prunes.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Pruned, Error> {
    let repository = context.open()?;
    let wanted = Wanted { older_than: args.older_than, keep: args.keep, refs: args.refs, force: args.force };
    let plan = prune::plan(&repository, &wanted)?;
    let (goes, stays, errors) = if args.apply {
        let done = prune::carry_out(&repository, &wanted, &plan)?;
        (done.goes, done.stays, done.errors)
    } else {
        (plan.goes, plan.stays, Vec::new())
    };
    let bytes = goes.iter().filter_map(|item| item.bytes).sum();
    Ok(Pruned { applied: args.apply, goes, stays, errors, bytes, home: repository.home_dir() })
}

impl Report for Pruned {
    fn text(&self) -> String {
        let table = if self.goes.is_empty() { String::new() } else { self.table() };
        let stays: String = self.stays.iter().map(|kept| self.stays_line(kept)).collect();
        let errors = self.errors.iter().map(|error| format!("{} {error}\n", Style::Bad.paint("error:")));
        format!("{table}{stays}{}{}\n", errors.collect::<String>(), self.total())
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.errors.is_empty() { Answer::Yes } else { Answer::No }
    }
}

impl Pruned {
    fn table(&self) -> String {
        let head = ["what", "size", "name", "why"].map(str::to_owned).to_vec();
        let cells = |item: &Item| {
            let size = item.bytes.map_or("-".to_owned(), style::size);
            vec![item.kind.as_str().to_owned(), size, from_home(&item.name, &self.home), item.why.clone()]
        };
        style::table(head, self.goes.iter().map(cells))
    }

    fn stays_line(&self, kept: &Kept) -> String {
        let hint = kept.stay.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{} {}: {}{hint}\n", Style::Faint.paint("stays:"), from_home(&kept.name, &self.home), kept.stay.why)
    }

    fn total(&self) -> String {
        let what = format!("{} of {} thing{}", style::size(self.bytes), self.goes.len(), plural(self.goes.len()));
        match (self.goes.is_empty(), self.applied) {
            (true, _) => "nothing to prune".to_owned(),
            (false, true) => format!("removed {what}"),
            (false, false) => format!("would remove {what}: nothing was changed without --apply"),
        }
    }
}

fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// Writes a path as it is from the repository's folder, where that is shorter.
fn from_home(name: &str, home: &Path) -> String {
    let below =
        |folder: &Path, lead: &str| Some(format!("{lead}{}", Path::new(name).strip_prefix(folder).ok()?.display()));
    let near = below(home, "").or_else(|| below(home.parent()?, "../"));
    near.filter(|near| near.len() < name.len()).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_repository_where_that_is_shorter() {
        let shown = |name: &str| from_home(name, Path::new("/work/repo"));
        assert_eq!(shown("/work/repo.par/r/w1"), "../repo.par/r/w1");
        assert_eq!(shown("/work/repo/.git/par/r"), ".git/par/r");
        for name in ["/else/where", "refs/par/r/w1", "2 refs"] {
            assert_eq!(shown(name), name);
        }
        assert_eq!(from_home("/r", Path::new("/repo")), "/r");
    }
}
