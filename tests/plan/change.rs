//! Changes: the text of a plan made into another one at random, in bytes, in words and in what stands in what.

use std::{ops::Range, sync::LazyLock};

use git_par::model::plan::document::Form;
use serde_json::{Value, json};

/// Numbers that look random and are the same for the same seed (xorshift*, Marsaglia 2003 and Vigna 2016).
pub(crate) struct Random(u64);

impl Random {
    /// Makes the numbers of a seed; seeds side by side have nothing in common.
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Returns a number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Returns a part of a list that is written with bars between.
    fn of_list(&mut self, list: &'static str) -> &'static str {
        let parts: Vec<&str> = list.split('|').collect();
        parts[self.below(parts.len())]
    }

    /// Returns a count that is small more often than not.
    fn count(&mut self, most: usize) -> usize {
        let most = 1 << self.below(most.ilog2() as usize + 1);
        1 + self.below(most)
    }
}

/// The words of plans: the keys of the shipped schema, and what it lists as values.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    fn gather(value: &Value, words: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                words.extend(
                    object
                        .get("properties")
                        .and_then(Value::as_object)
                        .into_iter()
                        .flatten()
                        .map(|(key, _)| key.clone()),
                );
                object.values().for_each(|value| gather(value, words));
            }
            Value::Array(values) => {
                words.extend(values.iter().filter_map(|value| value.as_str().map(str::to_owned)));
                for value in values {
                    gather(value, words);
                }
            }
            _ => {}
        }
    }
    let mut words = Vec::new();
    gather(&serde_json::from_str(include_str!("../../schema/plan.schema.json")).unwrap(), &mut words);
    let more = "design|parser|porter|planner|builder|synthesizer|a|b|c|lines|-first,score|verdict";
    words.into_iter().chain(more.split('|').map(str::to_owned)).collect()
});

/// Texts that are hard on somebody who reads them.
const NASTY: &str = "| |\u{feff}|\u{0}|\u{7f}|\u{85}|\u{2028}|\u{202e}|e\u{301}|\u{1f468}\u{200d}\u{1f469}|\u{10ffff}|\
    \u{d7ff}\u{e000}|\\u0000|\\ud800|\\udc00\\ud800|\\U0010FFFF|\\n|\\|\"|'''|\"\"\"|#|=|.|..|/|../x|\
    .git|.GIT/x|a//b|/|x.lock";

/// Values, most of them numbers and times, at the ends of what is read and beyond.
const VALUES: &str = "0|1|-1|-0|-0.0|1.0|1e0|10e-1|0.1|256|257|65536|9007199254740993|9223372036854775808|\
    18446744073709551616|1e308|1e309|-1e999|1e-999|nan|-inf|0x1|1_0|01|null|true|false|[]|{}|\
    1979-05-27T07:32:00Z|07:32:00|[[]]|\"1h30m\"|[\"\"]";

/// Times, most of them strange.
const TIMES: &str = "90s|1h30m|1ns|0.5s|1.000000001s|18446744073709551615|9223372036854775808s|P1D|PT1H|P1Y|1 week|1h ago|\
    +1h|01:02:03|1e3s|9999999999h";

/// Pieces of patterns.
const PIECES: &str = "*|**|***|?|/|/**/|/*/|{|}|,|{a,b}|{,}|{a,{b,*}}|[|]|[a-z]|[!a]|[^]]|[]-a]|[z-a]|[!\u{1}-\u{10ffff}]|\
    \\|\\*|a|b|.|é|*a*b";

/// The longest text, in bytes, that is changed again: what repeats what was repeated grows fast.
const LONGEST_CHANGED: usize = 256 * 1024;

/// Pieces of patterns that stay patterns whatever of them stand side by side.
const GOOD_PIECES: &str = "*|?|a|b*|{a,b}|{a*,*b,c}|[a-m]|[!b]|/a|/*|/**/a|é";

/// Makes a plan of tasks that need each other at random and touch paths that take long to compare.
pub(crate) fn crowd(random: &mut Random) -> String {
    let tasks = (0..random.count(64)).map(|at| {
        let needs: Vec<String> = (0..random.below(3).min(at)).map(|_| format!("t{}", random.below(at))).collect();
        let [reads, writes] = [(); 2].map(|()| (0..random.below(4)).map(|_| pattern(random)).collect::<Vec<_>>());
        json!({ "id": format!("t{at}"), "prompt": "p", "needs": needs, "reads": reads, "writes": writes })
    });
    json!({ "version": 1, "tasks": tasks.collect::<Vec<_>>() }).to_string()
}

fn pattern(random: &mut Random) -> String {
    let pieces = (0..random.count(256)).map(|_| random.of_list(GOOD_PIECES));
    // More braces come to more patterns than are read.
    let mut braces = 0;
    let rest = pieces.filter(|piece| {
        braces += usize::from(piece.starts_with('{'));
        !piece.starts_with('{') || braces < 4
    });
    format!("x{}", rest.collect::<String>())
}

/// Changes a text of this form once or a few times.
pub(crate) fn changed(text: &str, form: Form, random: &mut Random) -> Vec<u8> {
    let mut text = text.to_owned();
    for _ in 0..random.count(4) {
        if text.len() > LONGEST_CHANGED {
            break;
        }
        text = match random.below(12) {
            0..=4 => with_string(&text, form, random),
            5..=7 => with_value(&text, random),
            8 => with_line(&text, random),
            9 => with_word(&text, random),
            10 => nested(&text, random),
            _ => with_part(&text, random),
        };
    }
    let mut bytes = text.into_bytes();
    if random.below(8) == 0 {
        for _ in 0..random.count(4) {
            let at = random.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte =
                    if random.below(2) == 0 { *byte ^ (1 << random.below(8)) } else { random.next().to_le_bytes()[0] };
            }
        }
    }
    bytes
}

/// Finds the strings of a text, quotes included, as far as that can be told at a glance.
fn strings(text: &str) -> Vec<Range<usize>> {
    let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
    quotes.chunks_exact(2).map(|pair| pair[0]..pair[1] + 1).collect()
}

/// Puts another string in the place of one.
fn with_string(text: &str, form: Form, random: &mut Random) -> String {
    let strings = strings(text);
    let Some(place) = (!strings.is_empty()).then(|| random.one(&strings).clone()) else { return text.to_owned() };
    let other = match random.below(8) {
        0 => random.one(&WORDS).clone(),
        1 => random.of_list(NASTY).to_owned(),
        2 => random.of_list(TIMES).to_owned(),
        3 => random.one(&WORDS).repeat(random.count(4096)),
        4 => text[random.one(&strings).clone()].trim_matches('"').to_owned(),
        5 => format!("{}{}", text[place.clone()].trim_matches('"'), random.of_list(NASTY)),
        _ => (0..random.count(64)).map(|_| random.of_list(PIECES)).collect(),
    };
    let quoted = match form {
        Form::Toml if random.below(4) == 0 => format!("'{other}'"),
        _ => Value::from(other).to_string(),
    };
    replaced(text, place, &quoted)
}

/// Puts a value of another kind in the place of a string or a number.
fn with_value(text: &str, random: &mut Random) -> String {
    let digits = text.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at..at + 1);
    let places: Vec<Range<usize>> = strings(text).into_iter().chain(digits).collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let place = random.one(&places).clone();
    replaced(text, place, random.of_list(VALUES))
}

/// Repeats, moves or drops what stands between two commas or line ends, so that keys and tasks stand twice.
fn with_line(text: &str, random: &mut Random) -> String {
    let mut parts: Vec<&str> = text.split_inclusive([',', '\n']).collect();
    if parts.is_empty() {
        return text.to_owned();
    }
    let (at, to) = (random.below(parts.len()), random.below(parts.len()));
    match random.below(4) {
        0 => drop(parts.remove(at)),
        1 => parts.swap(at, to),
        2 => parts.insert(to, parts[at]),
        _ => (0..random.count(16)).for_each(|_| parts.insert(at, parts[at])),
    }
    parts.concat()
}

/// Puts a word or something nasty anywhere.
fn with_word(text: &str, random: &mut Random) -> String {
    let at = place(text, random);
    let word = match random.below(4) {
        0 => random.of_list(NASTY).to_owned(),
        1 => format!("\"{}\": {},", random.one(&WORDS), random.of_list(VALUES)),
        2 => format!("\n{} = {}\n", random.one(&WORDS), random.of_list(VALUES)),
        _ => format!(" {} ", random.one(&WORDS)),
    };
    replaced(text, at..at, &word)
}

/// Puts a string into lists or objects, up to very many of them.
fn nested(text: &str, random: &mut Random) -> String {
    let strings = strings(text);
    let Some(place) = (!strings.is_empty()).then(|| random.one(&strings).clone()) else { return text.to_owned() };
    let (open, close) =
        *random.one(&[("[", "]"), ("{\"a\":", "}"), ("{a=", "}"), ("[{\"file\":", ",\"symbol\":\"f\"}]")]);
    let depth = random.count(1024);
    let inner = format!("{}{}{}", open.repeat(depth), &text[place.clone()], close.repeat(depth));
    replaced(text, place, &inner)
}

/// Drops, repeats or moves a part, wherever it begins and ends.
fn with_part(text: &str, random: &mut Random) -> String {
    let (a, b) = (place(text, random), place(text, random));
    let (part, to) = (a.min(b)..a.max(b), place(text, random));
    match random.below(3) {
        0 => replaced(text, part, ""),
        1 => replaced(text, to..to, &text[part]),
        _ => replaced(text, part.clone(), &text[part].repeat(1 + random.below(4))),
    }
}

fn place(text: &str, random: &mut Random) -> usize {
    let at = random.below(text.len() + 1);
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn replaced(text: &str, place: Range<usize>, by: &str) -> String {
    [&text[..place.start], by, &text[place.end..]].concat()
}
