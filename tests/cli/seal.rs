//! `git par seal`: the certificate in an annotated tag, signed by the user's own setup.

use std::{fs, path::Path};

use super::world::World;

fn world() -> World {
    let world = World::new();
    world.picked("r", "echo x > x");
    world
}

fn make_key(world: &World, name: &str) -> String {
    let key = world.home().join(name);
    let made = world
        .command("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "me", "-f", key.to_str().unwrap()])
        .status();
    assert!(made.unwrap().success());
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    fs::write(world.home().join("signers"), format!("author@example.com {public}")).unwrap();
    key.with_extension("pub").display().to_string()
}

/// Has git sign with a key by its config at this level.
fn sign_with(world: &World, level: &str, key: &str) {
    let signers = world.home().join("signers").display().to_string();
    for (name, value) in [("gpg.format", "ssh"), ("user.signingKey", key), ("gpg.ssh.allowedSignersFile", &signers)] {
        world.git(&["config", level, name, value]);
    }
}

fn tag(world: &World) -> String {
    world.git(&["cat-file", "tag", "refs/par/r/seal"])
}

#[test]
fn an_unsigned_seal_is_said_to_be_one() {
    let world = world();
    let before = world.own();
    let said = world.par(&["-q", "seal"]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    sealed run r as <id> (5 events, unsigned: anyone could have made it)
    exit 0
    ");
    assert_eq!(world.own(), before);
    assert_eq!(world.git(&["tag", "--list"]), "");
    assert_eq!(world.git(&["show", "refs/par/r/seal^{}:journal.jsonl"]) + "\n", world.journal("r"));
    let certificate: serde_json::Value =
        serde_json::from_str(&world.git(&["show", "refs/par/r/seal^{}:certificate.json"])).unwrap();
    assert_eq!(certificate["run"], "r");
    let parents = world.git(&["rev-parse", "refs/par/r/base", "refs/par/r/w1"]);
    assert_eq!(world.git(&["log", "-1", "--format=%P", "refs/par/r/seal^{}"]), parents.replace('\n', " "));
    assert!(tag(&world).contains("\ntag par/r\ntagger A U Thor <author@example.com> "), "{}", tag(&world));
    world.fsck();
}

#[test]
fn a_seal_with_a_key_is_one_that_git_verifies() {
    let world = world();
    let key = make_key(&world, "key");
    sign_with(&world, "--global", &key);
    assert!(world.par_ok(&["seal"]).contains("signed)"));
    world.git(&["verify-tag", "refs/par/r/seal"]);
    assert!(world.par_ok(&["seal", "--no-sign"]).starts_with("already sealed"));
    world.git(&["update-ref", "-d", "refs/par/r/seal"]);
    assert!(world.par_ok(&["seal", "--no-sign"]).contains("unsigned"));
    assert!(!tag(&world).contains("BEGIN"));
    assert!(world.par_ok(&["seal"]).starts_with("sealed"), "a signature is worth a new seal");
    world.git(&["verify-tag", "refs/par/r/seal"]);
}

#[test]
fn the_key_is_found_wherever_gits_config_names_it() {
    let world = world();
    let key = make_key(&world, "key");
    let local = |text: &str| fs::write(world.beside("included"), text).unwrap();
    local(&format!("[user]\n\tsigningKey = {key}\n\temail = work@example.com\n[gpg]\n\tformat = ssh\n"));
    let seal = |level: &str| {
        assert!(world.par_ok(&["seal"]).starts_with("sealed"), "{level}");
        assert!(tag(&world).contains("BEGIN SSH SIGNATURE"), "{level}");
        world.git(&["update-ref", "-d", "refs/par/r/seal"]);
    };
    sign_with(&world, "--local", &key);
    seal("local");
    for name in ["gpg.format", "user.signingKey"] {
        world.git(&["config", "--unset", name]);
    }
    world.git(&["config", "include.path", "../../included"]);
    seal("relative include");
    world.git(&["config", "--unset", "include.path"]);
    let condition = format!("includeIf.gitdir:{}/.path", world.here.display());
    world.git(&["config", "--global", &condition, world.beside("included").to_str().unwrap()]);
    world.par_ok(&["seal"]);
    assert!(tag(&world).contains("<work@example.com>") && tag(&world).contains("BEGIN SSH"), "{}", tag(&world));
    world.git(&["update-ref", "-d", "refs/par/r/seal"]);
    world.git(&["config", "--global", "--unset", &condition]);
    world.git(&["config", "extensions.worktreeConfig", "true"]);
    sign_with(&world, "--worktree", &key);
    seal("worktree");
    // Relative to where the user's own git would look.
    fs::copy(&key, world.here.join("key.pub")).unwrap();
    fs::copy(Path::new(&key).with_extension(""), world.here.join("key")).unwrap();
    sign_with(&world, "--worktree", "key.pub");
    seal("relative key");
}

#[test]
fn signing_without_a_key_leaves_no_seal_and_shows_the_way_out() {
    let world = world();
    world.git(&["config", "gpg.format", "ssh"]);
    let said = world.par(&["seal", "--sign"]);
    said.refuses(128, "could not sign the seal");
    assert!(said.stderr.contains("hint: git par seal --no-sign"), "{said:?}");
    world.git(&["config", "user.signingKey", "/nowhere/key.pub"]);
    world.par(&["seal"]).refuses(128, "could not sign the seal");
    assert!(!world.run_refs().contains("/seal"));
    world.git(&["config", "tag.gpgSign", "true"]);
    world.git(&["config", "tag.forceSignAnnotated", "true"]);
    world.par_ok(&["seal", "--no-sign"]);
    assert!(!tag(&world).contains("BEGIN"));
    assert_eq!(world.par(&["seal", "--sign", "--no-sign"]).code, 2);
}

#[test]
fn an_openpgp_key_signs_too_where_gpg_can_make_one() {
    let world = world();
    let home = world.home().join("gnupg");
    fs::create_dir(&home).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&home, private).unwrap();
    let make = [
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-generate-key",
        "A U Thor <author@example.com>",
        "ed25519",
        "sign",
        "never",
    ];
    if !world.command("gpg", &make).stderr(std::process::Stdio::null()).status().is_ok_and(|made| made.success()) {
        return eprintln!("skipped: gpg cannot make a key here");
    }
    world.git(&["config", "user.signingKey", "author@example.com"]);
    world.par_ok(&["seal"]);
    world.git(&["verify-tag", "refs/par/r/seal"]);
    let _ = world.command("gpgconf", &["--kill", "all"]).status();
}

#[test]
fn sealing_twice_says_so_and_new_events_are_sealed_anew() {
    let world = world();
    world.par_ok(&["seal"]);
    let first = world.git(&["rev-parse", "refs/par/r/seal"]);
    let again = world.par_json(&["seal"]);
    assert_eq!((&again["already"], &again["seal"]), (&true.into(), &first.clone().into()));
    world.par_ok(&["merge"]);
    assert_eq!(world.par_json(&["seal"])["already"], false);
    assert_ne!(world.git(&["rev-parse", "refs/par/r/seal"]), first);
    assert!(
        world.git(&["log", "-1", "--format=%P", "refs/par/r/seal^{}"]).ends_with(&world.git(&["rev-parse", "main"]))
    );
    world.fsck();
}

#[test]
fn a_bundle_holds_the_whole_run() {
    let world = world();
    world.par_ok(&["merge"]);
    fs::create_dir(world.here.join("sub")).unwrap();
    world.par_ok(&["-C", "sub", "seal", "--bundle", "out run.bundle"]);
    let bundle = world.here.join("sub/out run.bundle").display().to_string();
    world.git(&["bundle", "verify", "--quiet", &bundle]);
    let other = world.beside("other").display().to_string();
    world.git(&["init", "-q", &other]);
    world.git(&[
        "-C",
        &other,
        "fetch",
        "--quiet",
        &bundle,
        "refs/par/*:refs/par/*",
        "refs/notes/par/*:refs/notes/par/*",
    ]);
    let refs = ["for-each-ref", "--format=%(refname) %(objectname)"];
    assert_eq!(world.git(&[&["-C", &other], &refs[..]].concat()), world.run_refs());
    world.git(&["-C", &other, "fsck", "--strict", "--connectivity-only"]);
    world.git(&["clone", "--quiet", "--mirror", &bundle, &format!("{other}.git")]);
    assert!(world.par_ok(&["-C", &other, "list"]).contains("yes"), "sealed");
    assert!(world.par_ok(&["seal", "--bundle", "again.bundle"]).starts_with("already sealed"));
    assert!(world.here.join("again.bundle").exists());
    world.par(&["seal", "--bundle", "no/such/folder.bundle"]).refuses(128, "git bundle failed");
}

#[test]
fn every_kind_of_repository_can_be_sealed() {
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.picked("r", "echo x > x");
        sign_with(&world, "--local", &make_key(&world, "key"));
        world.par_ok(&["seal", "--bundle", "b"]);
        world.git(&["verify-tag", "refs/par/r/seal"]);
        world.git(&["bundle", "verify", "--quiet", "b"]);
        world.fsck();
    }
    let world = world();
    let bare = world.clone_with_runs("bare.git", &["--bare"]).display().to_string();
    world.par_ok(&["-C", &bare, "seal"]);
    world.git(&["-C", &bare, "cat-file", "tag", "refs/par/r/seal"]);
    let linked = world.beside("linked").display().to_string();
    world.git(&["worktree", "add", "--quiet", &linked]);
    sign_with(&world, "--local", &make_key(&world, "key"));
    world.par_ok(&["-C", &linked, "seal"]);
    world.git(&["verify-tag", "refs/par/r/seal"]);
}

#[test]
fn a_repository_with_an_odd_path_can_be_sealed() {
    let world = World::empty();
    let path = world.beside("it's \"ödd\" $(x);\nline=1").display().to_string();
    world.git(&["init", "-q", "-b", "main", &path]);
    world.git(&["-C", &path, "commit", "-q", "--allow-empty", "-m", "first"]);
    let key = make_key(&world, "k'e\"y=1");
    for (name, value) in
        [("gpg.format", "ssh"), ("user.signingKey", &*key), ("gpg.x=\"'y.z", "odd"), ("user.note", "a\nb=c")]
    {
        world.git(&["-C", &path, "config", name, value]);
    }
    world.git(&["-C", &path, "config", "par.worktreeRoot", "../trees"]);
    let said = world.par(&["-C", &path, "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "echo x > x"]);
    assert_eq!(said.code, 0, "{said:?}");
    world.par_ok(&["-C", &path, "gate", "--place", "clean", "--", "true"]);
    world.par_ok(&["-C", &path, "pick"]);
    world.par_ok(&["-C", &path, "merge"]);
    assert_eq!(fs::read_to_string(Path::new(&path).join("x")).unwrap(), "x\n");
    world.par_ok(&["-C", &path, "seal"]);
    assert!(world.git(&["-C", &path, "cat-file", "tag", "refs/par/r/seal"]).contains("BEGIN SSH"));
    world.git(&["-C", &path, "fsck", "--strict"]);
}

#[test]
fn borrowed_objects_are_sealed_too() {
    let world = world();
    let shared = world.beside("shared").display().to_string();
    world.git(&["clone", "--quiet", "--shared", ".", &shared]);
    world.git(&[
        "-C",
        &shared,
        "fetch",
        "--quiet",
        "origin",
        "refs/par/*:refs/par/*",
        "refs/notes/par/*:refs/notes/par/*",
    ]);
    world.par_ok(&["-C", &shared, "seal"]);
    world.git(&["-C", &shared, "fsck", "--strict"]);
}
