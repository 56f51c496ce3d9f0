//! Completions.

use std::{fs, path::Path};

use super::{
    verbs::VERBS,
    world::{folder, run, text},
};

/// Where distributions put git's own completion.
const GIT_COMPLETION: [&str; 3] = [
    "/usr/share/bash-completion/completions/git",
    "/usr/share/git-core/contrib/completion/git-completion.bash",
    "/usr/share/git/completion/git-completion.bash",
];

/// Completes the words after the first two arguments, which are scripts to load; the last word is the one under the cursor.
const DRIVER: &str = r#"
for file in "$1" "$2"; do [[ -z "$file" ]] || source "$file"; done
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMPREPLY=()
entry=$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')
"$entry" "$1" "${@: -1}" "${@: -2:1}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// What bash offers; none where it is not installed, or git's completion is not.
fn bash(with_git: bool, words: &[&str]) -> Option<Vec<String>> {
    let git = GIT_COMPLETION.iter().copied().find(|file| Path::new(file).is_file());
    let git = if with_git { git? } else { "" };
    let ours = folder("completions/git-par.bash");
    let arguments = [&["--norc", "--noprofile", "-c", DRIVER, "bash", git, &ours], words].concat();
    let done = run("bash", &arguments, &[])?;
    assert!(done.stderr.is_empty(), "{words:?}: {}", text(&done));
    Some(text(&done).lines().map(|word| word.trim_end().to_owned()).filter(|word| !word.is_empty()).collect())
}

/// Asks for the same by `git par`, through git's completion, and by `git-par`, with and without that.
fn bash_everywhere(words: &[&str], expected: &[&str]) {
    let asked = [(true, &["git", "par"][..]), (true, &["git-par"]), (false, &["git-par"])];
    for (with_git, program) in asked {
        let line = [program, words].concat();
        if let Some(offered) = bash(with_git, &line) {
            assert_eq!(offered, expected, "{line:?}");
        }
    }
}

#[test]
fn bash_completes_verbs() {
    bash_everywhere(&[""], &VERBS);
    bash_everywhere(&["s"], &["spawn", "seal", "stop", "status"]);
    bash_everywhere(&["-C", "/", "--json", "v"], &["verify"]);
    bash_everywhere(&["--col"], &["--color="]);
}

#[test]
fn bash_completes_options_and_their_values() {
    bash_everywhere(&["spawn", "--ag"], &["--agent="]);
    bash_everywhere(&["spawn", "--agent", "co"], &["codex", "copilot"]);
    bash_everywhere(&["gate", "--place", ""], &["worktree", "clean"]);
    bash_everywhere(&["list", "--color", "a"], &["auto", "always"]);
    bash_everywhere(&["merge", "--no"], &["--no-ff"]);
    bash_everywhere(&["pick", "--by", "c"], &["cost", "consensus"]);
}

#[test]
fn bash_completes_the_verbs_of_a_verb() {
    bash_everywhere(&["plan", ""], &["check", "show", "draft", "schema"]);
    bash_everywhere(&["plan", "-q", "s"], &["show", "schema"]);
    bash_everywhere(&["plan", "show", "--gr"], &["--graph="]);
    bash_everywhere(&["plan", "show", "--graph", ""], &["dot", "mermaid"]);
    bash_everywhere(&["plan", "check", "--gr"], &[]);
}

#[test]
fn bash_completes_a_value_after_an_equals_sign() {
    // As readline takes words apart.
    for words in [&["spawn", "--agent", "=", "cod"][..], &["spawn", "-n", "2", "--agent", "=", "cod"]] {
        bash_everywhere(words, &["codex"]);
    }
    bash_everywhere(&["gate", "--place", "="], &["worktree", "clean"]);
}

#[test]
fn bash_leaves_another_programs_command_line_to_files() {
    bash_everywhere(&["gate", "--", "--pl"], &[]);
    bash_everywhere(&["spawn", "--file", "x"], &[]);
}

#[test]
fn bash_completes_a_verb_that_is_a_program_of_its_own() {
    for with_git in [true, false] {
        let Some(offered) = bash(with_git, &["git-par-gate", "--ba"]) else { continue };
        assert_eq!(offered, ["--baseline"]);
    }
}

/// Makes a repository with two runs and a queue, as far as their refs tell.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display().to_string();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-C", &at];
        let done = run("git", &[&identity, arguments].concat(), &[]).unwrap();
        assert!(done.status.success(), "{}", text(&done));
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "first"]);
    git(&["remote", "add", "origin", "../origin.git"]);
    for run in ["20261120-first-aaaa", "20261121-second-bbbb", "queue/release%2F1.0"] {
        git(&["update-ref", &format!("refs/notes/par/{run}"), "HEAD"]);
    }
    folder
}

#[test]
fn bash_completes_runs_and_branches_of_the_repository() {
    let folder = repository();
    let ours = folder_script(folder.path());
    let done = |words: &[&str]| {
        let arguments = [&["--norc", "--noprofile", "-c", DRIVER, "bash", "", &ours], words].concat();
        run("bash", &arguments, &[]).map(|done| text(&done))
    };
    let Some(runs) = done(&["git-par", "gate", ""]) else { return };
    assert_eq!(runs, "20261120-first-aaaa \n20261121-second-bbbb \n");
    for verb in ["verify", "seal", "push", "fetch"] {
        assert_eq!(done(&["git-par", verb, "queue/"]).unwrap(), "queue/release/1.0 \n", "{verb}");
        assert_eq!(done(&["git-par", verb, "20261120"]).unwrap(), "20261120-first-aaaa \n", "{verb}");
    }
    assert_eq!(done(&["git-par", "push", "or"]).unwrap(), "origin \n");
    assert_eq!(done(&["git-par", "run", "--continue", "20261121"]).unwrap(), "20261121-second-bbbb \n");
    assert_eq!(done(&["git-par", "merge", "--into", "m"]).unwrap(), "main \n");
}

/// Writes a script that goes to a folder and loads ours there.
fn folder_script(at: &Path) -> String {
    let script = at.join("load.bash");
    fs::write(&script, format!("cd '{}'\nsource '{}'\n", at.display(), folder("completions/git-par.bash"))).unwrap();
    script.display().to_string()
}

/// What zsh does at its start: it writes every word that it would offer to the file `offered`, and ends after that.
const ZSHRC: &str = r#"
autoload -Uz compinit
compinit -u -D
compadd() {
    local -a hits
    if (( ${@[(I)-[OAD]]} == 0 )); then
        builtin compadd -O hits "$@"
        print -rl -- $hits >>$OFFERED
    fi
    builtin compadd "$@"
}
finish() { exit }
comppostfuncs=(finish)
"#;

/// Types a line and a tab into zsh in a terminal of its own, and waits for its end.
const ZSH: &str = r#"
zmodload zsh/zpty || exit 77
zpty shell zsh -d -i
zpty -n -w shell "$1"$'\t'
while zpty -r shell line; do :; done
zpty -d shell
"#;

fn zsh(line: &str) -> Option<String> {
    let repository = repository();
    let here = repository.path().display().to_string();
    let rc = format!("cd '{here}'\nfpath=('{}' $fpath)\n{ZSHRC}", folder("completions"));
    fs::write(repository.path().join(".zshrc"), rc).unwrap();
    let offered = repository.path().join("offered");
    let environment = [("ZDOTDIR", here.as_str()), ("OFFERED", offered.to_str().unwrap()), ("TERM", "vt100")];
    let done = run("zsh", &["-f", "-c", ZSH, "zsh", line], &environment)?;
    let text = || fs::read_to_string(&offered).unwrap_or_else(|error| panic!("{line}: {error}: {}", text(&done)));
    (done.status.code() != Some(77)).then(text)
}

#[test]
fn zsh_completes_verbs_options_values_and_runs() {
    let cases = [
        ("git-par ", &["spawn", "verify", "demo"][..]),
        ("git par ", &["spawn", "verify", "demo"]),
        ("git par spawn --", &["--agent", "--timeout"]),
        ("git-par spawn --agent ", &["claude", "codex"]),
        ("git-par-gate --", &["--baseline", "--place"]),
        ("git par plan ", &["check", "show", "schema"]),
        ("git par plan show --", &["--graph", "--json"]),
        ("git par plan show --graph ", &["dot", "mermaid"]),
        ("git par pick ", &["20261120-first-aaaa", "20261121-second-bbbb"]),
        ("git par verify ", &["20261120-first-aaaa", "queue/release/1.0"]),
        ("git par push origin ", &["20261120-first-aaaa", "queue/release/1.0"]),
        ("git par fetch ", &["origin"]),
    ];
    for (line, expected) in cases {
        let Some(offered) = zsh(line) else { return };
        let missing: Vec<_> = expected.iter().filter(|word| !offered.lines().any(|line| line == **word)).collect();
        assert!(missing.is_empty(), "{line}: {missing:?} are not in {offered}");
    }
}

#[test]
fn the_completions_are_well_formed_for_their_shells() {
    for (shell, file) in [("bash", "git-par.bash"), ("zsh", "_git-par"), ("fish", "git-par.fish")] {
        let path = folder(&format!("completions/{file}"));
        if let Some(checked) = run(shell, &["-n", &path], &[]) {
            assert!(checked.status.success() && text(&checked).is_empty(), "{shell}: {}", text(&checked));
        }
    }
}

#[test]
fn fish_completes_verbs_options_and_values() {
    let file = folder("completions/git-par.fish");
    let complete = |line: &str| {
        let script = format!("source '{file}'; complete -C '{line}'");
        run("fish", &["--no-config", "-c", &script], &[]).map(|done| text(&done))
    };
    let Some(verbs) = complete("git-par ") else { return };
    assert!(VERBS.iter().all(|verb| verbs.contains(verb)) && !verbs.contains("pages"), "{verbs}");
    assert!(complete("git-par spawn --ag").unwrap().contains("--agent"));
    assert!(complete("git-par spawn --agent ").unwrap().contains("codex"));
    assert!(complete("git-par-gate --place ").unwrap().contains("worktree"));
    assert!(complete("git-par plan s").unwrap().contains("schema"));
    assert!(complete("git-par plan show --graph ").unwrap().contains("mermaid"));
}
