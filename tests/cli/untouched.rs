//! What is the user's: everything of a repository that a run must leave as it was.

use std::{fs, path::Path};

use super::world::World;

/// Writes down the user's index, refs, config, stash, reflogs, status and hooks, to be compared with later.
pub(crate) fn of(world: &World) -> String {
    let dir = world.git(&["rev-parse", "--path-format=absolute", "--git-common-dir"]);
    let dir = Path::new(&dir);
    let file = |name: &str| fs::read(dir.join(name)).map_or("none".to_owned(), |bytes| format!("{:x}", sum(&bytes)));
    let files = [
        "index",
        "config",
        "config.worktree",
        "info/exclude",
        "info/sparse-checkout",
        "packed-refs",
        "logs/HEAD",
        "HEAD",
        "ORIG_HEAD",
    ];
    let files: Vec<String> = files.iter().map(|name| format!("{name} {}", file(name))).collect();
    let bare = world.git(&["rev-parse", "--is-bare-repository"]) == "true";
    let status =
        if bare { String::new() } else { world.git(&["--no-optional-locks", "status", "--porcelain", "--ignored"]) };
    let reflog = world.git(&["reflog"]);
    format!(
        "{}\n{status}\n{}\n{reflog}\n{}",
        files.join("\n"),
        world.user_refs(),
        if bare { String::new() } else { world.git(&["stash", "list"]) }
    )
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Checks all that refs lead to, in a clone: agents may have left their worktrees' HEAD or index broken.
pub(crate) fn fsck(world: &World) -> String {
    let clone = world.home().join("fsck.git").into_os_string();
    world.git(
        &["clone", "--quiet", "--mirror", "--no-local", "."]
            .map(std::ffi::OsString::from)
            .into_iter()
            .chain([clone.clone()])
            .collect::<Vec<_>>(),
    );
    let arguments = ["-C".into(), clone, "fsck".into(), "--strict".into(), "--no-dangling".into()];
    let output = world.command("git", &arguments).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    text.lines().filter(|line| !line.starts_with("warning in ")).collect()
}
