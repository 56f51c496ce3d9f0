//! `git par demo`: the whole job on a small real repository in a temporary folder, by the very commands that a user types.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::Value;

use crate::model::{ref_name::RefName, run_id::RunId};

use super::{Answer, Context, Error, Kind, Report, report, style::Style};

/// The program with a bug: a range that ends inclusively is counted one short.
const RANGE: &str = include_str!("demo/range.sh");
/// The project's own test.
const TEST: &str = include_str!("demo/test.sh");
/// The agent: what it does depends only on which worker it is.
const AGENT: &str = include_str!("demo/agent.sh");
const TASK: &str = "fix the off-by-one in range.sh: '3-5' is three numbers";
const RUN: &str = "demo";

/// Show the whole job on a small repository in a temporary folder
///
/// Three workers, a gate, a pick, a merge, a seal, a proof.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Make the repository in this folder, which must not exist yet [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// What the demonstration came to.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The repository that was made; what is not UTF-8 is replaced.
    pub repository: String,
    /// Each command with its exit status.
    pub steps: Vec<Step>,
    #[serde(skip)]
    transcript: String,
}

/// One command of the demonstration.
#[derive(Debug, Serialize)]
pub struct Step {
    /// As a user types it.
    pub command: String,
    /// Its exit status.
    pub status: Option<i32>,
}

/// Runs the demonstration.
pub fn run(args: &Args, _context: &Context<'_>) -> Result<Shown, Error> {
    let folder = make_folder(args)?;
    let mut stage = Stage { repository: folder.join("repo"), steps: Vec::new(), transcript: String::new() };
    stage.set_up().map_err(|error| Error::new(Kind::Cannot, format!("could not set up the demonstration: {error}")))?;
    stage.play()?;
    Ok(Shown { repository: stage.repository.display().to_string(), steps: stage.steps, transcript: stage.transcript })
}

fn make_folder(args: &Args) -> Result<PathBuf, Error> {
    let folder = match &args.dir {
        Some(folder) => fs::create_dir(folder).map(|()| folder.clone()),
        None => tempfile::Builder::new().prefix("git-par-demo-").tempdir().map(tempfile::TempDir::keep),
    };
    let made = folder.and_then(|folder| folder.canonicalize());
    made.map_err(|error| Error::new(Kind::Cannot, format!("could not make the folder of the demonstration: {error}")))
}

/// The repository, and what was done in it.
struct Stage {
    repository: PathBuf,
    steps: Vec<Step>,
    transcript: String,
}

impl Stage {
    fn set_up(&self) -> io::Result<()> {
        fs::create_dir(&self.repository)?;
        fs::write(self.repository.join("range.sh"), RANGE)?;
        fs::write(self.repository.join("test.sh"), TEST)?;
        // The settings are the demonstration repository's own: it neither needs nor touches the user's.
        // Beside it even where the folder is in a repository of the user's.
        let trees = self.repository.with_file_name("repo.par").display().to_string();
        let settings = [
            ("par.worktreeRoot", trees.as_str()),
            ("user.name", "Demo"),
            ("user.email", "demo@example.com"),
            ("commit.gpgSign", "false"),
            ("tag.gpgSign", "false"),
        ];
        self.quiet("git", &["init", "--quiet", "--initial-branch=main"])?;
        for (name, value) in settings {
            self.quiet("git", &["config", name, value])?;
        }
        self.quiet("git", &["add", "."])?;
        self.quiet("git", &["commit", "--quiet", "-m", "range: count the numbers of a range"])
    }

    fn quiet(&self, program: &str, arguments: &[&str]) -> io::Result<()> {
        child(program.as_ref(), &arguments.iter().map(OsString::from).collect::<Vec<_>>(), &self.repository)
            .run()
            .map(drop)
    }

    fn play(&mut self) -> Result<(), Error> {
        let clone = self.repository.with_file_name("clone");
        let clone_text = clone.display().to_string();
        self.par(&["spawn", "-n", "3", "--name", RUN, TASK, "--", "sh", "-c", AGENT])?;
        self.par(&["gate", RUN, "--baseline", "--", "sh", "test.sh"])?;
        self.par(&["pick", RUN])?;
        self.par(&["merge", RUN])?;
        self.par(&["seal", RUN, "--no-sign"])?;
        self.git(&["clone", "--quiet", ".", &clone_text])?;
        self.par(&["-C", &clone_text, "fetch", "origin", RUN])?;
        self.par(&["-C", &clone_text, "verify", RUN])?;
        let run: RunId = RUN.parse()?;
        let merged = format!("{}..main", RefName::base(&run));
        self.git(&["log", "--graph", "--notes=par/demo", "--format=%h %s%n%N", &merged])?;
        Ok(())
    }

    fn par(&mut self, arguments: &[&str]) -> Result<(), Error> {
        let program = std::env::current_exe().map_err(Error::from)?;
        self.show("git par", program.as_os_str(), arguments)
    }

    fn git(&mut self, arguments: &[&str]) -> Result<(), Error> {
        self.show("git", OsStr::new("git"), arguments)
    }

    fn show(&mut self, name: &str, program: &OsStr, arguments: &[&str]) -> Result<(), Error> {
        let words: Vec<&str> = arguments.iter().map(|word| if *word == AGENT { "…" } else { word }).collect();
        let command = format!("{name} {}", shell_words::join(words));
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let ran = child(program, &arguments, &self.repository).stderr_to_stdout().stdout_capture().unchecked().run();
        let output = ran.map_err(Error::from)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let shown = format!("{}\n{text}\n", Style::Head.paint(&format!("$ {command}")));
        self.transcript.push_str(&shown);
        self.steps.push(Step { command: command.clone(), status: output.status.code() });
        if output.status.success() {
            return Ok(());
        }
        Err(Error::new(Kind::Cannot, format!("'{command}' ended with {}: {}", output.status, text.trim_end())))
    }
}

/// Prepares a child that knows nothing of a repository around it, nor of the user's settings.
fn child(program: &OsStr, arguments: &[OsString], folder: &Path) -> duct::Expression {
    let inherited = std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"GIT_"));
    let sealed = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let environment = inherited.chain(sealed.map(|(name, value)| (name.into(), value.into())));
    duct::cmd(program, arguments).full_env(environment).dir(folder).stdin_null()
}

impl Report for Shown {
    fn text(&self) -> String {
        let place = &self.repository;
        format!(
            "{}{}\n  cd {place}\n  git log --notes=par/{RUN}\n  git show refs/par/{RUN}/seal\n  git notes --ref=par/{RUN} show refs/par/{RUN}/base\n  git par log {RUN} -w 1 --gate\n",
            self.transcript,
            Style::Head.paint("Look around with plain git:"),
        )
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        let all_good = self.steps.iter().all(|step| step.status == Some(0));
        if all_good { Answer::Yes } else { Answer::No }
    }
}
