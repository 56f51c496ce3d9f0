//! What `git par verify` says of queues that nobody forged.

use std::fs;

use crate::{
    queue_world::QUEUE,
    world::{World, has},
};

#[test]
fn a_queue_of_every_style_that_nobody_touched_is_ok() {
    for style in ["merge", "squash", "rebase"] {
        let world = World::with_queue_of(style);
        let before = world.git(&["for-each-ref"]);
        let verified = world.verify_queue();
        verified.is("ok-unsigned", 0);
        assert_eq!(verified.messages("merge"), "3 landings, computed again", "{style}");
        assert_eq!(verified.messages("logs"), "4 logs, with the recorded SHA-256");
        assert_eq!(verified.answer["runs"][0]["run"], QUEUE);
        assert_eq!(world.git(&["for-each-ref"]), before);
    }
}

#[test]
fn what_is_there_already_lands_as_nothing_and_is_ok() {
    for style in ["merge", "squash", "rebase"] {
        let world = World::with_commit(&[]);
        world.branch("b1", "one");
        world.git(&["branch", "b0", "b1~1"]);
        world.par_ok(&["queue", "add", "--style", style, "--no-gate", "b1"]);
        world.par_ok(&["queue", "process"]);
        world.git(&["checkout", "--quiet", "-b", "same", "main"]);
        world.git(&["commit", "--quiet", "--allow-empty", "-m", "nothing"]);
        world.git(&["checkout", "--quiet", "main"]);
        world.par_ok(&["queue", "add", "same", "b0"]);
        world.par(&["queue", "process"]);
        let verified = world.verify_queue();
        verified.is("ok-unsigned", 0);
        assert!(verified.messages("gated-tree").contains("nothing is checked"), "{:#}", verified.answer);
    }
}

#[test]
fn a_queue_goes_by_the_name_of_its_branch_and_never_by_that_of_a_file() {
    let world = World::with_commit(&[]);
    world.branch("b1", "one");
    world.git(&["branch", "release/1.0"]);
    world.par_ok(&["queue", "add", "--into", "release/1.0", "--no-gate", "b1"]);
    fs::create_dir_all(world.here.join("queue/release")).unwrap();
    fs::write(world.here.join("queue/release/1.0"), "# v2 git bundle\n").unwrap();
    let text = world.par_ok(&["verify", "queue/release/1.0"]);
    assert!(text.contains("\nok-unsigned: queue/release/1.0, 2 events, up to "), "{text}");
    assert_eq!(world.verify(&["queue/rel"]).code, 0);
    assert_eq!(world.par(&["verify", "queue/other"]).status.code(), Some(128));
}

#[test]
fn all_means_queues_too_and_a_queue_alone_is_found_without_a_name() {
    let world = World::with_queue();
    assert!(world.par_ok(&["verify"]).contains("ok-unsigned: queue/main, "));
    world.par_ok(&["spawn", "-n", "1", "--name", "r1", "the task", "--", "sh", "-c", "echo x >x"]);
    let names = |answer: &serde_json::Value| {
        let runs = answer["runs"].as_array().unwrap().iter();
        runs.map(|run| run["run"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&world.verify(&[] as &[&str]).answer), ["r1"]);
    assert_eq!(names(&world.verify(&["--all"]).answer), [QUEUE, "r1"]);
}

#[test]
fn what_makes_no_sense_of_a_queue_is_refused() {
    let world = World::with_queue();
    for (option, said) in [("--regate", "--regate is for runs"), ("--foreign", "--foreign is for a journal file")] {
        let output = world.par(&["verify", option, QUEUE]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(said), "{option}");
    }
}

#[test]
fn a_branch_that_was_rewritten_is_told_and_breaks_nothing() {
    let world = World::with_queue();
    world.git(&["update-ref", "refs/heads/main", "refs/par/queue/main/landed/1"]);
    let verified = world.verify_queue();
    verified.is("ok-unsigned", 0);
    let landed = world.of_queue("landed/2");
    let told = format!("landed commit {landed} is not in the history of refs/heads/main: it was rewritten");
    assert!(verified.messages("merge").contains(&told), "{}", verified.messages("merge"));
    assert!(!verified.messages("merge").contains(&world.of_queue("landed/1")));
}

#[test]
fn a_journal_of_a_queue_by_itself_is_held_to_the_law_of_queues() {
    let world = World::with_queue();
    let journal = world.git(&["cat-file", "blob", &format!("refs/notes/par/{QUEUE}:{}", world.of_queue("base"))]);
    fs::write(world.beside("journal.jsonl"), format!("{journal}\n")).unwrap();
    let verified = world.verify(&["../journal.jsonl"]);
    verified.is("ok-unsigned", 0);
    assert_eq!((&verified.answer["runs"][0]["run"], verified.messages("history").lines().count()), (&QUEUE.into(), 1));
    world.forge_queue(|events| events.swap(1, 2));
    let journal = world.git(&["cat-file", "blob", &format!("refs/notes/par/{QUEUE}:{}", world.of_queue("base"))]);
    fs::write(world.beside("journal.jsonl"), format!("{journal}\n")).unwrap();
    world.verify(&["../journal.jsonl"]).is_broken_in(&["history"]);
}

#[test]
fn a_queue_is_sealed_signed_and_carried_in_a_bundle_like_a_run() {
    let world = World::with_queue();
    assert!(world.par_ok(&["seal", QUEUE, "--bundle", "../queue.bundle"]).starts_with("sealed queue/main as "));
    assert!(world.par_ok(&["seal", QUEUE]).starts_with("already sealed queue/main as "));
    let verified = world.verify(&["../queue.bundle"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("seal").contains("events of this queue"), "{:#}", verified.answer);
    assert!(verified.messages("certificate").contains("byte for byte"), "{:#}", verified.answer);
    let commit = world.git(&["rev-parse", "refs/par/queue/main/seal^{commit}"]);
    for short in ["base", "entry/3.1", "entry/5.1", "landed/4"] {
        world.git(&["merge-base", "--is-ancestor", &world.of_queue(short), &commit]);
    }
    world.branch("b6", "six");
    world.par_ok(&["queue", "add", "b6"]);
    assert!(world.verify_queue().messages("seal").contains("1 events came after the seal"));
    if has("ssh-keygen") {
        let key = world.beside("key");
        let arguments = ["-q", "-t", "ed25519", "-N", "", "-f", key.to_str().unwrap()];
        assert!(world.command("ssh-keygen", &arguments).status().unwrap().success());
        let public = fs::read_to_string(world.beside("key.pub")).unwrap();
        fs::write(world.beside("allowed"), format!("alice@example.com {public}")).unwrap();
        world.git(&["config", "gpg.format", "ssh"]);
        world.git(&["config", "user.signingKey", key.to_str().unwrap()]);
        world.git(&["config", "gpg.ssh.allowedSignersFile", world.beside("allowed").to_str().unwrap()]);
        world.par_ok(&["seal", QUEUE]);
        world.verify(&[QUEUE, "--signer", "alice@example.com"]).is("ok", 0);
    }
}

#[test]
fn without_its_notes_a_queue_is_its_seal() {
    let world = World::with_queue();
    world.par_ok(&["seal", QUEUE]);
    world.git(&["update-ref", "-d", "refs/notes/par/queue/main"]);
    world.git(&["update-ref", "-d", "refs/par/queue/main/landed/1"]);
    world.verify_queue().is("ok-unsigned", 0);
    world.git(&["update-ref", "-d", "refs/par/queue/main/seal"]);
    world.verify_queue().is("incomplete", 1);
}
