//! Findings: what verifying a run comes to, each with a stable code.

use std::fmt;

use serde::Serialize;

use super::{
    chain::{Broken, Kind},
    event,
    oid::Oid,
};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The check holds.
    Holds,
    /// Something worth knowing that breaks nothing.
    Remark,
    /// An object is not here, so that the check could not be made.
    Missing,
    /// The check fails.
    Broken,
}

/// What was checked; the code is what scripts match on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Each line is an event in canonical bytes.
    Canonical,
    /// Each event names the hash of the one before and of itself.
    Chain,
    /// Events are numbered 1, 2, 3 ... to the end.
    Numbering,
    /// Each event names only earlier events as its causes.
    Causes,
    /// Each event may stand where it stands, and says nothing there that cannot be so.
    History,
    /// Each commit and tree named in the journal exists.
    Objects,
    /// The run's base is in the history of a branch here.
    Base,
    /// Each ref of the run is where the journal says.
    Refs,
    /// Each candidate descends from base.
    Descent,
    /// Each measured diff, measured again.
    Diff,
    /// Each gated tree is the candidate's, protected paths excepted.
    GatedTree,
    /// Each pick, recomputed from the facts before it.
    Winner,
    /// Each outcome of a task of the plan, recomputed from the facts before it.
    Tasks,
    /// What each candidate changed that its task did not declare, looked for again.
    Escapes,
    /// Each union of candidates, and of some of them for the search for what is to blame, integrated again.
    Unions,
    /// The search for what makes a union fail, gone through again by its recorded answers.
    Blame,
    /// What the plan came to, and each session that took over, recomputed from the facts before it.
    Goal,
    /// Each merge, computed again and found in its target's history.
    Merge,
    /// Each resolution of a conflict of a queue, judged again.
    Resolution,
    /// Each note for people, rendered again.
    Notes,
    /// Each log, where logs are here.
    Logs,
    /// The certificate, derived again.
    Certificate,
    /// The seal holds this run's journal.
    Seal,
    /// The seal's signature.
    Signature,
    /// Each recorded verdict, gated again.
    Regate,
}

impl From<&Broken> for Code {
    /// Tells which check a broken chain fails.
    fn from(broken: &Broken) -> Self {
        match &broken.kind {
            Kind::Event(event::Error::Cause(_)) => Self::Causes,
            Kind::Truncated | Kind::Event(_) => Self::Canonical,
            Kind::Seq { .. } => Self::Numbering,
            Kind::Empty | Kind::PrevHash { .. } | Kind::EntryHash { .. } => Self::Chain,
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was checked.
    pub code: Code,
    /// How much it weighs.
    pub weight: Weight,
    /// What was found, for people.
    pub message: String,
    /// The first event that is concerned.
    pub event: Option<u64>,
    /// The object that is concerned.
    pub object: Option<Oid>,
}

impl Finding {
    /// Makes a finding about the run as a whole.
    #[must_use]
    pub fn new(code: Code, weight: Weight, message: impl Into<String>) -> Self {
        Self { code, weight, message: message.into(), event: None, object: None }
    }

    /// Makes a finding about a check that holds.
    #[must_use]
    pub fn holds(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Weight::Holds, message)
    }

    /// Makes a finding about a check that fails.
    #[must_use]
    pub fn broken(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Weight::Broken, message)
    }

    /// Makes a finding that breaks nothing.
    #[must_use]
    pub fn remark(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Weight::Remark, message)
    }

    /// Makes a finding about an object that is not here.
    #[must_use]
    pub fn missing(code: Code, object: Oid, what: &str) -> Self {
        let message = format!("{what} {object} is not in this repository");
        Self { object: Some(object), ..Self::new(code, Weight::Missing, message) }
    }

    /// Files it under another check.
    #[must_use]
    pub fn coded(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// Names the event.
    #[must_use]
    pub fn at(mut self, event: u64) -> Self {
        self.event = Some(event);
        self
    }

    /// Names the object.
    #[must_use]
    pub fn on(mut self, object: Oid) -> Self {
        self.object = Some(object);
        self
    }
}

/// What a verification comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything holds, under a signature that the verifier trusts.
    Ok,
    /// Everything holds, and nobody signed it.
    OkUnsigned,
    /// Everything holds, under a signature that the verifier has no reason to trust.
    UntrustedSigner,
    /// Something does not hold.
    Broken,
    /// Something could not be checked, because it is not here.
    Incomplete,
}

/// What is known of a seal's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    Absent,
    /// It is good, by somebody whom the verifier trusts.
    Trusted,
    /// It is good or cannot be judged, by somebody whom the verifier does not know.
    Untrusted,
    /// It is good, by somebody whom the verifier trusts, who is not the one that was asked for.
    Unwanted,
}

/// Decides what findings and signature come to.
#[must_use]
pub fn conclude(findings: &[Finding], signature: Signature) -> Outcome {
    match (findings.iter().map(|finding| finding.weight).max(), signature) {
        (Some(Weight::Broken), _) => Outcome::Broken,
        (Some(Weight::Missing), _) => Outcome::Incomplete,
        (_, Signature::Absent) => Outcome::OkUnsigned,
        (_, Signature::Trusted) => Outcome::Ok,
        (_, Signature::Untrusted | Signature::Unwanted) => Outcome::UntrustedSigner,
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Ok => "ok",
            Self::OkUnsigned => "ok-unsigned",
            Self::UntrustedSigner => "untrusted-signer",
            Self::Broken => "broken",
            Self::Incomplete => "incomplete",
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_value(self).expect("a code is a name");
        out.pad(text.as_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{canonical, hash::Hash};

    fn code(kind: Kind) -> Code {
        Code::from(&Broken { line: 1, seq_id: None, kind })
    }

    #[test]
    fn every_break_of_a_chain_is_a_check_of_its_own() {
        let form = canonical::Error::Form { at: 0, what: "blank" };
        assert_eq!(code(Kind::Event(form.into())), Code::Canonical);
        assert_eq!(code(Kind::Truncated), Code::Canonical);
        assert_eq!(code(Kind::Event(event::Error::Cause("later"))), Code::Causes);
        assert_eq!(code(Kind::Seq { expected: 2 }), Code::Numbering);
        assert_eq!(code(Kind::PrevHash { expected: Hash::GENESIS }), Code::Chain);
        assert_eq!(code(Kind::EntryHash { actual: Hash::GENESIS }), Code::Chain);
    }

    #[test]
    fn what_is_broken_outweighs_what_is_missing_and_a_remark_weighs_nothing() {
        use Weight::{Broken, Holds, Missing, Remark};
        let of = |weights: &[Weight], signature| {
            let findings: Vec<_> = weights.iter().map(|weight| Finding::new(Code::Refs, *weight, "")).collect();
            conclude(&findings, signature)
        };
        assert_eq!(of(&[Holds, Broken, Missing], Signature::Trusted), Outcome::Broken);
        assert_eq!(of(&[Remark, Missing, Holds], Signature::Trusted), Outcome::Incomplete);
        assert_eq!(of(&[Holds, Remark], Signature::Trusted), Outcome::Ok);
        assert_eq!(of(&[Holds, Remark], Signature::Absent), Outcome::OkUnsigned);
        assert_eq!(of(&[Holds, Remark], Signature::Untrusted), Outcome::UntrustedSigner);
        assert_eq!(of(&[Holds, Remark], Signature::Unwanted), Outcome::UntrustedSigner);
    }

    #[test]
    fn codes_are_their_names_in_kebab_case() {
        assert_eq!(Code::GatedTree.to_string(), "gated-tree");
        assert_eq!(Outcome::OkUnsigned.to_string(), "ok-unsigned");
    }
}
