//! Orphans: what is left of a child whose supervisor died, and who must not be taken for one.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use git_par::process::{
    child::{self, Spec},
    orphan::{self, Orphan},
    record::{Error, Record},
    stop::Stop,
};
use rustix::process::{Pid, Signal, kill_process};

use super::world::{LONG, SHORT, World, family, has_cgroup, has_setsid, helper, helper_spec, is_alive, run};

const FOUND: &[&str] = &["group", "session", "bare"];

/// Starts a child under a supervisor of its own, kills the supervisor, and returns the record.
fn orphaned(world: &World) -> PathBuf {
    orphaned_by("helper_that_supervises", world)
}

fn orphaned_by(name: &str, world: &World) -> PathBuf {
    let mut supervisor = helper(&format!("orphans::{name}"), world).process_group(0).spawn().unwrap();
    world.pid("ready");
    kill_process(Pid::from_child(&supervisor), Signal::KILL).unwrap();
    supervisor.wait().unwrap();
    world.root.path().join("record")
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_that_supervises() {
    supervise(if has_setsid() { FOUND } else { &FOUND[..1] });
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_that_supervises_who_hides() {
    supervise(&["hidden"]);
}

fn supervise(names: &[&str]) {
    let spec = helper_spec(&family(names).replace(": > ready", "echo $$ > ready"), LONG);
    let record = spec.cwd.with_file_name("record");
    child::run(&Spec { record: Some(record), ..spec }, &Stop::new().unwrap()).unwrap();
}

fn end(record: &Path) -> Result<Vec<Orphan>, Error> {
    orphan::end(record, SHORT, &Stop::new().unwrap())
}

fn stranger(world: &World) -> Child {
    Command::new("sleep").arg("1000").current_dir(world.cwd()).process_group(0).spawn().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_dead_supervisor_left_is_found_told_and_ended() {
    let world = World::new();
    let path = orphaned(&world);
    let record = Record::load(&path).unwrap();
    assert!(record.is_alive());
    let mut stranger = stranger(&world);
    let pids: Vec<Pid> = FOUND.iter().chain(&["ready"]).map(|name| world.pid(name)).collect();
    assert!(pids.iter().all(|pid| is_alive(*pid)));
    let found = end(&path).unwrap();
    for pid in pids {
        assert!(found.contains(&Orphan { pid: pid.as_raw_pid(), name: "sh".to_owned() }), "{pid} in {found:?}");
        assert!(!is_alive(pid));
    }
    assert!(!record.is_alive() && !path.exists());
    assert_eq!(stranger.try_wait().unwrap(), None);
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_dead_supervisor_left_is_found_without_the_number_of_the_child() {
    let world = World::new();
    let path = orphaned(&world);
    let pids: Vec<Pid> = FOUND.iter().chain(&["ready"]).map(|name| world.pid(name)).collect();
    change(&path, |record| drop(record.as_object_mut().unwrap().remove("leader")));
    assert!(Record::load(&path).unwrap().is_alive());
    end(&path).unwrap();
    assert!(!pids.iter().any(|pid| is_alive(*pid)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_control_group_tells_of_those_who_hide_and_is_removed() {
    let world = World::new();
    let path = orphaned_by("helper_that_supervises_who_hides", &world);
    let hidden = world.pid("hidden");
    let groups = fs::read_to_string(format!("/proc/{hidden}/cgroup")).unwrap();
    if !has_cgroup(hidden) {
        kill_process(hidden, Signal::KILL).unwrap();
        end(&path).unwrap();
        return;
    }
    end(&path).unwrap();
    assert!(!is_alive(hidden));
    let name = groups.rsplit_once("/git-par-").unwrap().1.trim();
    assert!(!fs::read_to_string("/proc/self/mountinfo").unwrap().lines().any(|line| {
        let mount = line.split(' ').nth(4).unwrap();
        line.contains(" - cgroup2 ") && Path::new(mount).join(format!("git-par-{name}")).exists()
    }));
}

#[cfg(target_os = "linux")]
#[test]
fn who_has_the_number_of_the_child_now_or_had_it_in_another_boot_is_left_alone() {
    let world = World::new();
    let path = orphaned(&world);
    let record = fs::read(&path).unwrap();
    end(&path).unwrap();
    let mut stranger = stranger(&world);
    let stat = fs::read_to_string(format!("/proc/{}/stat", stranger.id())).unwrap();
    let start: u64 = stat.rsplit_once(") ").unwrap().1.split(' ').nth(19).unwrap().parse().unwrap();
    // The last is a record that somebody forged: its number and start are true, but the process bears no mark.
    for (start, boot) in [(start - 1, None), (start + 1, None), (start, Some("another")), (start, None)] {
        fs::write(&path, &record).unwrap();
        change(&path, |record| {
            record["leader"] = serde_json::json!({ "pid": stranger.id(), "start": start });
            boot.inspect(|boot| record["boot"] = (*boot).into());
        });
        assert!(!Record::load(&path).unwrap().is_alive());
        assert_eq!(end(&path).unwrap(), []);
        assert_eq!(stranger.try_wait().unwrap(), None);
    }
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn the_numbers_of_another_container_are_not_taken_for_ours() {
    let world = World::new();
    let path = orphaned(&world);
    let record = fs::read(&path).unwrap();
    change(&path, |record| record["namespace"] = "pid:[1]".into());
    assert!(matches!(end(&path), Err(Error::Elsewhere { .. })));
    assert!(is_alive(world.pid("ready")));
    fs::write(&path, &record).unwrap();
    end(&path).unwrap();
}

#[test]
fn what_is_no_record_is_an_error_and_nothing_else() {
    let world = World::new();
    let path = world.root.path().join("record");
    assert!(matches!(end(&path), Err(Error::File { .. })));
    let sound = r#"{"version":1,"mark":"0123456789abcdef","folder":"/","boot":"x","namespace":"y","session":1}"#;
    let garbage = [
        String::new(),
        "{}".to_owned(),
        "[".repeat(60_000),
        sound.replace("abcdef", "ABCDEF"),
        sound.replace("0123456789abcdef", ""),
        sound.replace("\"version\":1", "\"version\":2"),
        sound.replace("\"/\"", "\"\\\"\""),
        sound.replace("\"session\":1", "\"session\":1,\"leader\":{\"pid\":1,\"start\":1}"),
        sound.replace("\"session\":1", "\"session\":1,\"leader\":{\"pid\":-1,\"start\":1}"),
        format!("{}{sound}", " ".repeat(100_000)),
    ];
    for text in garbage {
        fs::write(&path, &text).unwrap();
        let error = end(&path).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error}: {text:.90}");
        assert!(path.exists());
    }
    fs::write(&path, sound).unwrap();
    assert_eq!(end(&path).unwrap(), []);
}

#[test]
fn a_record_is_there_before_the_child_and_gone_after_it() {
    let world = World::new();
    let record = world.root.path().join("records").join("w1.json");
    let spec = Spec { record: Some(record.clone()), ..world.shell("cat ../records/w1.json") };
    run(&spec);
    assert!(world.output().contains(r#""mark":""#) && !record.exists());
    fs::write(world.cwd().join("broken"), "#!/no/such/interpreter\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(world.cwd().join("broken"), mode).unwrap();
    let broken = Spec { argv: vec!["./broken".into()], ..spec };
    assert!(child::run(&broken, &Stop::new().unwrap()).is_err());
    assert!(!record.exists());
}

/// Changes a record as somebody else could.
fn change(path: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let mut record = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut record);
    fs::write(path, record.to_string()).unwrap();
}
