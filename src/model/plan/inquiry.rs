//! Inquiries: what an agent is told that is asked for a plan.

use super::finding::Finding;
use crate::model::{brief, feedback};

/// The most of a plan that was wrong that is shown to the agent again, in characters.
const LONGEST_PLAN: usize = 48_000;
/// The most of what was found in it, in characters.
const LONGEST_FINDINGS: usize = 8_000;

/// What an agent is asked that is to write a plan.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    /// What the plan is for, in words.
    pub goal: &'a str,
    /// The JSON Schema of plans.
    pub schema: &'a str,
    /// The answer to the inquiry before, where there was one.
    pub before: Option<Rejected<'a>>,
}

/// A plan that was not valid.
#[derive(Clone, Copy, Debug)]
pub struct Rejected<'a> {
    /// Its text.
    pub text: &'a str,
    /// What was found in it.
    pub findings: &'a [Finding],
}

const TASK: &str = "\
Write a plan of tasks that bring about the goal below. Do not bring it about yourself: other agents work on the tasks, each in \
a copy of the repository of its own. Tasks of one wave run side by side; each wave starts from the files as the waves before it \
left them together.";

const ADVICE: &str = "\
Look at the repository first. Cut the work along its files, so that as many tasks as are worth it can run side by side, and no \
more tasks than that: where the goal is one piece of work, one task is the right plan. A task knows nothing but its own prompt, \
so that each prompt has to say all that is to be done and how one sees that it is done.";

const FORM: &str = "\
The plan is one JSON object:

- `version`: 1. `goal`: what all of it is for. `gate`: the command that checks the work, as a list of words.
- `tasks`: a list of objects, each with `id` (letters, digits, '.', '_' and '-') and `prompt`, and where it matters with
  - `role`: `builder` (the usual one) and `synthesizer` may change files; `planner`, `researcher` and `reviewer` may only read, \
and hand over a text to the tasks that need them.
  - `needs`: the ids of the tasks that must be done before, whose work and texts it builds on.
  - `reads`, `writes`: paths from the top of the repository, with `*`, `**`, `?` and `{a,b}`; a folder is all below it. A task \
comes after those that write what it reads, and of two that write the same the second comes after the first. A task may change \
nothing that it does not write. One that may change files and does not say which runs alone.
  - `gate`: a check of its own. `timeout`: its most time, such as 10m.

No other keys than those of the schema below are allowed.";

const EXAMPLE: &str = r#"{
  "version": 1,
  "goal": "a command that prints the mean of a column",
  "gate": ["make", "test"],
  "tasks": [
    { "id": "reader", "prompt": "Write src/reader.c: ...", "writes": ["src/reader.*", "tests/reader/"] },
    { "id": "mean", "prompt": "Write src/mean.c: ...", "writes": ["src/mean.*", "tests/mean/"] },
    { "id": "command", "prompt": "Bring both together: ...", "needs": ["reader", "mean"], "writes": ["src/main.c"] }
  ]
}"#;

impl Inquiry<'_> {
    /// Writes it as the prompt of a task.
    #[must_use]
    pub fn text(&self) -> String {
        let mut parts = vec![
            TASK.to_owned(),
            format!("The goal:\n\n{}", feedback::fenced(self.goal)),
            ADVICE.to_owned(),
            FORM.to_owned(),
            format!("An example, in which the first two tasks run side by side:\n\n{}", feedback::fenced(EXAMPLE)),
            format!("The schema:\n\n{}", feedback::fenced(self.schema)),
        ];
        parts.extend(self.before.as_ref().map(Rejected::text));
        parts.push("Hand over the plan alone, whole, with no other words.".to_owned());
        parts.iter().map(|part| part.trim_end()).collect::<Vec<_>>().join("\n\n")
    }
}

impl Rejected<'_> {
    fn text(&self) -> String {
        let findings = self.findings.iter().map(|finding| {
            let Finding { severity, place, message, .. } = finding;
            format!("- {severity} {place}: {message}\n")
        });
        let findings = brief::cut(&findings.collect::<String>(), LONGEST_FINDINGS);
        let text = feedback::fenced(&brief::cut(self.text, LONGEST_PLAN));
        format!("The plan that you wrote before is not valid:\n\n{}\n\nThat plan was:\n\n{text}", findings.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{
        Plan,
        document::Form,
        finding::{Code, Findings, Place},
        order::Order,
    };

    #[test]
    fn the_example_is_a_plan_in_which_tasks_run_side_by_side() {
        let findings = Findings::default();
        let plan = Plan::read(EXAMPLE.as_bytes(), Form::Json, &findings).unwrap();
        assert_eq!(Order::of(&plan, &findings).unwrap().waves, [vec![0, 1], vec![2]]);
        assert_eq!(findings.into_vec(), []);
    }

    #[test]
    fn what_was_wrong_is_told_with_its_place_and_at_no_great_length() {
        let findings = Findings::default();
        for at in 0..900 {
            findings.error(Code::UnknownKey, &Place::default().key("tasks").at(at), "x".repeat(100));
        }
        let findings = findings.into_vec();
        let before = Some(Rejected { text: &"é".repeat(100_000), findings: &findings });
        let text = Inquiry { goal: "the goal", schema: "{}", before }.text();
        assert!(text.contains("\nthe goal\n") && text.contains(&format!("- error tasks[0]: {}\n", "x".repeat(100))));
        assert_eq!(text.matches(brief::CUT).count(), 2);
        assert!(text.chars().count() < LONGEST_PLAN + LONGEST_FINDINGS + 10_000);
        assert!(text.ends_with("Hand over the plan alone, whole, with no other words."));
    }
}
