//! Clearances: the end of a family: the friendly signal, the grace, the other signal.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{
    family::Family,
    leader::{self, Leader},
    stop::Stop,
};

/// How often a family that was told to end is looked at.
const STEP: Duration = Duration::from_millis(5);
/// How often those who are being killed are looked for again: who forks meanwhile is found in the next round.
const ROUNDS: u32 = 50;

/// How a family is ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clearance<'c> {
    /// The time between the two signals.
    pub(super) grace: Duration,
    /// What takes the rest of the grace, once it is hurried.
    pub(super) stop: &'c Stop,
    /// Whether strays that hide whose they are belong to this family.
    pub(super) is_sole: bool,
}

impl Clearance<'_> {
    /// Ends those of the family who were found, then all others of it, with its leader where that is not reaped yet.
    pub(super) fn end(&self, family: &mut Family, leader: Option<&Leader>) -> io::Result<()> {
        let until = Instant::now().checked_add(self.grace);
        // A process that is stopped would sleep through the grace: it is woken to end.
        for signal in [Signal::TERM, Signal::CONT] {
            send(family, leader, signal);
        }
        if let Some(leader) = leader {
            leader.wait(self.stop.haste(), until)?;
        }
        while family.is_alive() && until.is_none_or(|until| Instant::now() < until) && !self.stop.is_hurried() {
            self.pause()?;
        }
        self.kill(family, leader);
        Ok(())
    }

    fn kill(&self, family: &mut Family, leader: Option<&Leader>) {
        for round in 0..ROUNDS {
            family.reap();
            family.find(self.is_sole);
            // Only a look after the signals shows that nobody was forked before them.
            if round > 0 && !family.is_alive() {
                break;
            }
            family.kill_group();
            leader.inspect(|leader| leader.kill());
            send(family, leader, Signal::KILL);
            if family.is_alive() {
                std::thread::sleep(STEP);
            }
        }
        family.reap();
    }

    /// Waits a moment, or until there is no more grace.
    fn pause(&self) -> io::Result<()> {
        leader::await_any(self.stop.haste().descriptors(), Some(STEP))
    }
}

fn send(family: &Family, leader: Option<&Leader>, signal: Signal) {
    leader.inspect(|leader| leader.signal_group(signal));
    family.signal(signal, leader.is_some());
}
