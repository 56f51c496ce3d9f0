//! Durability: what is told as kept has reached the disk, which neither gix nor git does by default for loose objects.

use std::fs::File;

use super::{objects, open::Repository};
use crate::model::{oid::Oid, ref_name::RefName};

impl Repository {
    /// Makes loose objects reach the disk, packed ones have, and stay; an error where somebody took one already.
    pub fn sync_objects(&self, ids: &[Oid]) -> Result<(), objects::Error> {
        let objects = self.common_dir().join("objects");
        for id in ids {
            let hex = id.to_string();
            let path = objects.join(&hex[..2]).join(&hex[2..]);
            sync(&path);
            if !self.keep_object(&hex, &path) && !self.has(*id) {
                return Err(objects::Error::Missing(*id));
            }
        }
        Ok(())
    }

    /// Makes refs that are files reach the disk.
    pub fn sync_refs<'a>(&self, names: impl IntoIterator<Item = &'a RefName>) {
        let common_dir = self.common_dir();
        for name in names {
            sync(&common_dir.join(name.as_str()));
        }
    }
}

fn sync(path: &std::path::Path) {
    // An object or ref that is packed has no such file, and a file system without fsync has nothing to offer.
    if let Ok(file) = File::open(path) {
        let _ = file.sync_all();
    }
}
