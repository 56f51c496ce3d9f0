//! Configured values: settings that are no flags are held to what flags are held to, before anything starts.

use super::{Error, Kind, bounds};
use crate::{
    engine::limits,
    model::{goal::FAULT, worker::MOST},
    repo::settings::Settings,
};

/// Settings that are times.
const TIMES: [&str; 6] =
    ["par.timeout", "par.idleTimeout", "par.budgetWall", "par.gateTimeout", "par.grace", "par.hookTimeout"];
/// Settings that are counts, with the most that each may be.
const COUNTS: [(&str, u16); 2] = [("par.jobs", u16::MAX), ("par.workers", MOST)];

/// Settings that are numbers of any size.
const NUMBERS: [&str; 2] = ["par.blameBudget", "par.upstreamLimit"];

/// Refuses a time that is none and a count that is out of range, instead of doing without.
pub(super) fn require_sound(settings: &Settings) -> Result<(), Error> {
    for key in TIMES {
        let value = settings.get(key).filter(|text| limits::parse_duration(text).is_none());
        refuse(key, value, "a time such as 90s, 10m or 1h30m")?;
    }
    let tokens = settings.get("par.budgetTokens").filter(|text| bounds::tokens(text).is_err());
    refuse("par.budgetTokens", tokens, "a number of tokens such as 200000, 200k or 1.5M")?;
    let dollars = settings.get("par.budgetCost").filter(|text| bounds::dollars(text).is_err());
    refuse("par.budgetCost", dollars, "a number of dollars such as 2.50")?;
    refuse(FAULT, settings.get(FAULT).filter(|text| !is_fault(text)), "agent:TASK, gate:TASK or union:goal")?;
    for key in NUMBERS {
        refuse(key, settings.get(key).filter(|text| text.parse::<u32>().is_err()), "a number such as 0 or 8000")?;
    }
    for (key, most) in COUNTS {
        let is_sound = |text: &&str| text.parse::<u16>().is_ok_and(|count| (1..=most).contains(&count));
        refuse(key, settings.get(key).filter(|text| !is_sound(text)), &format!("a number from 1 to {most}"))?;
    }
    Ok(())
}

fn is_fault(text: &str) -> bool {
    text == "union:goal" || matches!(text.split_once(':'), Some(("agent" | "gate", task)) if !task.is_empty())
}

fn refuse(key: &str, value: Option<&str>, wanted: &str) -> Result<(), Error> {
    let Some(value) = value else { return Ok(()) };
    let message = format!("the setting {key} is '{value}', which is not {wanted}");
    Err(Error::new(Kind::Cannot, message).hint(format!("git config --show-origin --get-all {key}")))
}
