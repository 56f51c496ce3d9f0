//! Prints a legal journal of as many events as the first argument says: one run, one worker, and its gate again and again.

use std::io::{BufWriter, Write};

use git_par::model::{chain::Tip, event::Draft};
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u64 = std::env::args().nth(1).unwrap_or_default().parse()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut tip = Tip::GENESIS;
    while tip.count < count {
        let event = draft(tip.count + 1).seal(&tip)?;
        writeln!(out, "{}", event.line())?;
        tip = Tip::from(&event);
    }
    Ok(out.flush()?)
}

fn draft(seq: u64) -> Draft {
    let (kind, args, result) = match seq {
        1 => run_started(),
        2 => (
            "worker_started",
            json!({"worker": 1, "attempt": 1, "agent": "command", "argv": ["true"], "base": oid(1)}),
            json!({}),
        ),
        3 => worker_finished(),
        _ => gate_finished(seq),
    };
    let causes = match seq {
        1 => vec![],
        2 => vec![1],
        3 => vec![2],
        _ => vec![3],
    };
    let time = Some("2026-01-01T00:00:00.000Z".to_owned());
    Draft {
        tool_name: kind.to_owned(),
        args: map(args),
        result: map(result),
        success: true,
        duration_ms: seq % 977,
        causes,
        time,
    }
}

fn run_started() -> (&'static str, Value, Value) {
    let lane = json!({"worker": 1, "agent": "command", "argv": ["true"]});
    let args = json!({
        "run": "bench", "task": "bench", "base": oid(1), "base_tree": oid(2), "workers": [lane], "gate": null,
        "rule": "verdict,diff,lines,worker", "limits": {"jobs": 1, "timeout_ms": null},
    });
    ("run_started", args, json!({"tool_version": "0.1.0", "git_version": "2.47.3"}))
}

fn worker_finished() -> (&'static str, Value, Value) {
    let diff = json!({"files": 1, "insertions": 1, "deletions": 0, "binary_files": [], "patch_id": "0".repeat(64)});
    let result = json!({
        "ending": {"kind": "success"}, "failed_in": null, "candidate": oid(3), "tree": oid(4), "diff": diff, "log": null,
        "usage": null, "provider_error": null, "skipped": [],
    });
    ("worker_finished", json!({"worker": 1, "attempt": 1}), result)
}

fn gate_finished(seq: u64) -> (&'static str, Value, Value) {
    let args = json!({"worker": 1, "attempt": 1, "argv": ["cargo", "test"], "place": "clean", "timeout_ms": null, "protect": []});
    let log = json!({"blob": oid(seq), "sha256": "0".repeat(64), "bytes": seq});
    let result = json!({
        "commit": oid(3), "tree": oid(4), "verdict": "pass", "exit_code": 0, "ending": {"kind": "success"}, "reason": null,
        "log": log, "cached": false, "touched": [],
    });
    ("gate_finished", args, result)
}

fn oid(number: u64) -> String {
    format!("{number:040x}")
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
