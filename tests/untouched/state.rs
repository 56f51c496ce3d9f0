//! States: the tables of what a user's repository can hold when a run meets it; a case draws from them in their order.

/// One piece of a state: its name, and the script that makes it in the main checkout, with `$ROOT` above it.
pub(crate) type Piece = (&'static str, &'static str);

/// How the repository is made: the storage that every other piece builds on.
pub(crate) const STORAGE: &[Piece] = &[
    ("files", "git init -q -b main"),
    ("files again", "git init -q -b main"),
    ("reftable", "git init -q -b main --ref-format=reftable"),
    ("sha256", "git init -q -b main --object-format=sha256"),
];

/// What every case has: two commits on `main`, and two branches, of which `side` conflicts in `b.txt`.
pub(crate) const ALWAYS: Piece = (
    "always",
    r#"git config --global user.name 'A U Thor'; git config --global user.email author@example.com
    printf '#!/bin/sh\ntest -n "$PAR_RUN" || echo "$0 $*" >>"%s/traces"\n' "$ROOT" >../trace; chmod +x ../trace
    seq 20 >a.txt; echo b >b.txt; mkdir dir; echo c >dir/c.txt; echo d >dir/d.txt; echo e >dir/e.txt
    printf '#!/bin/sh\n' >tool.sh; chmod +x tool.sh; ln -s a.txt link; printf '*.log\nbuild/\n' >.gitignore
    git add .; git commit -qm first; git branch free; git checkout -qb side; echo theirs >b.txt; git commit -qam side
    git checkout -q main; echo ours >b.txt; git commit -qam second; git branch topic/deep"#,
);

/// Refs, history, worktrees: pieces that want a clean checkout.
pub(crate) const KEPT: &[Piece] = &[
    ("tags", "git tag light; git tag -a -m annotated heavy"),
    ("notes", "git notes add -m 'a note'; git notes --ref=review add -m other; git notes --ref=parity add -m near"),
    ("neighbours", "git update-ref refs/parity/base HEAD; git update-ref refs/heads/par/one/base HEAD"),
    (
        "remote",
        "git init -q --bare --object-format=$(git rev-parse --show-object-format) ../hub.git; git remote add origin ../hub.git; git push -q -u origin main side; git fetch -q origin; git fetch -q . side",
    ),
    ("alias branch", "git symbolic-ref refs/heads/alias refs/heads/free"),
    ("replaced", "git replace HEAD~1 \"$(git commit-tree -m replaced HEAD~1^{tree})\""),
    (
        "amended",
        "echo x >>dir/e.txt; git commit -qam third; git commit -q --amend -m fourth; git reset -q --hard HEAD~1; git update-ref ORIG_HEAD HEAD~1",
    ),
    (
        "stashes",
        "echo 1 >>a.txt; git add a.txt; echo 2 >>a.txt; echo u >u.txt; git stash push -q -u -m one; echo 3 >>b.txt; git stash push -q -m two; echo 4 >dir/c.txt; git add .; git stash push -q --keep-index -m three; git reset -q --hard",
    ),
    ("dropped stash", "echo 5 >>a.txt; git stash -q; git stash drop -q"),
    (
        "submodule",
        "git init -q -b main --object-format=$(git rev-parse --show-object-format) ../source; (cd ../source; echo s >s.txt; git add .; git commit -qm s); git submodule --quiet add ../source sub; git commit -qm sub; echo more >>sub/s.txt",
    ),
    ("packed", "git pack-refs --all; git repack -adq"),
    ("worktree w1", "git worktree add -q -b mine ../mine/w1; echo m >>../mine/w1/dir/c.txt; echo u >../mine/w1/u.txt"),
    (
        "worktree like ours",
        "git worktree add -q --detach ../other/one/w1; echo o >>../other/one/w1/dir/c.txt; git -C ../other/one/w1 add .; echo p >>../other/one/w1/a.txt",
    ),
    ("worktree that holds base", "git worktree add -q --detach ../same/two/w2"),
    (
        "worktree of free",
        "git worktree add -q ../freed free; echo f >../freed/dir/c.txt; git -C ../freed add .; echo u >../freed/u.txt",
    ),
    (
        "worktree unmounted",
        "git worktree add -q --detach ../disk/away; git worktree lock --reason disk ../disk/away; rm -r ../disk",
    ),
    ("worktree gone", "git worktree add -q -b gone ../gone/w2; rm -r ../gone"),
    ("worktree gone like ours", "git worktree add -q --detach ../repo.par/two/w1; rm -r ../repo.par"),
    (
        "worktree in a rebase",
        "git worktree add -q -b rebased ../rebasing side; ! git -C ../rebasing rebase main >../home/out 2>&1",
    ),
    ("sparse", "git sparse-checkout set --no-cone '/*' '!/dir/e.txt'"),
    ("lanes elsewhere", "git config par.worktreeRoot ../lanes"),
];

/// What is under way in the main checkout: one of them.
pub(crate) const UNDER_WAY: &[Piece] = &[
    ("nothing", ""),
    ("still nothing", ""),
    ("nothing at all", ""),
    ("merge", "! git merge side >../home/out 2>&1"),
    ("merge, resolved", "! git merge side >../home/out 2>&1; echo both >b.txt; git add b.txt"),
    ("rebase", "! git rebase side >../home/out 2>&1"),
    ("cherry-pick", "! git cherry-pick side >../home/out 2>&1"),
    ("revert", "git revert --no-commit HEAD"),
    ("bisect", "git bisect start -q; git bisect bad HEAD >../home/out; git bisect good HEAD~1 >../home/out"),
    ("detached", "git checkout -q --detach"),
    ("on side", "git checkout -q side"),
];

/// Changes in the main checkout, whatever is under way there.
pub(crate) const CHANGES: &[Piece] = &[
    ("staged", "echo s >staged.txt; git add staged.txt"),
    ("unstaged", "echo x >>dir/d.txt"),
    ("both in one", "echo 1 >>dir/c.txt; git add dir/c.txt; echo 2 >>dir/c.txt"),
    ("in the way", "echo mine >>a.txt"),
    ("untracked", "echo u >u.txt; mkdir -p deep/er; echo u >deep/er/u; echo q >'od\"d name'; mkdir empty"),
    ("untracked in the way", "echo mine >new.txt"),
    ("nested repository", "git init -q nested; echo n >nested/n"),
    ("ignored", "mkdir build; echo o >build/x.o; echo l >debug.log"),
    ("intent to add", "echo i >intent.txt; git add -N intent.txt"),
    ("modes", "chmod -x tool.sh; chmod 600 dir/d.txt"),
    ("links", "ln -sfn dir link; ln -s nowhere dangling"),
    ("deleted", "rm dir/d.txt; git rm -qf --cached dir/c.txt"),
    (
        "flags",
        "git update-index --assume-unchanged dir/d.txt; git update-index --skip-worktree tool.sh; echo t >>tool.sh",
    ),
    ("touched", "touch -d 2001-02-03T04:05:06Z a.txt tool.sh"),
    ("split index", "git update-index --split-index"),
    (
        "pseudo refs",
        "git rev-parse HEAD >.git/AUTO_MERGE_MINE; git rev-parse HEAD >.git/MERGE_AUTOSTASH_MINE; echo text >.git/COMMIT_EDITMSG",
    ),
];

/// Settings and hooks, last of all: what would leave a trace is not to be run by the user's own scripts.
pub(crate) const SETTINGS: &[Piece] = &[
    (
        "hooks",
        "mkdir -p .git/hooks; for h in applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg post-commit pre-rebase post-checkout post-merge reference-transaction push-to-checkout post-rewrite sendemail-validate fsmonitor-watchman post-index-change pre-auto-gc; do cp ../trace .git/hooks/$h; done",
    ),
    (
        "hooks elsewhere",
        "mkdir ../hooks; for h in post-checkout post-merge reference-transaction post-commit post-index-change; do cp ../trace ../hooks/$h; done; git config core.hooksPath ../hooks",
    ),
    ("monitor", "git config core.fsmonitor \"$ROOT/trace\""),
    (
        "tidy",
        "git config gc.auto 1; git config gc.autoDetach false; for k in pruneExpire reflogExpire reflogExpireUnreachable worktreePruneExpire; do git config gc.$k now; done",
    ),
    ("line ends", "git config core.autocrlf true"),
    ("aliases", "for a in par merge-tree read-tree spawn commit-tree; do git config alias.$a \"!$ROOT/trace\"; done"),
    (
        "included",
        "printf '[core]\\n\\teditor = %s/trace\\n[status]\\n\\tshowUntrackedFiles = no\\n' \"$ROOT\" >../home/included; git config includeIf.gitdir:repo/.path '~/included'",
    ),
    ("rerere", "git config rerere.enabled true; git config rerere.autoUpdate true; mkdir -p .git/rr-cache"),
    (
        "merging",
        "git config merge.autoStash true; git config rebase.autoStash true; git config merge.ff only; git config merge.renames false; git config merge.conflictStyle diff3",
    ),
    (
        "worktrees",
        "git config worktree.guessRemote true; git config worktree.useRelativePaths true; git config checkout.defaultRemote origin",
    ),
    (
        "worktree settings",
        "git config extensions.worktreeConfig true; git config --worktree core.untrackedCache true; git config --worktree status.branch true",
    ),
    (
        "programs",
        "for k in core.editor core.pager core.askPass sequence.editor diff.external credential.helper core.sshCommand pager.list; do git config $k \"$ROOT/trace\"; done",
    ),
    ("reflogs of all", "git config core.logAllRefUpdates always"),
    ("no reflogs", "git config core.logAllRefUpdates false"),
    ("many files", "git config feature.manyFiles true; git config core.splitIndex true"),
    (
        "looks",
        "for k in color.ui=always core.abbrev=4 core.quotePath=false log.decorate=full log.showSignature=true format.pretty=oneline diff.noprefix=true diff.mnemonicPrefix=true i18n.logOutputEncoding=latin1; do git config ${k%%=*} ${k#*=}; done",
    ),
    ("excludes", "mkdir -p .git/info; printf 'u.txt\\nnew.txt\\n' >.git/info/exclude"),
    ("attributes", "mkdir -p .git/info; printf '*.txt -diff\\nb.txt merge=union\\n' >.git/info/attributes"),
    (
        "filter",
        "mkdir -p .git/info; echo 'dir/* filter=odd' >>.git/info/attributes; git config filter.odd.clean cat; git config filter.odd.smudge cat",
    ),
    ("limits", "git config par.workers 1; git config par.jobs 1; git config par.setup 'echo ready >.par-setup'"),
];

/// What makes most merges impossible, and so is rarer.
pub(crate) const HINDRANCES: &[Piece] = &[
    ("index lock", ": >.git/index.lock"),
    ("signing", "git config commit.gpgSign true; git config gpg.program false; git config tag.gpgSign true"),
];

/// Folders that commands are given in, of which a case takes one that is there.
pub(crate) const PLACES: &[&str] = &["", "", "dir", ".git", "../mine/w1", "../freed", "../rebasing", "../home/../repo"];
