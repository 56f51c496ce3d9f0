//! Steps: the table of commands that a case draws from; a new verb is a line in it.

use crate::random::Random;

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// `git par`, which may touch nothing.
    Tool,
    /// `git par merge`, which may move the branch that it is told to and the files of whoever has it checked out.
    Merge,
    /// The user, in a shell: from then on that is how things are.
    User,
}

/// What every case begins with, so that there mostly is a winner.
pub(crate) const FIRST: &[Line] = &[
    (1, By::Tool, "spawn -n 2 --name RUN task -- sh -c AGENT"),
    (1, By::Tool, "gate RUN -- sh -c CHECK"),
    (1, By::Tool, "pick RUN --allow-failing"),
];

/// How often a step is drawn, by whom it is done, and the command; `AGENT` and `CHECK` are drawn too.
type Line = (usize, By, &'static str);

/// What a case goes on with.
const STEPS: &[Line] = &[
    (2, By::Tool, "spawn -n 2 --name RUN task -- sh -c AGENT"),
    (1, By::Tool, "spawn -n 2 --name NEW --base free --gate true task -- sh -c AGENT"),
    (1, By::Tool, "spawn -n 1 --name NEW --timeout 100ms task -- sleep 100"),
    (1, By::Tool, "run -n 2 --name NEW --gate true --seal task -- sh -c AGENT"),
    (1, By::Merge, "run -n 1 --name NEW --gate true --merge --seal task -- sh -c AGENT"),
    (1, By::Merge, "run --continue RUN --merge"),
    (1, By::Tool, "spawn -n 2 --name NEW --detach task -- sh -c AGENT"),
    (1, By::Tool, "stop RUN"),
    (3, By::Tool, "resume RUN"),
    (2, By::Tool, "retry RUN --failed"),
    (2, By::Tool, "retry RUN -w 1 --with-feedback"),
    (3, By::Tool, "gate RUN --baseline -- sh -c CHECK"),
    (1, By::Tool, "gate RUN --place clean --protect dir -- sh -c CHECK"),
    (3, By::Tool, "pick RUN"),
    (1, By::Tool, "pick RUN --allow-failing --by lines"),
    (1, By::Tool, "merge RUN --dry-run"),
    (4, By::Merge, "merge RUN"),
    (1, By::Merge, "merge RUN --ff"),
    (1, By::Merge, "merge RUN --squash"),
    (2, By::Merge, "merge RUN --into free"),
    (1, By::Merge, "merge RUN --into alias"),
    (1, By::Merge, "merge RUN --into mine"),
    (1, By::Merge, "merge RUN --into rebased"),
    (1, By::Merge, "merge RUN --into main"),
    (1, By::Merge, "merge RUN --into gone"),
    (2, By::Tool, "seal RUN"),
    (2, By::Tool, "verify RUN"),
    (1, By::Tool, "verify RUN --regate"),
    (1, By::Tool, "list"),
    (2, By::Tool, "discard RUN -w 1 --yes"),
    (2, By::Tool, "discard RUN --yes"),
    (1, By::Tool, "prune"),
    (3, By::Tool, "prune --apply --older-than 0"),
    (3, By::Tool, "prune --apply --older-than 0 --refs --force"),
    (1, By::Tool, "list --all"),
    (1, By::Tool, "status"),
    (1, By::Tool, "log RUN"),
    (1, By::Tool, "diff RUN"),
    (1, By::Tool, "diff RUN --between 1 2 --stat"),
    (2, By::Tool, "attach RUN -w 1 -- sh -c AGENT"),
    (2, By::Tool, "push origin RUN"),
    (1, By::Tool, "push origin --all --logs"),
    (2, By::Tool, "fetch origin RUN"),
    (1, By::Tool, "fetch"),
    (1, By::Tool, "list RUN --json"),
    (1, By::Tool, "agents"),
    (1, By::Tool, "merge RUN --into nowhere"),
    (1, By::Tool, "merge RUN --into refs/tags/light"),
    (1, By::Tool, "spawn --name heads/main task -- true"),
    (1, By::Tool, "spawn --name RUN --base nowhere task -- true"),
    (1, By::Tool, "pick RUN --by nonsense"),
    (1, By::Tool, "frobnicate RUN"),
    (1, By::User, "git pack-refs --all"),
    (1, By::User, "rm -rf ../repo.par/RUN/w1"),
    (1, By::User, "echo later >later.txt"),
];

/// What an agent does; nothing here changes through git what all worktrees share, or follows a link that a winner left.
const AGENTS: &[&str] = &[
    "echo $PAR_WORKER >>a.txt; echo new >new.txt",
    "echo $PAR_WORKER >>a.txt",
    "echo $PAR_WORKER >>a.txt; mkdir -p deep; echo new >deep/new.txt; test -L dir || rm dir/e.txt",
    "seq 3 >a.txt; test -L dir || rm dir/e.txt; chmod -x tool.sh",
    "test -L dir || echo $PAR_WORKER >>dir/c.txt; git -c gc.auto=0 -c commit.gpgSign=false commit -qam mine; echo 1 >n",
    "true",
    "echo 1 >new.txt; exit 3",
    "echo 1 >new.txt; echo garbage >.git",
    "echo 1 >new.txt; rm .git; ln -s ../../../repo/.git .git",
    "echo 1 >>a.txt; echo \"gitdir: $PWD/../../../repo/.git\" >.git",
    "d=$(git rev-parse --git-dir); echo garbage >\"$d/HEAD\"; : >\"$d/index.lock\"; echo 1 >new.txt",
    "rm -r \"$(git rev-parse --git-dir)\"; echo 1 >>a.txt",
    "d=$PWD; cd /; rm -rf \"$d\"; ln -s \"$ROOT/repo\" \"$d\"",
    "rm -rf dir; ln -s ../../../repo/dir dir; echo 1 >>a.txt",
    "rm -rf \"$PWD\"",
    "git worktree lock . ; echo 1 >>b.txt",
    "echo 1 >>a.txt; kill -KILL $PPID",
];

const CHECKS: &[&str] = &["true", "true", "exit 1", "test -e new.txt", "rm -rf ./*; echo left >left.txt"];

/// The runs of a case, of which it mostly means one: they have namesakes among the user's worktrees.
pub(crate) const RUNS: &[&str] = &["one", "two"];

/// A run that no case begins with.
pub(crate) const NEW: &str = "three";

/// A step as it is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) by: By,
    pub(crate) argv: Vec<String>,
}

impl Step {
    /// Draws one.
    pub(crate) fn draw(run: &str, random: &mut Random) -> Self {
        let mut at = random.below(STEPS.iter().map(|(weight, ..)| weight).sum());
        let drawn = STEPS.iter().find(|(weight, ..)| {
            let found = at < *weight;
            at = at.saturating_sub(*weight);
            found
        });
        // One in five is about the other run, which may not be there.
        let run = if random.below(5) == 0 { random.one(RUNS) } else { run };
        Self::of(drawn.unwrap(), run, random)
    }

    /// Draws what a line of the table leaves open.
    pub(crate) fn of((_, by, line): &Line, run: &str, random: &mut Random) -> Self {
        let mut word = |word: &str| match word {
            "AGENT" => (*random.one(AGENTS)).to_owned(),
            "CHECK" => (*random.one(CHECKS)).to_owned(),
            other => other.replace("RUN", run).replace("NEW", NEW),
        };
        Self { by: *by, argv: line.split(' ').map(&mut word).collect() }
    }

    /// Names the branch that it is told to merge into; none: the one that is checked out.
    pub(crate) fn into(&self) -> Option<&str> {
        let at = self.argv.iter().position(|word| word == "--into")?;
        self.argv.get(at + 1).map(String::as_str)
    }
}
