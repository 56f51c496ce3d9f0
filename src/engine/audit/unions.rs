//! Unions: each is what its candidates make, integrated again, and its commit is the one that stands for that.

use super::{
    case::Case,
    tally::{Tally, count, uncomputable, unreadable},
};
use crate::{
    engine::union::{self, Change, Union},
    model::{
        candidate::{self, Candidate},
        fact::{
            Fact, UnionFinished, UnionProbed,
            union_finished::{Conflict, Part},
        },
        finding::{Code, Finding, Weight},
        history::Pursuit,
        oid::Oid,
    },
};

const CODE: Code = Code::Unions;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(pursuit) = case.ledger.history.pursuit() else { return Vec::new() };
    let mut tally = Tally::new(CODE);
    let (mut unions, mut probes) = (0, 0);
    for told in case.each(&case.ledger.facts) {
        let findings = match &told.fact {
            Fact::UnionFinished(fact) => {
                unions += 1;
                judge_union(case, fact)
            }
            Fact::UnionProbed(fact) => {
                probes += 1;
                judge_probe(case, pursuit, fact).into_iter().collect()
            }
            _ => Vec::new(),
        };
        tally.extend(findings.into_iter().map(|finding| finding.at(told.seq)));
    }
    let (unions, probes) = (count(unions, "union"), count(probes, "probe"));
    let mut findings = tally.done(format!("{unions} and {probes}, integrated again"));
    // What was found wrong of them while reading is not to be followed by that they hold.
    let is_found = |finding: &Finding| (finding.code, finding.weight) == (CODE, Weight::Broken);
    if case.findings.iter().any(is_found) {
        findings.retain(|finding| finding.weight > Weight::Holds);
    }
    findings
}

/// Integrates candidates again, unless their trees are such as nobody works with.
fn integrate(case: &Case<'_>, tree: Oid, parts: &[Part]) -> Result<Union, Finding> {
    let failed = |error: &dyn std::error::Error| uncomputable(case.repository, CODE, error);
    let changes: Vec<Change> =
        union::changes(case.repository, &case.ledger.history, parts).map_err(|error| failed(&error))?;
    let trees = changes.iter().flat_map(|change| [change.from, change.to]).chain([tree]);
    case.require_walkable(trees).map_err(|error| failed(&error))?;
    union::integrate(case.repository, tree, &changes).map_err(|error| failed(&error))
}

fn judge_union(case: &Case<'_>, fact: &UnionFinished) -> Vec<Finding> {
    let (args, result) = (&fact.args, &fact.result);
    let base_tree = match case.repository.commit(args.base) {
        Ok(commit) => commit.tree,
        Err(error) => return vec![unreadable(CODE, &error, "what a union starts from")],
    };
    let union = match integrate(case, base_tree, &args.parts) {
        Ok(union) => union,
        Err(finding) => return vec![finding],
    };
    let mut findings = Vec::new();
    if union.conflicts != result.conflicts {
        let (found, told) = (told(&union.conflicts), told(&result.conflicts));
        findings.push(Finding::broken(CODE, format!("integrating them gives {found}, the journal says {told}")));
    }
    if union.tree != result.tree {
        let message = format!("the candidates make the tree {}, the journal says {}", union.tree, result.tree);
        findings.push(Finding::broken(CODE, message).on(result.tree));
    }
    findings.extend(judge_commit(case, fact, (base_tree, &union)));
    findings
}

fn told(conflicts: &[Conflict]) -> String {
    let conflicts: Vec<String> = conflicts.iter().map(Conflict::to_string).collect();
    if conflicts.is_empty() { "no conflict".to_owned() } else { conflicts.join("; ") }
}

fn judge_commit(case: &Case<'_>, fact: &UnionFinished, (base_tree, union): (Oid, &Union)) -> Option<Finding> {
    let id = fact.result.commit;
    let commit = match case.repository.commit(id) {
        Ok(commit) => commit,
        Err(error) => return Some(unreadable(CODE, &error, "union")),
    };
    let broken = |message: String| Some(Finding::broken(CODE, message).on(id));
    if commit.tree != fact.result.tree {
        return broken(format!("union {id} has the tree {}, which is not the recorded one", commit.tree));
    }
    let shape = match union::shape(case.repository, (fact.args.base, base_tree), union) {
        Ok(shape) => shape,
        Err(error) => return Some(unreadable(CODE, &error, "history of a union")),
    };
    match shape {
        Candidate::Existing(expected) if expected == id => None,
        Candidate::Existing(expected) => broken(format!("the union is {expected} itself, the journal says {id}")),
        Candidate::New(parents) if parents != commit.parents => {
            broken(format!("union {id} has not what it starts from and its candidates as its parents"))
        }
        Candidate::New(_) => {
            let message = case.repository.commit_message(id).ok()?;
            let other = candidate::trailer(&message, "Par-Run").filter(|found| *found != case.name.as_str())?;
            broken(format!("union {id} says Par-Run {other}: it was made for that one"))
        }
    }
}

fn judge_probe(case: &Case<'_>, pursuit: &Pursuit, fact: &UnionProbed) -> Option<Finding> {
    let (_, base_tree) = case.base()?;
    let parts = &pursuit.blaming.as_ref()?.fact.args.parts;
    let tasks = &fact.args.tasks;
    let named: Vec<Part> =
        tasks.iter().filter_map(|task| parts.iter().find(|part| part.task == *task)).cloned().collect();
    if named.len() != tasks.len() {
        return Some(Finding::broken(CODE, "a probe is of a task that is not in the union"));
    }
    let union = match integrate(case, base_tree, &named) {
        Ok(union) => union,
        Err(finding) => return Some(finding),
    };
    let found = union.conflicts.is_empty().then_some(union.tree);
    let shown = |tree: Option<Oid>| tree.map_or("a conflict".to_owned(), |tree| format!("the tree {tree}"));
    let message = || format!("what was probed makes {}, the journal says {}", shown(found), shown(fact.result.tree));
    (found != fact.result.tree).then(|| Finding::broken(CODE, message()))
}
