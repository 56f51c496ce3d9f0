//! Refs that are listed while git packs them.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use git_par::repo::open::Repository;

use super::world::World;

const REFS: usize = 40;

/// Packs the refs, and writes each anew as a file, again and again.
fn pack(world: &World, is_over: &AtomicBool) {
    let head = world.git(&["rev-parse", "HEAD"]);
    while !is_over.load(Ordering::Relaxed) {
        world.git(&["pack-refs", "--all"]);
        for number in 0..REFS {
            let path = world.here.join(format!(".git/refs/many/{number}"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{head}\n")).unwrap();
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn no_ref_is_hidden_by_whoever_packs_them() {
    let world = World::new();
    for number in 0..REFS {
        world.git(&["update-ref", &format!("refs/many/{number}"), "HEAD"]);
    }
    let repository = Repository::open_own(&world.here.join(".git")).unwrap();
    let is_over = AtomicBool::new(false);
    let listed = thread::scope(|scope| {
        scope.spawn(|| pack(&world, &is_over));
        let listed: Vec<_> = (0..200).map(|_| repository.refs_below("refs/many/").map(|refs| refs.len())).collect();
        is_over.store(true, Ordering::Relaxed);
        listed
    });
    let wrong: Vec<_> = listed.iter().filter(|found| !matches!(found, Ok(REFS))).collect();
    assert!(wrong.is_empty(), "{} of {}: {:?}", wrong.len(), listed.len(), wrong.first());
}
