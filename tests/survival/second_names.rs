//! Second names: an object that whoever tidies up took comes back.

use git_par::repo::open::Repository;

use super::world::World;

#[test]
fn an_object_comes_back_though_a_pack_that_is_gone_had_it_last() {
    let world = World::new();
    let repository = Repository::open_own(&world.here.join(".git")).unwrap();
    let kept = repository.write_blob(b"kept").unwrap();
    repository.sync_objects(&[kept]).unwrap();
    let name = kept.to_string();
    // It is packed, this process opens the pack, and the pack goes.
    world.git(&["update-ref", "refs/keep", &name]);
    world.git(&["repack", "-adq"]);
    assert!(!world.here.join(".git/objects").join(&name[..2]).join(&name[2..]).exists() && repository.has(kept));
    world.git(&["update-ref", "-d", "refs/keep"]);
    world.git(&["repack", "-adq"]);
    let is_there = || world.command("git", &["cat-file", "-e", &name]).status().unwrap().success();
    assert!(!is_there());
    assert!(repository.bring_back());
    assert!(is_there());
    assert!(!repository.bring_back(), "nothing is gone any more");
}
