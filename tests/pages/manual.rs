//! Man pages.

use std::{collections::BTreeSet, ffi::OsString, fs};

use git_par::cli::{self, pages};

use super::{
    verbs::VERBS,
    world::{PROGRAM, folder, package, run, text},
};

fn page(path: &str) -> String {
    let page = pages::all().into_iter().find(|page| page.path == path);
    page.unwrap_or_else(|| panic!("there is no page {path}")).text
}

fn manual(verb: &str) -> String {
    page(&format!("man/git-par-{verb}.1")).replace("\\-", "-").replace("\\*(Aq", "'")
}

#[test]
fn every_verb_of_the_help_has_a_page_and_stands_in_the_page_of_the_suite() {
    let help = text(&run(PROGRAM, &["-h"], &[]).unwrap());
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let named = lines.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    let verbs: Vec<&str> = named.filter(|verb| *verb != "help").collect();
    assert_eq!(verbs, VERBS);
    assert!(help.starts_with("Run attempts in parallel worktrees"), "{help}");
    let suite = page("man/git-par.1").replace("\\-", "-");
    assert!(suite.contains("\ngit-par - Run attempts in parallel worktrees"), "{suite}");
    for verb in verbs {
        assert!(manual(verb).contains(&format!("\ngit-par-{verb} - ")), "{verb} has no NAME that whatis reads");
        assert!(suite.contains(&format!("git-par-{verb}")), "{verb}");
    }
}

#[test]
fn every_option_of_the_help_stands_in_its_page() {
    for verb in VERBS {
        let help = text(&run(PROGRAM, &[verb, "-h"], &[]).unwrap());
        let words = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let options: BTreeSet<&str> = words.filter(|word| word.len() > 1 && word.starts_with('-')).collect();
        let page = manual(verb);
        assert!(options.len() > 5, "{verb}: {options:?}");
        for option in options.into_iter().filter(|option| *option != "--") {
            assert!(page.contains(&format!("\\fB{option}\\fR")), "{verb}: {option}");
        }
    }
}

#[test]
fn a_value_that_may_be_left_out_is_shown_as_such() {
    assert!(manual("spawn").contains("[\\fB--exclusive\\fR[=\\fIT\\fR]]"), "{}", manual("spawn"));
}

#[test]
fn every_paragraph_of_an_option_that_another_follows_ends_with_a_full_stop() {
    let page = manual("spawn");
    assert!(page.contains("NAME:K is K workers.\nA command has the task"), "{page}");
    for verb in VERBS {
        let page = manual(verb);
        let options = page.split(".SH OPTIONS\n").nth(1).unwrap().split("\n.SH ").next().unwrap();
        let lines: Vec<&str> = options.lines().collect();
        // What stands below `.TP` is the option itself.
        let runs_on = |lines: &&[&str]| {
            let is_text = |line: &str| !line.starts_with(['.', '\\']);
            lines[0] != ".TP" && is_text(lines[1]) && is_text(lines[2]) && !lines[1].ends_with('.')
        };
        assert_eq!(lines.windows(3).find(runs_on), None, "{verb}");
    }
}

#[test]
fn every_page_has_its_sections() {
    let always = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"];
    for page in pages::all().into_iter().filter(|page| page.path.starts_with("man/")) {
        let titles: Vec<String> = page
            .text
            .lines()
            .filter_map(|line| line.strip_prefix(".SH "))
            .map(|title| title.replace('"', ""))
            .collect();
        for title in always {
            assert!(titles.iter().any(|found| found == title), "{} has no {title}: {titles:?}", page.path);
        }
    }
}

#[test]
fn every_example_is_a_command_line_that_is_understood() {
    let mut count = 0;
    for example in pages::examples().into_iter().filter(|example| example.command.starts_with("git par ")) {
        let words = shell_words::split(&example.command).unwrap_or_else(|error| panic!("{example:?}: {error}"));
        let argv: Vec<OsString> =
            std::iter::once("git-par".into()).chain(words.into_iter().skip(2).map(OsString::from)).collect();
        assert!(cli::parses(&argv), "{} says: {}", example.page, example.command);
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn every_setting_that_is_read_is_explained() {
    let suite = page("man/git-par.1");
    let mut read = BTreeSet::new();
    let mut folders = vec![package().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let source = fs::read_to_string(&entry).unwrap();
            let keys = source.split("settings.get(\"").skip(1).filter_map(|rest| rest.split('"').next());
            read.extend(keys.map(str::to_owned));
        }
    }
    assert!(read.len() > 8, "{read:?}");
    for key in read {
        assert!(suite.contains(&format!("\\fB{key}\\fR\n")), "{key} is not in git-par(1)");
    }
}

#[test]
fn every_hook_is_explained() {
    let suite = page("man/git-par.1").replace("\\-", "-");
    let names = git_par::engine::hooks::names();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(suite.contains(&format!("\\fB{name}\\fR\n")), "{name}");
    }
}

#[test]
fn every_finding_code_is_explained() {
    let source = fs::read_to_string(package().join("src/model/finding.rs")).unwrap();
    let body = source.split("pub enum Code {").nth(1).unwrap().split("\n}").next().unwrap();
    let page = manual("verify");
    let names: Vec<&str> = body.lines().filter_map(|line| line.trim().strip_suffix(',')).collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let dashed =
            name.chars().flat_map(|c| if c.is_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] });
        let code: String = dashed.skip(1).collect();
        assert!(page.contains(&format!("\\fB{code}\\fR\n")), "{code}");
    }
}

#[test]
fn groff_has_nothing_to_warn_of() {
    for page in pages::all().into_iter().filter(|page| page.path.starts_with("man/")) {
        let file = folder(&page.path);
        let Some(done) = run("groff", &["-man", "-Tascii", "-ww", "-z", &file], &[]) else { return };
        assert_eq!(text(&done), "", "{}", page.path);
    }
}

/// Returns PATH with the folder of our program before everything else.
fn with_program() -> String {
    let programs = std::path::Path::new(PROGRAM).parent().unwrap().display().to_string();
    format!("{programs}:{}", std::env::var("PATH").unwrap())
}

#[test]
fn man_finds_and_shows_the_pages() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("man1")).unwrap();
    for page in pages::all().into_iter().filter(|page| page.path.starts_with("man/")) {
        fs::write(folder.path().join("man1").join(page.path.trim_start_matches("man/")), page.text).unwrap();
    }
    let path = folder.path().display().to_string();
    // Small systems have a man that only says that there are no pages.
    if run("man", &["--version"], &[]).is_none_or(|said| !text(&said).starts_with("man ")) {
        return;
    }
    for name in ["git-par", "git-par-spawn"] {
        let found = run("man", &["-w", name], &[("MANPATH", &path)]).unwrap();
        assert_eq!(text(&found).trim_end(), format!("{path}/man1/{name}.1"));
    }
    // Both of these are git's own ways to a man page; the first is what people type.
    for arguments in [&["par", "--help"][..], &["help", "par"]] {
        let environment =
            [("MANPATH", path.as_str()), ("MANPAGER", "cat"), ("TERM", "dumb"), ("PATH", &with_program())];
        let shown = run("git", arguments, &environment).unwrap();
        assert!(text(&shown).contains("GIT-PAR(1)"), "git {arguments:?}: {}", text(&shown));
    }
}

#[test]
fn whatis_reads_the_name_of_each_page() {
    for verb in VERBS {
        let file = folder(&format!("man/git-par-{verb}.1"));
        let Some(said) = run("lexgrog", &[&file], &[]) else { return };
        assert!(text(&said).contains(&format!("\"git-par-{verb} - ")), "{}", text(&said));
    }
}
