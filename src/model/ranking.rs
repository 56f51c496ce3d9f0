//! Rankings: the total order of a run's candidates under a rule, computed from recorded facts alone.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{
    diff_stat::DiffStat,
    oid::Oid,
    rule::{Field, Key, Rule},
    verdict::Verdict,
    worker::Worker,
};

/// What the facts say of one candidate.
#[derive(Clone, Debug)]
pub struct Contender<'a> {
    /// Whose it is.
    pub worker: Worker,
    /// The commit.
    pub candidate: Oid,
    /// Its tree.
    pub tree: Oid,
    /// What the gate said.
    pub verdict: Verdict,
    /// How much it changed.
    pub diff: &'a DiffStat,
    /// How long its agent ran, in milliseconds.
    pub duration_ms: u64,
    /// What its agent said it cost, in micro-dollars.
    pub cost: Option<u64>,
    /// The event in which the gate let it pass.
    pub passed: Option<u64>,
    /// The user's number for it, in millionths.
    pub score: Option<i64>,
    /// Whether something else than rule and gate keeps it from winning.
    pub is_barred: bool,
}

/// Which candidates may win.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Whether the run has a gate, so that an unchecked candidate may not win.
    pub gated: bool,
    /// Whether a failing candidate may win.
    pub allow_failing: bool,
    /// Whether one that changed nothing may win.
    pub allow_empty: bool,
}

/// The value of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyValue {
    /// The key's name.
    pub key: String,
    /// Its value; null where it was not measured, which ranks last.
    pub value: Option<i64>,
}

/// One candidate's place in the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    /// Whose it is.
    pub worker: Worker,
    /// The commit.
    pub candidate: Oid,
    /// Whether it may win.
    pub eligible: bool,
    /// What the gate said.
    pub verdict: Verdict,
    /// Whether it changed nothing.
    pub empty: bool,
    /// The rule's keys, in the rule's order.
    pub keys: Vec<KeyValue>,
}

/// Ranks the contenders, best first.
#[must_use]
pub fn rank(contenders: &[Contender<'_>], rule: &Rule, terms: Terms) -> Vec<Rank> {
    let mut ranks: Vec<Rank> = contenders.iter().map(|one| rank_one(one, contenders, rule, terms)).collect();
    ranks.sort_by(|a, b| compare(a, b, rule));
    ranks
}

fn rank_one(one: &Contender<'_>, all: &[Contender<'_>], rule: &Rule, terms: Terms) -> Rank {
    let passed = one.verdict == Verdict::Pass || (!terms.gated && one.verdict == Verdict::None);
    Rank {
        worker: one.worker,
        candidate: one.candidate,
        eligible: !one.is_barred && (terms.allow_empty || !one.diff.is_empty()) && (passed || terms.allow_failing),
        verdict: one.verdict,
        empty: one.diff.is_empty(),
        keys: rule.0.iter().flat_map(|key| values(key.field, one, all)).collect(),
    }
}

fn values(field: Field, one: &Contender<'_>, all: &[Contender<'_>]) -> Vec<KeyValue> {
    let part = |key: &str, value| KeyValue { key: key.to_owned(), value };
    let whole = |number: u64| i64::try_from(number).ok();
    let group = |same: &dyn Fn(&&Contender<'_>) -> bool| whole(all.iter().filter(same).count() as u64);
    match field {
        Field::Lines => vec![part("lines", whole(one.diff.lines()))],
        Field::Files => vec![part("files", whole(one.diff.files))],
        Field::Duration => vec![part("duration", whole(one.duration_ms))],
        Field::Cost => vec![part("cost", one.cost.and_then(whole))],
        Field::Score => vec![part("score", one.score)],
        Field::First => vec![part("first", one.passed.and_then(whole))],
        Field::Consensus => vec![
            part("consensus", group(&|other| other.tree == one.tree)),
            part("consensus_patch", group(&|other| other.diff.patch_id == one.diff.patch_id)),
        ],
    }
}

fn compare(a: &Rank, b: &Rank, rule: &Rule) -> Ordering {
    let fixed = |rank: &Rank| (!rank.eligible, rank.verdict, rank.empty);
    let keys =
        || rule.0.iter().flat_map(|key| std::iter::repeat_n(*key, if key.field == Field::Consensus { 2 } else { 1 }));
    let by_key = || {
        let pairs = keys().zip(a.keys.iter().zip(&b.keys));
        pairs.map(|(key, (a, b))| compare_values(key, a.value, b.value)).find(|order| order.is_ne())
    };
    fixed(a).cmp(&fixed(b)).then_with(|| by_key().unwrap_or(Ordering::Equal)).then(a.worker.cmp(&b.worker))
}

fn compare_values(key: Key, a: Option<i64>, b: Option<i64>) -> Ordering {
    let more_first = matches!(key.field, Field::Consensus | Field::Score) != key.reversed;
    match (a, b) {
        (Some(a), Some(b)) if more_first => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// Says why the first of a ranking is the winner, or why there is none.
#[must_use]
pub fn reason(ranks: &[Rank], terms: Terms) -> String {
    match ranks {
        [] => "no worker has finished".to_owned(),
        [first, ..] if !first.eligible => no_winner(ranks, terms),
        [first, second, ..] if second.eligible => first_difference(first, second),
        [first, ..] => format!("{} is the only candidate that may win", first.worker),
    }
}

fn no_winner(ranks: &[Rank], terms: Terms) -> String {
    if ranks.iter().all(|rank| rank.empty) && !terms.allow_empty {
        return "no candidate changed anything".to_owned();
    }
    if terms.gated && ranks.iter().all(|rank| rank.verdict == Verdict::None) {
        return "no candidate has been gated".to_owned();
    }
    "no candidate with a change passed the gate".to_owned()
}

fn first_difference(first: &Rank, second: &Rank) -> String {
    let (one, other) = (first.worker, second.worker);
    if first.verdict != second.verdict {
        return format!("{one} is ahead of {other} by verdict: {} against {}", first.verdict, second.verdict);
    }
    let number = |value: Option<i64>| value.map_or("unknown".to_owned(), |value| value.to_string());
    let differs = first.keys.iter().zip(&second.keys).find(|(a, b)| a.value != b.value);
    match differs {
        Some((a, b)) => {
            format!("{one} is ahead of {other} by {}: {} against {}", a.key, number(a.value), number(b.value))
        }
        None => format!("{one} and {other} are equal in every key; the lower number wins"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(lines: u64) -> DiffStat {
        DiffStat { files: lines.min(1), insertions: lines, patch_id: lines.to_string(), ..DiffStat::default() }
    }

    fn contender(number: u16, verdict: Verdict, diff: &DiffStat) -> Contender<'_> {
        let id = format!("{number:040x}").parse().expect("40 digits");
        let worker = Worker::new(number).expect("in range");
        Contender {
            worker,
            candidate: id,
            tree: id,
            verdict,
            diff,
            duration_ms: 0,
            cost: None,
            passed: None,
            score: None,
            is_barred: false,
        }
    }

    fn order(contenders: &[Contender<'_>], rule: &str, terms: Terms) -> Vec<u16> {
        let rule = rule.parse().expect("a rule");
        rank(contenders, &rule, terms).iter().filter(|rank| rank.eligible).map(|rank| rank.worker.get()).collect()
    }

    const GATED: Terms = Terms { gated: true, allow_failing: false, allow_empty: false };

    #[test]
    fn the_fewest_lines_win_among_those_that_pass() {
        let (small, large, none) = (diff(1), diff(9), diff(0));
        let all = [
            contender(1, Verdict::Pass, &large),
            contender(2, Verdict::Fail, &small),
            contender(3, Verdict::Pass, &small),
            contender(4, Verdict::Pass, &none),
        ];
        assert_eq!(order(&all, "lines", GATED), [3, 1]);
        assert_eq!(order(&all, "-lines", GATED), [1, 3]);
        assert_eq!(order(&all, "lines", Terms { allow_failing: true, ..GATED }), [3, 1, 2]);
    }

    #[test]
    fn equal_candidates_are_ordered_by_number_whatever_the_input_order() {
        let small = diff(1);
        let mut all: Vec<_> = (1..=4).map(|n| contender(n, Verdict::Pass, &small)).collect();
        for _ in 0..4 {
            all.rotate_left(1);
            assert_eq!(order(&all, "lines,duration,cost,score", GATED), [1, 2, 3, 4]);
        }
    }

    #[test]
    fn an_ungated_candidate_wins_only_where_there_is_no_gate() {
        let small = diff(1);
        let all = [contender(1, Verdict::None, &small)];
        assert_eq!(order(&all, "lines", GATED), [0u16; 0]);
        assert_eq!(order(&all, "lines", Terms { gated: false, ..GATED }), [1]);
    }

    #[test]
    fn what_was_not_measured_ranks_last_in_either_direction() {
        let small = diff(1);
        let mut all = [contender(1, Verdict::Pass, &small), contender(2, Verdict::Pass, &small)];
        all[1].cost = Some(5);
        all[1].score = Some(-5);
        for rule in ["cost", "-cost", "score", "-score"] {
            assert_eq!(order(&all, rule, GATED), [2, 1], "{rule}");
        }
    }

    #[test]
    fn consensus_prefers_the_larger_group() {
        let (one, two) = (diff(1), diff(2));
        let mut all =
            [contender(1, Verdict::Pass, &one), contender(2, Verdict::Pass, &two), contender(3, Verdict::Pass, &two)];
        assert_eq!(order(&all, "consensus", GATED), [2, 3, 1], "by patch");
        all[2].tree = all[0].tree;
        assert_eq!(order(&all, "consensus", GATED), [3, 1, 2], "by tree before patch");
    }
}
