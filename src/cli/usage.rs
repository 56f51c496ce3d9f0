//! Usage: what is said of a command line that was not understood, and of one that asks for help.

use std::{ffi::OsString, process::ExitCode};

use anstream::ColorChoice;
use clap::error::ErrorKind;

use super::{exit_code, screen};

/// Tells what clap has to say, as JSON too where that was asked for, and returns the exit status.
pub(super) fn tell(error: &clap::Error, argv: &[OsString]) -> ExitCode {
    // Help and version are answers: clap writes them where they belong.
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if own(argv).any(|word| word == "--json") {
        let (message, hints) = parts(error);
        screen::fail(&message, &hints);
    }
    exit_code::USAGE.into()
}

/// Finds out when to use colours before the command line was understood.
pub(super) fn wanted_color(argv: &[OsString]) -> clap::ColorChoice {
    let words: Vec<&str> = own(argv).collect();
    let spaced = words.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1]);
    let joined = words.iter().filter_map(|word| word.strip_prefix("--color="));
    match spaced.chain(joined).last().map(screen::choice) {
        Some(ColorChoice::Always) => clap::ColorChoice::Always,
        Some(ColorChoice::Never) => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

/// Lists the words that are for us: what comes after `--` is another program's.
fn own(argv: &[OsString]) -> impl Iterator<Item = &str> {
    argv.iter().skip(1).take_while(|word| *word != "--").filter_map(|word| word.to_str())
}

/// Takes clap's text apart: what is wrong in one line, and the tips.
fn parts(error: &clap::Error) -> (String, Vec<String>) {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return ("no verb was given".to_owned(), vec!["git par --help".to_owned()]);
    }
    let text = error.render().to_string();
    let wrong = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    let tips = text.lines().filter_map(|line| line.trim_start().strip_prefix("tip: ")).map(str::to_owned);
    (wrong.split_whitespace().collect::<Vec<_>>().join(" "), tips.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &[&str]) -> Vec<OsString> {
        std::iter::once("git-par").chain(words.iter().copied()).map(OsString::from).collect()
    }

    #[test]
    fn words_after_two_dashes_are_not_ours() {
        let words = argv(&["spawn", "--color", "always", "--", "sh", "--color=never", "--json"]);
        assert_eq!(wanted_color(&words), clap::ColorChoice::Always);
        assert!(own(&words).all(|word| word != "--json"));
    }

    #[test]
    fn a_wish_for_colours_is_seen_in_both_spellings() {
        assert_eq!(wanted_color(&argv(&["--color", "never", "list"])), clap::ColorChoice::Never);
        assert_eq!(wanted_color(&argv(&["list", "--color=never", "--x"])), clap::ColorChoice::Never);
        assert_eq!(wanted_color(&argv(&["list", "--color"])), clap::ColorChoice::Auto);
    }
}
