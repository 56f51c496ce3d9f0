//! Lines: how the pieces of an output are written where it does not go through as it is.

use serde_json::json;

use super::PIECE;
use crate::{command::report::VERSION, model::worker::Worker};

/// The form of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Every byte as it is.
    Raw,
    /// Each line behind its worker; this wide.
    Prefixed(Worker, usize),
    /// Each line an object; the union's is no worker's.
    Json(Option<Worker>),
}

/// An output that is cut into lines, none of which is longer than a piece.
#[derive(Debug)]
pub(super) struct Lines {
    form: Form,
    partial: Vec<u8>,
}

impl Lines {
    pub(super) fn new(form: Form) -> Self {
        Self { form, partial: Vec::new() }
    }

    /// Takes what comes and returns what is to be written.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.form == Form::Raw {
            return bytes.to_vec();
        }
        let mut written = Vec::with_capacity(bytes.len() * 2);
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(part);
            if part.ends_with(b"\n") || self.partial.len() >= PIECE {
                self.write(&mut written);
            }
        }
        written
    }

    /// Returns what is left of a last line without an end.
    pub(super) fn end(&mut self) -> Vec<u8> {
        let mut written = Vec::new();
        if !self.partial.is_empty() {
            self.write(&mut written);
        }
        written
    }

    fn write(&mut self, written: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.partial);
        match &self.form {
            Form::Raw => written.extend(line),
            Form::Prefixed(worker, width) => {
                written.extend(format!("{:<width$} | ", worker.to_string()).into_bytes());
                written.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(&line));
                written.push(b'\n');
            }
            Form::Json(worker) => {
                let text = String::from_utf8_lossy(&line);
                let object = json!({ "version": VERSION, "worker": worker, "text": text });
                written.extend(format!("{object}\n").into_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form, pieces: &[&[u8]]) -> String {
        let mut lines = Lines::new(form);
        let mut all: Vec<u8> = pieces.iter().flat_map(|piece| lines.take(piece)).collect();
        all.extend(lines.end());
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn each_line_stands_behind_its_worker_wherever_pieces_end() {
        let worker = Worker::new(2).unwrap();
        assert_eq!(written(Form::Prefixed(worker, 3), &[b"a", b"b\n\nc"]), "w2  | ab\nw2  | \nw2  | c\n");
        assert_eq!(written(Form::Raw, &[b"a", b"\nb"]), "a\nb");
    }

    #[test]
    fn the_texts_of_the_objects_are_the_whole_output() {
        let worker = Worker::new(2).unwrap();
        let long = "x".repeat(3 * PIECE);
        let text = written(Form::Json(Some(worker)), &[b"a\n\x1b[2Jb\n", long.as_bytes()]);
        let objects: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let joined: String = objects.iter().map(|object| object["text"].as_str().unwrap()).collect();
        assert_eq!(joined, format!("a\n\u{1b}[2Jb\n{long}"));
        assert!(objects.iter().all(|object| object["worker"] == 2 && object["version"] == 1));
    }
}
