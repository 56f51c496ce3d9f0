//! Prints what it takes a merge queue to land entries, of which some are bad, by how many gates run at once.

#![allow(clippy::unwrap_used, dead_code, reason = "it is made of parts of a test")]

use std::io::Write as _;

#[path = "../tests/queue/actor.rs"]
mod actor;
#[path = "../tests/queue/nature.rs"]
mod nature;
#[path = "../tests/untouched/random.rs"]
mod numbers;
#[path = "../tests/queue/tally.rs"]
mod tally;
#[path = "../tests/queue/world.rs"]
mod world;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "bad %  jobs  landed  gates  waits  gates/landed  waits/landed")?;
    for bad in [0, 10, 40] {
        for jobs in [1, 2, 4, 8] {
            let tally::Tally { landed, gates, waits } = tally::tally(bad, jobs);
            let each = |count: u32| f64::from(count) / f64::from(landed);
            let (per_gate, per_wait) = (each(gates), each(waits));
            writeln!(
                out,
                "{bad:>5}  {jobs:>4}  {landed:>6}  {gates:>5}  {waits:>5}  {per_gate:>12.2}  {per_wait:>12.2}"
            )?;
        }
    }
    Ok(())
}
