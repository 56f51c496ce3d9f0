//! Controls: requests from other processes, and what else may be written into a pipe.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    sync::mpsc::{self, Receiver},
};

use git_par::{
    model::{request::Request, worker::Worker},
    process::control::{self, Control, Error},
};

use super::world::{LONG, World, run};

fn listen(path: &Path) -> (Control, Receiver<Request>) {
    let (sender, heard) = mpsc::channel();
    (Control::listen(path, move |request| sender.send(request).unwrap()).unwrap(), heard)
}

fn stop(worker: u16) -> Request {
    Request::Stop(Worker::new(worker))
}

#[test]
fn a_request_is_heard_and_garbage_is_not() {
    let world = World::new();
    let path = world.root.path().join("scratch").join("control");
    let (_control, heard) = listen(&path);
    control::send(&path, stop(2)).unwrap();
    let mut pipe = File::options().write(true).open(&path).unwrap();
    let long = "x".repeat(100_000);
    pipe.write_all(format!("nonsense\n{long} stop\n\u{0}\u{0}stop w900\nstop").as_bytes()).unwrap();
    control::send(&path, Request::Hurry(None)).unwrap();
    drop(pipe);
    control::send(&path, stop(0)).unwrap();
    for expected in [stop(2), Request::Stop(None), Request::Hurry(None), Request::Stop(None)] {
        assert_eq!(heard.recv_timeout(LONG).unwrap(), expected);
    }
}

#[test]
fn where_nobody_listens_a_request_fails_at_once() {
    let world = World::new();
    let path = world.root.path().join("control");
    let is_nobody = || matches!(control::send(&path, stop(1)), Err(Error::Nobody { .. }));
    assert!(is_nobody());
    drop(listen(&path));
    assert!(is_nobody() && !path.exists());
    // As one that died leaves it.
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(is_nobody());
    fs::remove_file(&path).unwrap();
    fs::write(&path, "a file").unwrap();
    assert!(is_nobody());
    assert_eq!(fs::read(&path).unwrap(), b"a file");
    let (_control, heard) = listen(&path);
    control::send(&path, stop(1)).unwrap();
    assert_eq!(heard.recv_timeout(LONG).unwrap(), stop(1));
}

#[test]
fn a_pipe_whose_folder_was_deleted_is_made_again() {
    let world = World::new();
    let path = world.root.path().join("scratch").join("control");
    let (control, heard) = listen(&path);
    for worker in 1..4 {
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
        assert!(matches!(control::send(&path, stop(worker)), Err(Error::Nobody { .. })));
        control.renew().unwrap();
        control.renew().unwrap();
        control::send(&path, stop(worker)).unwrap();
        assert_eq!(heard.recv_timeout(LONG).unwrap(), stop(worker));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_does_not_hold_the_pipe() {
    let world = World::new();
    let (_control, _heard) = listen(&world.root.path().join("control"));
    run(&world.shell("ls -l /proc/$$/fd"));
    assert!(world.output().contains("child.log") && !world.output().contains("control"), "{}", world.output());
}
