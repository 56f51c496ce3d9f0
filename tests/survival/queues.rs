//! A processor of a queue killed between any two durable steps, and at random moments: the next one goes on, and main is green.

use std::{
    fs::File,
    os::unix::process::ExitStatusExt,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, SystemTime},
};

use super::{
    kills::{number, random},
    landings::Landings,
    world::Said,
};

/// Has a processor die at one step of landing an entry, and the next one land it; tells whether there was such a step.
fn die_at(landings: &mut Landings, step: u32) -> bool {
    landings.add(&[(&[&format!("dir{step}/file"), "a.txt"], "merged")]);
    let output = landings.processor("1").env("GIT_PAR_DIE_AT", step.to_string()).output().unwrap();
    let said = Said::of(&output);
    if output.status.signal() != Some(9) {
        assert_eq!(said.code, 0, "step {step}: {said:?}");
        landings.assert_whole();
        return false;
    }
    eprintln!("{}", said.stderr.lines().last().unwrap_or_default());
    landings.assert_sound();
    let said = Said::of(landings.processor("1").output().unwrap());
    assert_eq!(said.code, 0, "step {step}: {said:?}");
    landings.assert_whole();
    true
}

#[test]
fn a_processor_killed_between_any_two_durable_steps_is_followed_by_one_that_lands_the_entry() {
    let (next, end) = (AtomicU32::new(1), AtomicU32::new(u32::MAX));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut landings = Landings::new("0");
                loop {
                    let step = next.fetch_add(1, Ordering::Relaxed);
                    if step > end.load(Ordering::Relaxed) {
                        break;
                    }
                    if !die_at(&mut landings, step) {
                        end.fetch_min(step, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let steps = end.into_inner() - 1;
    eprintln!("durable steps: {steps}");
    assert!(steps >= 20, "only {steps} steps were passed");
}

/// Fills a queue with what lands, fails, conflicts, and is red only with another.
fn filled() -> Landings {
    let mut landings = Landings::new("0.1");
    landings.add(&[
        (&["one", "dir/one"], "merged"),
        (&["bad"], "needs_review: gate"),
        (&["a.txt"], "merged"),
        (&["left"], "merged"),
        (&["a.txt", "four"], "needs_review: conflict"),
        (&["dir/five"], "merged"),
        (&["right"], "needs_review: gate"),
        (&["six"], "merged"),
    ]);
    landings
}

#[test]
fn processors_killed_at_random_moments_leave_main_green_and_lose_nothing() {
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut seed = number("SURVIVAL_SEED").unwrap_or_else(now);
    eprintln!("SURVIVAL_SEED={seed}");
    let wanted = number("SURVIVAL_KILLS").unwrap_or(50);
    let (mut kills, mut queues) = (0, 0);
    while kills < wanted {
        let mut landings = filled();
        queues += 1;
        while kills < wanted && kill_after(&mut landings, Duration::from_millis(random(&mut seed) % 400)) {
            kills += 1;
        }
        let said = Said::of(landings.processor("3").output().unwrap());
        assert!([0, 1, 4].contains(&said.code), "{said:?}");
        landings.assert_whole();
    }
    println!("kills: {kills}, queues: {queues}, lost: 0");
}

/// Kills a processor after a time; tells whether it was still at work.
fn kill_after(landings: &mut Landings, after: Duration) -> bool {
    let mut child = landings.processor("3").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(after);
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let said = Said::of(&output);
    eprintln!("killed after {} ms: {}", after.as_millis(), said.stderr.lines().last().unwrap_or("nothing said yet"));
    landings.assert_sound();
    assert!(output.status.signal() == Some(9) || [0, 1, 4].contains(&said.code), "{said:?}");
    output.status.signal() == Some(9)
}

#[test]
fn refs_and_locks_that_a_write_cut_short_left_are_not_in_the_way() {
    let mut landings = Landings::new("0");
    landings.add(&[(&["one"], "merged")]);
    let mut processor = landings.processor("1");
    let output = processor.env("GIT_PAR_DIE_AT", "landing done").output().unwrap();
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
    // Refs that are files move one after another, the journal's last.
    landings.world.git(&["update-ref", "refs/par/queue/main/landed/1", "main"]);
    landings.world.git(&["update-ref", "refs/par/queue/main/entry/2.1", "main~"]);
    for name in ["refs/par/queue/main/landed/1.lock", "refs/par/queue/main/logs.lock", "refs/notes/par/queue/main.lock"]
    {
        let lock = landings.world.here.join(".git").join(name);
        File::create(lock).unwrap().set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    }
    let said = Said::of(landings.processor("1").output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    landings.add(&[(&["two"], "merged")]);
    let said = Said::of(landings.processor("1").output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    landings.assert_whole();
}
