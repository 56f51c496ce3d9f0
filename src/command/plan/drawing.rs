//! Drawings: a plan's order in the languages of programs that draw.

use std::fmt::Write as _;

use crate::model::plan::{
    Plan,
    order::{Edge, Order},
};

/// A language of drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// That of Graphviz.
    Dot,
    /// That of Mermaid.
    Mermaid,
}

/// Draws tasks by wave, and what each comes after with the reason.
pub(super) fn draw(plan: &Plan, order: &Order, language: Language) -> String {
    let mut text = match language {
        Language::Dot => "digraph plan {\n  rankdir=LR\n  node [shape=box]\n".to_owned(),
        Language::Mermaid => "flowchart LR\n".to_owned(),
    };
    for (number, wave) in order.waves.iter().enumerate() {
        let title = format!("wave {}", number + 1);
        let tasks = wave.iter().map(|task| language.task(*task, plan));
        text += &language.wave(number + 1, &title, &tasks.collect::<String>());
    }
    text.extend(order.edges.iter().map(|edge| language.edge(edge, &edge.why(plan))));
    if language == Language::Dot {
        text += "}\n";
    }
    text
}

impl Language {
    fn wave(self, number: usize, title: &str, tasks: &str) -> String {
        let title = self.label(title);
        match self {
            Self::Dot => format!("  subgraph cluster_{number} {{\n    label={title}\n{tasks}  }}\n"),
            Self::Mermaid => format!("  subgraph wave{number}[{title}]\n{tasks}  end\n"),
        }
    }

    /// Nodes go by their number: an id may be a word of the language.
    fn task(self, at: usize, plan: &Plan) -> String {
        let task = &plan.tasks[at];
        let label = self.label(&format!("{} ({})", task.id, task.role()));
        match self {
            Self::Dot => format!("    t{at} [label={label}]\n"),
            Self::Mermaid => format!("    t{at}[{label}]\n"),
        }
    }

    fn edge(self, edge: &Edge, why: &str) -> String {
        let (Edge { before, after, .. }, label) = (edge, self.label(why));
        match self {
            Self::Dot => format!("  t{before} -> t{after} [label={label}]\n"),
            Self::Mermaid => format!("  t{before} -->|{label}| t{after}\n"),
        }
    }

    /// Writes a text in quotes, with nothing left in it that means something to the language.
    fn label(self, text: &str) -> String {
        let mut label = String::from('"');
        for c in text.chars() {
            match (self, c) {
                (Self::Dot, '"' | '\\') => label.extend(['\\', c]),
                (_, c) if c.is_control() => label.push(' '),
                (Self::Mermaid, c) if !is_plain(c) => {
                    write!(label, "#{};", u32::from(c)).expect("memory takes any text");
                }
                _ => label.push(c),
            }
        }
        label + "\""
    }
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '-' | '_' | '/' | ':' | '(' | ')')
}
