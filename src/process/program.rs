//! Programs: what file a name on a command line means.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// A name that no program can be run by.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No file has the name, in the folder or on PATH.
    #[error("program '{}' is not found", program.display())]
    NotFound {
        /// The name as it was given.
        program: OsString,
    },
    /// A file has the name, but it is not a program.
    #[error("'{}' is not executable", program.display())]
    NotExecutable {
        /// The name as it was given.
        program: OsString,
    },
}

/// Finds a program on the PATH of this process.
#[must_use]
pub fn find(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    which::which_global(name).ok()
}

/// Finds the file that `program` means to a child: a name with a slash belongs to the child's folder `cwd`, a bare name
/// to `path`, the PATH of its environment.
pub fn resolve(program: &OsStr, path: Option<&OsStr>, cwd: &Path) -> Result<PathBuf, Error> {
    if program.as_bytes().contains(&b'/') {
        return require_executable(cwd.join(program), program);
    }
    which::which_in(program, path, cwd).map_err(|_| Error::NotFound { program: program.to_owned() })
}

fn require_executable(file: PathBuf, program: &OsStr) -> Result<PathBuf, Error> {
    let program = program.to_owned();
    match which::which_global(&file) {
        Ok(_) => Ok(file),
        Err(_) if file.exists() => Err(Error::NotExecutable { program }),
        Err(_) => Err(Error::NotFound { program }),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn file(folder: &Path, name: &str, mode: u32) -> PathBuf {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_name_with_a_slash_belongs_to_the_folder_of_the_child() {
        let folder = tempfile::tempdir().unwrap();
        let script = file(folder.path(), "bin/check", 0o755);
        let found = resolve(OsStr::new("bin/check"), None, folder.path()).unwrap();
        assert_eq!(found, script);
        assert_eq!(resolve(script.as_os_str(), None, Path::new("/")).unwrap(), script);
    }

    #[test]
    fn a_bare_name_is_searched_on_the_given_path_only() {
        let folder = tempfile::tempdir().unwrap();
        let script = file(folder.path(), "check", 0o755);
        assert_eq!(resolve(OsStr::new("check"), Some(folder.path().as_os_str()), Path::new("/")).unwrap(), script);
        let missing = Error::NotFound { program: "check".into() };
        assert_eq!(resolve(OsStr::new("check"), Some(OsStr::new("/bin")), folder.path()), Err(missing));
        let nowhere = Error::NotFound { program: "sh".into() };
        assert_eq!(resolve(OsStr::new("sh"), None, folder.path()), Err(nowhere));
    }

    #[test]
    fn a_file_without_the_executable_bit_is_told_from_a_missing_one() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "notes", 0o644);
        let program = OsString::from("./notes");
        assert_eq!(resolve(&program, None, folder.path()), Err(Error::NotExecutable { program }));
        let program = OsString::from("./missing");
        assert_eq!(resolve(&program, None, folder.path()), Err(Error::NotFound { program }));
        let program = folder.path().as_os_str().to_owned();
        assert_eq!(resolve(&program, None, folder.path()), Err(Error::NotExecutable { program }));
    }

    #[test]
    fn the_shell_is_on_the_path_and_nonsense_is_not() {
        assert!(find("sh").unwrap().is_absolute());
        assert_eq!(find("no-such-program-anywhere"), None);
    }
}
