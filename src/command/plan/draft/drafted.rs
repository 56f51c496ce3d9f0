//! Drafted plans: what drafting answers, for people and for programs.

use serde::Serialize;
use serde_json::Value;

use super::{asked::Asked, draft_file::DraftFile};
use crate::{
    command::{
        Answer, Context, Error, Report,
        plan::{
            findings::{Found, some},
            sketch::{self, Sketch},
        },
        report,
        style::Style,
    },
    model::{
        oid::Oid,
        plan::{Plan, document::Form, order::Order},
        run_id::RunId,
    },
};

/// What drafting a plan answers.
#[derive(Debug, Serialize)]
pub struct Drafted {
    /// What was found in the plan: the one that was written, else the last one.
    #[serde(flatten)]
    found: Found,
    /// What the plan is for.
    goal: String,
    /// How many tasks it has; null where it is not valid.
    tasks: Option<usize>,
    /// In how many waves they run; null where it is not valid.
    waves: Option<usize>,
    /// Whether any tasks run side by side; where not, the plan is one task; null where it is not valid.
    parallel: Option<bool>,
    /// The file that was written; null where none was.
    file: Option<String>,
    /// The agent's answers, in order.
    attempts: Vec<Attempt>,
    /// The blob that holds what the agent handed over last.
    last_answer: Option<Oid>,
    #[serde(skip)]
    interrupted: bool,
}

/// One answer.
#[derive(Debug, Serialize)]
struct Attempt {
    /// The run that asked.
    run: RunId,
    #[serde(flatten)]
    found: Found,
}

impl Drafted {
    pub(super) fn of(goal: String, asked: &[Asked]) -> Self {
        let none = Sketch::default();
        let attempt = |asked: &Asked| Attempt { run: asked.run.clone(), found: Found::of(&asked.sketch) };
        Self {
            found: Found::of(asked.last().map_or(&none, |last| &last.sketch)),
            goal,
            tasks: None,
            waves: None,
            parallel: None,
            file: None,
            attempts: asked.iter().map(attempt).collect(),
            last_answer: asked.iter().rev().find_map(|asked| asked.blob),
            interrupted: false,
        }
    }

    /// Forgets what was found: the user did not want to wait for a plan.
    pub(super) fn interrupted(self) -> Self {
        Self { interrupted: true, found: Found::of(&Sketch::default()), ..self }
    }

    /// Writes what the agent handed over last, where it did, as it stands.
    pub(super) fn keep(&mut self, file: &DraftFile, context: &Context<'_>) -> Result<(), Error> {
        if let Some(blob) = self.last_answer {
            file.write(&mut context.open()?.blob_reader(blob)?)?;
            self.file = Some(file.name().to_owned());
        }
        Ok(())
    }

    /// Writes a valid plan; what is told of it is what its readers will find.
    pub(super) fn settle(
        &mut self,
        plan: &(Plan, Order),
        file: &DraftFile,
        context: &Context<'_>,
    ) -> Result<(), Error> {
        let (plan, is_parallel) = settled(&self.goal, plan);
        let text =
            serde_json::to_string_pretty(&plan).expect("a plan is made of texts, numbers and lists alone") + "\n";
        let sketch = sketch::of_text(text.as_bytes(), Form::Json, context);
        self.found = Found::of(&sketch);
        if let Some((plan, order)) = &sketch.plan {
            file.write(&mut text.as_bytes())?;
            self.file = Some(file.name().to_owned());
            (self.tasks, self.waves) = (Some(plan.tasks.len()), Some(order.waves.len()));
            self.parallel = Some(is_parallel);
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let (Some(tasks), Some(waves)) = (self.tasks, self.waves) else {
            let attempts = some(self.attempts.len(), "attempt");
            return format!("{} after {attempts}: {}\n", Style::Bad.paint("no valid plan"), self.found.count());
        };
        let alone = "no tasks are worth running side by side: the plan is one session on the whole goal\n";
        let alone = if self.parallel == Some(false) { alone } else { "" };
        let valid = Style::Good.paint("valid");
        format!("{alone}the plan is {valid}: {} in {}\n", some(tasks, "task"), some(waves, "wave"))
    }

    fn next(&self) -> String {
        let file = self.file.as_deref().map(|file| shell_words::quote(file).into_owned());
        match (file, &self.last_answer) {
            (Some(file), _) if self.found.valid => {
                format!("next: git par plan show {file}, then git par spawn --plan {file}\n")
            }
            (Some(file), _) => format!("next: mend it, git par plan check {file}\n"),
            (None, Some(answer)) => format!("the last answer: git cat-file blob {answer}\n"),
            (None, None) => String::new(),
        }
    }
}

/// Makes the plan that is written: for the user's goal in his words, and one task where none run side by side.
fn settled(goal: &str, (plan, order): &(Plan, Order)) -> (Plan, bool) {
    let is_parallel = order.waves.iter().any(|wave| wave.len() > 1);
    let id = "goal".parse().expect("a word can name a task");
    let mut settled = if is_parallel { plan.clone() } else { Plan::of_task(goal, id, ("builder", goal)) };
    settled.goal = Some(goal.to_owned());
    settled.gate.clone_from(&plan.gate);
    (settled, is_parallel)
}

impl Report for Drafted {
    fn text(&self) -> String {
        if self.interrupted {
            return "interrupted: no plan was written\n".to_owned();
        }
        let how = if self.found.valid { "" } else { " as the agent gave it" };
        let file = self.file.iter().map(|file| format!("written{how}: {file}\n"));
        let parts = [self.found.lines(), self.summary()].into_iter().chain(file);
        parts.chain([self.next()]).collect()
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        match (self.interrupted, self.file.is_some() && self.found.valid) {
            (true, _) => Answer::Interrupted,
            (false, true) => Answer::Yes,
            (false, false) => Answer::No,
        }
    }
}
