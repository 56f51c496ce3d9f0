//! Resolutions: how agents are asked to resolve a conflict, and how an entry tells that one was resolved.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{oid::Oid, run_id::RunId};

/// What the check of whoever resolves looks for before it checks anything else: marks of this conflict in these files.
const MARKS: &str = r#"ours=$1 theirs=$2 count=$3 left=; shift 3
while [ "$count" -gt 0 ]; do
    if grep -qF -e "< $ours" -e "> $theirs" -- "$1" 2>/dev/null; then echo "conflict marks are left in $1"; left=1; fi
    shift; count=$((count - 1))
done
[ -z "$left" ] || exit 1
[ $# -eq 0 ] || exec "$@""#;

/// Where a resolved commit came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// The run that resolved it; of one that is remembered, the one that did so first. None where a person's is remembered.
    pub run: Option<RunId>,
    /// The target's commit that was merged into.
    pub onto: Oid,
    /// The commit that was merged into it.
    pub theirs: Oid,
    /// Whether an earlier resolution was offered again.
    pub remembered: bool,
}

/// A conflict that is to be resolved.
#[derive(Clone, Debug)]
pub struct Conflict<'c> {
    /// The target's commit.
    pub onto: Oid,
    /// The commit that is to be merged into it.
    pub theirs: Oid,
    /// The paths in conflict.
    pub paths: &'c [String],
    /// What our side has done there, a line each.
    pub ours_did: &'c [String],
    /// What their side has done.
    pub theirs_did: &'c str,
    /// The project's own check; nothing where there is none.
    pub gate: Option<&'c [String]>,
}

impl Conflict<'_> {
    /// Writes the plan by which it is resolved: one who looks what both sides want, then one who edits the files in conflict and
    /// no other; the check of the goal is the project's own.
    #[must_use]
    pub fn plan(&self) -> Value {
        let merger = json!({
            "id": "merger", "role": "merger", "prompt": self.inquiry(), "gate": ["true"],
            "output": "what each side intends, and what the merged files must therefore contain",
        });
        let resolver = json!({
            "id": "resolver", "role": "resolver", "needs": ["merger"], "prompt": self.order(), "gate": self.check(),
            // Where a file stands as one side has it, that may be what is right.
            "may_be_empty": true,
            "writes": self.paths.iter().map(|path| literal(path)).collect::<Vec<_>>(),
        });
        let mut plan = json!({
            "version": 1, "goal": format!("resolve the conflict of {} with {}", self.theirs.short(), self.onto.short()),
            "tasks": [merger, resolver],
            "roles": {
                "merger": { "permission": "read", "preamble": "You merge. Two lines of work conflict: find out what each of them \
                    intends, and say what their merge must contain. Change no file." },
                "resolver": { "permission": "write", "preamble": "You resolve. Bring both intents together in the files that \
                    conflict, and in no others, and leave no conflict mark." },
            },
        });
        if let (Some(gate), Some(plan)) = (self.gate, plan.as_object_mut()) {
            plan.insert("gate".to_owned(), json!(gate));
        }
        plan
    }

    fn inquiry(&self) -> String {
        let paths: String = self.paths.iter().map(|path| format!("- {path}\n")).collect();
        let ours: String = self.ours_did.iter().map(|did| format!("- {did}\n")).collect();
        format!(
            "The commit that is checked out is a merge with conflicts. Its first parent, {}, is the branch; its second parent, {}, \
             is what is to be merged into it.\n\nThe branch has, in the files that conflict:\n{ours}\nWhat is to be merged has:\n- {}\n\n\
             In conflict:\n{paths}\nLook at what each side changed (`git diff $(git merge-base HEAD^1 HEAD^2) HEAD^1 -- FILE`, and \
             likewise HEAD^2), and say what each side intends and what each of these files must contain so that both are met.",
            self.onto, self.theirs, self.theirs_did
        )
    }

    fn order(&self) -> String {
        let paths: String = self.paths.iter().map(|path| format!("- {path}\n")).collect();
        format!(
            "These files have conflict marks in them, or were changed on one side and removed on the other:\n{paths}\n\
             Between `<<<<<<<` and `=======` stands what the branch (HEAD^1) has, between that and `>>>>>>>` what is to be merged \
             into it (HEAD^2). Make each file what both sides together intend. Edit no other file: a resolution that touches \
             another one is thrown away. What you say of it decides nothing: the project's check does."
        )
    }

    fn check(&self) -> Vec<String> {
        let words = ["sh", "-c", MARKS, "check"].map(str::to_owned);
        let sides = [self.onto.to_string(), self.theirs.to_string(), self.paths.len().to_string()];
        let gate = self.gate.unwrap_or_default();
        words.into_iter().chain(sides).chain(self.paths.iter().cloned()).chain(gate.iter().cloned()).collect()
    }
}

/// Writes a path as a pattern that means it alone.
fn literal(path: &str) -> String {
    let escaped = |letter: char| {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            format!("\\{letter}")
        } else {
            letter.to_string()
        }
    };
    path.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{Plan, finding::Findings};

    fn oid(letter: &str) -> Oid {
        letter.repeat(40).parse().unwrap()
    }

    #[test]
    fn the_plan_is_one_whose_resolver_writes_the_conflicting_files_alone() {
        let paths = ["a.txt".to_owned(), "odd [x]*.rs".to_owned()];
        let gate = ["make".to_owned(), "test".to_owned()];
        let conflict = Conflict {
            onto: oid("a"),
            theirs: oid("b"),
            paths: &paths,
            ours_did: &["changed a".to_owned()],
            theirs_did: "changed it too",
            gate: Some(&gate),
        };
        let findings = Findings::default();
        let plan = Plan::of(&conflict.plan(), &findings).unwrap();
        assert_eq!(findings.into_vec(), []);
        let writes: Vec<String> = plan.tasks[1].writes.iter().map(ToString::to_string).collect();
        assert_eq!(writes, ["a.txt", r"odd \[x\]\*.rs"]);
        assert_eq!(plan.gate.as_deref(), Some(&gate[..]));
        let check = plan.tasks[1].gate.clone().unwrap();
        assert!(check.ends_with(&gate) && check.contains(&"odd [x]*.rs".to_owned()), "{check:?}");
    }
}
