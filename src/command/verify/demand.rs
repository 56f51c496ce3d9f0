//! Demands: the signature that was asked for, told beside the one that was found.

use crate::{
    engine::audit::Audit,
    model::finding::{Code, Finding, Weight},
};

/// Says in an audit's findings that a signature was asked for, of a principal or of anybody, and is not there.
pub(super) fn tell(audit: &mut Audit, signers: &[String]) {
    let by = if signers.is_empty() { String::new() } else { format!(" by {}", signers.join(" or ")) };
    let asked = format!("and a signature{by} was asked for");
    match audit.findings.iter_mut().find(|finding| finding.code == Code::Signature) {
        Some(finding) if finding.weight == Weight::Remark => finding.message = format!("{}, {asked}", finding.message),
        Some(_) => {}
        // There is no seal that could be signed.
        None => audit.findings.push(Finding::remark(Code::Signature, format!("nobody signed it, {asked}"))),
    }
}
