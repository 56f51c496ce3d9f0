//! Outside: an agent that writes in the main checkout is told of.

use serde_json::json;

use super::world::World;

#[test]
fn who_edits_the_main_checkout_is_told_of_with_the_paths() {
    let world = World::new();
    let script = "echo 1 > n; echo changed >> ../../../repo/a.txt";
    let said = world.spawn("r", 1, script);
    let note = "note: while w1 ran, files of the main checkout changed: a.txt";
    assert!(said.stdout.contains(note), "{said:?}");
    assert_eq!(world.end_of("r", 1)["checkout_changed"], json!(["a.txt"]));
    for verb in [&["list", "r"][..], &["status"]] {
        assert!(world.par_ok(verb).contains(note), "{verb:?}");
    }
    assert_eq!(world.par_json(&["list", "r"])["runs"][0]["workers"][0]["checkout_changed"], json!(["a.txt"]));
    let quiet = world.spawn("quiet", 1, "echo 1 > n; echo 2 > a.txt");
    assert!(!quiet.stdout.contains("main checkout"), "{quiet:?}");
}
