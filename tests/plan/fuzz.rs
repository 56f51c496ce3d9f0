//! Plans changed at random as texts, in JSON and in TOML: whatever comes of it is refused with a reason or serves, and soon.
//!
//! `PLAN_FUZZ_SEED` and `PLAN_FUZZ_ROUNDS` ask for other changes and more of them; a failure tells the seed of its own round.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
    time::{Duration, Instant},
};

use git_par::model::plan::{
    LONGEST, Plan,
    document::Form,
    finding::{Finding, Findings},
    order::Order,
    pattern::tree::Tree,
    task::TaskId,
};
use serde_json::Value;

use super::{
    change::{Random, changed, crowd},
    world::{FULL_TOML, full},
};

/// How many plans are changed where nobody asks for more.
const ROUNDS: u64 = 500;
/// The most time that all that is done with one plan may take.
const LONGEST_ROUND: Duration = Duration::from_secs(5);

static PLANS: LazyLock<Vec<(String, Form)>> = LazyLock::new(|| {
    let small = r#"{"version": 1, "tasks": [{"id": "a", "prompt": "p", "needs": ["b"]}, {"id": "b", "prompt": "p", "writes": ["x"]}]}"#;
    let globs = r#"{"version": 1, "tasks": [{"id": "a", "prompt": "p", "reads": ["**/*.rs"], "writes": ["a/{b,c}/**", "x[a-f]?"]},
        {"id": "b", "prompt": "p", "reads": ["a/b/c.rs"], "writes": ["x*", "**/d"]}, {"id": "c", "prompt": "p", "writes": ["{a,x}*"]}]}"#;
    let dotted = "version = 1\ntasks = [{ id = 'a', prompt = '''p''' }]\nroles.x.permission = 'read'\nroles.\"y z\" = { agent = \"\\u00e9\" }\n";
    let json = [&full().to_string(), &format!("{:#}", full()), small, globs].map(|text| (text.to_owned(), Form::Json));
    let toml = [FULL_TOML, dotted].map(|text| (text.to_owned(), Form::Toml));
    json.into_iter().chain(toml).collect()
});

fn wished(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: '{text}'")))
}

/// Does all that can be done with a text, and tells whether it is a valid plan.
fn serve(text: &[u8], form: Form) -> bool {
    let findings = Findings::default();
    let plan = Plan::read(text, form, &findings);
    assert_eq!(plan.is_none(), findings.has_errors(), "what is refused has a reason");
    let is_plain = |finding: &Finding| !format!("{}{}", finding.place, finding.message).contains(char::is_control);
    assert!(findings.into_vec().iter().all(is_plain), "what is told stays on its line");
    let Some(plan) = plan else { return false };
    comes_back(&plan);
    plan.compare(&Tree::of(["src/lex.rs", "a/b/c.rs", "x"].map(str::to_owned).to_vec()), &Findings::default());
    stands_in_order(&plan);
    true
}

fn comes_back(plan: &Plan) {
    let text = serde_json::to_string(plan).unwrap();
    // JSON may take more bytes to say the same than are read of a plan.
    let findings = Findings::default();
    let again = if text.len() > LONGEST {
        Plan::of(&serde_json::from_str::<Value>(&text).unwrap(), &findings)
    } else {
        Plan::read(text.as_bytes(), Form::Json, &findings)
    };
    assert!(!findings.has_errors(), "what was accepted is refused as {text}: {:?}", findings.into_vec());
    assert_eq!(again.as_ref(), Some(plan), "written as {text}");
}

fn stands_in_order(plan: &Plan) {
    let findings = Findings::default();
    let Some(order) = Order::of(plan, &findings) else {
        return assert!(findings.has_errors(), "there is a reason for no order");
    };
    let mut waves = vec![None; plan.tasks.len()];
    for (wave, tasks) in order.waves.iter().enumerate() {
        for task in tasks {
            assert_eq!(waves[*task].replace(wave), None, "{} runs twice", plan.tasks[*task].id);
        }
    }
    assert!(waves.iter().all(Option::is_some), "each task runs");
    for (at, task) in plan.tasks.iter().enumerate() {
        let needed = |id: &TaskId| plan.tasks.iter().position(|task| task.id == *id).expect("what is needed exists");
        assert!(task.needs.iter().all(|need| waves[needed(need)] < waves[at]), "{} comes too early", task.id);
    }
}

/// Runs one round, and tells whether its plan was valid.
fn round(seed: u64) -> bool {
    let mut random = Random::of(seed);
    let (text, form) = &PLANS[random.below(PLANS.len())];
    let (text, form) = match random.below(32) {
        0 => (crowd(&mut random).into_bytes(), &Form::Json),
        _ => (changed(text, *form, &mut random), form),
    };
    let start = Instant::now();
    let served = catch_unwind(AssertUnwindSafe(|| serve(&text, *form)));
    let took = start.elapsed();
    let is_valid = served.unwrap_or_else(|why| fail(seed, &text, &said(&*why)));
    if took > LONGEST_ROUND {
        fail(seed, &text, &format!("it took {took:?}"));
    }
    is_valid
}

fn said(why: &(dyn Any + Send)) -> String {
    let text = why.downcast_ref::<String>().cloned();
    text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

fn fail(seed: u64, text: &[u8], why: &str) -> ! {
    let shown: String = String::from_utf8_lossy(text).chars().take(4000).collect();
    panic!("PLAN_FUZZ_SEED={seed} PLAN_FUZZ_ROUNDS=1 ({} bytes): {why}\n{shown}", text.len())
}

#[test]
fn no_changed_text_is_too_much_for_the_reader() {
    let (seed, rounds) = (wished("PLAN_FUZZ_SEED").unwrap_or(1), wished("PLAN_FUZZ_ROUNDS").unwrap_or(ROUNDS));
    let (start, mut slowest) = (Instant::now(), (Duration::ZERO, seed));
    let mut valid = 0;
    for seed in (0..rounds).map(|round| seed.wrapping_add(round)) {
        let before = Instant::now();
        valid += u64::from(round(seed));
        slowest = slowest.max((before.elapsed(), seed));
    }
    println!("{valid} of {rounds} were valid, in {:?}; the slowest: {slowest:?}", start.elapsed());
    // Else most of what is claimed was never put to the test.
    assert!(rounds < ROUNDS || valid * 20 > rounds, "only {valid} of {rounds} plans were valid");
}
