//! Journal files: a journal outside of any repository, read as a stream in memory that does not grow with it.

use std::io::{self, BufRead, Read as _};

use super::{Audit, ledger::Reader};
use crate::model::{
    chain::{Broken, Form, Kind},
    event::{self, LONGEST},
    finding::{self, Signature},
};

/// A journal that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read the journal")]
pub struct Error(#[from] io::Error);

/// Audits a journal by itself: its chain and, where it is ours, its history and picks. There is nothing else to look at.
pub fn journal_file(mut input: impl BufRead, form: Form) -> Result<Audit, Error> {
    let mut reader = Reader::new(form, false);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // A line that is too long is not read to its end, which may be anywhere.
        let read = input.by_ref().take(LONGEST as u64 + 2).read_until(b'\n', &mut line)?;
        let is_more = match line.strip_suffix(b"\n") {
            _ if read == 0 => false,
            Some(line) => reader.push(line),
            None => reader.end(&unended(number, line.len())),
        };
        if !is_more {
            break;
        }
    }
    let ledger = reader.finish();
    Ok(Audit {
        run: ledger.run().cloned(),
        outcome: finding::conclude(&ledger.findings, Signature::Absent),
        findings: ledger.findings,
        signer: None,
        events: ledger.tip.count,
        head: ledger.tip.hash,
    })
}

fn unended(line: u64, length: usize) -> Broken {
    let kind = if length > LONGEST { Kind::Event(event::Error::TooLong) } else { Kind::Truncated };
    Broken { line, seq_id: None, kind }
}
