//! Askings: one inquiry put to an agent, as a run of its own.

use crate::{
    command::{
        Context, Error, Kind,
        plan::sketch::{self, Sketch},
        spawn,
    },
    engine::journal::State,
    model::{
        ending::Ending,
        oid::Oid,
        plan::{
            LONGEST, Plan, answer,
            document::Form,
            finding::{Code, Findings, Place},
            inquiry::Inquiry,
        },
        run_id::RunId,
    },
};

/// What an agent answered.
pub(super) struct Asked {
    /// The run that asked it.
    pub(super) run: RunId,
    /// What it handed over; none where that was nothing.
    pub(super) blob: Option<Oid>,
    /// The plan in that, as text.
    pub(super) text: String,
    /// The plan as far as it could be read.
    pub(super) sketch: Sketch,
    /// Whether somebody stopped the agent.
    pub(super) is_stopped: bool,
}

/// Asks an agent: one worker that only reads, with nothing checked but what it hands over.
pub(super) fn ask(inquiry: &Inquiry<'_>, agent: Option<&String>, context: &Context<'_>) -> Result<Asked, Error> {
    let id = "plan".parse().expect("a word can name a task");
    let plan = Plan::of_task(inquiry.goal, id, ("planner", &inquiry.text()));
    let spawned = spawn::run(&spawn::of_plan(plan, agent), context)?;
    let run = spawned.standing.run;
    if let Some(error) = spawned.errors.into_iter().next() {
        return Err(Error::new(Kind::Cannot, error).hint(format!("git par resume {run}")));
    }
    let repository = context.open()?;
    let history = State::load(&repository, &run)?.history;
    let outcome = history.lanes().find_map(|(_, lane)| lane.outcome());
    let ending = outcome.map_or(Ending::Interrupted, |outcome| outcome.ending);
    let blob = outcome.and_then(|outcome| outcome.product.as_ref()).map(|product| product.blob);
    let bytes = blob.map(|blob| repository.blob_start(blob, LONGEST as u64 + 1)).transpose()?.unwrap_or_default();
    let (text, form) = found(&bytes);
    let sketch = match blob {
        Some(_) if ending.is_success() => sketch::of_text(text, form, context),
        Some(_) => none(format!("the agent ended with {ending}, so that what it handed over does not count")),
        None => none(format!("the agent ended with {ending} and handed over nothing")),
    };
    let is_stopped = ending == Ending::Stopped;
    Ok(Asked { run, blob, text: String::from_utf8_lossy(text).into_owned(), sketch, is_stopped })
}

/// Finds the plan in what was handed over; what is too long, or no text, is not searched.
fn found(bytes: &[u8]) -> (&[u8], Form) {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.len() <= LONGEST => {
            let (text, form) = answer::find(text);
            (text.as_bytes(), form)
        }
        _ => (bytes, Form::Json),
    }
}

/// Says why no plan was read.
fn none(why: String) -> Sketch {
    let findings = Findings::default();
    findings.error(Code::Empty, &Place::default(), why);
    Sketch { findings: findings.into_vec(), ..Sketch::default() }
}
