//! The comparison itself: whatever somebody might do to what is the user's, it is seen.

use crate::{record::Record, state, world::World};

/// What is done, and a thing that must be seen to differ.
const TOUCHES: &[(&str, &str)] = &[
    ("true", ""),
    ("git update-ref refs/par/x/base HEAD; git update-ref refs/notes/par/x HEAD", ""),
    ("git worktree add -q --no-checkout --detach ../repo.par/x/w1", ""),
    ("git pack-refs --include='refs/par/*'", ""),
    ("git stash drop -q", "ref refs/stash"),
    ("git reflog expire --expire=now refs/heads/main", "file repo/.git/logs/refs/heads/main"),
    ("touch -d 2001-01-01 b.txt", "file repo/b.txt"),
    ("cp -p b.txt x; mv x b.txt", "file repo/b.txt"),
    ("echo changed >../mine/w1/a.txt", "file mine/w1/a.txt"),
    ("git update-index --refresh", "file repo/.git/index"),
    ("git -C ../mine/w1 reset -q", "file repo/.git/worktrees/w1/index"),
    ("git config x.y z", "file repo/.git/config"),
    ("git config --global x.y z", "file home/.gitconfig"),
    ("echo x >>.git/info/exclude", "file repo/.git/info/exclude"),
    ("git worktree prune --expire=now", "file repo/.git/worktrees/w2/HEAD"),
    ("git branch -q extra", "ref refs/heads/extra"),
    ("git notes add -f -m again", "ref refs/notes/commits"),
    ("git update-ref ORIG_HEAD HEAD~2", "ref ORIG_HEAD"),
    ("git rev-parse HEAD >.git/MERGE_HEAD", "file repo/.git/MERGE_HEAD"),
    ("git checkout -q --detach", "ref HEAD"),
    ("rm .git/hooks/pre-commit", "file repo/.git/hooks/pre-commit"),
    ("unset PAR_RUN; git commit -q --allow-empty -m x", "file traces"),
    ("git prune --expire=now", "file repo/.git/objects/"),
    ("git -C ../hub.git update-ref refs/heads/x refs/heads/main", "file hub.git/refs/heads/x"),
    ("echo x >>sub/s.txt", "file repo/sub/s.txt"),
    (": >.git/packed-refs.lock", "file repo/.git/packed-refs.lock"),
    (": >../left", "file left"),
];

#[test]
fn the_comparison_sees_each_kind_of_touch() {
    let world = World::new();
    let wanted = [
        "files",
        "always",
        "notes",
        "remote",
        "stashes",
        "dropped stash",
        "submodule",
        "worktree w1",
        "worktree gone",
        "touched",
        "hooks",
        "excludes",
    ];
    let tables = [&state::STORAGE[..1], &[state::ALWAYS], state::KEPT, state::CHANGES, state::SETTINGS];
    world.make(tables.into_iter().flatten().filter(|(name, _)| wanted.contains(name)));
    let mut record = Record::first(&world);
    for (script, thing) in TOUCHES {
        // Hooks leave no trace then, as in what an agent does.
        world.sh(&format!("export PAR_RUN=x; {script}"));
        let later = record.again(&world);
        let seen = record.differences(&later);
        let found = seen.iter().any(|difference| !thing.is_empty() && difference.starts_with(thing));
        assert!(found != thing.is_empty() && (found || seen.is_empty()), "{script}: {seen:#?}");
        record = later;
    }
}

#[test]
fn every_piece_of_a_state_can_be_had() {
    // Those of a table build on each other as a case that draws them all has them.
    for under_way in state::UNDER_WAY {
        let world = World::new();
        world.make(&[state::STORAGE[0], state::ALWAYS, *under_way]);
    }
    let world = World::new();
    let tables =
        [&state::STORAGE[..1], &[state::ALWAYS], state::KEPT, state::CHANGES, state::SETTINGS, state::HINDRANCES];
    world.make(tables.into_iter().flatten());
}
