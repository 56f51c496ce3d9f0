//! Laws of picking: the order is total, whatever the order of reading, and anyone can compute it again.

#![allow(clippy::unwrap_used, reason = "a test that cannot make its facts fails")]

use git_par::model::{
    diff_stat::DiffStat,
    oid::Oid,
    ranking::{self, Contender, Terms},
    rule::{FIELDS, Field, Key, Rule},
    verdict::Verdict,
    worker::Worker,
};
use proptest::prelude::*;

/// What one candidate is made of: small numbers, so that many are equal.
#[derive(Clone, Debug)]
struct Facts {
    verdict: Verdict,
    diff: DiffStat,
    tree: u8,
    duration_ms: u64,
    cost: Option<u64>,
    score: Option<i64>,
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(vec![Verdict::Pass, Verdict::None, Verdict::Fail, Verdict::Timeout, Verdict::Error])
}

fn diff() -> impl Strategy<Value = DiffStat> {
    (0..3u64, 0..3u64, 0..2u8).prop_map(|(files, lines, patch)| DiffStat {
        files,
        insertions: if files == 0 { 0 } else { lines },
        patch_id: patch.to_string(),
        ..DiffStat::default()
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let numbers = (0..2u8, 0..3u64, prop::option::of(0..3u64), prop::option::of(-1..2i64));
    (verdict(), diff(), numbers).prop_map(|(verdict, diff, (tree, duration_ms, cost, score))| Facts {
        verdict,
        diff,
        tree,
        duration_ms,
        cost,
        score,
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let keys = prop::sample::subsequence(FIELDS.to_vec(), 0..=FIELDS.len()).prop_shuffle();
    (keys, prop::collection::vec(any::<bool>(), FIELDS.len())).prop_map(|(fields, turns)| {
        Rule(fields.into_iter().zip(turns).map(|((field, _), reversed)| Key { field, reversed }).collect())
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    any::<[bool; 3]>().prop_map(|[gated, allow_failing, allow_empty]| Terms { gated, allow_failing, allow_empty })
}

fn oid(number: u64) -> Oid {
    format!("{number:040x}").parse().unwrap()
}

fn contenders(all: &[Facts]) -> Vec<Contender<'_>> {
    let numbered = (1u16..).zip(all);
    let contenders = numbered.map(|(number, facts)| Contender {
        worker: Worker::new(number).unwrap(),
        candidate: oid(u64::from(number)),
        tree: oid(1000 + u64::from(facts.tree)),
        verdict: facts.verdict,
        diff: &facts.diff,
        duration_ms: facts.duration_ms,
        cost: facts.cost,
        passed: (facts.verdict == Verdict::Pass).then_some(facts.duration_ms ^ 1),
        score: facts.score,
        is_barred: false,
    });
    contenders.collect()
}

proptest! {
    #[test]
    fn the_order_of_reading_does_not_matter(
        all in prop::collection::vec(facts(), 1..8),
        seed in prop::collection::vec(any::<u32>(), 8),
        rule in rule(),
        terms in terms(),
    ) {
        let read = contenders(&all);
        let mut order: Vec<usize> = (0..read.len()).collect();
        order.sort_by_key(|at| seed[*at]);
        let shuffled: Vec<_> = order.into_iter().map(|at| read[at].clone()).collect();
        prop_assert_eq!(ranking::rank(&read, &rule, terms), ranking::rank(&shuffled, &rule, terms));
    }

    #[test]
    fn two_candidates_stand_to_each_other_as_they_do_among_all(
        all in prop::collection::vec(facts(), 2..7),
        rule in rule(),
        terms in terms(),
    ) {
        // Consensus looks at all of them: without it a pair is ranked by itself.
        let rule = Rule(rule.0.into_iter().filter(|key| key.field != Field::Consensus).collect());
        let read = contenders(&all);
        let whole: Vec<Worker> = ranking::rank(&read, &rule, terms).iter().map(|rank| rank.worker).collect();
        for (at, first) in whole.iter().enumerate() {
            for second in &whole[at + 1..] {
                let pair: Vec<_> = read.iter().filter(|one| [*first, *second].contains(&one.worker)).cloned().collect();
                prop_assert_eq!(ranking::rank(&pair, &rule, terms)[0].worker, *first);
            }
        }
    }

    #[test]
    fn nobody_wins_who_may_not(all in prop::collection::vec(facts(), 1..7), rule in rule(), terms in terms()) {
        let read = contenders(&all);
        let ranks = ranking::rank(&read, &rule, terms);
        let may_win = |one: &Contender<'_>| {
            let passed = one.verdict == Verdict::Pass || (!terms.gated && one.verdict == Verdict::None);
            (terms.allow_empty || !one.diff.is_empty()) && (passed || terms.allow_failing)
        };
        prop_assert_eq!(ranks.len(), read.len());
        prop_assert_eq!(ranks[0].eligible, read.iter().any(may_win));
        prop_assert!(ranks.is_sorted_by_key(|rank| (!rank.eligible, rank.verdict)));
    }

    #[test]
    fn a_rule_is_read_back_as_it_was_written(rule in rule()) {
        let text = rule.to_string();
        prop_assert!(text.parse::<Rule>().is_ok_and(|read| read == rule), "{}", text);
    }
}
