//! Patch ids: one name for all patches that change the same lines, blanks aside.

use sha2::{Digest, Sha256};

use super::{line_edit::Edit, oid::Oid};

/// The id of a patch while its files are told, in path order.
///
/// The id is the SHA-256, in lower-case hex, of one record for each changed path, in the order of the path's bytes:
///
/// 1. the path's bytes, a NUL, the old mode, a space, the new mode, a NUL. Modes are octal as in trees (`100644`, `100755`,
///    `120000`, `160000`), or `0` where the path is absent;
/// 2. for a text, its edits in their order: `-` or `+`, the line without its ASCII blanks (space, `\t`, `\n`, `\r`, `\x0b`,
///    `\x0c`), and `\n`; for a binary file instead the old blob's id, a space, the new blob's id (zeros where absent) and `\n`;
/// 3. one `\n`.
///
/// So context and line numbers do not count, nor do blanks inside the changed lines; a changed line that is all blank does
/// count, as an empty one. A patch that changes nothing has the SHA-256 of nothing. No two lists of records are written
/// with the same bytes: an edit starts with its sign, an id with a digit, and so an empty line can only end a record.
#[derive(Clone, Debug, Default)]
pub struct PatchId {
    hash: Sha256,
    line: Vec<u8>,
}

impl PatchId {
    /// Starts the record of a path; the modes are octal, `0` where absent.
    pub fn start(&mut self, path: &[u8], old_mode: &str, new_mode: &str) {
        self.hash.update(path);
        self.hash.update(format!("\0{old_mode} {new_mode}\0"));
    }

    /// Tells an edit of the path's text.
    pub fn edit(&mut self, edit: &Edit<'_>) {
        let (sign, line) = match edit {
            Edit::Removed(line) => (b'-', line),
            Edit::Added(line) => (b'+', line),
        };
        self.line.clear();
        self.line.push(sign);
        self.line.extend(line.iter().filter(|byte| !is_blank(**byte)));
        self.line.push(b'\n');
        self.hash.update(&self.line);
    }

    /// Tells the blobs of a binary file, null ids where absent.
    pub fn binary(&mut self, old: Oid, new: Oid) {
        self.hash.update(format!("{old} {new}\n"));
    }

    /// Ends the record of the path.
    pub fn end(&mut self) {
        self.hash.update(b"\n");
    }

    /// Returns the id, 64 hex digits.
    #[must_use]
    pub fn finish(self) -> String {
        hex::encode(self.hash.finalize())
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(at: &[u8], edits: &[Edit<'_>]) -> String {
        let mut patch = PatchId::default();
        patch.start(at, "100644", "100755");
        for edit in edits {
            patch.edit(edit);
        }
        patch.end();
        patch.finish()
    }

    #[test]
    fn the_empty_patch_has_the_hash_of_nothing() {
        assert_eq!(PatchId::default().finish(), hex::encode(Sha256::digest(b"")));
    }

    #[test]
    fn the_bytes_are_those_of_the_definition() {
        let edits = [Edit::Removed(b"a b\r\n"), Edit::Added(b"\t\x0b\x0c\n"), Edit::Added(b"c")];
        assert_eq!(of(b"p q", &edits), hex::encode(Sha256::digest(b"p q\x00100644 100755\0-ab\n+\n+c\n\n")));
    }

    #[test]
    fn a_binary_file_is_told_by_its_blobs() {
        let blob: Oid = "1".repeat(40).parse().unwrap();
        let mut patch = PatchId::default();
        patch.start(b"b", "0", "100644");
        patch.binary(gix::hash::ObjectId::null(gix::hash::Kind::Sha1).into(), blob);
        patch.end();
        let told = format!("b\x000 100644\0{} {blob}\n\n", "0".repeat(40));
        assert_eq!(patch.finish(), hex::encode(Sha256::digest(told)));
    }

    #[test]
    fn blanks_do_not_count_and_all_else_does() {
        let same = of(b"a", &[Edit::Added(b"fn x() {\n")]);
        assert_eq!(same, of(b"a", &[Edit::Added(b"  fn\tx ( ){\r\n")]));
        assert_ne!(same, of(b"b", &[Edit::Added(b"fn x() {\n")]));
        assert_ne!(same, of(b"a", &[Edit::Removed(b"fn x() {\n")]));
        assert_ne!(same, of(b"a", &[Edit::Added(b"fn x() {\n"), Edit::Added(b"\n")]));
    }
}
