//! Transfers: which refs of a run move where it is held, so that it is held as it is given.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    history::{History, Lane, Pursuit},
    journal_name::JournalName,
    oid::Oid,
    ref_name::RefName,
    relation::Relation,
    run_id::RunId,
    worker::Worker,
};

/// What one side has of a run: its refs, notes included.
pub type Refs = BTreeMap<RefName, Oid>;

/// What is known of a run on two sides.
#[derive(Clone, Debug)]
pub struct Sides<'a> {
    /// The run or the queue.
    pub run: &'a JournalName,
    /// The refs on the side that gives.
    pub given: &'a Refs,
    /// The refs on the side that receives.
    pub held: &'a Refs,
    /// How the journals stand to each other.
    pub journal: Relation,
    /// How the journals under the seals do, where both sides have a seal and both can be read.
    pub seal: Option<Relation>,
    /// How the logs do, where both sides have some.
    pub logs: Option<Relation>,
    /// Whether logs go where there are none yet.
    pub with_logs: bool,
    /// Which refs the given journal calls for, and where.
    pub told: &'a Refs,
}

/// One ref that is to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its name.
    pub name: RefName,
    /// The value that it is held at; none: it is not held.
    pub expected: Option<Oid>,
    /// The value that it gets; none: it is removed.
    pub new: Option<Oid>,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// What moves, by name, all or nothing.
    pub moves: Vec<Move>,
    /// What differs on the two sides with nothing to say which is right: it is left as it is.
    pub contested: Vec<Move>,
    /// What is given though the given journal does not call for it, or not for this value: it is left there.
    pub uncalled: Vec<RefName>,
}

/// What becomes of one ref.
enum Fate {
    Stays,
    Moves,
    Contested,
    Uncalled,
}

impl Transfer {
    /// Decides what moves; nothing where the given journal has nothing new, or forks.
    #[must_use]
    pub fn decide(sides: &Sides<'_>) -> Self {
        let mut transfer = Self::default();
        if !matches!(sides.journal, Relation::Same | Relation::Ahead) {
            return transfer;
        }
        let names: BTreeSet<&RefName> = sides.given.keys().chain(sides.held.keys()).collect();
        for name in names {
            let (expected, new) = (sides.held.get(name).copied(), sides.given.get(name).copied());
            match if expected == new { Fate::Stays } else { sides.fate(name, (new, expected)) } {
                Fate::Stays => {}
                Fate::Moves => transfer.moves.push(Move { name: name.clone(), expected, new }),
                Fate::Contested => transfer.contested.push(Move { name: name.clone(), expected, new }),
                Fate::Uncalled => transfer.uncalled.push(name.clone()),
            }
        }
        transfer
    }
}

impl Sides<'_> {
    fn fate(&self, name: &RefName, (given, held): (Option<Oid>, Option<Oid>)) -> Fate {
        if *name == RefName::notes(self.run) {
            // The same journal in another commit is no news.
            return if self.journal == Relation::Ahead { Fate::Moves } else { Fate::Stays };
        }
        if *name == RefName::seal(self.run) {
            return carried(self.seal, given, held);
        }
        if *name == RefName::logs(self.run) {
            return if held.is_none() && !self.with_logs { Fate::Stays } else { carried(self.logs, given, held) };
        }
        match (given, self.told.get(name).copied()) {
            (None, told) if told.is_none() && self.has_moved_on(name, held) => Fate::Moves,
            (None, _) => Fate::Stays,
            (Some(_), None) => Fate::Uncalled,
            (_, told) if told == given => Fate::Moves,
            (_, told) if told == held => Fate::Stays,
            (Some(_), Some(_)) if held.is_none() => Fate::Uncalled,
            (Some(_), Some(_)) => Fate::Contested,
        }
    }

    /// Tells whether what is held comes under another name: nothing is removed that would be lost by it.
    fn has_moved_on(&self, name: &RefName, held: Option<Oid>) -> bool {
        let comes = |(name, id): (&RefName, &Oid)| Some(*id) == held && self.given.get(name) == held.as_ref();
        self.journal == Relation::Ahead && name.is_journaled() && self.told.iter().any(comes)
    }
}

/// Decides on what no journal speaks of: it takes the place of what it goes on from, and of nothing else.
fn carried(relation: Option<Relation>, given: Option<Oid>, held: Option<Oid>) -> Fate {
    match (given, held, relation) {
        (None, ..) | (_, Some(_), Some(Relation::Behind)) => Fate::Stays,
        (_, None, _) | (_, _, Some(Relation::Ahead)) => Fate::Moves,
        _ => Fate::Contested,
    }
}

/// Tells whether refs that are held without a journal are those of another run.
#[must_use]
pub fn is_another(given: &Refs, held: &Refs) -> bool {
    held.iter().any(|(name, id)| name.is_journaled() && given.get(name) != Some(id))
}

/// Lists the refs that a history calls for, and where each of them is.
#[must_use]
pub fn told(run: &RunId, history: &History) -> Refs {
    let base = history.run().map(|started| (RefName::base(run), started.args.base));
    let picked = history.selected.as_ref().and_then(|selected| selected.fact.result.candidate);
    let picked = picked.or(history.pursuit().and_then(Pursuit::offer));
    let unions = history.pursuit().into_iter().flat_map(|pursuit| (1..).zip(&pursuit.unions));
    let merged = history.merged.last().and_then(|merge| merge.fact.result.commit);
    let last = [(RefName::winner(run), picked), (RefName::merge(run), merged)];
    base.into_iter()
        .chain(history.lanes().flat_map(|(worker, lane)| candidates(run, worker, lane)))
        .chain(unions.map(|(number, placed)| (RefName::union(run, number), placed.fact.result.commit)))
        .chain(last.into_iter().filter_map(|(name, id)| Some((name, id?))))
        .collect()
}

/// Lists the refs of all that a worker has left, its newest attempt first.
fn candidates(run: &RunId, worker: Worker, lane: &Lane) -> Vec<(RefName, Oid)> {
    let (current, discarded) = (RefName::candidate(run, worker), RefName::discarded(run, worker));
    let name = if lane.discarded.is_some() { discarded } else { current };
    let earlier = (1..).zip(&lane.superseded).map(|(attempt, id)| (RefName::attempt(run, worker, attempt), *id));
    let all = [(name, lane.candidate())].into_iter().chain(earlier);
    all.filter_map(|(name, id)| Some((name, id?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELATIONS: [Relation; 4] = [Relation::Same, Relation::Ahead, Relation::Behind, Relation::Forked { event: 2 }];

    fn id(number: u8) -> Option<Oid> {
        (number > 0).then(|| format!("{number:040x}").parse().unwrap())
    }

    fn refs(name: &RefName, value: Option<Oid>) -> Refs {
        value.map(|id| (name.clone(), id)).into_iter().collect()
    }

    /// Decides in every small world in which the sides may differ in one ref, and shows each to a law.
    fn everywhere(short: &str, law: impl Fn(&Sides<'_>, (Option<Oid>, Option<Oid>), &Transfer)) {
        let run: RunId = "r".parse().unwrap();
        let name = if short == "notes" { RefName::notes(&run) } else { RefName::full(format!("refs/par/r/{short}")) };
        let other: Vec<Option<Relation>> = RELATIONS.map(Some).into_iter().chain([None]).collect();
        for (journal, other) in RELATIONS.iter().flat_map(|journal| other.iter().map(move |other| (*journal, *other))) {
            for number in 0..108 {
                let (given, held, told) = (id(number % 3), id(number / 3 % 3), id(number / 9 % 3));
                let (mut a, mut b, mut c) = (refs(&name, given), refs(&name, held), refs(&name, told));
                // Perhaps what is held has another name on both sides.
                let kept = held.filter(|_| number >= 54).map(|id| (RefName::full("refs/par/r/kept"), id));
                a.extend(kept.clone());
                b.extend(kept.clone());
                c.extend(kept);
                let sides = Sides {
                    run: &run,
                    given: &a,
                    held: &b,
                    journal,
                    seal: other,
                    logs: other,
                    with_logs: number / 27 % 2 == 1,
                    told: &c,
                };
                law(&sides, (given, held), &Transfer::decide(&sides));
            }
        }
    }

    #[test]
    fn whatever_moves_is_expected_where_it_is_held_and_gets_what_is_given() {
        for short in ["notes", "base", "w1", "attempt/w1.1", "winner", "seal", "logs", "later"] {
            everywhere(short, |sides, (given, held), transfer| {
                let goes_on = matches!(sides.journal, Relation::Same | Relation::Ahead);
                assert!(goes_on || *transfer == Transfer::default());
                assert!(given != held || *transfer == Transfer::default());
                assert!(transfer.moves.iter().all(|step| (step.new, step.expected) == (given, held)));
                assert!(transfer.moves.len() + transfer.contested.len() + transfer.uncalled.len() <= 1);
            });
        }
    }

    #[test]
    fn what_the_journal_calls_for_comes_and_nothing_else_does() {
        for short in ["base", "w1", "attempt/w1.1", "discarded/w1", "winner", "merge", "leftover/w1.1", "later"] {
            everywhere(short, |sides, (given, held), transfer| {
                let goes_on = matches!(sides.journal, Relation::Same | Relation::Ahead);
                let (Some(_), true, true) = (given, given != held, goes_on) else { return };
                let told = told_of(sides, short);
                assert_eq!(transfer.moves.len() == 1, told == given);
                assert_eq!(transfer.uncalled.len() == 1, told.is_none() || (told != given && held.is_none()));
                assert_eq!(
                    transfer.contested.len() == 1,
                    told.is_some() && told != given && told != held && held.is_some()
                );
            });
        }
    }

    /// Returns what the journal says of one ref.
    fn told_of(sides: &Sides<'_>, short: &str) -> Option<Oid> {
        sides.told.get(&RefName::full(format!("refs/par/r/{short}"))).copied()
    }

    #[test]
    fn seals_and_logs_come_where_there_are_none_and_logs_only_where_they_are_wanted() {
        for short in ["seal", "logs"] {
            everywhere(short, |sides, (given, held), transfer| {
                let goes_on = matches!(sides.journal, Relation::Same | Relation::Ahead);
                let (Some(_), None, true) = (given, held, goes_on) else { return };
                assert_eq!(!transfer.moves.is_empty(), short == "seal" || sides.with_logs);
            });
        }
    }

    #[test]
    fn only_what_the_journal_decides_on_is_removed_and_only_where_another_name_keeps_it() {
        for (short, is_journaled) in
            [("w1", true), ("discarded/w1", true), ("winner", true), ("seal", false), ("logs", false), ("later", false)]
        {
            everywhere(short, |sides, (given, held), transfer| {
                let removes = transfer.moves.iter().any(|step| step.new.is_none());
                let is_kept = sides.given.len() == 1;
                let is_past = given.is_none() && held.is_some() && told_of(sides, short).is_none();
                let may = is_kept && is_journaled && is_past && sides.journal == Relation::Ahead;
                assert_eq!(removes, may);
            });
        }
    }

    #[test]
    fn a_run_is_another_where_what_its_journal_decides_on_is() {
        let run: RunId = "r".parse().unwrap();
        let (base, seal) = (RefName::base(&run), RefName::seal(&run));
        for (given, held) in (0..9).map(|number| (id(number % 3), id(number / 3))) {
            assert_eq!(is_another(&refs(&base, given), &refs(&base, held)), held.is_some() && given != held);
            assert!(!is_another(&refs(&seal, given), &refs(&seal, held)));
        }
    }

    #[test]
    fn seals_and_logs_take_the_place_only_of_what_they_go_on_from() {
        for short in ["seal", "logs"] {
            everywhere(short, |sides, (given, held), transfer| {
                let goes_on = matches!(sides.journal, Relation::Same | Relation::Ahead);
                if given.is_none() || held.is_none() || given == held || !goes_on {
                    return;
                }
                assert_eq!(!transfer.moves.is_empty(), sides.seal == Some(Relation::Ahead));
                let settled = matches!(sides.seal, Some(Relation::Ahead | Relation::Behind));
                assert_eq!(transfer.contested.is_empty(), settled);
            });
        }
    }
}
