//! Stories: Markdown whose `console` blocks are run, and whose output must be what the page shows.
//!
//! `$` begins a command, `>` goes on with it, `? 1` says that its status is 1; the rest is what it prints, standard error too
//! where it fails. To write what is printed now into the page: `STORIES=write cargo test --test cli stories`.

use std::{fmt::Write as _, fs, path::Path};

use super::world::{Said, World, steady};

/// One command of a story.
struct Step {
    command: String,
    shown: String,
}

/// A piece of a page: text as it stands, or commands.
enum Piece {
    Text(String),
    Console(Vec<Step>),
}

fn pieces(page: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text(String::new())];
    for line in page.lines() {
        match (pieces.last_mut().unwrap(), line) {
            (Piece::Text(text), "```console") => {
                writeln!(text, "{line}").unwrap();
                pieces.push(Piece::Console(Vec::new()));
            }
            (Piece::Console(_), "```") => pieces.push(Piece::Text("```\n".to_owned())),
            (Piece::Text(text), line) => writeln!(text, "{line}").unwrap(),
            (Piece::Console(steps), line) => take(steps, line),
        }
    }
    pieces
}

fn take(steps: &mut Vec<Step>, line: &str) {
    if let Some(command) = line.strip_prefix("$ ") {
        steps.push(Step { command: command.to_owned(), shown: String::new() });
        return;
    }
    let step = steps.last_mut().expect("a console block begins with a command");
    match line.strip_prefix("> ") {
        Some(more) if step.shown.is_empty() => write!(step.command, "\n{more}").unwrap(),
        _ => writeln!(step.shown, "{line}").unwrap(),
    }
}

fn run(world: &mut World, command: &str) -> String {
    let note = world.beside("cwd");
    let script = format!("{command}\nstatus=$?\npwd >'{}'\nexit $status", note.display());
    let said = Said::of(world.command("sh", &["-c", &script]).env("GIT_CONFIG_COUNT", "0").output().unwrap());
    world.here = fs::read_to_string(&note).unwrap().trim_end().into();
    let mut text = said.stdout;
    if said.code != 0 {
        writeln!(text, "{}? {}", said.stderr, said.code).unwrap();
    }
    text
}

fn tell(path: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut world = World::empty();
    world.add_to_path(Path::new(env!("CARGO_BIN_EXE_git-par")).parent().unwrap());
    let place = world.here.display().to_string();
    let mut page = String::new();
    let mut wrong = String::new();
    for piece in pieces(&fs::read_to_string(&file).unwrap()) {
        match piece {
            Piece::Text(text) => page.push_str(&text),
            Piece::Console(steps) => {
                for step in steps {
                    let said = run(&mut world, &step.command).replace(&place, "/home/you");
                    if steady(&said) != steady(&step.shown) {
                        write!(wrong, "$ {}\nshown:\n{}\nprinted:\n{said}\n", step.command, step.shown).unwrap();
                    }
                    write!(page, "$ {}\n{said}", step.command.replace('\n', "\n> ")).unwrap();
                }
            }
        }
    }
    if std::env::var("STORIES").is_ok_and(|wish| wish == "write") {
        fs::write(&file, page).unwrap();
    } else {
        assert!(wrong.is_empty(), "{path} tells another story than the program:\n{wrong}");
    }
}

#[test]
fn the_tour_of_the_readme_happens_as_it_is_told() {
    tell("README.md");
}
