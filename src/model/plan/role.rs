//! Roles: what kinds of task there are, and what each may do.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    KnownRoles,
    fields::Fields,
    finding::{Code, Findings, Place, named},
};

/// The keys of a role.
const KEYS: [&str; 4] = ["permission", "preamble", "agent", "output"];

/// What a task may do with the files of its worktree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Look at them.
    #[default]
    Read,
    /// Change them.
    Write,
}

/// A kind of task; what it does not say is that of the built-in role of its name, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Role {
    /// What its tasks may do, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<Permission>,
    /// What its tasks are told before their own prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preamble: Option<String>,
    /// The agent that runs its tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What its tasks are expected to hand over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// The role of a task that names none.
pub const DEFAULT: &str = "builder";

/// The roles that every plan has: name, permission and preamble.
pub const BUILT_IN: [(&str, Permission, &str); 5] = [
    (
        "planner",
        Permission::Read,
        "You plan. Read what is there, decide how the work is to be done, and write down the plan. Change no file.",
    ),
    (
        "researcher",
        Permission::Read,
        "You find out. Read what is there, answer the question, and say where each answer comes from. Change no file.",
    ),
    (
        "builder",
        Permission::Write,
        "You build. Make the change that is asked for and no other, in the files that you were given, and leave it working.",
    ),
    (
        "reviewer",
        Permission::Read,
        "You review. Look for what is wrong or missing in the work before you, and name each finding with its place. Change no file.",
    ),
    (
        "synthesizer",
        Permission::Write,
        "You bring together. Make one whole of the work that other tasks have done, and settle what contradicts.",
    ),
];

impl Role {
    /// Returns the built-in role of this name.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        let (_, permission, preamble) = BUILT_IN.iter().find(|(known, ..)| *known == name)?;
        Some(Self { permission: Some(*permission), preamble: Some((*preamble).to_owned()), ..Self::default() })
    }

    /// Returns it with what it does not say taken from another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            permission: self.permission.or(other.permission),
            preamble: self.preamble.or(other.preamble),
            agent: self.agent.or(other.agent),
            output: self.output.or(other.output),
        }
    }

    /// Reads the roles of a plan.
    pub(super) fn read_all(plan: &Fields<'_>) -> BTreeMap<String, Self> {
        let mut roles = BTreeMap::new();
        for (name, place, value) in plan.entries("roles") {
            if name.trim().is_empty() {
                plan.findings.error(Code::Empty, &place, "the role has no name");
            }
            if let Some(fields) = Fields::of(value, place, plan.findings, &KEYS) {
                roles.insert(name.to_owned(), Self::read(&fields));
            }
        }
        roles
    }

    fn read(fields: &Fields<'_>) -> Self {
        Self {
            permission: Permission::read(fields),
            preamble: fields.text("preamble").map(str::to_owned),
            agent: fields.text("agent").map(str::to_owned),
            output: fields.text("output").map(str::to_owned),
        }
    }
}

impl Permission {
    /// Returns what the built-in role of this name may do.
    pub(super) fn built_in(name: &str) -> Option<Self> {
        BUILT_IN.iter().find(|(known, ..)| *known == name).map(|(_, permission, _)| *permission)
    }

    /// Reads the permission of a task or role.
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.parsed("permission", |text| {
            text.parse().map_err(|()| (Code::BadPermission, format!("{} is neither 'read' nor 'write'", named(text))))
        })
    }
}

impl FromStr for Permission {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            _ => Err(()),
        }
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad(if *self == Self::Read { "read" } else { "write" })
    }
}

/// Adds what is known of roles from elsewhere to those of a plan that its tasks name, where it does not say that itself.
pub(super) fn add(plan: &mut Value, known: &KnownRoles) {
    let tasks = plan.get("tasks").and_then(Value::as_array);
    let role = |task: &Value| task.get("role").and_then(Value::as_str).unwrap_or(DEFAULT).to_owned();
    let used: BTreeSet<String> = tasks.into_iter().flatten().map(role).collect();
    let Some(plan) = plan.as_object_mut() else { return };
    for (name, keys) in known.iter().filter(|(name, _)| used.contains(*name)) {
        let roles = plan.entry("roles").or_insert_with(|| Value::Object(Map::new()));
        let role = roles.as_object_mut().map(|roles| roles.entry(name).or_insert_with(|| Value::Object(Map::new())));
        let Some(role) = role.and_then(Value::as_object_mut) else { continue };
        for (key, value) in keys {
            role.entry(key).or_insert_with(|| value.as_str().into());
        }
    }
}

/// Warns of a role that is not known.
pub(super) fn warn_unknown(findings: &Findings, place: &Place, (name, roles): (&str, &BTreeMap<String, Role>)) {
    let known = BUILT_IN.iter().map(|(name, ..)| *name).chain(roles.keys().map(String::as_str));
    let meant = findings.did_you_mean(name, known);
    let message = format!("there is no role {}{meant}, so that the task may only read", named(name));
    findings.warning(Code::UnknownRole, place, message);
}
