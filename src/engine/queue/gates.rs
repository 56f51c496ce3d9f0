//! Gates: the checks that run side by side, each ended the moment that nobody needs its answer any more.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, Scope},
    time::Duration,
};

use super::{
    check::{self, Said, Subject},
    desk::Desk,
};
use crate::{engine::gate::Gate, model::oid::Oid, process::stop::Stop};

/// What a check said, with its number; nothing where it was ended.
type Answer = (u64, Result<Option<Said>, check::Error>);

/// A check that runs.
struct Running {
    number: u64,
    commit: Oid,
    stop: Stop,
}

/// The checks that run.
pub(super) struct Gates<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    desk: &'env Desk<'env>,
    gate: Arc<Gate>,
    running: Vec<Running>,
    sender: Sender<Answer>,
    answers: Receiver<Answer>,
    /// How many were started.
    pub(super) started: u64,
}

impl<'scope, 'env> Gates<'scope, 'env> {
    pub(super) fn new(scope: &'scope Scope<'scope, 'env>, desk: &'env Desk<'env>, gate: Gate) -> Self {
        let (sender, answers) = channel();
        Self { scope, desk, gate: Arc::new(gate), running: Vec::new(), sender, answers, started: 0 }
    }

    /// Has exactly these checks run from now on.
    pub(super) fn want(&mut self, subjects: Vec<Subject>) -> io::Result<()> {
        let is_wanted = |running: &Running| subjects.iter().any(|subject| subject.commit == running.commit);
        let (kept, ended): (Vec<_>, Vec<_>) = self.running.drain(..).partition(is_wanted);
        for running in ended {
            running.stop.set();
        }
        self.running = kept;
        for subject in subjects {
            if !self.running.iter().any(|running| running.commit == subject.commit) {
                self.start(subject)?;
            }
        }
        Ok(())
    }

    fn start(&mut self, subject: Subject) -> io::Result<()> {
        self.started += 1;
        self.desk.tell(format!("checking {}", subject.shown()));
        let (number, stop) = (self.started, self.desk.stop.branch()?);
        self.running.push(Running { number, commit: subject.commit, stop: stop.clone() });
        let (desk, gate, sender) = (self.desk, Arc::clone(&self.gate), self.sender.clone());
        let work = move || {
            // Nobody hears it any more where the processor is at its end.
            let tell = |said| drop(sender.send((number, said)));
            check::run(desk, &gate, (&subject, &stop), tell);
        };
        thread::Builder::new().name("gate".to_owned()).spawn_scoped(self.scope, work).map(drop)
    }

    /// Waits this long for what a check says, and of which commit; what those say that were ended is passed over.
    pub(super) fn wait(&mut self, time: Duration) -> Result<Option<(Oid, Said)>, check::Error> {
        let Ok((number, said)) = self.answers.recv_timeout(time) else { return Ok(None) };
        let Some(at) = self.running.iter().position(|running| running.number == number) else { return Ok(None) };
        let running = self.running.swap_remove(at);
        Ok(said?.map(|said| (running.commit, said)))
    }

    /// Ends all of them.
    pub(super) fn end(&mut self) {
        self.running.drain(..).for_each(|running| running.stop.set());
    }
}
