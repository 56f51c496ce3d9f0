//! Gate questions: what a gate asks of a candidate; only verdicts on the same question compare.

use std::fmt;

use super::{fact::gate_finished, gate_plan::GatePlan, history::History, worker::Worker};

/// What a gate asks: a command, within a time, with some paths taken from base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateQuestion<'a> {
    argv: &'a [String],
    timeout_ms: Option<u64>,
    protect: &'a [String],
}

impl<'a> From<&'a GatePlan> for GateQuestion<'a> {
    fn from(plan: &'a GatePlan) -> Self {
        Self { argv: &plan.argv, timeout_ms: plan.timeout_ms, protect: &plan.protect }
    }
}

impl<'a> From<&'a gate_finished::Args> for GateQuestion<'a> {
    fn from(args: &'a gate_finished::Args) -> Self {
        Self { argv: &args.argv, timeout_ms: args.timeout_ms, protect: &args.protect }
    }
}

impl fmt::Display for GateQuestion<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "'{}'", self.argv.join(" "))?;
        if !self.protect.is_empty() {
            write!(out, " protecting {}", self.protect.join(", "))?;
        }
        self.timeout_ms.map_or(Ok(()), |most| write!(out, " within {most} ms"))
    }
}

impl History {
    /// Says which candidates were asked what, where that is not one question, the planned one where there is a plan.
    #[must_use]
    pub fn mixed_gates(&self) -> Option<String> {
        let asked = self.questions();
        let planned = self.run()?.args.gate.as_ref().map(GateQuestion::from);
        match (asked.as_slice(), planned) {
            ([], _) | ([_], None) => None,
            ([(question, _)], Some(planned)) if *question == planned => None,
            ([(question, _)], Some(planned)) => {
                Some(format!("the candidates were gated by {question}, the run planned {planned}"))
            }
            (several, _) => {
                let told: Vec<String> = several.iter().map(|(question, workers)| told(question, workers)).collect();
                Some(format!("the candidates were gated by different commands: {}", told.join("; ")))
            }
        }
    }

    /// Lists what was asked of the candidates that are in the running, each question with whom it was put to.
    fn questions(&self) -> Vec<(GateQuestion<'_>, Vec<Worker>)> {
        let mut asked: Vec<(GateQuestion<'_>, Vec<Worker>)> = Vec::new();
        for (worker, lane) in self.lanes().filter(|(_, lane)| lane.discarded.is_none()) {
            let Some(gate) = &lane.gate else { continue };
            let question = GateQuestion::from(&gate.fact.args);
            match asked.iter_mut().find(|(known, _)| *known == question) {
                Some((_, workers)) => workers.push(worker),
                None => asked.push((question, vec![worker])),
            }
        }
        asked
    }
}

fn told(question: &GateQuestion<'_>, workers: &[Worker]) -> String {
    let workers: Vec<String> = workers.iter().map(ToString::to_string).collect();
    format!("{} by {question}", workers.join(", "))
}
