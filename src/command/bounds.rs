//! Bounds: what may end a run before its workers end themselves, as users write it.

use std::time::Duration;

use super::{Error, gate_choice::duration};
use crate::{
    engine::limits,
    model::{fact::run_started::Limits, score},
    repo::settings::Settings,
};

/// The flags that bound a run.
// The group of the arguments that these are flattened into has this one's usual name.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// The most time for one worker, such as 90s, 10m or 1h30m
    #[arg(long, value_name = "T", env = "GIT_PAR_TIMEOUT", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// The most time in which an agent may print nothing
    #[arg(long, value_name = "T", env = "GIT_PAR_IDLE_TIMEOUT", value_parser = duration)]
    pub idle_timeout: Option<Duration>,
    /// What the whole run may take.
    #[command(flatten)]
    pub budgets: Budgets,
    /// Run the agent again in its worktree, with the gate's output added to the task, until the gate passes
    #[arg(long, value_name = "WHAT", value_parser = ["gate"])]
    pub until: Option<String>,
    /// How often the agent runs at most with --until [default: 3]
    #[arg(long, value_name = "K", requires = "until", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_iter: Option<u32>,
    /// Run an agent whose gate fails up to K times more, with the gate's output added to the task; a pass that changes nothing
    /// does not count
    #[arg(long, value_name = "K", conflicts_with = "until", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub heal: Option<u32>,
    /// Stop the others as soon as one candidate passes the gate; that one is first in the order
    #[arg(long)]
    pub first: bool,
}

/// The flags that say what a whole run may take.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Budgets {
    /// The most time for the whole run
    #[arg(long, value_name = "T", value_parser = duration)]
    pub budget_wall: Option<Duration>,
    /// The most tokens that the agents may say they used, all together, such as 200k or 1.5M
    #[arg(long, value_name = "N", value_parser = tokens)]
    pub budget_tokens: Option<u64>,
    /// The most dollars that the agents may say they cost, all together, such as 2.50
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub budget_cost: Option<u64>,
}

impl Budgets {
    /// Puts what was given in the place of what a run began with.
    pub(super) fn renew(&self, limits: &mut Limits) {
        limits.budget_wall_ms = self.budget_wall.and_then(limits::milliseconds).or(limits.budget_wall_ms);
        limits.budget_tokens = self.budget_tokens.or(limits.budget_tokens);
        limits.budget_cost_micro_usd = self.budget_cost.or(limits.budget_cost_micro_usd);
    }
}

/// How often an agent runs at most where nothing says so.
const ITERATIONS: u32 = 3;

impl Args {
    /// Makes the limits of a run: the flag, else the setting; `jobs` workers at once.
    #[must_use]
    pub(super) fn limits(&self, jobs: u16, settings: &Settings) -> Limits {
        let time = |flag: Option<Duration>, key: &str| {
            flag.or_else(|| settings.get(key).and_then(limits::parse_duration)).and_then(limits::milliseconds)
        };
        Limits {
            jobs,
            timeout_ms: time(self.timeout, "par.timeout"),
            idle_timeout_ms: time(self.idle_timeout, "par.idleTimeout"),
            budget_wall_ms: time(self.budgets.budget_wall, "par.budgetWall"),
            budget_tokens: self.budgets.budget_tokens.or_else(|| tokens(settings.get("par.budgetTokens")?).ok()),
            budget_cost_micro_usd: self.budgets.budget_cost.or_else(|| dollars(settings.get("par.budgetCost")?).ok()),
            max_iterations: self.until.is_some().then(|| self.max_iter.unwrap_or(ITERATIONS)),
            heal: self.heal,
            first: self.first,
        }
    }

    /// Refuses what only a gate can decide where there is none.
    pub(super) fn require_gate(&self, is_gated: bool) -> Result<(), Error> {
        let flags = [(self.first, "--first"), (self.until.is_some(), "--until"), (self.heal.is_some(), "--heal")];
        let Some((_, flag)) = flags.into_iter().find(|(is_set, _)| *is_set) else { return Ok(()) };
        if is_gated {
            return Ok(());
        }
        Err(Error::usage(format!("{flag} needs a gate that says who passes"))
            .hint("git par spawn --gate 'make test' ..."))
    }
}

/// Reads a number of tokens, with `k` for thousands and `M` for millions.
pub(super) fn tokens(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1_000),
        Some((at, 'm' | 'M')) => (&text[..at], 1_000_000),
        _ => (text, 1),
    };
    let micro = score::micro(number).and_then(|micro| u64::try_from(micro).ok());
    let count = micro.map(|micro| u128::from(micro) * unit / 1_000_000).and_then(|count| u64::try_from(count).ok());
    count
        .filter(|count| *count > 0)
        .ok_or_else(|| format!("'{text}' is not a number of tokens such as 200000, 200k or 1.5M"))
}

/// Reads dollars, in millionths of one.
pub(super) fn dollars(text: &str) -> Result<u64, String> {
    let micro = score::micro(text.strip_prefix('$').unwrap_or(text)).and_then(|micro| u64::try_from(micro).ok());
    micro.filter(|micro| *micro > 0).ok_or_else(|| format!("'{text}' is not a number of dollars such as 2.50"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_dollars_are_read_as_people_write_them() {
        for (text, count) in [("1", 1), ("200k", 200_000), ("1.5M", 1_500_000), ("3K", 3_000), ("0.5k", 500)] {
            assert_eq!(tokens(text), Ok(count), "{text}");
        }
        for (text, micro) in [("2.50", 2_500_000), ("$1", 1_000_000), ("0.000001", 1)] {
            assert_eq!(dollars(text), Ok(micro), "{text}");
        }
        for text in ["", "0", "-1", "k", "ten", "1e3", "0.1", "1.5.2"] {
            assert!(tokens(text).is_err(), "{text}");
        }
        for text in ["", "0", "-1", "$", "free", "0.0000001"] {
            assert!(dollars(text).is_err(), "{text}");
        }
    }
}
