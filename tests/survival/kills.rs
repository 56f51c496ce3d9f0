//! A supervisor killed between any two durable steps, and at random moments: nothing is lost, and the run goes on.

use std::{
    fs::{self, File},
    os::unix::process::ExitStatusExt,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use super::{
    pipeline::{Pipeline, Recovery},
    world::World,
};

/// Dies at one step and recovers; tells whether there was such a step.
fn die_at(step: u32) -> bool {
    let mut pipeline = Pipeline::new();
    let output = pipeline.command("r", "1").env("GIT_PAR_DIE_AT", step.to_string()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.signal() != Some(9) {
        assert!(output.status.success(), "step {step}: {said}");
        pipeline.assert_whole("r");
        return false;
    }
    eprintln!("{}", said.lines().last().unwrap_or_default());
    pipeline.look();
    let run = if pipeline.recover() == Recovery::Resumed { "r" } else { "anew" };
    pipeline.assert_whole(run);
    true
}

#[test]
fn a_run_killed_between_any_two_durable_steps_goes_on_with_nothing_lost() {
    let (next, end) = (AtomicU32::new(1), AtomicU32::new(u32::MAX));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let step = next.fetch_add(1, Ordering::Relaxed);
                    if step > end.load(Ordering::Relaxed) {
                        break;
                    }
                    if !die_at(step) {
                        end.fetch_min(step, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let steps = end.into_inner() - 1;
    eprintln!("durable steps: {steps}");
    assert!(steps > 40, "only {steps} steps were passed");
}

/// Reads a number from the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The next of a row of random numbers (splitmix64, Steele, Lea and Flood 2014).
pub(crate) fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Runs the pipeline to its end once and tells how long that takes.
fn usual_time() -> Duration {
    let pipeline = Pipeline::new();
    let before = Instant::now();
    assert!(pipeline.command("r", "2").output().unwrap().status.success());
    before.elapsed()
}

#[test]
fn a_run_killed_at_random_moments_goes_on_with_nothing_lost() {
    let kills = number("SURVIVAL_KILLS");
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut seed = number("SURVIVAL_SEED").unwrap_or_else(now);
    eprintln!("SURVIVAL_SEED={seed}");
    let mut usual = usual_time();
    let until = Instant::now() + Duration::from_secs(60);
    let (mut resumed, mut anew, mut over) = (0, 0, 0);
    for _ in 0..kills.unwrap_or(20) {
        if kills.is_none() && Instant::now() > until {
            break;
        }
        let after = usual.mul_f64(f64::from((random(&mut seed) >> 33) as u32) / f64::from(u32::MAX >> 1));
        match kill_after(after) {
            // The machine has more time for us now than when the usual time was measured.
            None => (over, usual) = (over + 1, usual.min(after)),
            Some(Recovery::Resumed) => resumed += 1,
            Some(Recovery::Anew) => anew += 1,
        }
    }
    let kills = resumed + anew + over;
    println!("kills: {kills}, resumed: {resumed}, begun anew: {anew}, over before: {over}, lost: 0");
}

/// Kills a pipeline after a time and recovers; none where it was over already.
fn kill_after(after: Duration) -> Option<Recovery> {
    let mut pipeline = Pipeline::new();
    let errors = pipeline.world.beside("stderr");
    let mut command = pipeline.command("r", "2");
    let mut child = command.stdout(Stdio::null()).stderr(File::create(&errors).unwrap()).spawn().unwrap();
    thread::sleep(after);
    child.kill().unwrap();
    let status = child.wait().unwrap();
    let said = fs::read_to_string(errors).unwrap();
    eprintln!("killed after {} ms: {}", after.as_millis(), said.lines().last().unwrap_or("nothing said yet"));
    if status.signal() != Some(9) {
        assert!(status.success(), "{said}");
        pipeline.assert_whole("r");
        return None;
    }
    pipeline.look();
    let recovery = pipeline.recover();
    pipeline.assert_whole(if recovery == Recovery::Resumed { "r" } else { "anew" });
    Some(recovery)
}

#[test]
fn a_dead_lock_on_a_ref_of_the_run_is_removed_and_no_other() {
    let world = World::new();
    world.spawn("r", 1, "echo 1 > x");
    world.spawn("other", 1, "echo 1 > x");
    let lock = |name: &str| world.here.join(".git/refs").join(format!("{name}.lock"));
    let old = SystemTime::now() - Duration::from_secs(60);
    let names =
        ["notes/par/r", "par/r/w1", "par/r/logs", "par/r/winner", "par/other/w1", "notes/par/other", "heads/main"];
    for name in names {
        File::create(lock(name)).unwrap().set_modified(old).unwrap();
    }
    world.par_ok(&["resume", "r"]);
    world.par_ok(&["pick", "r"]);
    let left: Vec<&str> = names.into_iter().filter(|name| lock(name).exists()).collect();
    assert_eq!(left, ["par/other/w1", "notes/par/other", "heads/main"]);
}

#[test]
fn a_young_lock_is_let_live_until_it_is_old() {
    let world = World::new();
    world.spawn("r", 1, "echo 1 > x");
    let lock = world.here.join(".git/refs/par/r/logs.lock");
    let eight = SystemTime::now() - Duration::from_secs(8);
    File::create(&lock).unwrap().set_modified(eight).unwrap();
    let before = Instant::now();
    world.par_ok(&["resume", "r"]);
    assert!(!lock.exists() && before.elapsed() > Duration::from_secs(1), "{:?}", before.elapsed());
}

#[test]
fn a_worktree_that_somebody_died_over_making_is_removed() {
    let world = World::new();
    let output = world
        .par_command(&["spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "echo 1 > x"])
        .env("GIT_PAR_DIE_AT", "worktree made")
        .output()
        .unwrap();
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
    // As the making leaves it for a moment: registered, and nothing more.
    let (admin, folder) = (world.here.join(".git/worktrees/w1"), world.worktree("r", "w1"));
    for file in fs::read_dir(&admin).unwrap().flatten().filter(|file| file.file_name() != "gitdir") {
        fs::remove_file(file.path()).or_else(|_| fs::remove_dir_all(file.path())).unwrap();
    }
    fs::write(admin.join("HEAD"), "").unwrap();
    fs::remove_file(folder.join("a.txt")).unwrap();
    world.par(&["resume", "r"]);
    assert!(!admin.exists() && !folder.exists());
    world.git(&["fsck"]);
}
