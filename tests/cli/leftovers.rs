//! What is left becomes the candidate: whatever an agent did to its files, and in whatever state it left them.

use std::fs;

use super::{
    lanes::{Lanes, Row, changes, scripts},
    untouched,
    world::{Said, World},
};

fn world() -> World {
    let world = World::new();
    world.write("gone.txt", "gone\n");
    world.write("dir/b.txt", "b\n");
    world.write("tool.sh", "#!/bin/sh\n");
    world.write(".gitignore", "*.log\nignored/\n");
    world.write(
        ".gitattributes",
        "win.txt text eol=crlf\nauto.txt text=auto\nraw.txt -text\nutf16.txt working-tree-encoding=UTF-16\n",
    );
    world.write("win.txt", "one\ntwo\n");
    world.write("auto.txt", "one\n");
    world.write("raw.txt", "one\r\n");
    world.write("secret.log", "tracked though ignored\n");
    world.git(&["add", "--force", "."]);
    world.git(&["commit", "--quiet", "-m", "second"]);
    world
}

const ROWS: &[Row] = &[
    ("nothing", "true", ""),
    ("staged", "echo s > s.txt; git add s.txt", "A 100644 s.txt"),
    ("unstaged", "echo x >> a.txt", "M 100644 a.txt"),
    ("both", "echo x >> a.txt; git add a.txt; echo y >> a.txt; echo z > z.txt", "M 100644 a.txt, A 100644 z.txt"),
    ("deleted", "rm gone.txt; git rm -q a.txt", "D a.txt, D gone.txt"),
    ("renamed", "git mv a.txt z.txt; mv gone.txt y.txt", "D a.txt, D gone.txt, A 100644 y.txt, A 100644 z.txt"),
    ("mode", "chmod +x tool.sh; printf '#!/bin/sh\\n' > new.sh; chmod 755 new.sh", "A 100755 new.sh, M 100755 tool.sh"),
    (
        "links",
        "ln -s nowhere dangling; ln -s /etc/passwd absolute; ln -s ../../../outside folder; rm dir/b.txt; rmdir dir; ln -s ../../../outside dir",
        "A 120000 absolute, A 120000 dangling, A 120000 dir, D dir/b.txt, A 120000 folder",
    ),
    ("empty", ": > empty; rm a.txt; : > a.txt; mkdir -p no/files", "M 100644 a.txt, A 100644 empty"),
    (
        "names",
        "for n in 'a b' 'a\"b' \"$(printf 'a\\nb')\" \"$(printf 'a\\tb')\" \"$(printf 'a\\377b')\" ' ' -dash ':!magic' '*' 'back\\slash'; do printf x > \"./$n\"; done",
        "A 100644  , A 100644 *, A 100644 -dash, A 100644 :!magic, A 100644 \"a\\tb\", A 100644 \"a\\nb\", A 100644 a b, A 100644 \"a\\\"b\", A 100644 \"a\\377b\", A 100644 \"back\\\\slash\"",
    ),
    (
        "ignored",
        "echo l > x.log; mkdir ignored; echo l > ignored/f; echo k > kept; echo t >> secret.log",
        "A 100644 kept, M 100644 secret.log",
    ),
    ("forced", "echo l > x.log; git add -f x.log; echo more >> x.log", "A 100644 x.log"),
    ("forced-commit", "echo l > x.log; git add -f x.log; git commit -qm forced", "A 100644 x.log"),
    ("folder-to-file", "rm -r dir; echo f > dir", "A 100644 dir, D dir/b.txt"),
    ("file-to-folder", "rm a.txt; mkdir a.txt; echo x > a.txt/x", "D a.txt, A 100644 a.txt/x"),
    (
        "line-ends",
        "printf 'a\\r\\nb\\r\\n' > auto.txt; printf 'one\\r\\ntwo\\r\\n' > win.txt; printf 'a\\r\\n' > new.txt",
        "M 100644 auto.txt, A 100644 new.txt",
    ),
    ("checkout", "grep -c \"$(printf '\\r')\" win.txt raw.txt auto.txt > found", "A 100644 found"),
    ("fifo", "mkfifo pipe; echo x > x.txt", "A 100644 x.txt"),
    ("fifo-in-place", "rm a.txt; mkfifo a.txt; echo x > x.txt", "D a.txt, A 100644 x.txt"),
    (
        "large",
        "dd if=/dev/zero of=large bs=1048576 count=50 2>/dev/null; echo x > x.txt",
        "A 100644 large, A 100644 x.txt",
    ),
    (
        "encoding",
        "printf abc > utf16.txt; echo x > x.txt; echo y >> a.txt; rm gone.txt",
        "M 100644 a.txt, D gone.txt, A 100644 utf16.txt, A 100644 x.txt",
    ),
    ("odd-git-names", "mkdir -p sub/.GIT; echo x > sub/.GIT/config; echo x > x.txt", "A 100644 x.txt"),
    (
        "attributes-folder",
        "mkdir -p sub/.gitattributes sub/.gitignore; echo x > sub/x.txt; ln -s /etc/passwd dir/.gitignore",
        "A 120000 dir/.gitignore, A 100644 sub/x.txt",
    ),
    ("gitmodules", "echo '[broken' > .gitmodules; echo x > x.txt", "A 100644 .gitmodules, A 100644 x.txt"),
    ("locked", "touch ../../../repo/.git/par/r/w$PAR_WORKER/index.lock; echo x > x.txt", "A 100644 x.txt"),
    ("index-broken", "echo garbage > ../../../repo/.git/par/r/w$PAR_WORKER/index; echo x > x.txt", "A 100644 x.txt"),
    (
        "own-index-broken",
        "d=$(git rev-parse --git-dir); echo garbage > \"$d/index\"; : > \"$d/index.lock\"; echo x > x.txt",
        "A 100644 x.txt",
    ),
    ("control", "echo x > x.txt", "A 100644 x.txt"),
];

#[test]
fn whatever_an_agent_leaves_becomes_its_candidate() {
    let world = world();
    fs::create_dir(world.beside("outside")).unwrap();
    fs::write(world.beside("outside/b.txt"), "a secret outside\n").unwrap();
    world.write("a.txt", "the user's own change\n");
    let before = untouched::of(&world);
    let lanes = Lanes::spawn(&world, "r", &scripts(ROWS));
    assert_eq!(untouched::of(&world), before);
    lanes.assert_changes(ROWS);
    assert_eq!(lanes.show("links", "folder"), "../../../outside");
    assert_eq!(lanes.show("links", "absolute"), "/etc/passwd");
    assert_eq!(lanes.show("forced", "x.log"), "l\nmore");
    assert_eq!(lanes.show("line-ends", "auto.txt"), "a\nb");
    assert_eq!(world.git(&["grep", "-lI", "\r", &lanes.candidate("line-ends"), "--", "new.txt"]).lines().count(), 1);
    assert_eq!(lanes.show("checkout", "found"), "win.txt:2\nraw.txt:1\nauto.txt:0");
    assert_eq!(lanes.show("encoding", "utf16.txt"), "abc");
    assert_eq!(lanes.row("fifo-in-place")["skipped"], serde_json::json!(["a.txt"]));
    assert_eq!(lanes.row("odd-git-names")["skipped"], serde_json::json!(["sub/.GIT/config"]));
    assert_eq!(lanes.row("nothing")["state"], "empty");
    assert_eq!(untouched::fsck(&world), "");
}

#[test]
fn what_cannot_be_read_is_listed_and_all_else_is_kept() {
    // Whoever is root reads everything: then this is somebody else's work.
    let world = world();
    let nobody = rustix::process::geteuid().is_root().then_some(65534);
    let owned = world
        .command(
            "chown",
            &["-R", &nobody.unwrap_or_default().to_string(), &world.home().parent().unwrap().display().to_string()],
        )
        .status();
    assert!(nobody.is_none() || owned.unwrap().success());
    let script = "echo x > x; echo s > secret; chmod 0 secret; mkdir closed; echo s > closed/f; chmod 0 closed; echo more >> a.txt; chmod 0 a.txt";
    let mut command =
        world.par_command(&["--json", "-q", "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", script]);
    if let Some(nobody) = nobody {
        std::os::unix::process::CommandExt::uid(&mut command, nobody);
    }
    let said = Said::of(command.output().unwrap());
    let answer: serde_json::Value =
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    assert_eq!(answer["workers"][0]["skipped"], serde_json::json!(["a.txt", "closed/", "secret"]), "{said:?}");
    world.command("chmod", &["-R", "u+rwX", &world.beside("repo.par").display().to_string()]).status().unwrap();
    fs::write(world.home().join(".gitconfig"), "[safe]\n\tdirectory = *\n").unwrap();
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 x");
}
