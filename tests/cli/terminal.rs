//! Terminals: the two ends of one, and what is shown on it.

use std::{fs::File, io::Read, process::Stdio};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use super::world::World;

/// A terminal at whose one end a test sits.
pub(crate) struct Terminal {
    pub(crate) ours: File,
    name: String,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        Self { ours: File::from(ours), name }
    }

    /// Returns the end at which a program sits.
    pub(crate) fn other_end(&self) -> Stdio {
        Stdio::from(File::options().read(true).write(true).open(&self.name).unwrap())
    }

    /// Returns all that was shown; the other end is closed.
    pub(crate) fn shown(&mut self) -> String {
        let mut shown = Vec::new();
        // That the other end is closed is an error on Linux, after all that was shown.
        let _ = self.ours.read_to_end(&mut shown);
        String::from_utf8_lossy(&shown).into_owned()
    }
}

#[test]
fn what_a_watch_has_no_lines_for_is_counted_and_shown_at_the_end() {
    let world = World::new();
    world.spawn("r", 12, "echo x > x");
    let mut terminal = Terminal::new();
    let size = Winsize { ws_row: 8, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 };
    let end = terminal.other_end();
    tcsetwinsize(&terminal.ours, size).unwrap();
    let mut command = world.par_command(&["status", "--watch", "r"]);
    let mut child = command.env("TERM", "xterm").stdout(end).spawn().unwrap();
    drop(command);
    assert!(child.wait().unwrap().success());
    let shown = terminal.shown();
    // Seven lines, of which five are above the table's rows: w1 is there, and eleven more workers and the total are not.
    assert!(shown.contains("... 12 more"), "{shown}");
    assert!(shown.contains("workers: 12 finished"), "{shown}");
    assert_eq!(shown.matches("\ntotal ").count(), 1, "{shown}");
}
