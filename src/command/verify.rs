//! `git par verify`: whether a run or a queue is what it says, checked by anybody from a clone, a bundle or a journal.

mod demand;
mod subject;
mod verification;

use super::{Context, Error};
use crate::{
    engine::{
        audit::{self, Audit, Options, Regate},
        progress::Progress,
        runs,
    },
    model::{chain::Form, journal_name::JournalName},
    repo::{bundle, open::Repository},
};
use subject::Subject;
pub use verification::Verification;

/// Check a run or a queue from refs and objects alone, and name each thing that does not hold.
///
/// Looks at canonical bytes, chain, numbering and causes of the journal; that its events are a legal history; that every
/// commit and tree named is here, descends from base and is where its ref is; every diff, measured again; every pick,
/// recomputed from the facts before it; every merge, computed again and looked for in its target; the notes for people,
/// rendered again; the certificate, derived again; and the seal's signature, against your own allowed signers
/// (gpg.ssh.allowedSignersFile, or the trust of your GPG keys) and never against anything that came with the run. Of a queue
/// likewise: its law, its refs, the verdicts, and each commit that landed, made again from the entry and what it landed on.
///
/// The verdict is 'ok', 'ok-unsigned', 'untrusted-signer', 'broken' or 'incomplete' (objects are missing here). The exit
/// status is 0 for 'ok' and, where no signature was asked for, for 'ok-unsigned'; else 1.
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
pub struct Args {
    /// The run, or the beginning of its name [default: the newest]; a queue, as queue/BRANCH; or a file: a bundle of runs, or a journal ('-': standard input)
    #[arg(value_name = "RUN|QUEUE|FILE")]
    pub subject: Option<String>,
    /// Check every run and every queue of this repository
    #[arg(long, conflicts_with = "subject")]
    pub all: bool,
    /// Run the recorded gates again, in clean worktrees, and compare the verdicts; this runs commands that the journal names
    #[arg(long)]
    pub regate: bool,
    /// Say no where nobody signed
    #[arg(long)]
    pub require_signature: bool,
    /// Say no where it was not signed by this principal of your allowed signers; may be given several times, for one of several
    ///
    /// With GnuPG it is the user id or the address in it, with X.509 the subject of the certificate.
    #[arg(long = "signer", value_name = "PRINCIPAL")]
    pub signers: Vec<String>,
    /// Take a journal file in any JSON, as another program wrote it, and check its chain only
    #[arg(long)]
    pub foreign: bool,
}

/// Verifies.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Verification, Error> {
    let subject = Subject::of(args.subject.as_deref(), context)?;
    args.require_sense(&subject)?;
    let mut audits = match subject {
        Subject::Run(wanted) => {
            let repository = context.open()?;
            let runs = args.chosen(context, &repository, wanted.as_deref())?;
            audit_all(args, context, (&repository, &repository, runs))?
        }
        Subject::Bundle(file) => {
            let unpacked = bundle::unpack(&file)?;
            let runs = audit::names(&unpacked.repository)?;
            if runs.is_empty() {
                return Err(Error::usage(format!("bundle '{}' holds no run", file.display())));
            }
            // Whom to trust is a matter of where the verifier stands, not of what he was handed.
            let here = context.open().ok();
            audit_all(args, context, (&unpacked.repository, here.as_ref().unwrap_or(&unpacked.repository), runs))?
        }
        Subject::Journal(input) => {
            let form = if args.foreign { Form::Foreign } else { Form::Canonical };
            vec![audit::journal_file(input, form).map_err(|error| context.interrupted().unwrap_or(error.into()))?]
        }
    };
    let needs_signature = args.require_signature || !args.signers.is_empty();
    if needs_signature {
        for audit in &mut audits {
            demand::tell(audit, &args.signers);
        }
    }
    Ok(Verification { runs: audits, needs_signature })
}

impl Args {
    fn require_sense(&self, subject: &Subject) -> Result<(), Error> {
        let is_journal = matches!(subject, Subject::Journal(_));
        if self.regate && is_journal {
            return Err(Error::usage("--regate needs a repository or a bundle: a journal by itself has no trees"));
        }
        if self.foreign && !is_journal {
            return Err(Error::usage("--foreign is for a journal file: a run's journal is always in canonical bytes"));
        }
        Ok(())
    }

    fn chosen(
        &self,
        context: &Context<'_>,
        repository: &Repository,
        wanted: Option<&str>,
    ) -> Result<Vec<JournalName>, Error> {
        let names = audit::names(repository)?;
        if names.is_empty() {
            return Err(runs::Error::None.into());
        }
        if self.all {
            return Ok(names);
        }
        if let Some(wanted) = wanted {
            return Ok(vec![self.named(names, wanted)?]);
        }
        if let Ok(run) = context.choose(repository, None) {
            return Ok(vec![run.name()]);
        }
        // Without notes the name is all that tells the newest.
        let Some(newest) = names.iter().rev().find_map(JournalName::as_run) else { return Ok(names) };
        (context.listener)(Progress::Chosen(newest.clone()));
        Ok(vec![newest.name()])
    }

    fn named(&self, names: Vec<JournalName>, wanted: &str) -> Result<JournalName, Error> {
        let name = runs::named(names, wanted)?;
        if self.regate && name.queue().is_some() {
            return Err(Error::usage(format!("--regate is for runs: the checks of {name} are not run again"))
                .hint(format!("git par verify {}", name.spelled())));
        }
        Ok(name)
    }
}

/// Audits runs of a repository under the settings of one, which need not be the same.
fn audit_all(
    args: &Args,
    context: &Context<'_>,
    (repository, trust, runs): (&Repository, &Repository, Vec<JournalName>),
) -> Result<Vec<Audit>, Error> {
    let options = Options {
        signers: args.signers.clone(),
        trust: Some(trust),
        regate: args.regate.then_some(Regate { listener: context.listener }),
        stop: Some(context.stop.clone()),
    };
    runs.iter().map(|run| Ok(audit::all(repository, run, &options)?)).collect()
}
