//! `git par seal`: the certificate of a run or a queue in an annotated tag that carries the whole of it.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::{Context, Error, Kind, Report, report, style::Style};
use crate::{
    engine::{audit, journal::State, progress::Progress, runs, supervisor},
    failpoint,
    model::{
        certificate::{self, Tip},
        chronicle::Chronicle,
        finding::Weight,
        history::History,
        journal_name::{JournalName, is_queue},
        oid::Oid,
        queue::history::Queue,
        ref_name::RefName,
    },
    repo::{
        identity::Identity,
        open::Repository,
        refs::Edit,
        seal::{Content, Sealed},
    },
};

/// Write the certificate of a run or a queue into an annotated tag that carries all of it
///
/// It is signed with your own git signing setup where there is one.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name, or a queue, as queue/BRANCH [default: the newest run]
    #[arg(value_name = "RUN|QUEUE")]
    pub run: Option<String>,
    /// Sign the tag, as 'git tag --sign' does [default: where git has a signing key configured]
    #[arg(long, conflicts_with = "no_sign")]
    pub sign: bool,
    /// Do not sign the tag
    #[arg(long)]
    pub no_sign: bool,
    /// Write all of it into a git bundle too
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
}

/// What a sealing answers.
#[derive(Debug, Serialize)]
pub struct SealReport {
    /// The run or the queue.
    pub run: JournalName,
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

/// Seals a run or a queue.
pub fn run(args: &Args, context: &Context<'_>) -> Result<SealReport, Error> {
    let repository = context.open()?;
    let identity = repository.require_identity()?;
    let name = args.chosen(context, &repository)?;
    require_ended(&repository, &name)?;
    let sealer = Sealer { repository: &repository, identity, name: &name };
    let done = if name.queue().is_some() {
        let state = State::<Queue>::load_of(&repository, &name)?;
        require_sound(&repository, &name)?;
        sealer.seal(args, &state)?
    } else {
        let state = State::<History>::load_of(&repository, &name)?;
        require_sound(&repository, &name)?;
        warn_unended(&state, context);
        sealer.seal(args, &state)?
    };
    let bundle = write_bundle(args, &repository, (&name, context))?.map(|file| file.display().to_string());
    Ok(SealReport { bundle, ..done })
}

impl Args {
    fn chosen(&self, context: &Context<'_>, repository: &Repository) -> Result<JournalName, Error> {
        match self.run.as_deref() {
            Some(wanted) if is_queue(wanted) => Ok(runs::named(repository.noted()?, wanted)?),
            wanted => Ok(context.choose(repository, wanted)?.name()),
        }
    }
}

/// Whoever puts a seal on something.
struct Sealer<'a> {
    repository: &'a Repository,
    identity: Identity,
    name: &'a JournalName,
}

impl Sealer<'_> {
    fn seal<H: Chronicle>(&self, args: &Args, state: &State<H>) -> Result<SealReport, Error> {
        let repository = self.repository;
        let sign = args.sign || (!args.no_sign && repository.is_signing_configured()?);
        let name = RefName::seal(self.name);
        let before = repository.ref_target(&name)?;
        let old = before.map(|tag| repository.sealed(tag)).transpose()?;
        match (before, old) {
            (Some(tag), Some(old)) if is_same(&old, state, sign) => Ok(self.report(state, (tag, old.is_signed, true))),
            _ => {
                let tag = self.make(state, sign)?;
                let edit = Edit { name: name.clone(), expected: before, new: Some(tag) };
                failpoint::pass("seal written");
                repository.write_refs(&[edit], &self.identity)?;
                failpoint::pass("seal recorded");
                repository.sync_refs([&name]);
                Ok(self.report(state, (tag, sign, false)))
            }
        }
    }

    fn make<H: Chronicle>(&self, state: &State<H>, sign: bool) -> Result<Oid, Error> {
        let tip = state.tip();
        let journal = Tip { events: tip.count, head: tip.hash.to_string() };
        let certified = state.history.certify(journal).into_iter().next();
        let certified = certified.ok_or_else(|| Error::new(Kind::Cannot, format!("{} has not started", self.name)))?;
        let name = certificate::tag_name(self.name);
        let content = Content {
            certificate: certified.bytes.as_bytes(),
            journal: &state.bytes,
            parents: &certified.parents,
            name: &name,
            message: &certified.message,
        };
        Ok(self.repository.make_seal(&content, sign, &self.identity)?)
    }

    fn report<H: Chronicle>(&self, state: &State<H>, (seal, signed, already): (Oid, bool, bool)) -> SealReport {
        let tip = state.tip();
        SealReport {
            run: self.name.clone(),
            seal,
            seal_ref: RefName::seal(self.name).to_string(),
            events: tip.count,
            head: tip.hash.to_string(),
            signed,
            already,
            bundle: None,
        }
    }
}

/// Refuses what is still worked on; where its supervisor died, what is recorded is all that there is.
fn require_ended(repository: &Repository, name: &JournalName) -> Result<(), Error> {
    if supervisor::is_held(repository, name)? {
        let message = format!("{name} is still being worked on: there is nothing to seal yet");
        return Err(Error::new(Kind::Busy, message));
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

/// Refuses what does not verify: a seal is put on facts.
fn require_sound(repository: &Repository, name: &JournalName) -> Result<(), Error> {
    let audit = audit::facts(repository, name)?;
    let worst =
        audit.findings.iter().filter(|finding| finding.weight >= Weight::Missing).max_by_key(|finding| finding.weight);
    match worst {
        Some(finding) => {
            Err(Error::new(Kind::Cannot, format!("{name} does not verify: {}: {}", finding.code, finding.message))
                .hint(format!("git par verify {}", name.spelled())))
        }
        None => Ok(()),
    }
}

fn is_same<H: Chronicle>(old: &Sealed, state: &State<H>, sign: bool) -> bool {
    old.journal == state.bytes && (old.is_signed || !sign)
}

fn write_bundle(
    args: &Args,
    repository: &Repository,
    (name, context): (&JournalName, &Context<'_>),
) -> Result<Option<PathBuf>, Error> {
    let Some(file) = &args.bundle else { return Ok(None) };
    let mut refs: Vec<RefName> =
        repository.refs_below(&RefName::prefix(name))?.into_iter().map(|(name, _)| name).collect();
    refs.push(RefName::notes(name));
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
        let subject = self.run.titled();
        format!("{what} {subject} as {} ({} events, {signed})\n{bundle}", self.seal.short(), self.events)
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
