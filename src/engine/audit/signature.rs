//! Signatures: what git makes of the seal's, with the verifier's own settings and nothing that came with the run.

use super::{Error, Options, scene::Scene, seal};
use crate::{
    model::finding::{Code, Finding, Signature},
    repo::seal::Judgement,
};

/// What is known of the signature, and who made it.
type Known = (Signature, Option<String>);

/// Judges the signature; what was found goes to the findings.
pub(super) fn check(scene: &Scene<'_>, options: &Options<'_>, findings: &mut Vec<Finding>) -> Result<Known, Error> {
    let (Some(tag), Some(sealed)) = (scene.source.tag, &scene.source.sealed) else {
        return Ok((Signature::Absent, None));
    };
    if !sealed.is_signed {
        findings.push(Finding::remark(Code::Signature, "nobody signed the seal").on(tag));
        return Ok((Signature::Absent, None));
    }
    let settings = options.trust.unwrap_or(scene.repository).trust_settings()?;
    let (known, finding) = match scene.repository.judge_signature(tag, &settings)? {
        Judgement::Bad(reason) => ((Signature::Untrusted, None), Finding::broken(Code::Signature, bad(&reason))),
        Judgement::Known(signature, signers) => judge(signature, &signers, &options.signers),
    };
    findings.push(finding.on(tag));
    match seal::later_events(scene).filter(|_| known.0 == Signature::Trusted) {
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

fn judge(signature: Signature, signers: &[String], wanted: &[String]) -> (Known, Finding) {
    let signer = (!signers.is_empty()).then(|| signers.join(","));
    let name = signer.as_deref().unwrap_or("somebody unknown");
    let is_wanted = wanted.is_empty() || wanted.iter().any(|wanted| wanted == name || answers_to(signers, wanted));
    match signature {
        Signature::Trusted if !is_wanted => {
            let finding = Finding::remark(Code::Signature, format!("signed by {name}"));
            ((Signature::Unwanted, signer), finding)
        }
        Signature::Trusted => {
            let finding = Finding::holds(Code::Signature, format!("signed by {name}"));
            ((Signature::Trusted, signer), finding)
        }
        signature => {
            let message = format!("signed by {name}, who is none of your allowed signers");
            ((signature, signer), Finding::remark(Code::Signature, message))
        }
    }
}

/// Tells whether one of the signers has that name, or is a user id of GnuPG with that address at its end.
fn answers_to(signers: &[String], wanted: &str) -> bool {
    let address = |signer: &str| signer.strip_suffix('>')?.rsplit_once(" <").map(|(_, address)| address == wanted);
    signers.iter().any(|signer| signer == wanted || address(signer).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn trusted(signers: &[&str], wanted: &[&str]) -> Signature {
        judge(Signature::Trusted, &texts(signers), &texts(wanted)).0.0
    }

    #[test]
    fn a_signer_who_is_not_the_one_asked_for_is_not_trusted() {
        assert_eq!(trusted(&["a@b"], &[]), Signature::Trusted);
        assert_eq!(trusted(&["a@b"], &["a@b"]), Signature::Trusted);
        assert_eq!(trusted(&["c@d", "a@b"], &["a@b"]), Signature::Trusted);
        assert_eq!(trusted(&["a@b"], &["c@d"]), Signature::Unwanted);
        assert_eq!(trusted(&["a@b"], &["c@d", "a@b"]), Signature::Trusted);
        assert_eq!(trusted(&["a@bc"], &["a@b"]), Signature::Unwanted);
    }

    #[test]
    fn a_comma_in_a_name_makes_no_second_signer() {
        assert_eq!(trusted(&["a@b, M <m@n>"], &["a@b"]), Signature::Unwanted);
        assert_eq!(trusted(&["a@b, M <m@n>"], &["a@b, M <m@n>"]), Signature::Trusted);
        assert_eq!(trusted(&["a@b, M <m@n>"], &["m@n"]), Signature::Trusted);
        assert_eq!(trusted(&["M <a@b> <m@n>"], &["a@b"]), Signature::Unwanted);
    }

    #[test]
    fn an_unknown_signer_is_never_trusted_whoever_is_asked_for() {
        let (known, finding) = judge(Signature::Untrusted, &texts(&["a@b"]), &texts(&["a@b"]));
        assert_eq!(known.0, Signature::Untrusted);
        assert!(finding.message.starts_with("signed by a@b"), "{}", finding.message);
    }
}
