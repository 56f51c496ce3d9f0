//! Verifications: what each run came to, a line for each finding and the verdict last.

use serde::Serialize;
use serde_json::Value;

use crate::{
    command::{Answer, Report, report, style::Style},
    engine::audit::Audit,
    model::{
        finding::{Code, Finding, Outcome, Weight},
        journal_name::JournalName,
    },
};

const HINT: &str = "hint: git config --global gpg.ssh.allowedSignersFile FILE, with a line 'PRINCIPAL KEY' in FILE \
for each signer whom you trust (for GnuPG keys: gpg --edit-key KEY trust)";

/// What a verification answers.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// Each run's audit.
    pub runs: Vec<Audit>,
    /// Whether an unsigned run is not enough.
    #[serde(skip)]
    pub needs_signature: bool,
}

impl Verification {
    fn is_enough(&self, outcome: Outcome) -> bool {
        outcome == Outcome::Ok || (outcome == Outcome::OkUnsigned && !self.needs_signature)
    }

    fn text_of(&self, audit: &Audit) -> String {
        let mut text: String = audit.findings.iter().map(|finding| self.line(finding)).collect();
        if audit.outcome == Outcome::UntrustedSigner && audit.is_stranger {
            text = text + "  " + &Style::Faint.paint(HINT) + "\n";
        }
        let style = match audit.outcome {
            Outcome::Broken => Style::Bad,
            outcome if self.is_enough(outcome) => Style::Good,
            _ => Style::Warning,
        };
        text + &format!("{}: {}\n", style.paint(&audit.outcome.to_string()), subject(audit))
    }

    fn line(&self, finding: &Finding) -> String {
        let (mark, style) = match finding.weight {
            // What is no fault of the run is one here, where it was asked for.
            Weight::Remark if self.needs_signature && finding.code == Code::Signature => ("✗", Style::Bad),
            Weight::Holds => ("✓", Style::Good),
            Weight::Remark => ("·", Style::Faint),
            Weight::Missing => ("?", Style::Warning),
            Weight::Broken => ("✗", Style::Bad),
        };
        let message = plain(&finding.message);
        let place = finding.event.filter(|_| finding.weight > Weight::Remark).map(|event| format!("event {event}"));
        let place = place.filter(|place| !message.contains(place)).map(|place| format!(" ({place})"));
        format!("{} {:<11} {message}{}\n", style.paint(mark), finding.code, place.unwrap_or_default())
    }
}

/// Names what was audited, and what is known of it.
fn subject(audit: &Audit) -> String {
    let name = audit.run.as_ref().map_or("journal".to_owned(), JournalName::titled);
    let events = format!("{} event{}", audit.events, if audit.events == 1 { "" } else { "s" });
    match (audit.outcome, audit.first_bad_event(), &audit.signer) {
        (Outcome::Broken, Some(event), _) => format!("{name}, first at event {event}"),
        (Outcome::Broken, None, _) => name,
        (Outcome::Ok, _, Some(signer)) => format!("{name}, {events}, signed by {}", plain(signer)),
        _ => format!("{name}, {events}, up to {}", &audit.head.to_string()[..12]),
    }
}

/// Shows a text that somebody else wrote: what would steer a terminal is written out.
fn plain(text: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() }
    };
    text.chars().map(shown).collect()
}

impl Report for Verification {
    fn text(&self) -> String {
        let texts: Vec<String> = self.runs.iter().map(|audit| self.text_of(audit)).collect();
        texts.join("\n")
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        let all = self.runs.iter().all(|audit| self.is_enough(audit.outcome));
        if all && !self.runs.is_empty() { Answer::Yes } else { Answer::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{hash::Hash, run_id::RunId};

    fn verification(outcomes: &[Outcome], needs_signature: bool) -> Verification {
        let audit = |outcome: &Outcome| Audit {
            run: Some("r".parse::<RunId>().unwrap().name()),
            outcome: *outcome,
            findings: vec![Finding::broken(Code::Chain, "a\u{1b}[31m\nb").at(7), Finding::holds(Code::Refs, "c")],
            signer: None,
            is_stranger: true,
            events: 9,
            head: Hash::GENESIS,
        };
        Verification { runs: outcomes.iter().map(audit).collect(), needs_signature }
    }

    #[test]
    fn the_answer_is_yes_only_for_what_was_asked_for() {
        use Outcome::{Broken, Incomplete, Ok, OkUnsigned, UntrustedSigner};
        let answer = |outcomes: &[Outcome], needed| verification(outcomes, needed).answer();
        assert_eq!(answer(&[Ok, OkUnsigned], false), Answer::Yes);
        assert_eq!(answer(&[Ok], true), Answer::Yes);
        assert_eq!(answer(&[Ok, OkUnsigned], true), Answer::No);
        for outcome in [Broken, Incomplete, UntrustedSigner] {
            assert_eq!(answer(&[Ok, outcome], false), Answer::No, "{outcome}");
        }
        assert_eq!(answer(&[], false), Answer::No);
    }

    #[test]
    fn each_finding_is_one_line_that_cannot_steer_the_terminal() {
        let text = anstream::adapter::strip_str(&verification(&[Outcome::Broken], false).text()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        let broken = r"✗ chain       a\u{1b}[31m\nb (event 7)";
        assert_eq!(lines, [broken, "✓ refs        c", "broken: run r, first at event 7"]);
    }

    #[test]
    fn who_is_not_trusted_is_told_how_trust_is_given() {
        let text = verification(&[Outcome::UntrustedSigner], false).text();
        assert!(text.contains("gpg.ssh.allowedSignersFile") && text.ends_with("up to 000000000000\n"), "{text}");
    }
}
