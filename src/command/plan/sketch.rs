//! Sketches: a plan as far as it could be read, held against the repository, with its order and all that was found.

use std::{fs::File, io, io::Read, path::Path};

use crate::{
    command::{Context, Error, Kind},
    model::{
        oid::Oid,
        plan::{
            KnownRoles, LONGEST, Plan,
            document::Form,
            finding::{Finding, Findings},
            order::Order,
            pattern::tree::Tree,
        },
    },
};

/// The settings of a role begin so: `par.role.<name>.permission`, `preamble`, `agent` and `output`.
const ROLES: &str = "par.role.";

/// A plan as far as it could be read.
#[derive(Default)]
pub(in crate::command) struct Sketch {
    /// The plan and what follows from it; none where it is not valid.
    pub(in crate::command) plan: Option<(Plan, Order)>,
    /// What was found, in the order of the plan's places as far as they were read.
    pub(in crate::command) findings: Vec<Finding>,
    /// How many findings are not among them.
    pub(in crate::command) omitted: usize,
    /// The commit whose files the paths were compared with.
    pub(in crate::command) commit: Option<Oid>,
    /// Why they were compared with none, where the plan was valid.
    pub(in crate::command) note: Option<String>,
}

/// Reads a plan, compares its paths with the commit that is checked out, and puts it in order.
pub(in crate::command) fn read(file: &str, context: &Context<'_>) -> Result<Sketch, Error> {
    let text = content(file, &context.here).map_err(|error| {
        let wrong = Error::new(Kind::Cannot, format!("could not read '{file}'"));
        Error { messages: [wrong.messages, vec![error.to_string()]].concat(), ..wrong }
    })?;
    let is_toml = Path::new(file).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    Ok(of_text(&text, if is_toml { Form::Toml } else { Form::Json }, context))
}

/// Reads the text of a plan, likewise.
pub(in crate::command) fn of_text(text: &[u8], form: Form, context: &Context<'_>) -> Sketch {
    let findings = Findings::default();
    let plan = Plan::read_with(text, form, (&findings, &roles(context)));
    let (mut commit, mut note) = (None, None);
    if let Some(plan) = &plan {
        match head(context) {
            Ok((id, tree)) => {
                plan.compare(&tree, &findings);
                commit = Some(id);
            }
            Err(why) => note = Some(format!("paths were not compared with any files: {why}")),
        }
    }
    let plan = plan.and_then(|plan| Order::of(&plan, &findings).map(|order| (plan, order)));
    let omitted = findings.omitted();
    Sketch { plan, findings: findings.into_vec(), omitted, commit, note }
}

/// Reads what the user's settings say of roles; nothing outside of a repository.
fn roles(context: &Context<'_>) -> KnownRoles {
    let settings = context.open().ok().and_then(|repository| repository.settings().ok()).unwrap_or_default();
    let mut roles = KnownRoles::new();
    for rest in settings.below(ROLES) {
        if let Some((name, key)) = rest.rsplit_once('.') {
            let value = settings.exactly(&format!("{ROLES}{rest}")).unwrap_or_default().to_owned();
            roles.entry(name.to_owned()).or_default().insert(key.to_owned(), value);
        }
    }
    roles
}

/// Reads at most one byte more than a plan may have.
fn content(file: &str, here: &Path) -> io::Result<Vec<u8>> {
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = Vec::new();
    match file {
        "-" => io::stdin().take(most).read_to_end(&mut text)?,
        _ => File::open(here.join(file))?.take(most).read_to_end(&mut text)?,
    };
    Ok(text)
}

/// Returns the commit that is checked out, with its files, or why there is none.
fn head(context: &Context<'_>) -> Result<(Oid, Tree), String> {
    let told = |error: Error| error.messages.join(": ");
    let repository = context.open().map_err(told)?;
    let head = repository.resolve_commit("HEAD").map_err(|error| told(error.into()))?;
    let head = head.ok_or("nothing is committed yet")?;
    let files = repository.files_of(head).map_err(|error| told(error.into()))?;
    Ok((head, Tree::of(files)))
}
