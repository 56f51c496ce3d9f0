//! Plans: graphs of tasks, read with everything that is wrong with them, and put in order.
//!
//! A plan says what is to be done in which pieces ([`task::Task`]), who may do what ([`role::Role`]), and what of the repository
//! each piece touches ([`footprint::Footprint`]). [`order::Order`] is what follows from it: which tasks run side by side.

pub mod answer;
pub mod document;
mod fields;
pub mod finding;
pub mod footprint;
pub mod inquiry;
mod links;
pub mod order;
pub mod pattern;
mod reach;
pub mod role;
pub mod task;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::model::rule::Rule;
use document::Form;
use fields::{Fields, wrong_type};
use finding::{Code, Findings, Place, named};
use footprint::Footprint;
use pattern::{steps::Steps, tree::Tree};
use role::{Permission, Role};
use task::{Task, TaskId};

/// The version of plans that is read.
pub const VERSION: u64 = 1;
/// The longest text of a plan, in bytes.
pub const LONGEST: usize = 4 * 1024 * 1024;
/// How many tasks a plan may have.
pub const MOST_TASKS: usize = 1000;
/// How many paths and symbols all tasks of a plan may read and write.
pub const MOST_FOOTPRINTS: usize = 20_000;

/// The keys of a plan.
const KEYS: [&str; 6] = ["version", "goal", "gate", "rule", "tasks", "roles"];

/// What is known of roles from elsewhere: by name, the keys of each.
pub type KnownRoles = BTreeMap<String, BTreeMap<String, String>>;

/// A graph of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    version: u64,
    /// What all of it is for, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// The check of every task that has none of its own, as a command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Vec<String>>,
    /// What decides between attempts at one task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The tasks, each with an id of its own and with needs that exist and come to no circle.
    pub tasks: Vec<Task>,
    /// Roles beside the built-in ones, or in their place.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
}

impl Plan {
    /// Reads the text of a plan; what is wrong with it is gathered. None where an error is among that.
    #[must_use]
    pub fn read(text: &[u8], form: Form, findings: &Findings) -> Option<Self> {
        Self::read_with(text, form, (findings, &BTreeMap::new()))
    }

    /// Reads the text of a plan likewise, where further roles are known by their keys: what the plan says goes before that.
    #[must_use]
    pub fn read_with(text: &[u8], form: Form, (findings, roles): (&Findings, &KnownRoles)) -> Option<Self> {
        let top = Place::default();
        if text.len() > LONGEST {
            findings.error(Code::TooMuch, &top, format!("it has more than the {LONGEST} bytes that are read"));
            return None;
        }
        let text = std::str::from_utf8(text).map_err(|error| error.to_string());
        match text.and_then(|text| document::read(text, form)) {
            Ok(mut value) => {
                role::add(&mut value, roles);
                Self::of(&value, findings)
            }
            Err(why) => {
                let form = if form == Form::Json { "JSON" } else { "TOML" };
                findings.error(Code::Syntax, &top, format!("it is not {form}: {why}"));
                None
            }
        }
    }

    /// Makes a plan of values; what is wrong with them is gathered. None where an error is among that.
    #[must_use]
    pub fn of(value: &Value, findings: &Findings) -> Option<Self> {
        if value.get("tasks").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            findings.error(Code::EmptyPlan, &Place::default().key("tasks"), "the plan has no tasks");
        }
        Self::growing(value, findings)
    }

    /// Makes a plan that may have no tasks yet, since they come one by one.
    #[must_use]
    pub fn growing(value: &Value, findings: &Findings) -> Option<Self> {
        let fields = Fields::of(value, Place::default(), findings, &KEYS)?;
        read_version(&fields);
        let tasks = tasks_of(&fields);
        let parsed_rule =
            |text: &str| text.parse().map_err(|error: crate::model::rule::Error| (Code::BadRule, error.to_string()));
        let plan = Self {
            version: VERSION,
            goal: fields.text("goal").map(str::to_owned),
            gate: fields.command_line("gate"),
            rule: fields.parsed("rule", parsed_rule),
            roles: Role::read_all(&fields),
            tasks: Vec::new(),
        };
        let read: Vec<(Place, Option<Task>)> =
            tasks.iter().flatten().map(|task| (task.place.clone(), Task::read(task))).collect();
        links::check(&tasks, findings);
        let rights = read.iter().filter_map(|(place, task)| Some((place, task.as_ref()?)));
        rights.for_each(|(place, task)| plan.check_rights(task, place, findings));
        let tasks = read.into_iter().filter_map(|(_, task)| task).collect();
        (!findings.has_errors()).then_some(Self { tasks, ..plan })
    }

    /// Reads one more task, behind those that are there; what is wrong with it is gathered. None where an error is among that.
    #[must_use]
    pub fn next_task(&self, value: &Value, findings: &Findings) -> Option<Task> {
        let there: usize = self.tasks.iter().map(|task| task.reads.len() + task.writes.len()).sum();
        if is_too_much((self.tasks.len() + 1, there + footprints(value)), findings) {
            return None;
        }
        let place = Place::default().key("tasks").at(self.tasks.len());
        let fields = Fields::of(value, place, findings, &task::KEYS)?;
        let task = Task::read(&fields);
        links::check_next(&self.tasks, &fields, findings);
        let task = task.inspect(|task| self.check_rights(task, &fields.place, findings));
        task.filter(|_| !findings.has_errors())
    }

    /// Makes the plan of one task of that role.
    #[must_use]
    pub fn of_task(goal: &str, id: TaskId, (role, prompt): (&str, &str)) -> Self {
        let task = Task { role: Some(role.to_owned()), ..Task::new(id, prompt) };
        Self {
            version: VERSION,
            goal: Some(goal.to_owned()),
            gate: None,
            rule: None,
            tasks: vec![task],
            roles: BTreeMap::new(),
        }
    }

    /// Returns a task's role with all that the plan and the built-in one of its name say of it.
    #[must_use]
    pub fn role(&self, task: &Task) -> Role {
        let own = self.roles.get(task.role()).cloned().unwrap_or_default();
        own.or(Role::built_in(task.role()).unwrap_or_default())
    }

    /// Tells what a task may do: nothing but look where nothing says more.
    #[must_use]
    pub fn permission(&self, task: &Task) -> Permission {
        let own = || self.roles.get(task.role()).and_then(|role| role.permission);
        task.permission.or_else(own).or_else(|| Permission::built_in(task.role())).unwrap_or_default()
    }

    /// Warns of paths that no file of a tree has, unless they are to be made.
    pub fn compare(&self, tree: &Tree, findings: &Findings) {
        let mut steps = Steps::new();
        for (at, task) in self.tasks.iter().enumerate() {
            let place = Place::default().key("tasks").at(at);
            let reads = task.reads.iter().enumerate().map(|(index, read)| ("reads", index, read));
            let writes = task.writes.iter().enumerate().map(|(index, written)| ("writes", index, written));
            for (key, index, footprint) in reads.chain(writes) {
                let is_made = |steps: &mut Steps| match key {
                    "writes" => footprint.paths().is_one_path(),
                    _ => self.is_written_beside(task, footprint, steps),
                };
                if !tree.has(footprint.paths(), &mut steps) && !is_made(&mut steps) {
                    let message = format!("no file of the commit checked out is in {}", named(&footprint.to_string()));
                    findings.warning(Code::MatchesNothing, &place.key(key).at(index), message);
                }
            }
        }
    }

    /// Tells whether another task writes something of this.
    fn is_written_beside(&self, task: &Task, footprint: &Footprint, steps: &mut Steps) -> bool {
        let others = self.tasks.iter().filter(|other| other.id != task.id);
        others.flat_map(|other| &other.writes).any(|written| written.overlaps(footprint, steps))
    }

    /// Gathers what a task may not do and does, and a role that is not known.
    fn check_rights(&self, task: &Task, place: &Place, findings: &Findings) {
        let name = task.role();
        let is_known = self.roles.contains_key(name) || Role::built_in(name).is_some();
        if !is_known {
            role::warn_unknown(findings, &place.key("role"), (name, &self.roles));
        }
        if self.permission(task) == Permission::Read && !task.writes.is_empty() {
            let why = if task.permission.is_some() {
                "its permission".to_owned()
            } else {
                format!("its role {}", named(name))
            };
            let message = format!("{} may only read by {why}, and declares that it writes", named(task.id.as_str()));
            findings.error(Code::ReadOnlyWrites, &place.key("writes"), message);
        }
    }
}

fn read_version(fields: &Fields<'_>) {
    fields.require("version");
    match fields.value("version") {
        Some(Value::Number(number)) if number.as_f64() != Some(1.0) => {
            fields.error(Code::UnknownVersion, "version", format!("version {number} is not known: expected {VERSION}"));
        }
        None | Some(Value::Number(_)) => {}
        Some(value) => wrong_type(fields.findings, &fields.place.key("version"), ("the number 1", value)),
    }
}

/// Returns the tasks as objects, none in the place of one that is something else.
fn tasks_of<'v>(plan: &Fields<'v>) -> Vec<Option<Fields<'v>>> {
    plan.require("tasks");
    let tasks = plan.list("tasks");
    let footprints = tasks.iter().map(|(_, task)| footprints(task)).sum();
    if is_too_much((tasks.len(), footprints), plan.findings) {
        return Vec::new();
    }
    tasks.into_iter().map(|(place, task)| Fields::of(task, place, plan.findings, &task::KEYS)).collect()
}

/// Counts the paths and symbols that a task reads and writes.
fn footprints(task: &Value) -> usize {
    let lists = [task.get("reads"), task.get("writes")];
    lists.into_iter().flatten().filter_map(Value::as_array).map(Vec::len).sum()
}

/// Tells whether there are more tasks than a plan may have, or more paths in them, and gathers that.
fn is_too_much((tasks, footprints): (usize, usize), findings: &Findings) -> bool {
    let message = match () {
        () if tasks > MOST_TASKS => format!("the plan has {tasks} tasks, more than {MOST_TASKS}"),
        () if footprints > MOST_FOOTPRINTS => {
            format!("the tasks read and write {footprints} paths, more than {MOST_FOOTPRINTS}")
        }
        () => return false,
    };
    findings.error(Code::TooMuch, &Place::default().key("tasks"), message);
    true
}
