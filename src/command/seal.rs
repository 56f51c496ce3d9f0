//! `git par seal`: the certificate of a run in an annotated tag that carries the whole run.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::{Context, Error, Kind, Report, report, style::Style};
use crate::{
    engine::{audit, journal::State, progress::Progress, supervisor},
    failpoint,
    model::{
        certificate::{Certificate, Tip},
        finding::Weight,
        oid::Oid,
        ref_name::RefName,
        run_id::RunId,
    },
    repo::{
        identity::Identity,
        open::Repository,
        refs::Edit,
        seal::{Content, Sealed},
    },
};

/// Write the certificate of a run into an annotated tag that carries the run
///
/// It is signed with your own git signing setup where there is one.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// Sign the tag, as 'git tag --sign' does [default: where git has a signing key configured]
    #[arg(long, conflicts_with = "no_sign")]
    pub sign: bool,
    /// Do not sign the tag
    #[arg(long)]
    pub no_sign: bool,
    /// Write the whole run into a git bundle too
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
}

/// What a sealing answers.
#[derive(Debug, Serialize)]
pub struct SealReport {
    /// The run.
    pub run: RunId,
    /// The tag.
    pub seal: Oid,
    /// The ref that holds it.
    pub seal_ref: String,
    /// How many events it seals.
    pub events: u64,
    /// The last event's hash.
    pub head: String,
    /// Whether it is signed.
    pub signed: bool,
    /// Whether it was there already.
    pub already: bool,
    /// The bundle that was written; what is not UTF-8 is replaced.
    pub bundle: Option<String>,
}

/// Seals a run.
pub fn run(args: &Args, context: &Context<'_>) -> Result<SealReport, Error> {
    let repository = context.open()?;
    let identity = repository.require_identity()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    require_ended(&repository, &run)?;
    let state = State::load(&repository, &run)?;
    require_sound(&repository, &run)?;
    warn_unended(&state, context);
    let sign = args.sign || (!args.no_sign && repository.is_signing_configured()?);
    let name = RefName::seal(&run);
    let before = repository.ref_target(&name)?;
    let old = before.map(|tag| repository.sealed(tag)).transpose()?;
    let done = match (before, old) {
        (Some(tag), Some(old)) if is_same(&old, &state, sign) => sealed(&run, &state, (tag, old.is_signed, true)),
        _ => {
            let tag = seal(&repository, &state, (&identity, sign))?;
            let edit = Edit { name: name.clone(), expected: before, new: Some(tag) };
            failpoint::pass("seal written");
            repository.write_refs(&[edit], &identity)?;
            failpoint::pass("seal recorded");
            repository.sync_refs([&name]);
            sealed(&run, &state, (tag, sign, false))
        }
    };
    let bundle = write_bundle(args, &repository, (&run, context))?.map(|file| file.display().to_string());
    Ok(SealReport { bundle, ..done })
}

/// Refuses a run that still works; where its supervisor died, what is recorded is all that there is.
fn require_ended(repository: &Repository, run: &RunId) -> Result<(), Error> {
    if supervisor::is_held(repository, run)? {
        return Err(Error::new(
            Kind::Busy,
            format!("run '{run}' is still being worked on: there is nothing to seal yet"),
        ));
    }
    Ok(())
}

/// Tells of workers whose end nobody recorded: what they left is not under the seal.
fn warn_unended(state: &State, context: &Context<'_>) {
    let unended = state.history.lanes().filter(|(_, lane)| lane.started.is_some() && lane.finished.is_none());
    for (worker, _) in unended {
        context.warn(format!("{worker} was cut short: what it left is in its worktree, and not under the seal"));
    }
    let queued = state.history.lanes().filter(|(_, lane)| lane.is_queued() && state.history.ended.is_none());
    for (worker, _) in queued {
        context.warn(format!("{worker} has not begun: the run was cut short"));
    }
}

/// Refuses a run whose record does not verify: a seal is put on facts.
fn require_sound(repository: &Repository, run: &RunId) -> Result<(), Error> {
    let audit = audit::facts(repository, run)?;
    let worst =
        audit.findings.iter().filter(|finding| finding.weight >= Weight::Missing).max_by_key(|finding| finding.weight);
    match worst {
        Some(finding) => {
            Err(Error::new(Kind::Cannot, format!("run '{run}' does not verify: {}: {}", finding.code, finding.message))
                .hint(format!("git par verify {run}")))
        }
        None => Ok(()),
    }
}

fn is_same(old: &Sealed, state: &State, sign: bool) -> bool {
    old.journal == state.bytes && (old.is_signed || !sign)
}

fn seal(repository: &Repository, state: &State, (identity, sign): (&Identity, bool)) -> Result<Oid, Error> {
    let tip = state.tip();
    let journal = Tip { events: tip.count, head: tip.hash.to_string() };
    let certificate = Certificate::derive(&state.history, journal);
    let certificate = certificate.ok_or_else(|| Error::new(Kind::Cannot, "the run has not started"))?;
    let (bytes, parents) = (certificate.bytes(), certificate.parents());
    let (name, message) = (Certificate::tag_name(&certificate.run), certificate.message());
    let content = Content {
        certificate: bytes.as_bytes(),
        journal: &state.bytes,
        parents: &parents,
        name: &name,
        message: &message,
    };
    Ok(repository.make_seal(&content, sign, identity)?)
}

fn sealed(run: &RunId, state: &State, (seal, signed, already): (Oid, bool, bool)) -> SealReport {
    let tip = state.tip();
    SealReport {
        run: run.clone(),
        seal,
        seal_ref: RefName::seal(run).to_string(),
        events: tip.count,
        head: tip.hash.to_string(),
        signed,
        already,
        bundle: None,
    }
}

fn write_bundle(
    args: &Args,
    repository: &Repository,
    (run, context): (&RunId, &Context<'_>),
) -> Result<Option<PathBuf>, Error> {
    let Some(file) = &args.bundle else { return Ok(None) };
    let mut refs: Vec<RefName> =
        repository.refs_below(&RefName::prefix(run))?.into_iter().map(|(name, _)| name).collect();
    refs.push(RefName::notes(run));
    (context.listener)(Progress::Bundling(file.clone()));
    repository.write_bundle(&context.here.join(file), &refs)?;
    Ok(Some(file.clone()))
}

impl Report for SealReport {
    fn text(&self) -> String {
        let what = if self.already { "already sealed" } else { "sealed" };
        let signed = if self.signed {
            Style::Good.paint("signed")
        } else {
            Style::Warning.paint("unsigned: anyone could have made it")
        };
        let bundle = self.bundle.as_ref().map(|file| format!("bundle: {file}\n")).unwrap_or_default();
        format!("{what} run {} as {} ({} events, {signed})\n{bundle}", self.run, self.seal.short(), self.events)
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
