//! What each agent's output says of its spending and its provider: samples made by hand from the agents' documented keys.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its sample fails")]

use std::{fs, path::Path};

use git_par::model::{
    agent_output::{self, Dialect, Reader, Reading},
    preset,
    usage::Usage,
};
use proptest::prelude::*;

const DIALECTS: [Dialect; 7] = [
    Dialect::ResultObject,
    Dialect::Codex,
    Dialect::Gemini,
    Dialect::Opencode,
    Dialect::Copilot,
    Dialect::Aider,
    Dialect::Silent,
];

/// A sample's file, and the dialect of the agent that its name starts with.
fn sample(file: &str) -> (Dialect, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/agents").join(file);
    let agent = file.split(['.', '-']).next().unwrap();
    (preset::find(agent).unwrap().dialect, fs::read_to_string(path).unwrap())
}

fn read(file: &str) -> Reading {
    let (dialect, text) = sample(file);
    agent_output::read(dialect, &text)
}

fn samples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/agents");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Input and output tokens, cost and turns.
fn usage(input: u64, output: u64, cost: Option<u64>, turns: Option<u64>) -> Reading {
    let usage = Usage { input_tokens: Some(input), output_tokens: Some(output), cost_micro_usd: cost, turns };
    Reading { usage: Some(usage), provider_error: None, ..Reading::default() }
}

fn saying(reading: Reading, said: &str) -> Reading {
    Reading { said: Some(said.to_owned()), ..reading }
}

fn failed(reading: Reading, error: &str) -> Reading {
    Reading { provider_error: Some(error.to_owned()), ..reading }
}

#[test]
fn every_preset_has_a_sample_of_success_and_one_of_failure() {
    let samples = samples();
    for preset in preset::ALL {
        for start in [format!("{}.", preset.name), format!("{}-error.", preset.name)] {
            assert!(samples.iter().any(|file| file.starts_with(&start)), "{start}");
        }
    }
}

#[test]
fn claude_says_tokens_cost_and_turns() {
    assert_eq!(
        read("claude.json"),
        saying(usage(112, 6814, Some(657_163), Some(6)), "Fixed the bound and added a test.")
    );
    assert_eq!(read("claude-stream.jsonl"), saying(usage(1024, 256, Some(12_346), Some(3)), "Done."));
}

#[test]
fn an_error_of_claude_counts_although_its_subtype_says_success() {
    let error = r#"API Error: 401 {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}} · Please run /login"#;
    assert_eq!(read("claude-error.json"), failed(usage(0, 0, Some(0), Some(1)), error));
}

#[test]
fn codex_says_a_running_total_so_its_last_turn_counts() {
    assert_eq!(read("codex.jsonl"), saying(usage(26549, 1590, None, None), "Fixed."));
}

#[test]
fn codex_fails_by_a_failed_turn_or_by_an_error_that_no_turn_followed() {
    let failure = "unexpected status 429 Too Many Requests: slow down";
    assert_eq!(read("codex-error.jsonl"), failed(Reading::default(), failure));
    let doubt = "Reconnecting... 2/5 (unexpected status 401 Unauthorized)";
    assert_eq!(read("codex-killed.jsonl"), failed(Reading::default(), doubt));
}

#[test]
fn gemini_says_tokens_a_model_among_noise() {
    assert_eq!(read("gemini.txt"), saying(usage(33904, 30, None, None), "Fixed the bound."));
    let error = "[API Error: API key not valid. Please pass a valid API key.]";
    assert_eq!(read("gemini-error.txt"), failed(Reading::default(), error));
}

#[test]
fn opencode_says_tokens_and_cost_a_step() {
    assert_eq!(read("opencode.jsonl"), saying(usage(11500, 157, Some(14_029), None), "Done."));
    assert_eq!(read("opencode-error.jsonl"), failed(Reading::default(), "Unauthorized: the key is not known"));
}

#[test]
fn a_step_that_says_no_cost_leaves_the_sum_without_one() {
    let steps = concat!(
        r#"{"type":"step_finish","part":{"tokens":{"input":1,"output":2},"cost":0.5}}"#,
        "\n",
        r#"{"type":"step_finish","part":{"tokens":{"input":3,"output":4}}}"#
    );
    assert_eq!(agent_output::read(Dialect::Opencode, steps), usage(4, 6, None, None));
}

#[test]
fn qwen_says_tokens_and_turns_in_the_last_element() {
    assert_eq!(read("qwen.json"), saying(usage(15230, 418, None, Some(4)), "Fixed."));
    let bare = r#"[{"type":"x"},{"usage":{"input_tokens":1,"output_tokens":2}}]"#;
    assert_eq!(agent_output::read(Dialect::ResultObject, bare), usage(1, 2, None, None));
    let error = "[API Error: 429 rate limit reached]";
    assert_eq!(read("qwen-error.json"), failed(usage(0, 0, None, Some(1)), error));
}

#[test]
fn copilot_says_only_whether_it_failed() {
    assert_eq!(read("copilot.jsonl"), Reading::default());
    let error = "Authorization error. Your credentials may be expired.";
    assert_eq!(read("copilot-error.jsonl"), failed(Reading::default(), error));
    let bare = agent_output::read(Dialect::Copilot, r#"{"type":"result","exitCode":3}"#);
    assert_eq!(bare, failed(Reading::default(), "exit code 3"));
}

#[test]
fn aider_fails_by_an_error_that_it_did_not_overcome() {
    assert_eq!(read("aider.txt"), Reading::default());
    let error = "litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided";
    assert_eq!(read("aider-error.txt"), failed(Reading::default(), error));
}

#[test]
fn an_error_that_an_agent_overcame_is_not_told() {
    let (dialect, copilot) = sample("copilot.jsonl");
    let error = "{\"type\":\"session.error\",\"data\":{\"message\":\"lost\"}}\n";
    assert_eq!(agent_output::read(dialect, &format!("{error}{copilot}")), Reading::default());
    assert_eq!(agent_output::read(dialect, error), failed(Reading::default(), "lost"));
    let (dialect, opencode) = sample("opencode.jsonl");
    let (_, error) = sample("opencode-error.jsonl");
    assert_eq!(agent_output::read(dialect, &format!("{error}{opencode}")), read("opencode.jsonl"));
}

#[test]
fn amp_says_turns_and_why_it_failed() {
    let turns = |turns| Reading {
        usage: Some(Usage { turns: Some(turns), ..Usage::default() }),
        provider_error: None,
        ..Reading::default()
    };
    assert_eq!(read("amp.jsonl"), saying(turns(2), "Done."));
    assert_eq!(read("amp-error.jsonl"), failed(turns(0), "Out of credits"));
}

#[test]
fn the_last_answer_counts_and_that_of_an_agent_that_ended_with_an_error_does_not() {
    let message =
        |text: &str| format!(r#"{{"type":"item.completed","item":{{"type":"agent_message","text":"{text}"}}}}"#);
    let turn = |end: &str| format!("{}\n{}\n{end}\n", message("first"), message("last"));
    let said = |end: &str| agent_output::read(Dialect::Codex, &turn(end)).said;
    assert_eq!(said(r#"{"type":"turn.completed","usage":{}}"#).as_deref(), Some("last"));
    assert_eq!(said(r#"{"type":"turn.failed","error":{"message":"slow down"}}"#), None);
    let (dialect, opencode) = sample("opencode.jsonl");
    let (_, error) = sample("opencode-error.jsonl");
    assert_eq!(agent_output::read(dialect, &format!("{opencode}{error}")).said, None);
}

#[test]
fn mini_crush_and_goose_say_nothing_that_is_believed() {
    for file in ["mini.txt", "mini-error.txt", "crush.txt", "crush-error.txt", "goose.txt", "goose-error.txt"] {
        assert_eq!(read(file), Reading::default(), "{file}");
    }
}

/// Cuts every sample at every place: what is left says what the whole said, or nothing.
#[test]
fn a_log_without_its_start_never_gives_another_number_or_answer() {
    for file in samples() {
        let (dialect, text) = sample(&file);
        let whole = agent_output::read(dialect, &text);
        for (cut, _) in text.char_indices() {
            let Reading { usage, said, .. } = agent_output::read_tail(dialect, &text[cut..]);
            assert!(usage.is_none() || usage == whole.usage, "{file} from {cut}: {usage:?}");
            assert!(said.is_none() || said == whole.said, "{file} from {cut}: {said:?}");
        }
    }
}

#[test]
fn the_result_is_found_in_an_array_whose_start_is_missing() {
    let (dialect, text) = sample("qwen.json");
    assert_eq!(agent_output::read_tail(dialect, &text[400..]), agent_output::read(dialect, &text));
    let (dialect, text) = sample("opencode.jsonl");
    assert_eq!(agent_output::read_tail(dialect, &text).usage, None);
}

#[test]
fn lines_one_by_one_say_what_they_say_together() {
    for file in samples().iter().filter(|file| !file.starts_with("gemini")) {
        let (dialect, text) = sample(file);
        let mut reader = Reader::new(dialect);
        text.lines().for_each(|line| reader.push_lines(line));
        assert_eq!(reader.finish(), agent_output::read(dialect, &text), "{file}");
    }
}

#[test]
fn numbers_that_no_journal_can_hold_are_null() {
    let text = r#"{"type":"result","num_turns":-1,"total_cost_usd":-0.5,"usage":{"input_tokens":9007199254740992,"output_tokens":"7"}}"#;
    assert_eq!(agent_output::read(Dialect::ResultObject, text), Reading::default());
}

#[test]
fn output_made_to_be_slow_says_nothing() {
    let nested = "[\n".repeat(120) + &"1,\n".repeat(10_000);
    let broken = "{\"a\":\n".repeat(10_000);
    let deep = "[".repeat(100_000);
    for text in [&nested, &broken, &deep] {
        assert_eq!(agent_output::read_tail(Dialect::Codex, text), Reading::default());
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC*", bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for dialect in DIALECTS {
            let _ = agent_output::read(dialect, &text);
            let _ = agent_output::read_tail(dialect, &String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_garbled_sample_never_panics_and_its_error_is_one_short_line(
        pick in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..8),
    ) {
        let files = samples();
        let file: &String = pick.get(&files);
        let (_, text) = sample(file);
        let mut chars: Vec<char> = text.chars().collect();
        for (at, with) in edits {
            *at.get_mut(&mut chars) = with;
        }
        let text: String = chars.into_iter().collect();
        for dialect in DIALECTS {
            let error = agent_output::read(dialect, &text).provider_error.unwrap_or_else(|| "none".to_owned());
            prop_assert!((1..=300).contains(&error.chars().count()));
            prop_assert!(!error.contains(char::is_control));
        }
    }
}
