//! What holds for every preset, and for the three ways of handing a task over.

use super::*;

const TASK_PATH: &str = "/run/w1/task.md";

fn argv(name: &str, task: &str) -> Vec<String> {
    find(name).unwrap().argv(TASK_PATH, task).unwrap()
}

#[test]
fn the_table_is_in_its_order_and_every_name_is_found() {
    let names: Vec<_> = ALL.iter().map(|preset| preset.name).collect();
    let order = "claude codex gemini opencode qwen copilot aider mini amp crush goose";
    assert_eq!(names.join(" "), order);
    assert!(ALL.iter().all(|preset| find(preset.name) == Some(preset)));
    assert_eq!(find("cat"), None);
}

#[test]
fn no_preset_has_a_flag_that_fails_or_leaves_the_worktree() {
    let refused = ["--full-auto", "-a", "--auto", "--worktree", "-w", "--dangerously-skip-permissions", "--yolo-mode"];
    for preset in ALL {
        let argv = preset.argv(TASK_PATH, "do it").unwrap();
        for flag in refused {
            let with_value = format!("{flag}=");
            assert!(!argv.iter().any(|arg| arg == flag || arg.starts_with(&with_value)), "{} {flag}", preset.name);
        }
    }
}

#[test]
fn the_argvs_are_those_that_were_run() {
    assert_eq!(argv("claude", "t").join(" "), "claude -p --output-format json --permission-mode acceptEdits");
    assert_eq!(argv("codex", "t").join(" "), "codex exec --json --sandbox workspace-write -");
    assert_eq!(argv("gemini", "t").join(" "), "gemini --approval-mode yolo --skip-trust -o json");
    assert_eq!(argv("opencode", "t").join(" "), "opencode run --format json");
    assert_eq!(argv("qwen", "t").join(" "), "qwen --approval-mode yolo -o json");
    assert_eq!(argv("copilot", "t").join(" "), "copilot --allow-all-tools --no-ask-user --output-format json");
    assert_eq!(argv("mini", "t"), ["mini", "--yolo", "--exit-immediately", "--task=t"]);
    assert_eq!(argv("amp", "t").join(" "), "amp -x --stream-json --dangerously-allow-all");
    assert_eq!(argv("crush", "t").join(" "), "crush run -q");
    assert_eq!(argv("goose", "t").join(" "), "goose run --no-session -q -i -");
    assert!(argv("aider", "t").join(" ").ends_with("--input-history-file /dev/null --message-file /run/w1/task.md"));
    assert!(argv("aider", "t").contains(&"--no-auto-commits".to_owned()));
}

#[test]
fn the_task_goes_in_once_and_stdin_is_the_task_or_closed() {
    let task = "-rf {task-file} {task}";
    for preset in ALL {
        let argv = preset.argv(TASK_PATH, task).unwrap();
        let in_argv = argv.iter().filter(|arg| arg.contains(task)).count();
        let in_file = argv.iter().filter(|arg| *arg == TASK_PATH).count();
        let on_stdin = usize::from(preset.stdin(task).as_deref() == Some(task));
        assert_eq!(in_argv + in_file + on_stdin, 1, "{}", preset.name);
        assert!(argv.iter().all(|arg| !arg.starts_with("-rf")), "{}", preset.name);
        assert!(on_stdin == 1 || preset.stdin(task).is_none(), "{}", preset.name);
    }
}

#[test]
fn every_preset_has_a_program_and_a_one_line_caveat() {
    for preset in ALL {
        assert!(!preset.program.is_empty() && !preset.program.contains(['/', ' ']), "{}", preset.name);
        assert!((1..=120).contains(&preset.caveat.len()) && !preset.caveat.contains('\n'), "{}", preset.name);
        assert!(preset.environment.iter().all(|(name, value)| !name.contains('=') && !value.is_empty()));
    }
}

#[test]
fn a_task_that_no_argument_can_hold_is_refused_for_mini_only() {
    let longest = "x".repeat(LONGEST_ARGUMENT);
    let longer = format!("{longest}x");
    let mini = find("mini").unwrap();
    assert!(mini.argv(TASK_PATH, &longest).is_ok());
    let refused = mini.argv(TASK_PATH, &longer).unwrap_err().to_string();
    assert_eq!(refused, "the task has 122881 bytes, and mini takes it as an argument of at most 122880");
    assert!(mini.argv(TASK_PATH, "a\0b").unwrap_err().to_string().contains("NUL"));
    assert!(ALL.iter().filter(|preset| preset.argv(TASK_PATH, &longer).is_err()).count() == 1);
}

#[test]
fn a_task_that_aider_would_take_for_a_command_gets_a_heading() {
    let aider = find("aider").unwrap();
    assert_eq!(aider.task_text("/add everything"), "Task:\n\n/add everything");
    assert_eq!(aider.task_text(" \n!rm -r x"), "Task:\n\n \n!rm -r x");
    assert_eq!(aider.task_text("fix a/b"), "fix a/b");
    assert_eq!(find("claude").unwrap().task_text("/review"), "/review");
}
