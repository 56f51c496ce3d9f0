//! Laws of the search for blame, on every small world and on random ones.

use super::*;

/// What there is to know: an answer for each set, told by the bits of its number.
type World = Vec<Answer>;

/// A search that was made: its end, and what was asked and answered.
type Made = (Blame, Vec<(Vec<usize>, Answer)>);

fn bits(set: &[usize]) -> usize {
    set.iter().map(|candidate| 1 << candidate).sum()
}

fn set_of(bits: usize, count: usize) -> Vec<usize> {
    (0..count).filter(|candidate| bits >> candidate & 1 == 1).collect()
}

/// Searches, and holds what is asked against what every search promises.
fn made(count: usize, hint: &[usize], answer: &dyn Fn(&[usize]) -> Answer, budget: usize) -> Made {
    let mut asked: Vec<(Vec<usize>, Answer)> = Vec::new();
    let blame = search(count, hint, &mut |set| {
        assert!(set.is_sorted_by(|a, b| a < b) && set.iter().all(|candidate| *candidate < count), "{set:?}");
        assert!(set.len() < count, "all together are known to fail");
        assert!(asked.iter().all(|(earlier, answer)| earlier != set && *answer != Answer::Spent), "{set:?}, {asked:?}");
        let answer = if asked.len() < budget { answer(set) } else { Answer::Spent };
        asked.push((set.to_vec(), answer));
        answer
    });
    (blame, asked)
}

/// Searches a world, and holds the end against all that there is to know.
fn searched(count: usize, hint: &[usize], world: &World, budget: usize) -> Made {
    let (blame, asked) = made(count, hint, &|set| world[bits(set)], budget);
    let case = format!("{count} candidates, hint {hint:?}, {world:?}: {blame:?}");
    let rests: Vec<Answer> = blame.set.iter().map(|left_out| world[bits(&blame.set) & !(1 << left_out)]).collect();
    let is_minimal = rests.iter().all(|rest| *rest == Answer::Passes);
    let is_whole = blame.set.len() == count;
    assert_eq!(world[bits(&blame.set)], Answer::Fails, "{case}");
    match blame.verdict {
        Explanation::Base => assert!(blame.set.is_empty(), "{case}"),
        Explanation::Minimal => assert!(is_minimal && !is_whole && !blame.set.is_empty(), "{case}"),
        Explanation::Whole => assert!(is_minimal && is_whole, "{case}"),
        Explanation::Spent => assert_eq!(asked.last().map(|(_, answer)| *answer), Some(Answer::Spent), "{case}"),
        Explanation::Unsure => assert!(rests.contains(&Answer::Unknown) && !rests.contains(&Answer::Fails), "{case}"),
    }
    let smallest = asked.iter().filter(|(_, answer)| *answer == Answer::Fails).map(|(set, _)| set.len()).min();
    assert_eq!(blame.set.len(), smallest.unwrap_or(count), "{case}");
    (blame, asked)
}

/// Lists every world in which more candidates never pass where fewer fail, as a bit for each set that fails.
fn monotone(count: usize) -> Vec<u64> {
    if count == 0 {
        return vec![0, 1];
    }
    let smaller = monotone(count - 1);
    // What fails without the last candidate fails with it.
    let pairs = smaller.iter().flat_map(|without| smaller.iter().map(move |with| (without, with)));
    pairs.filter(|(without, with)| *without & *with == **without).map(|(a, b)| a | b << (1 << (count - 1))).collect()
}

fn world(failing: u64, count: usize) -> World {
    (0..1 << count).map(|set| if failing >> set & 1 == 1 { Answer::Fails } else { Answer::Passes }).collect()
}

#[test]
fn where_more_never_helps_what_is_found_is_a_smallest_set_whatever_the_hint() {
    for count in 0..=5 {
        let worlds: Vec<u64> =
            monotone(count).into_iter().filter(|failing| failing >> ((1 << count) - 1) == 1).collect();
        assert_eq!(worlds.len(), [1, 2, 5, 19, 167, 7580][count], "one less than there are such functions");
        for (at, failing) in worlds.into_iter().enumerate() {
            let world = world(failing, count);
            let hints = if count < 5 { 0..1 << count } else { at % 32..at % 32 + 1 };
            for hint in hints {
                let (blame, _) = searched(count, &set_of(hint, count), &world, usize::MAX);
                let own = bits(&blame.set);
                let smaller = (0..own).filter(|set| set & own == *set && failing >> set & 1 == 1);
                assert_eq!(smaller.count(), 0, "{blame:?} of {world:?}");
                assert!(!matches!(blame.verdict, Explanation::Spent | Explanation::Unsure), "{blame:?} of {world:?}");
            }
        }
    }
}

/// Numbers that look random and are the same every time (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    /// A world in which anything may come of any set but that of all.
    fn world(&mut self, count: usize) -> World {
        let (fails, unknown) = (1 + self.below(40), self.below(40));
        let mut world: World = (0..1 << count)
            .map(|_| match self.below(100) {
                part if part < fails => Answer::Fails,
                part if part < fails + unknown => Answer::Unknown,
                _ => Answer::Passes,
            })
            .collect();
        world[(1 << count) - 1] = Answer::Fails;
        world
    }
}

#[test]
fn whatever_comes_of_any_set_no_more_is_claimed_than_was_seen_and_answers_on_record_lead_to_the_same_end() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut seen = HashMap::new();
    for _ in 0..20_000 {
        let count = 1 + random.below(8);
        let world = random.world(count);
        let hint = set_of(random.below(1 << count), count);
        let budget = if random.below(2) == 0 { usize::MAX } else { random.below(30) };
        let (blame, asked) = searched(count, &hint, &world, budget);
        *seen.entry(format!("{:?}", blame.verdict)).or_insert(0) += 1;
        let recorded = |set: &[usize]| asked.iter().find(|(asked, _)| asked == set).map(|(_, answer)| *answer);
        let again = made(count, &hint, &|set| recorded(set).expect("it was asked"), usize::MAX);
        assert_eq!(again, (blame, asked));
    }
    assert!(seen.len() == 5 && seen.values().all(|count| *count > 500), "{seen:?}");
}

/// Counts what is asked where these candidates fail together, with or without others.
fn questions(count: usize, hint: &[usize], culprits: &[usize]) -> usize {
    let fails = |set: &[usize]| culprits.iter().all(|culprit| set.contains(culprit));
    let answer = |set: &[usize]| if fails(set) { Answer::Fails } else { Answer::Passes };
    let (blame, asked) = made(count, hint, &answer, usize::MAX);
    assert_eq!(blame, Blame { set: culprits.to_vec(), verdict: Explanation::Minimal });
    asked.len()
}

#[test]
fn few_questions_are_asked() {
    let single: Vec<usize> = (0..16).map(|culprit| questions(16, &[], &[culprit])).collect();
    assert_eq!((single.iter().min(), single.iter().max()), (Some(&5), Some(&9)), "{single:?}");
    let hinted = |hint: &dyn Fn(usize) -> Vec<usize>| (0..16).map(|at| questions(16, &hint(at), &[at])).max();
    assert_eq!(hinted(&|at| vec![at]), Some(2), "base and the hint");
    assert_eq!(hinted(&|at| vec![at, (at + 5) % 16, at, 99]), Some(4), "and one or both of the two that it names");
    assert_eq!(hinted(&|at| vec![(at + 1) % 16]), Some(10), "a wrong hint costs one question");
    assert_eq!(questions(16, &[3, 12], &[3, 12]), 4, "base, the hint, and each of the two alone");
    let pairs = (0..16).flat_map(|a| (a + 1..16).map(move |b| questions(16, &[], &[a, b])));
    assert_eq!(pairs.max(), Some(27), "two that fail together only");
    let many = (0..256).map(|culprit| questions(256, &[], &[culprit])).max();
    assert_eq!(many, Some(17), "one and twice the logarithm");
}

#[test]
fn base_alone_is_asked_first_and_nobody_is_to_blame_where_it_fails() {
    let (blame, asked) = made(3, &[1], &|_| Answer::Fails, usize::MAX);
    assert_eq!(blame, Blame { set: vec![], verdict: Explanation::Base });
    assert_eq!(asked, [(vec![], Answer::Fails)]);
    assert_eq!(made(0, &[], &|_| Answer::Fails, 0).0.verdict, Explanation::Base, "no candidates are base");
}

#[test]
fn where_base_could_not_be_told_a_single_candidate_is_not_shown_to_be_the_reason() {
    let answer = |set: &[usize]| match set {
        [] => Answer::Unknown,
        set if set.contains(&1) => Answer::Fails,
        _ => Answer::Passes,
    };
    let (blame, _) = made(4, &[], &answer, usize::MAX);
    assert_eq!(blame, Blame { set: vec![1], verdict: Explanation::Unsure });
}

#[test]
fn nothing_is_asked_any_more_once_nothing_may_be() {
    let answer = |set: &[usize]| if set.contains(&5) { Answer::Fails } else { Answer::Passes };
    let (blame, asked) = made(8, &[], &answer, 3);
    assert_eq!(blame, Blame { set: vec![4, 5, 6, 7], verdict: Explanation::Spent });
    assert_eq!(asked.len(), 4, "three answers, and that there are no more");
}
