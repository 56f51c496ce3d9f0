//! Signatures: what git makes of the seal's, with the verifier's own settings and nothing that came with the run.

use super::{Error, Options, case::Case, seal};
use crate::{
    model::finding::{Code, Finding, Signature},
    repo::seal::Judgement,
};

/// What is known of the signature, and who made it.
type Known = (Signature, Option<String>);

/// Judges the signature; what was found goes to the findings.
pub(super) fn check(case: &Case<'_>, options: &Options<'_>, findings: &mut Vec<Finding>) -> Result<Known, Error> {
    let (Some(tag), Some(sealed)) = (case.source.tag, &case.source.sealed) else {
        return Ok((Signature::Absent, None));
    };
    if !sealed.is_signed {
        findings.push(Finding::remark(Code::Signature, "nobody signed the seal").on(tag));
        return Ok((Signature::Absent, None));
    }
    let settings = options.trust.unwrap_or(case.repository).trust_settings()?;
    let (known, finding) = match case.repository.judge_signature(tag, &settings)? {
        Judgement::Bad(reason) => ((Signature::Untrusted, None), Finding::broken(Code::Signature, bad(&reason))),
        Judgement::Known(signature, signer) => judge(signature, signer, options.signer.as_deref()),
    };
    findings.push(finding.on(tag));
    match seal::later_events(case).filter(|_| known.0 == Signature::Trusted) {
        Some(later) => {
            findings.push(Finding::remark(Code::Signature, format!("nobody signed the last {later} events")).on(tag));
            // A pick after the seal is not the signer's, so neither is what the run comes to.
            Ok((Signature::Absent, None))
        }
        None => Ok(known),
    }
}

fn bad(reason: &str) -> String {
    format!("the signature does not belong to this seal: {reason}")
}

fn judge(signature: Signature, signer: Option<String>, wanted: Option<&str>) -> (Known, Finding) {
    let name = signer.as_deref().unwrap_or("somebody unknown");
    // One key may belong to several principals, which are then named together.
    let is_wanted = |wanted: &str| name == wanted || name.split(',').any(|one| one == wanted);
    match (signature, wanted) {
        (Signature::Trusted, Some(wanted)) if !is_wanted(wanted) => {
            let finding = Finding::remark(Code::Signature, format!("signed by {name}"));
            ((Signature::Unwanted, signer), finding)
        }
        (Signature::Trusted, _) => {
            let finding = Finding::holds(Code::Signature, format!("signed by {name}"));
            ((Signature::Trusted, signer), finding)
        }
        (signature, _) => {
            let message = format!("signed by {name}, who is none of your allowed signers");
            ((signature, signer), Finding::remark(Code::Signature, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(signer: &str, wanted: Option<&str>) -> Signature {
        judge(Signature::Trusted, Some(signer.to_owned()), wanted).0.0
    }

    #[test]
    fn a_signer_who_is_not_the_one_asked_for_is_not_trusted() {
        assert_eq!(trusted("a@b", None), Signature::Trusted);
        assert_eq!(trusted("a@b", Some("a@b")), Signature::Trusted);
        assert_eq!(trusted("c@d,a@b", Some("a@b")), Signature::Trusted);
        assert_eq!(trusted("a@b", Some("c@d")), Signature::Unwanted);
        assert_eq!(trusted("a@bc", Some("a@b")), Signature::Unwanted);
    }

    #[test]
    fn an_unknown_signer_is_never_trusted_whoever_is_asked_for() {
        let (known, finding) = judge(Signature::Untrusted, Some("a@b".to_owned()), Some("a@b"));
        assert_eq!(known.0, Signature::Untrusted);
        assert!(finding.message.starts_with("signed by a@b"), "{}", finding.message);
    }
}
