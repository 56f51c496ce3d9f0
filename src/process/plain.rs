//! Plain files: whoever writes into the scratch folder beside us may put a link or a pipe where a file of ours is to be.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

/// The name of the folder below which nothing is a link.
const SCRATCH: &str = "par";

/// Removes what stands at a path of the scratch folder and is no file or folder of ours: a link, one of several names of
/// a file, a pipe, a device; likewise the links on the way there. Where they lead nothing is touched, nor anything at a path
/// elsewhere.
pub fn clear(path: &Path) {
    let Some(depth) = path.ancestors().position(|at| at.file_name().is_some_and(|name| name == SCRATCH)) else {
        return;
    };
    let mut places: Vec<&Path> = path.ancestors().take(depth).collect();
    places.reverse();
    for place in places {
        let Ok(found) = place.symlink_metadata() else { return };
        let is_plain = found.is_dir() || (found.is_file() && found.nlink() == 1);
        if !is_plain && fs::remove_file(place).is_ok() && place != path {
            return;
        }
    }
}

/// Clears a path of the scratch folder, and makes the folders above it where they are missing.
pub fn make_room(path: &Path) -> io::Result<()> {
    clear(path);
    fs::create_dir_all(path.parent().unwrap_or(path))
}

/// Opens a file of the scratch folder for reading, once its path is cleared.
pub fn open(path: &Path) -> io::Result<fs::File> {
    clear(path);
    fs::File::open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_pipes_and_second_names_give_way_and_what_they_lead_to_stays() {
        let root = tempfile::tempdir().unwrap();
        let (own, worker) = (root.path().join("own"), root.path().join("par/r/w1"));
        fs::create_dir_all(&worker).unwrap();
        fs::write(&own, "mine").unwrap();
        let file = worker.join("agent.log");
        symlink(&own, &file).unwrap();
        clear(&file);
        assert!(file.symlink_metadata().is_err());
        fs::hard_link(&own, &file).unwrap();
        clear(&file);
        assert!(file.symlink_metadata().is_err());
        fs::write(&file, "ours").unwrap();
        clear(&file);
        assert_eq!(fs::read_to_string(&file).unwrap(), "ours");
        fs::remove_dir_all(&worker).unwrap();
        let precious = root.path().join("precious");
        fs::create_dir(&precious).unwrap();
        fs::write(precious.join("agent.log"), "thesis").unwrap();
        symlink(&precious, &worker).unwrap();
        clear(&file);
        assert!(worker.symlink_metadata().is_err());
        assert_eq!(fs::read_to_string(precious.join("agent.log")).unwrap(), "thesis");
        assert_eq!(fs::read_to_string(&own).unwrap(), "mine");
    }

    #[test]
    fn a_link_elsewhere_is_somebodys_own() {
        let root = tempfile::tempdir().unwrap();
        let link = root.path().join("link");
        symlink(root.path(), &link).unwrap();
        clear(&link.join("agent.log"));
        clear(&link);
        assert!(link.is_symlink());
    }
}
