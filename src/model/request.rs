//! Requests: what one process asks of another that works on a run, as a line of text.

use std::{fmt, str::FromStr};

use super::worker::Worker;

/// What is asked; without a worker, of the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// `stop`, `stop w2`: end what runs, in good order.
    Stop(Option<Worker>),
    /// `hurry`, `hurry w2`: the same, with no more grace for anybody.
    Hurry(Option<Worker>),
}

/// A text that is no request.
#[derive(Debug, thiserror::Error)]
#[error("not a request")]
pub struct Error;

impl FromStr for Request {
    type Err = Error;

    /// Reads one line; blanks around its words do not count.
    fn from_str(line: &str) -> Result<Self, Error> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let (verb, worker) = match words[..] {
            [verb] => (verb, None),
            [verb, worker] if worker.starts_with('w') => (verb, Some(worker.parse().map_err(|_| Error)?)),
            _ => return Err(Error),
        };
        match verb {
            "stop" => Ok(Self::Stop(worker)),
            "hurry" => Ok(Self::Hurry(worker)),
            _ => Err(Error),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, worker) = match self {
            Self::Stop(worker) => ("stop", worker),
            Self::Hurry(worker) => ("hurry", worker),
        };
        out.write_str(verb)?;
        worker.map_or(Ok(()), |worker| write!(out, " {worker}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_is_written() {
        for worker in [None, Worker::new(1), Worker::new(256)] {
            for request in [Request::Stop(worker), Request::Hurry(worker)] {
                assert_eq!(request.to_string().parse::<Request>().unwrap(), request);
            }
        }
        assert_eq!(Request::Stop(Worker::new(2)).to_string(), "stop w2");
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        for line in ["", " ", "stop w0", "stop w257", "stop 2", "stop w1 w2", "STOP", "start", "stop\0", "w1"] {
            assert!(line.parse::<Request>().is_err(), "{line:?}");
        }
    }
}
