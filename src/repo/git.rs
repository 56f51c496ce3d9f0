//! The one door to git(1): every call names its git dir, and no hook, pager, editor, prompt or monitor runs.

use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    fs::File,
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Output,
    sync::Arc,
};

/// A call of git that did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git is not there.
    #[error("git is not on PATH")]
    NotFound,
    /// It could not be started, or not be talked to.
    #[error("could not run git {command}")]
    Io {
        /// The subcommand.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// It said no.
    #[error("git {command} failed: {message}")]
    Failed {
        /// The subcommand.
        command: String,
        /// What it printed on standard error, in one line.
        message: String,
        /// Its exit status.
        code: i32,
    },
}

/// Settings that hold for every call, each so that nothing of the user's runs or changes.
const SETTINGS: [&str; 11] = [
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.fsync=objects,reference",
    "core.fsyncMethod=batch",
    "core.splitIndex=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    "advice.addEmbeddedRepo=false",
    "core.safecrlf=false",
    "i18n.commitEncoding=UTF-8",
];

/// The setting by which no hook runs.
const NO_HOOKS: &str = "core.hooksPath=/dev/null";

/// Variables that point git at a repository, from `git rev-parse --local-env-vars` less those that carry settings.
const POINTERS: [&str; 15] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_CEILING_DIRECTORIES",
];

/// A repository as git(1) is told of it.
#[derive(Clone, Debug)]
pub struct Git {
    dir: PathBuf,
}

/// What a call reads.
#[derive(Clone, Debug)]
enum Input {
    Nothing,
    Bytes(Vec<u8>),
    /// A file that it has no need of, but keeps open.
    Held(Arc<File>),
}

/// One call, as it is put together.
#[derive(Clone, Debug)]
pub struct Call {
    args: Vec<OsString>,
    environment: HashMap<OsString, OsString>,
    cwd: PathBuf,
    input: Input,
    has_terminal: bool,
    has_hooks: bool,
}

impl Git {
    /// Names the repository by its git dir.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Begins a call of this subcommand.
    #[must_use]
    pub fn call<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Call {
        Call::new(args, self.dir.clone()).env("GIT_DIR", &self.dir)
    }
}

impl Call {
    fn new<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, cwd: PathBuf) -> Self {
        let mut environment: HashMap<OsString, OsString> = std::env::vars_os().collect();
        environment.retain(|name, _| !POINTERS.iter().any(|pointer| *pointer == name));
        let call = Self {
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
            environment,
            cwd,
            input: Input::Nothing,
            has_terminal: false,
            has_hooks: false,
        };
        // LC_ALL for messages that are read; a literal environment keeps prompts and lazy fetches away.
        let fixed = [("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_EDITOR", ":"), ("GIT_PAGER", "cat")];
        let call = fixed.iter().fold(call, |call, (name, value)| call.env(name, value));
        let call = call.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1");
        // Objects are taken at their word: a replacement (git-replace(1)) is one clone's own.
        call.env("GIT_NO_REPLACE_OBJECTS", "1")
    }

    /// Begins a call that lets git find the repository of a folder by itself.
    #[must_use]
    pub fn discovering<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, cwd: &Path) -> Self {
        let mut call = Self::new(args, cwd.to_owned());
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"] {
            call.environment.extend(std::env::var_os(name).map(|value| (name.into(), value)));
        }
        call
    }

    /// Sets a setting, `name=value`, for this call alone.
    #[must_use]
    pub fn setting(mut self, setting: &str) -> Self {
        self.args.splice(0..0, ["-c".into(), setting.into()]);
        self
    }

    /// Sets a setting in the environment, which takes any name and value (git-config(1), `GIT_CONFIG_COUNT`).
    #[must_use]
    pub fn any_setting(self, name: &str, value: &str) -> Self {
        let count = self.environment.get(OsStr::new("GIT_CONFIG_COUNT"));
        let at = count.and_then(|count| count.to_str()?.parse::<usize>().ok()).unwrap_or_default();
        let call = self.env("GIT_CONFIG_COUNT", (at + 1).to_string());
        call.env(format!("GIT_CONFIG_KEY_{at}"), name).env(format!("GIT_CONFIG_VALUE_{at}"), value)
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Names the work tree, and runs there.
    #[must_use]
    pub fn work_tree(mut self, path: &Path) -> Self {
        path.clone_into(&mut self.cwd);
        self.env("GIT_WORK_TREE", path)
    }

    /// Runs in this folder.
    #[must_use]
    pub fn here(mut self, path: &Path) -> Self {
        path.clone_into(&mut self.cwd);
        self
    }

    /// Names the index.
    #[must_use]
    pub fn index(self, path: &Path) -> Self {
        self.env("GIT_INDEX_FILE", path)
    }

    /// Gives it something to read.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Input::Bytes(bytes.into());
        self
    }

    /// Has it hold a file that is locked: it stays locked until the call is over, even where this process dies before.
    #[must_use]
    pub fn holding(mut self, file: &Arc<File>) -> Self {
        self.input = Input::Held(Arc::clone(file));
        self
    }

    /// Leaves it the terminal, where whoever signs may have to ask for a passphrase.
    #[must_use]
    pub fn with_terminal(mut self) -> Self {
        self.has_terminal = true;
        self
    }

    /// Lets it talk to a remote as the user's own git does: whoever opens the way there may have to ask for a password.
    #[must_use]
    pub fn with_remote(self) -> Self {
        let mut call = self.with_terminal();
        let name = "GIT_TERMINAL_PROMPT";
        call.environment.remove(OsStr::new(name));
        call.environment.extend(std::env::var_os(name).map(|value| (name.into(), value)));
        call
    }

    /// Lets the user's hooks run.
    #[must_use]
    pub fn with_hooks(mut self) -> Self {
        self.has_hooks = true;
        self
    }

    /// Runs it to its end, whatever its status.
    pub fn output(&self) -> Result<Output, Error> {
        let git = self.expression().unchecked();
        git.stdout_capture().stderr_capture().run().map_err(|source| self.not_started(source))
    }

    fn expression(&self) -> duct::Expression {
        let no_hooks = (!self.has_hooks).then_some(&NO_HOOKS);
        let settings = SETTINGS.iter().chain(no_hooks).flat_map(|setting| ["-c", setting]).map(OsString::from);
        let args: Vec<OsString> = settings.chain(self.args.iter().cloned()).collect();
        let git = duct::cmd("git", args).full_env(&self.environment).dir(&self.cwd);
        let git = match &self.input {
            Input::Bytes(bytes) => git.stdin_bytes(bytes.clone()),
            Input::Held(file) => file.try_clone().map_or_else(|_| git.stdin_null(), |file| git.stdin_file(file)),
            Input::Nothing => git.stdin_null(),
        };
        // The terminal's interrupt is for this process alone: what git is at is brought to its end.
        let group = if self.has_terminal { None } else { Some(0) };
        git.before_spawn(move |command| {
            group.map(|group| command.process_group(group));
            Ok(())
        })
    }

    fn not_started(&self, source: io::Error) -> Error {
        // The same kind of error tells of a folder that is gone.
        if source.kind() == io::ErrorKind::NotFound && self.cwd.is_dir() {
            return Error::NotFound;
        }
        Error::Io { command: self.name(), source }
    }

    fn name(&self) -> String {
        let words = self.args.iter().map(|arg| arg.to_string_lossy());
        words.into_iter().find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or_default().into_owned()
    }

    /// Runs it; anything but status 0 is an error.
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        let output = self.output()?;
        if output.status.success() { Ok(output.stdout) } else { Err(self.failed(&output)) }
    }

    /// Tells in an error what this call printed when it failed.
    #[must_use]
    pub fn failed(&self, output: &Output) -> Error {
        let code = output.status.code().unwrap_or(128);
        Error::Failed { command: self.name(), message: complaint(&output.stderr), code }
    }

    /// Runs it to its end, whatever its status; an error where a signal ended it, since it is half done then.
    pub fn ended(&self) -> Result<Output, Error> {
        let output = self.output()?;
        if output.status.code().is_some() { Ok(output) } else { Err(self.failed(&output)) }
    }

    /// Starts it and returns what it prints as it comes; a status other than 0 is an error at the end.
    pub fn reader(&self) -> Result<impl io::Read + use<>, Error> {
        let git = self.expression();
        git.stderr_null().reader().map_err(|source| self.not_started(source))
    }

    /// Runs it and reads one line of text.
    pub fn text(&self) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.bytes()?).trim_end_matches('\n').to_owned())
    }

    /// Runs it and tells whether its status was 0.
    pub fn succeeds(&self) -> Result<bool, Error> {
        Ok(self.output()?.status.success())
    }
}

/// Reads what git complains of: its last lines without the words `fatal:` and `error:`.
#[must_use]
pub fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().map(|line| line.trim_start_matches("fatal: ").trim_start_matches("error: ").trim());
    let said: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("hint:")).take(8).collect();
    if said.is_empty() { "it gave no reason".to_owned() } else { said.join("; ") }
}

/// Spells a call of git in the user's own name, with his settings, pager and programs, for whoever hands it the terminal.
///
/// Objects are taken at their word here too.
#[must_use]
pub fn own_call<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Vec<OsString> {
    let call = ["git", "--no-replace-objects"].map(OsString::from).into_iter();
    call.chain(args.into_iter().map(|arg| arg.as_ref().to_owned())).collect()
}

/// Reads the version of the git on PATH, such as `2.47.3`.
pub fn version() -> Result<String, Error> {
    let text = Call::new(["version"], std::env::temp_dir()).text()?;
    Ok(text.trim_start_matches("git version ").split(' ').next().unwrap_or_default().to_owned())
}
