//! Task texts: what is to be done, in words, from wherever the user has it.

use std::{fs, io::Read, path::PathBuf};

use super::Args;
use crate::{
    command::{Error, Kind},
    engine::command_line,
};

/// The longest task, in bytes.
const LONGEST_TASK: u64 = 4 * 1024 * 1024;

/// Reads the task; it says something.
pub(super) fn read(args: &Args) -> Result<String, Error> {
    let text = match (&args.task, &args.file) {
        (Some(task), _) => task.clone(),
        (None, Some(file)) => read_task(file)?,
        (None, None) if !args.argv.is_empty() => {
            let argv: Vec<String> = args.argv.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
            command_line::shown(&argv)
        }
        (None, None) => {
            return Err(Error::usage("there is no task").hint("git par spawn \"what is to be done\""));
        }
    };
    if text.trim().is_empty() { Err(Error::usage("the task is empty")) } else { Ok(text) }
}

fn read_task(file: &PathBuf) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().take(LONGEST_TASK + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|file| file.take(LONGEST_TASK + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Error::new(Kind::Cannot, format!("could not read the task file '{}': {error}", file.display()))
    })?;
    if bytes.len() as u64 > LONGEST_TASK {
        return Err(Error::usage(format!("the task file '{}' has more than {LONGEST_TASK} bytes", file.display())));
    }
    String::from_utf8(bytes).map_err(|_| Error::usage(format!("the task file '{}' is not UTF-8", file.display())))
}
