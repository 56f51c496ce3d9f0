//! Plans as short texts, and what is found in them.

use git_par::model::plan::{
    Plan,
    document::Form,
    finding::{Finding, Findings},
    order::Order,
};
use serde_json::{Value, json};

/// Reads a plan with all that is found in it.
pub(crate) fn read(value: &Value) -> (Option<Plan>, Vec<Finding>) {
    let findings = Findings::default();
    let plan = Plan::read(value.to_string().as_bytes(), Form::Json, &findings);
    (plan, findings.into_vec())
}

/// Makes a plan of these tasks.
pub(crate) fn plan(tasks: Value) -> Value {
    json!({ "version": 1, "tasks": tasks })
}

/// Writes what is found as lines of severity, code, place and message.
pub(crate) fn told(findings: &[Finding]) -> String {
    let word = |value: Value| value.as_str().unwrap().to_owned();
    let line = |finding: &Finding| {
        let severity = word(serde_json::to_value(finding.severity).unwrap());
        let code = word(serde_json::to_value(finding.code).unwrap());
        format!("{severity} {code} {}: {}\n", finding.place, finding.message)
    };
    findings.iter().map(line).collect()
}

/// Writes the waves and the edges of a plan that must be valid, and what was found meanwhile.
pub(crate) fn ordered(value: &Value) -> String {
    let (plan, found) = read(value);
    let plan = plan.unwrap_or_else(|| panic!("{found:?}"));
    let findings = Findings::default();
    let order = Order::of(&plan, &findings).unwrap();
    let id = |task: usize| plan.tasks[task].id.as_str();
    let waves: Vec<String> =
        order.waves.iter().map(|wave| wave.iter().map(|task| id(*task)).collect::<Vec<_>>().join(" ")).collect();
    let edges =
        order.edges.iter().map(|edge| format!("{} <- {}: {}\n", id(edge.after), id(edge.before), edge.why(&plan)));
    format!("{}\n{}{}", waves.join(" | "), edges.collect::<String>(), told(&findings.into_vec()))
}

/// A plan that says everything that a plan can say.
pub(crate) fn full() -> Value {
    json!({
        "version": 1,
        "goal": "a parser",
        "gate": ["cargo", "test", ""],
        "rule": "-lines,files",
        "tasks": [
            { "id": "design", "prompt": "think", "role": "planner" },
            {
                "id": "parser", "prompt": "build", "role": "porter", "needs": ["design"], "reads": ["src/lex.rs"],
                "writes": ["src/parser/**", { "file": "src/lib.rs", "symbol": "parse" }], "permission": "write",
                "agent": "claude", "attempts": 3, "gate": ["cargo", "check"], "timeout": "1h30m", "may_be_empty": true,
                "output": "a parser"
            },
        ],
        "roles": { "porter": { "permission": "read", "preamble": "port", "agent": "codex", "output": "a port" } },
    })
}

/// The same in TOML.
pub(crate) const FULL_TOML: &str = r#"
version = 1
goal = "a parser"
gate = ["cargo", "test", ""]
rule = "-lines,files"
[[tasks]]
id = "design"
prompt = "think"
role = "planner"
[[tasks]]
id = "parser"
prompt = "build"
role = "porter"
needs = ["design"]
reads = ["src/lex.rs"]
writes = ["src/parser/**", { file = "src/lib.rs", symbol = "parse" }]
permission = "write"
agent = "claude"
attempts = 3
gate = ["cargo", "check"]
timeout = "1h30m"
may_be_empty = true
output = "a parser"
[roles.porter]
permission = "read"
preamble = "port"
agent = "codex"
output = "a port"
"#;
