//! Tame: what other programs printed, with nothing left in it that steers a terminal (ECMA-48), but for styles.
//!
//! Pieces may end anywhere. What is no UTF-8 is shown as the replacement character; a carriage return ends a line, since what
//! follows it would hide what stands before it; a style ends with its line.

const ESCAPE: char = '\u{1b}';
/// The most bytes of parameters that a style may have.
const LONGEST: usize = 64;

/// Where in a control sequence the text is.
#[derive(Debug, Default)]
enum State {
    /// In none.
    #[default]
    Ground,
    /// After an escape.
    Escape,
    /// In the parameters of a sequence.
    Sequence(String),
    /// In a string for the terminal, such as a title; a line's end ends it, so that it cannot swallow a log.
    Text,
}

/// A text that is made harmless as it comes.
#[derive(Debug, Default)]
pub(super) struct Tame {
    state: State,
    shown: String,
    /// The beginning of a character whose rest is still to come.
    pending: Vec<u8>,
    is_styled: bool,
    has_returned: bool,
}

impl Tame {
    /// Takes the next piece and returns what of it is to be shown.
    pub(super) fn take(&mut self, piece: &[u8]) -> String {
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.extend_from_slice(piece);
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            chunk.valid().chars().for_each(|letter| self.push(letter));
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && is_begun(invalid) {
                self.pending = invalid.to_vec();
            } else if !invalid.is_empty() {
                self.push(char::REPLACEMENT_CHARACTER);
            }
        }
        std::mem::take(&mut self.shown)
    }

    /// Returns what leaves the terminal as it was found, at the end of all pieces.
    pub(super) fn end(&mut self) -> &'static str {
        if std::mem::take(&mut self.is_styled) { "\u{1b}[0m" } else { "" }
    }

    fn push(&mut self, letter: char) {
        match (std::mem::take(&mut self.state), letter) {
            (_, ESCAPE) | (State::Escape, ' '..='/') => self.state = State::Escape,
            (State::Escape, '[') | (State::Ground, '\u{9b}') => self.state = State::Sequence(String::new()),
            (State::Escape, ']' | 'P' | 'X' | '^' | '_')
            | (State::Ground, '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}') => self.state = State::Text,
            (State::Escape, '0'..='~') | (State::Text, '\u{7}' | '\u{9c}') => {}
            (State::Text, letter) if letter != '\n' => self.state = State::Text,
            (State::Sequence(parameters), ' '..='?') if parameters.len() < LONGEST => {
                self.state = State::Sequence(parameters + letter.encode_utf8(&mut [0; 4]));
            }
            (State::Sequence(parameters), '@'..='~') => self.style(&parameters, letter),
            (_, letter) => self.show(letter),
        }
    }

    fn style(&mut self, parameters: &str, last: char) {
        let is_plain = parameters.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':'));
        if last == 'm' && is_plain {
            self.finish_line();
            self.is_styled = !matches!(parameters, "" | "0");
            self.shown.extend(["\u{1b}[", parameters, "m"]);
        }
    }

    fn show(&mut self, letter: char) {
        match letter {
            '\r' => self.has_returned = true,
            '\n' => {
                self.has_returned = true;
                self.finish_line();
            }
            letter if letter.is_control() && letter != '\t' => {}
            letter => {
                self.finish_line();
                self.shown.push(letter);
            }
        }
    }

    /// Ends the line where that was due.
    fn finish_line(&mut self) {
        if std::mem::take(&mut self.has_returned) {
            let end = self.end();
            self.shown.extend([end, "\n"]);
        }
    }
}

/// Tells whether bytes that are no character may still become one.
fn is_begun(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8]) -> String {
        let mut tame = Tame::default();
        tame.take(text) + tame.end()
    }

    #[test]
    fn text_line_ends_tabs_and_styles_are_shown_as_they_are() {
        for text in ["", "a\tb\nc", "é€𝄞\n", "\u{1b}[1;38;5;208mx\u{1b}[0m\u{1b}[m y\u{1b}[0m"] {
            assert_eq!(shown(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_steers_a_terminal_is_left_out() {
        let hostile = [
            "\u{1b}]0;title\u{7}",
            "\u{1b}]52;c;ZXZpbA==\u{1b}\\",
            "\u{1b}[2J",
            "\u{1b}[?1049h",
            "\u{1b}[10;10H",
            "\u{1b}c",
            "\u{1b}(0",
            "\u{1b}P+q\u{1b}\\",
            "\u{9b}2J",
            "\u{9d}0;x\u{9c}",
            "\u{8}",
            "\u{7}",
            "\u{0}",
            "\u{7f}",
            "\u{1b}[>4;1m",
            "\u{1b}\u{1b}[2J",
            "\u{1b}[3\u{1b}[2J",
        ];
        for steering in hostile {
            assert_eq!(shown(format!("a{steering}b").as_bytes()), "ab", "{steering:?}");
        }
    }

    #[test]
    fn what_is_printed_over_stays_to_be_seen() {
        assert_eq!(shown(b"rm -rf /\rall is well\r\nnext\r\r\n"), "rm -rf /\nall is well\nnext\n");
    }

    #[test]
    fn a_string_for_the_terminal_does_not_swallow_the_lines_below() {
        assert_eq!(shown(b"a\x1b]0;never ended\nb\n"), "a\nb\n");
        assert_eq!(shown(format!("a\u{1b}[{}\nb", "1".repeat(1000)).as_bytes()).lines().last(), Some("b"));
    }

    #[test]
    fn a_style_ends_with_its_line() {
        assert_eq!(shown(b"\x1b[31mred\nplain"), "\u{1b}[31mred\u{1b}[0m\nplain");
        assert_eq!(shown(b"\x1b[31mred"), "\u{1b}[31mred\u{1b}[0m");
    }

    #[test]
    fn it_does_not_matter_where_pieces_end() {
        let text = "é\u{1b}[31m€\u{1b}]0;x\u{7}\r\n\u{9b}2J𝄞\nend".as_bytes();
        let mut tame = Tame::default();
        let bytewise: String = text.iter().map(|byte| tame.take(&[*byte])).collect();
        assert_eq!(bytewise, shown(text));
        assert_eq!(shown(b"a\xffb\xe2\x82c"), "a\u{fffd}b\u{fffd}c");
    }
}
