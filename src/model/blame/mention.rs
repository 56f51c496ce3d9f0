//! Mentions: which candidates a failure's output names by the files that they changed.

/// How much of an output is looked at: its end, where failures are told, in bytes.
const LONGEST_OUTPUT: usize = 64 * 1024;
/// How many paths of all candidates are looked for, an equal share of each.
const MOST_PATHS: usize = 4096;

/// How a path is named by an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mention {
    /// By the name of its file.
    Name,
    /// As a whole.
    Path,
}

/// Guesses which candidates a failure is about: those of which a changed path is in the output; where there are none, those
/// of which the name of a changed file is.
///
/// It is good for what is asked first and for nothing else: an output may name what has nothing to do with the failure.
#[must_use]
pub fn hint(output: &str, paths: &[Vec<String>]) -> Vec<usize> {
    let output = end(output);
    let share = MOST_PATHS / paths.len().max(1);
    let named = |paths: &Vec<String>| paths.iter().take(share).filter_map(|path| mention(output, path)).max();
    let mentions: Vec<Option<Mention>> = paths.iter().map(named).collect();
    let Some(best) = mentions.iter().flatten().max() else { return Vec::new() };
    (0..paths.len()).filter(|candidate| mentions[*candidate] == Some(*best)).collect()
}

/// Returns the end of an output, as much of it as is looked at.
fn end(output: &str) -> &str {
    let start = output.len().saturating_sub(LONGEST_OUTPUT);
    let start = (start..output.len()).find(|at| output.is_char_boundary(*at)).unwrap_or(0);
    &output[start..]
}

/// Tells how an output names a path.
fn mention(output: &str, path: &str) -> Option<Mention> {
    let name = path.rsplit('/').next().filter(|name| !name.is_empty())?;
    let ends = output.match_indices(name).map(|(at, _)| at + name.len());
    let ends = ends.filter(|end| !output[*end..].starts_with(goes_on));
    ends.filter_map(|end| {
        // The longer one first: a name that ends in another is not that other.
        let stands = |text: &str| output[..end].strip_suffix(text).is_some_and(|before| !before.ends_with(goes_on));
        if stands(path) { Some(Mention::Path) } else { stands(name).then_some(Mention::Name) }
    })
    .max()
}

/// Tells whether a character beside a name would be a part of it.
fn goes_on(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hinted(output: &str, paths: &[&[&str]]) -> Vec<usize> {
        let paths: Vec<Vec<String>> =
            paths.iter().map(|paths| paths.iter().map(|path| (*path).to_owned()).collect()).collect();
        hint(output, &paths)
    }

    const PATHS: [&[&str]; 4] = [&["src/lex.rs", "src/mod.rs"], &["src/parse/mod.rs"], &["app/[id]/page.tsx"], &[]];

    #[test]
    fn a_whole_path_names_its_candidate_and_a_name_alone_all_that_have_such_a_file() {
        assert_eq!(hinted("error: src/parse/mod.rs:3:1: no such name", &PATHS), [1]);
        assert_eq!(hinted("panicked at /tmp/w/src/lex.rs:3 and src/parse/mod.rs", &PATHS), [0, 1]);
        assert_eq!(hinted("in mod.rs, line 3", &PATHS), [0, 1]);
        assert_eq!(hinted("app/[id]/page.tsx(12,5): error", &PATHS), [2]);
        assert_eq!(hinted("FAILED", &PATHS), [0; 0]);
    }

    #[test]
    fn a_part_of_another_name_is_no_mention() {
        for output in ["flex.rs", "lex.rsx", "a-lex.rs", "lex.rs_", "élex.rs", ""] {
            assert_eq!(hinted(output, &PATHS), [0; 0], "{output}");
        }
        for output in ["lex.rs", "(lex.rs)", "x/lex.rs.", "b\\lex.rs:", "flex.rs lex.rs"] {
            assert_eq!(hinted(output, &PATHS), [0], "{output}");
        }
        assert_eq!(hinted("anything", &[&["", "a/"]]), [0; 0]);
    }

    #[test]
    fn the_end_of_a_long_output_is_looked_at_and_an_equal_share_of_the_paths() {
        let long = "é".repeat(LONGEST_OUTPUT);
        assert_eq!(hinted(&format!("lex.rs {long}"), &PATHS), [0; 0]);
        assert_eq!(hinted(&format!("{long} lex.rs"), &PATHS), [0]);
        let many: Vec<String> = (0..MOST_PATHS).map(|at| format!("f{at}.c")).collect();
        let names = format!("f0.c f{}.c", MOST_PATHS / 2);
        assert_eq!(hint(&names, &[Vec::new(), many.clone()]), [1]);
        assert_eq!(hint(&format!("f{}.c", MOST_PATHS / 2), &[Vec::new(), many]), [0; 0]);
    }
}
