//! Man pages: one for the suite and one a verb, of the definition of the command line and the manual's texts.

use clap::{Arg, Command};
use clap_mangen::{
    Man,
    roff::{Inline, Roff, bold, italic, roman},
};

use super::{
    super::SHARED,
    Page,
    manual::{Item, Manual, Section},
    settings, verbs,
};

/// Makes one page.
pub(super) fn page(manual: &Manual, root: &Command) -> Page {
    let verb = manual.verb.map(|verb| root.find_subcommand(verb).expect("every manual is of a verb"));
    let command = verb.unwrap_or(root);
    let mut roff = Roff::new();
    title(&mut roff, manual, command);
    heading(&mut roff, "SYNOPSIS");
    roff.text(synopsis(command));
    paragraphs(&mut roff, "DESCRIPTION", manual.description);
    if manual.verb.is_none() {
        verb_list(&mut roff, root);
    }
    let mut text = roff.render();
    text.push_str(&options(command));
    let mut roff = Roff::new();
    if manual.verb.is_some() && command.has_subcommands() {
        own_verbs(&mut roff, command);
    }
    for own in manual.sections {
        section(&mut roff, own);
    }
    items(&mut roff, "EXIT STATUS", manual.statuses);
    examples(&mut roff, manual.examples);
    items(&mut roff, "REFS", manual.refs);
    configuration(&mut roff, manual);
    if manual.verb.is_none() {
        environment(&mut roff, root);
    }
    see_also(&mut roff, manual);
    text.push_str(&body(&roff));
    Page { path: format!("man/{}.1", manual.name()), text }
}

/// Writes what a page begins with; it has no date, so that the same version makes the same page.
fn title(roff: &mut Roff, manual: &Manual, command: &Command) {
    let name = manual.name();
    let version = concat!("git-par ", env!("CARGO_PKG_VERSION"));
    roff.control("TH", [name.to_uppercase().as_str(), "1", "\"\"", version, "Git Manual"]);
    heading(roff, "NAME");
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    // The reader of whatis(1) databases knows this dash and no other.
    roff.text([roman(format!("{name} - {about}"))]);
}

fn heading(roff: &mut Roff, title: &str) {
    roff.control("SH", [title]);
}

/// Renders a part of a page without the definitions that it begins with.
fn body(roff: &Roff) -> String {
    without_preamble(&roff.render()).to_owned()
}

fn without_preamble(text: &str) -> &str {
    let preamble = Roff::new().render();
    text.strip_prefix(&preamble).unwrap_or(text)
}

fn options(command: &Command) -> String {
    let mut bytes = Vec::new();
    Man::new(command.clone().mut_args(punctuated)).render_options_section(&mut bytes).expect("memory takes any text");
    let text = String::from_utf8(bytes).expect("the definition of the command line is UTF-8");
    // An option without a text of its own would leave an empty line, which roff shows as one.
    let lines: Vec<&str> = without_preamble(&text).lines().filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

/// Ends the first paragraph of an option's text where another follows: a page sets both as one.
fn punctuated(arg: Arg) -> Arg {
    let long = arg.get_long_help().map(ToString::to_string).unwrap_or_default();
    match long.split_once("\n\n") {
        Some((first, rest)) if !first.ends_with('.') => arg.long_help(format!("{first}.\n\n{rest}")),
        _ => arg,
    }
}

fn synopsis(command: &Command) -> Vec<Inline> {
    let mut line = vec![bold(command.get_bin_name().unwrap_or("git par"))];
    for arg in own_arguments(command).filter(|arg| !arg.is_positional()) {
        line.extend(option_words(arg));
    }
    for arg in own_arguments(command).filter(|arg| arg.is_positional()) {
        let is_many = arg.is_last_set() || matches!(arg.get_action(), clap::ArgAction::Append);
        let dots = if is_many { "..." } else { "" };
        let before = if arg.is_last_set() { " [-- " } else { " [" };
        let words = [roman(before), italic(value_names(arg)), roman(format!("{dots}]"))];
        line.extend(if arg.is_required_set() {
            vec![roman(" "), italic(value_names(arg)), roman(dots)]
        } else {
            words.to_vec()
        });
    }
    if command.has_subcommands() {
        line.extend([roman(" "), italic("VERB"), roman(" ["), italic("ARGS"), roman("...]")]);
    }
    line
}

/// Lists the arguments that not every verb has.
fn own_arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_help_heading() != Some(SHARED) && !is_asking(arg))
}

/// Tells whether an argument is not for work, but for help and version.
fn is_asking(arg: &Arg) -> bool {
    arg.is_hide_set() || matches!(arg.get_id().as_str(), "help" | "version")
}

fn option_words(arg: &Arg) -> Vec<Inline> {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let mut words = vec![roman(" ["), bold(short.or(long).unwrap_or_default())];
    let may_lack_value = arg.get_num_args().is_some_and(|count| count.min_values() == 0);
    if may_lack_value && arg.is_require_equals_set() {
        words.extend([roman("[="), italic(value_names(arg)), roman("]")]);
    } else if arg.get_action().takes_values() {
        words.extend([roman(" "), italic(value_names(arg))]);
    }
    let many = matches!(arg.get_action(), clap::ArgAction::Append);
    words.push(roman(if many { "]..." } else { "]" }));
    words
}

fn value_names(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().map(clap::builder::Str::as_str).collect::<Vec<_>>().join(" ")
}

fn paragraphs(roff: &mut Roff, title: &str, texts: &[&str]) {
    heading(roff, title);
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            roff.control("PP", []);
        }
        roff.text(marked(text));
    }
}

fn section(roff: &mut Roff, section: &Section) {
    paragraphs(roff, section.title, section.text);
    entries(roff, section.items);
}

fn items(roff: &mut Roff, title: &str, items: &[Item]) {
    if !items.is_empty() {
        heading(roff, title);
        entries(roff, items);
    }
}

fn entries(roff: &mut Roff, items: &[Item]) {
    for (term, text) in items {
        entry(roff, bold(*term), text);
    }
}

fn entry(roff: &mut Roff, term: Inline, text: &str) {
    roff.control("TP", []).text([term]).text(marked(text));
}

fn verb_list(roff: &mut Roff, root: &Command) {
    heading(roff, "VERBS");
    for verb in verbs(root) {
        let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []).text([bold(format!("git-par-{}", verb.get_name())), roman("(1)")]).text([roman(about)]);
    }
}

/// Writes what a verb has verbs of its own for, each with the options that the others have not.
fn own_verbs(roff: &mut Roff, command: &Command) {
    heading(roff, "VERBS");
    for verb in command.get_subcommands() {
        roff.control("SS", []).text(synopsis(verb));
        let about = verb.get_long_about().or(verb.get_about()).map(ToString::to_string).unwrap_or_default();
        for (at, paragraph) in about.split("\n\n").enumerate() {
            if at > 0 {
                roff.control("PP", []);
            }
            roff.text([roman(format!("{}.", paragraph.trim_end_matches('.')))]);
        }
        for arg in own_arguments(verb) {
            // Without the brackets of a synopsis.
            let option = option_words(arg).split_off(1);
            let name = if arg.is_positional() { &[italic(value_names(arg))][..] } else { &option[..option.len() - 1] };
            let name = name.to_vec();
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            roff.control("TP", []).text(name).text([roman(help)]);
        }
    }
}

fn examples(roff: &mut Roff, examples: &[Item]) {
    heading(roff, "EXAMPLES");
    for (at, (what, commands)) in examples.iter().enumerate() {
        if at > 0 {
            roff.control("PP", []);
        }
        roff.text(marked(what)).control("RS", ["4"]).control("nf", []);
        for command in commands.lines() {
            roff.text([roman(command)]);
        }
        roff.control("fi", []).control("RE", []);
    }
}

fn configuration(roff: &mut Roff, manual: &Manual) {
    if manual.settings.is_empty() {
        return;
    }
    let lead = "These are settings of git-config(1). An option goes before the environment, that before a setting, and that before the default.";
    paragraphs(roff, "CONFIGURATION", &[lead]);
    for key in manual.settings {
        let (key, text) = settings::find(key).expect("every setting is explained");
        entry(roff, bold(*key), text);
    }
}

fn environment(roff: &mut Roff, root: &Command) {
    heading(roff, "ENVIRONMENT");
    let mut found: Vec<(String, String)> = Vec::new();
    for arg in verbs(root).flat_map(Command::get_arguments) {
        let Some(name) = arg.get_env().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, arg.get_long().unwrap_or_default().to_owned()));
        }
    }
    found.sort();
    for (name, long) in found {
        entry(roff, bold(name), &format!("Taken where the option `--{long}` is not given."));
    }
    entry(roff, bold("NO_COLOR, CLICOLOR, CLICOLOR_FORCE"), "Whether to use colours, where `--color` does not say so.");
}

fn see_also(roff: &mut Roff, manual: &Manual) {
    heading(roff, "SEE ALSO");
    let suite = manual.verb.map(|_| "git-par(1)");
    let names: Vec<&str> = suite.into_iter().chain(manual.also.iter().copied()).collect();
    let mut line = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let (page, number) = name.split_once('(').expect("a page has a section");
        let comma = if at + 1 < names.len() { ", " } else { "" };
        line.extend([bold(page), roman(format!("({number}{comma}"))]);
    }
    roff.text(line);
}

/// Sets what stands between two backquotes in bold.
fn marked(text: &str) -> Vec<Inline> {
    let parts = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(at, part)| if at % 2 == 1 { bold(part) } else { roman(part) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backquotes_is_bold() {
        assert_eq!(marked("`a` b `c`"), [bold("a"), roman(" b "), bold("c")]);
        assert_eq!(marked("plain"), [roman("plain")]);
    }
}
