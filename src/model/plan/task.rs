//! Tasks: the pieces of work of a plan.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::{
    fields::{Fields, text, wrong_type},
    finding::{Code, named},
    footprint::Footprint,
    role::{self, Permission},
};
use crate::model::{duration, run_id, worker};

/// The keys of a task.
pub(super) const KEYS: [&str; 13] = [
    "id",
    "prompt",
    "role",
    "needs",
    "reads",
    "writes",
    "permission",
    "agent",
    "attempts",
    "gate",
    "timeout",
    "may_be_empty",
    "output",
];

/// The name of a task, which may be a part of a ref's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskId(String);

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// What is to be done, in words.
    pub prompt: String,
    /// Its role, where it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The tasks that must be done before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<TaskId>,
    /// What it reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Footprint>,
    /// What it writes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Footprint>,
    /// What it may do, where that is not what its role may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<Permission>,
    /// The agent that runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// How many workers try it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u16>,
    /// The check of what it left, as a command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Vec<String>>,
    /// Its most time.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown")]
    pub timeout: Option<Duration>,
    /// Whether it may end without having changed anything.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub may_be_empty: bool,
    /// What it is expected to hand over, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

impl Task {
    /// Makes a task that says nothing but what is to be done.
    #[must_use]
    pub fn new(id: TaskId, prompt: &str) -> Self {
        Self {
            id,
            prompt: prompt.to_owned(),
            role: None,
            needs: Vec::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            permission: None,
            agent: None,
            attempts: None,
            gate: None,
            timeout: None,
            may_be_empty: false,
            output: None,
        }
    }

    /// Returns the name of its role.
    #[must_use]
    pub fn role(&self) -> &str {
        self.role.as_deref().unwrap_or(role::DEFAULT)
    }

    /// Reads a task, as far as it can be told from itself alone; none where what it cannot do without is not there.
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.require("id");
        fields.require("prompt");
        let (id, prompt) = (TaskId::read(fields), fields.text("prompt"));
        let footprints = |key| {
            let values = fields.list(key).into_iter();
            values.filter_map(|(place, value)| Footprint::read(value, &place, fields.findings)).collect()
        };
        let task = Self {
            id: id.clone().unwrap_or(TaskId(String::new())),
            prompt: prompt.unwrap_or_default().to_owned(),
            role: fields.text("role").map(str::to_owned),
            needs: needs(fields),
            reads: footprints("reads"),
            writes: footprints("writes"),
            permission: Permission::read(fields),
            agent: fields.text("agent").map(str::to_owned),
            attempts: attempts(fields),
            gate: fields.command_line("gate"),
            timeout: fields.parsed("timeout", timeout),
            may_be_empty: fields.truth("may_be_empty"),
            output: fields.text("output").map(str::to_owned),
        };
        (id.is_some() && prompt.is_some()).then_some(task)
    }
}

impl TaskId {
    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.parsed("id", |text| {
            text.parse().map_err(|()| {
                let most = run_id::LONGEST;
                let rest = "not '.' or '-' first, no '..', not '.lock' or '.' last";
                let rule = format!("use letters, digits, '.', '_' and '-', at most {most}, {rest}");
                (Code::BadId, format!("{} cannot name a task: {rule}", named(text)))
            })
        })
    }
}

/// Writes the names of tasks one after another.
pub fn names<'t>(tasks: impl IntoIterator<Item = &'t TaskId>) -> String {
    let names: Vec<&str> = tasks.into_iter().map(TaskId::as_str).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

impl FromStr for TaskId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if run_id::is_safe(text) { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

impl TryFrom<String> for TaskId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|()| format!("{} cannot name a task", named(&text)))
    }
}

impl From<TaskId> for String {
    fn from(id: TaskId) -> Self {
        id.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// Reads the ids of other tasks; whether there are such tasks is told where all are known.
fn needs(fields: &Fields<'_>) -> Vec<TaskId> {
    let texts = fields.list("needs").into_iter().filter_map(|(place, value)| text(value, &place, fields.findings));
    texts.filter_map(|text| text.parse().ok()).collect()
}

fn attempts(fields: &Fields<'_>) -> Option<u16> {
    let value = fields.value("attempts")?;
    let Value::Number(number) = value else {
        wrong_type(fields.findings, &fields.place.key("attempts"), ("a number", value));
        return None;
    };
    // JSON has one kind of number: 3.0 is 3.
    let whole = number.as_f64().and_then(|count| count.to_string().parse::<u16>().ok());
    let count = whole.filter(|count| (1..=worker::MOST).contains(count));
    if count.is_none() {
        let message = format!("it is {number}, which is not a number from 1 to {}", worker::MOST);
        fields.error(Code::BadAttempts, "attempts", message);
    }
    count
}

fn timeout(text: &str) -> Result<Duration, (Code, String)> {
    let wrong = || (Code::BadDuration, format!("{} is not a time such as 90s, 10m or 1h30m", named(text)));
    duration::parse(text).ok_or_else(wrong)
}

#[allow(clippy::ref_option, reason = "serde calls it so")]
fn shown<S: Serializer>(timeout: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    timeout.map(duration::show).serialize(serializer)
}
