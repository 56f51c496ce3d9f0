//! Answers: where in what an agent handed over the plan is that it was asked for.

use super::document::{self, Form};

/// Finds the plan in an answer, and how it is written: the whole text, else the last fenced block, else what the outermost
/// braces hold.
///
/// Of these the first that has tasks counts. Where none has, the text that was most probably meant is returned.
#[must_use]
pub fn find(answer: &str) -> (&str, Form) {
    let whole = answer.trim();
    let fenced = fenced(whole);
    let blocks = fenced.iter().rev().flat_map(|(label, block)| forms(label).iter().map(|form| (*block, *form)));
    let braces = braces(whole).map(|text| (text, Form::Json));
    let mut places = [(whole, Form::Json), (whole, Form::Toml)].into_iter().chain(blocks).chain(braces);
    places.find(|(text, form)| has_tasks(text, *form)).unwrap_or_else(|| {
        let last = fenced.iter().rev().find_map(|(label, block)| Some((*block, *forms(label).first()?)));
        last.or(braces).unwrap_or((whole, Form::Json))
    })
}

fn has_tasks(text: &str, form: Form) -> bool {
    document::read(text, form).is_ok_and(|value| value.get("tasks").is_some())
}

/// Returns how the block of a fence with this label may be written.
fn forms(label: &str) -> &'static [Form] {
    match label.to_ascii_lowercase().as_str() {
        "json" => &[Form::Json],
        "toml" => &[Form::Toml],
        "" => &[Form::Json, Form::Toml],
        _ => &[],
    }
}

fn braces(text: &str) -> Option<&str> {
    text.get(text.find('{')?..=text.rfind('}')?)
}

/// Lists the fenced blocks with their labels; one that is not closed goes on to the end (the `CommonMark` specification 0.31,
/// 4.5).
fn fenced(text: &str) -> Vec<(&str, &str)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, &str, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let label = line.trim().trim_start_matches('`');
        let ticks = line.trim().len() - label.len();
        match open {
            Some((opened, name, start)) if ticks >= opened && label.is_empty() => {
                blocks.push((name, &text[start..at]));
                open = None;
            }
            None if ticks >= 3 => open = Some((ticks, label.trim(), at + line.len())),
            _ => {}
        }
        at += line.len();
    }
    blocks.extend(open.map(|(_, name, start)| (name, &text[start..])));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"{"tasks": [{"id": "a{", "prompt": "```"}]}"#;

    #[test]
    fn a_plan_is_found_alone_in_a_fence_and_among_words() {
        let texts = [
            format!("\n {PLAN}\n"),
            format!(
                "First:\n```json\n{{\"tasks\": []}}\n```\nBetter:\n````JSON\n{PLAN}\n````\nRun it:\n```sh\nls {{}}\n```\n"
            ),
            format!("```\n{PLAN}\n```\n```json\n{{\"id\": 1}}\n```"),
            format!("Here you are: {PLAN} Enjoy."),
            format!("It was cut:\n```json\n{PLAN}"),
        ];
        for text in texts {
            let (found, form) = find(&text);
            assert_eq!((found.trim(), form), (PLAN, Form::Json), "{text}");
        }
        for text in ["[[tasks]]\nid = 'a'", "```toml\n[[tasks]]\nid = 'a'\n```", "So:\n```\n[[tasks]]\nid = 'a'\n```"] {
            let (found, form) = find(text);
            assert_eq!((found.trim(), form), ("[[tasks]]\nid = 'a'", Form::Toml), "{text}");
        }
    }

    #[test]
    fn where_no_text_has_tasks_the_one_that_was_meant_is_told() {
        for (answer, meant, form) in [
            ("", "", Form::Json),
            ("I cannot.", "I cannot.", Form::Json),
            ("So: {\"task\": 1} or {}", "{\"task\": 1} or {}", Form::Json),
            ("{\n```json\n{1}\n```\n}", "{1}\n", Form::Json),
            ("```toml\n= 1\n```\n```sh\nls\n```", "= 1\n", Form::Toml),
            ("} and {", "} and {", Form::Json),
        ] {
            assert_eq!(find(answer), (meant, form), "{answer}");
        }
    }
}
