//! The table of presets: each line was run end to end, except where its caveat says otherwise.

use super::{Delivery, Preset, TASK_FILE};
use crate::model::agent_output::Dialect;

/// Every preset, the preferred first: those that were run end to end, then those known by their flags only.
pub const ALL: &[Preset] = &[CLAUDE, CODEX, GEMINI, OPENCODE, QWEN, COPILOT, AIDER, MINI, AMP, CRUSH, GOOSE];

/// What most have in common; each entry says the rest.
const PLAIN: Preset = Preset {
    name: "",
    program: "",
    arguments: &[],
    environment: &[],
    delivery: Delivery::Stdin,
    dialect: Dialect::Silent,
    caveat: "",
    command_marks: &[],
};

const CLAUDE: Preset = Preset {
    name: "claude",
    program: "claude",
    arguments: &["-p", "--output-format", "json", "--permission-mode", "acceptEdits"],
    environment: &[("DISABLE_AUTOUPDATER", "1"), ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")],
    dialect: Dialect::ResultObject,
    caveat: "its shell calls are denied unless --allowedTools names them, and it still exits 0",
    ..PLAIN
};

const CODEX: Preset = Preset {
    name: "codex",
    program: "codex",
    arguments: &["exec", "--json", "--sandbox", "workspace-write", "-"],
    dialect: Dialect::Codex,
    caveat: "its sandbox writes in the worktree only: a shared CARGO_TARGET_DIR needs --add-dir",
    ..PLAIN
};

const GEMINI: Preset = Preset {
    name: "gemini",
    program: "gemini",
    // Without --skip-trust it exits 55 in any new folder.
    arguments: &["--approval-mode", "yolo", "--skip-trust", "-o", "json"],
    // It starts itself again otherwise, and a TERM to its pid is ignored.
    environment: &[("GEMINI_CLI_NO_RELAUNCH", "true")],
    dialect: Dialect::Gemini,
    caveat: "it exits 0 without an edit when its stream is cut, and its shell can write outside the worktree",
    ..PLAIN
};

const OPENCODE: Preset = Preset {
    name: "opencode",
    program: "opencode",
    arguments: &["run", "--format", "json"],
    environment: &[("OPENCODE_DISABLE_AUTOUPDATE", "1")],
    dialect: Dialect::Opencode,
    caveat: "it needs a model in its configuration: without one it falls back to a public service",
    ..PLAIN
};

const QWEN: Preset = Preset {
    name: "qwen",
    program: "qwen",
    arguments: &["--approval-mode", "yolo", "-o", "json"],
    environment: &[("QWEN_CODE_SUPPRESS_YOLO_WARNING", "1")],
    dialect: Dialect::ResultObject,
    caveat: "its edit tool and its shell can write outside the worktree",
    ..PLAIN
};

const COPILOT: Preset = Preset {
    name: "copilot",
    program: "copilot",
    arguments: &["--allow-all-tools", "--no-ask-user", "--output-format", "json"],
    environment: &[("COPILOT_AUTO_UPDATE", "false")],
    dialect: Dialect::Copilot,
    caveat: "it does not say what it spent",
    ..PLAIN
};

const AIDER: Preset = Preset {
    name: "aider",
    program: "aider",
    arguments: &[
        "--yes-always",
        "--no-auto-commits",
        "--no-dirty-commits",
        "--no-gitignore",
        "--no-check-update",
        "--analytics-disable",
        "--map-tokens",
        "0",
        "--chat-history-file",
        "/dev/null",
        "--input-history-file",
        "/dev/null",
        "--message-file",
        TASK_FILE,
    ],
    delivery: Delivery::FileArgument,
    dialect: Dialect::Aider,
    caveat: "it exits 0 on provider errors, and waits minutes for a login when it has no credential",
    // A slash is one of its commands, an exclamation mark a shell's.
    command_marks: &['/', '!'],
    ..PLAIN
};

const MINI: Preset = Preset {
    name: "mini",
    program: "mini",
    // One element, so that a task that starts with a hyphen is not taken for an option.
    arguments: &["--yolo", "--exit-immediately", "--task={task}"],
    environment: &[("MSWEA_CONFIGURED", "true"), ("MSWEA_SILENT_STARTUP", "1")],
    delivery: Delivery::Argument,
    caveat: "it takes the task as an argument, at most 120 KiB, and does not say on stdout what it spent",
    ..PLAIN
};

const AMP: Preset = Preset {
    name: "amp",
    program: "amp",
    arguments: &["-x", "--stream-json", "--dangerously-allow-all"],
    dialect: Dialect::ResultObject,
    caveat: "not run end to end: only its flags are known; without a credential it waits minutes for a login",
    ..PLAIN
};

const CRUSH: Preset = Preset {
    name: "crush",
    program: "crush",
    arguments: &["run", "-q"],
    caveat: "not run end to end: its flags are known from its source only",
    ..PLAIN
};

const GOOSE: Preset = Preset {
    name: "goose",
    program: "goose",
    arguments: &["run", "--no-session", "-q", "-i", "-"],
    environment: &[("GOOSE_MODE", "auto")],
    caveat: "not run end to end: its flags are known from its source only",
    ..PLAIN
};
