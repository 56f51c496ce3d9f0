//! Seals: the annotated tag that carries a certificate, made and checked by git with the user's own signing setup.

use std::path::Path;

use gix::bstr::ByteSlice as _;

use super::{
    git::{self, Git},
    identity::Identity,
    journal_notes::LONGEST_JOURNAL,
    objects::{self, TreeEntry},
    open::Repository,
    settings,
};
use crate::model::{finding::Signature, oid::Oid};

/// The longest certificate that is read, in bytes.
const LONGEST_CERTIFICATE: u64 = 64 * 1024 * 1024;
/// Settings of the verifier's own that decide what a signature is worth.
const TRUST: [&str; 5] =
    ["gpg.minTrustLevel", "gpg.program", "gpg.openpgp.program", "gpg.ssh.program", "gpg.ssh.revocationFile"];
const SIGNATURE: &[u8] = b"-----BEGIN ";
const ALLOWED_SIGNERS: &str = "gpg.ssh.allowedSignersFile";

/// The certificate's name in the seal's tree.
pub const CERTIFICATE: &str = "certificate.json";
/// The journal's name in the seal's tree.
pub const JOURNAL: &str = "journal.jsonl";

/// Why a seal could not be made or checked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Signing did not work.
    #[error("could not sign the seal: {0}")]
    Sign(String),
    /// A folder could not be made.
    #[error("could not make a scratch folder")]
    Scratch(#[source] std::io::Error),
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The ref is no annotated tag of a commit.
    #[error("seal {0} is not an annotated tag of a commit")]
    NotATag(Oid),
}

/// What a seal is made of.
#[derive(Clone, Debug)]
pub struct Content<'a> {
    /// The certificate's bytes.
    pub certificate: &'a [u8],
    /// The journal's bytes.
    pub journal: &'a [u8],
    /// Base, every candidate and the merges.
    pub parents: &'a [Oid],
    /// The tag's name.
    pub name: &'a str,
    /// The tag's message.
    pub message: &'a str,
}

/// What a seal holds.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The commit that the tag points to.
    pub commit: Oid,
    /// That commit's parents.
    pub parents: Vec<Oid>,
    /// The certificate's bytes.
    pub certificate: Vec<u8>,
    /// The journal's bytes.
    pub journal: Vec<u8>,
    /// The names of all files in the commit's tree.
    pub files: Vec<String>,
    /// The tag's name.
    pub name: String,
    /// The tag's message, without a signature.
    pub message: String,
    /// Whether the tag carries a signature.
    pub is_signed: bool,
}

/// What git said of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is what it is; the principals, or the key, are named where they are known.
    Known(Signature, Vec<String>),
    /// It does not belong to what it signs.
    Bad(String),
}

impl Repository {
    /// Tells whether the user has git sign with a key.
    pub fn is_signing_configured(&self) -> Result<bool, git::Error> {
        let key =
            self.git_setting("user.signingKey")?.is_some() || self.git_setting("gpg.ssh.defaultKeyCommand")?.is_some();
        Ok(key || self.git_switch("tag.gpgSign")? || self.git_switch("commit.gpgSign")?)
    }

    /// Makes the tag; the ref is not moved.
    pub fn make_seal(&self, content: &Content<'_>, sign: bool, identity: &Identity) -> Result<Oid, Error> {
        let certificate = self.write_blob(content.certificate)?;
        let journal = self.write_blob(content.journal)?;
        let tree = self.write_tree(&[TreeEntry::file(CERTIFICATE, certificate), TreeEntry::file(JOURNAL, journal)])?;
        let commit = self.write_commit((tree, content.parents), content.message, identity)?;
        let tag = self.make_tag(content, commit, sign)?;
        self.sync_objects(&[certificate, journal, tree, commit, tag])?;
        Ok(tag)
    }

    /// Lets git make the tag in an empty repository of our own that shares the objects, so that no tag of the user's is touched.
    fn make_tag(&self, content: &Content<'_>, commit: Oid, sign: bool) -> Result<Oid, Error> {
        let scratch = tempfile::Builder::new().prefix("git-par-").tempdir().map_err(Error::Scratch)?;
        let format = if self.hex_len() == 64 { "--object-format=sha256" } else { "--object-format=sha1" };
        let git = Git::at(scratch.path());
        git.call(["init", "--quiet", "--bare", "--template=", format]).bytes()?;
        let kind = if sign { "--sign" } else { "--no-sign" };
        let arguments = ["tag", "--annotate", kind, "--cleanup=verbatim", "-F", "-", content.name, &commit.to_string()];
        let objects = self.common_dir().join("objects");
        let settings = self.signing_settings()?;
        let call = settings.iter().fold(git.call(arguments), |call, (name, value)| call.any_setting(name, value));
        // A key file that is named relatively is looked for where the user's own git would look.
        let call = call.here(&self.work_dir().unwrap_or_else(|| self.git_dir())).env("GIT_OBJECT_DIRECTORY", &objects);
        let output = call.input(content.message).with_terminal().output()?;
        if !output.status.success() {
            return Err(Error::Sign(git::complaint(&output.stderr)));
        }
        let name = format!("refs/tags/{}", content.name);
        let text = git.call(["rev-parse", &name]).env("GIT_OBJECT_DIRECTORY", &objects).text()?;
        text.parse().map_err(|_| Error::NotATag(commit))
    }

    /// Lists what git's config says here of who signs and how, wherever it says so: by include, condition or worktree.
    fn signing_settings(&self) -> Result<Vec<(String, String)>, git::Error> {
        let families = "^(user|author|committer|gpg|tag)\\.";
        let output = self.git().call(["config", "-z", "--get-regexp", families]).output()?;
        Ok(settings::pairs(&output.stdout))
    }

    /// Reads what a seal holds.
    pub fn sealed(&self, tag: Oid) -> Result<Sealed, Error> {
        let local = self.local();
        let read = |source| objects::Error::Read { id: tag, source: Box::new(source) };
        let object = local.try_find_object(tag.0).map_err(read)?.ok_or(objects::Error::Missing(tag))?;
        let object = object.try_into_tag().map_err(|_| Error::NotATag(tag))?;
        let decoded = object.decode().map_err(read)?;
        let commit_id = Oid(decoded.target());
        let commit = self.commit(commit_id)?;
        let entries = self.tree_entries(commit.tree)?;
        let file = |name: &str| {
            entries.iter().find(|entry| entry.name == name).map(|entry| entry.id).ok_or(Error::NotATag(tag))
        };
        let (message, signature) = parts(&object.data);
        Ok(Sealed {
            commit: commit_id,
            parents: commit.parents,
            certificate: self.blob(file(CERTIFICATE)?, LONGEST_CERTIFICATE)?,
            journal: self.blob(file(JOURNAL)?, LONGEST_JOURNAL)?,
            files: entries.iter().map(|entry| entry.name.clone()).collect(),
            name: decoded.name.to_string(),
            is_signed: signature.is_some(),
            message: String::from_utf8_lossy(message).into_owned(),
        })
    }

    /// Tells whether the journal in a seal is this one, by its id alone.
    pub fn seals_journal(&self, tag: Oid, journal: &[u8]) -> Result<bool, Error> {
        let local = self.local();
        let read = |source| objects::Error::Read { id: tag, source: Box::new(source) };
        let object = local.try_find_object(tag.0).map_err(read)?.ok_or(objects::Error::Missing(tag))?;
        let target = object.try_into_tag().map_err(|_| Error::NotATag(tag))?.target_id().map_err(read)?;
        let tree = self.commit(Oid(target.detach()))?.tree;
        let id = gix::objs::compute_hash(local.object_hash(), gix::objs::Kind::Blob, journal).map_err(read)?;
        Ok(self.tree_entries(tree)?.iter().any(|entry| entry.name == JOURNAL && entry.id.0 == id))
    }

    /// Reads the user's own settings that decide what a signature is worth, each as `key=value`.
    ///
    /// Without a file of allowed signers an empty one stands in, so that at least the integrity is judged: git alone would
    /// then look at nothing.
    pub fn trust_settings(&self) -> Result<Vec<String>, git::Error> {
        let mut settings = Vec::new();
        for key in TRUST {
            settings.extend(self.git_setting(key)?.map(|value| format!("{key}={value}")));
        }
        let path = self.git().call(["config", "--type=path", "--get", ALLOWED_SIGNERS]).output()?;
        let path = String::from_utf8_lossy(&path.stdout).trim_end_matches('\n').to_owned();
        // A relative path would mean the files that happen to be checked out, which are the run's as much as the user's.
        let own = Path::new(&path).is_absolute() && Path::new(&path).is_file();
        settings.push(format!("{ALLOWED_SIGNERS}={}", if own { &path } else { "/dev/null" }));
        Ok(settings)
    }

    /// Asks git what it makes of a tag's signature, with the verifier's own settings and these further ones.
    pub fn judge_signature(&self, tag: Oid, settings: &[String]) -> Result<Judgement, git::Error> {
        let settings = settings.iter().flat_map(|setting| ["-c", setting.as_str()]);
        let call = self.git().call(settings).args(["verify-tag", "--raw", &tag.to_string()]);
        let output = call.output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok(judge(&String::from_utf8_lossy(&said), output.status.success()))
    }
}

/// Parts a tag's message from its signature, which begins a line, as git parts them (git-mktag(1)).
fn parts(tag: &[u8]) -> (&[u8], Option<&[u8]>) {
    let start = tag.find("\n\n").map_or(tag.len(), |head| head + 2);
    let message = &tag[start..];
    let signature = match message.find([b"\n", SIGNATURE].concat()) {
        // The newline before it is the message's.
        Some(newline) => Some(newline + 1),
        None => message.starts_with(SIGNATURE).then_some(0),
    };
    let (message, signature) = message.split_at(signature.unwrap_or(message.len()));
    (message, Some(signature).filter(|signature| !signature.is_empty()))
}

/// Judges what `git verify-tag --raw` printed: the status lines of `gpg`, or the sentences of `ssh-keygen`.
fn judge(said: &str, success: bool) -> Judgement {
    let status = |word: &str| said.lines().find_map(|line| line.strip_prefix("[GNUPG:] ")?.strip_prefix(word));
    let gpg_signer = status("GOODSIG ").and_then(|rest| rest.split_once(' ')).map(|(_, name)| name.to_owned());
    let good = said.lines().find_map(|line| line.strip_prefix("Good \"git\" signature "));
    if let Some(reason) = bad(said, status("BADSIG ").is_some()) {
        return Judgement::Bad(reason);
    }
    let ssh_signer = good.and_then(|rest| rest.strip_prefix("for ")?.rsplit_once(" with "));
    let ssh_key = good.and_then(|rest| rest.strip_prefix("with "));
    let gpg_trusted = ["TRUST_FULLY", "TRUST_ULTIMATE"].iter().any(|word| status(word).is_some());
    let trusted = success && (ssh_signer.is_some() || (gpg_signer.is_some() && gpg_trusted));
    let signature = if trusted { Signature::Trusted } else { Signature::Untrusted };
    // One SSH key may belong to several principals, which ssh-keygen(1) parts by commas; in a user id of GnuPG a comma is a letter.
    let ssh_signers = ssh_signer.map(|(names, _)| names.split(',').map(str::to_owned).collect());
    let ssh_signers = ssh_signers.or_else(|| ssh_key.map(|key| vec![key.to_owned()]));
    Judgement::Known(signature, ssh_signers.unwrap_or_else(|| gpg_signer.into_iter().collect()))
}

/// Tells why a signature does not belong to what it signs; of a revoked key git says only that it could not verify it.
fn bad(said: &str, is_gpg_bad: bool) -> Option<String> {
    let failures = ["Signature verification failed", "Couldn't verify signature"];
    let line = said.lines().rfind(|line| failures.iter().any(|failure| line.starts_with(failure)));
    line.map(str::to_owned).or(is_gpg_bad.then(|| "BADSIG".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ED25519 key SHA256:x";

    #[test]
    fn what_ssh_keygen_says_is_told_apart() {
        let known =
            |trust, signer: Option<&str>| Judgement::Known(trust, signer.into_iter().map(str::to_owned).collect());
        let good = format!("Good \"git\" signature for a@b with {KEY}\n");
        assert_eq!(judge(&good, true), known(Signature::Trusted, Some("a@b")));
        assert_eq!(judge(&good, false), known(Signature::Untrusted, Some("a@b")));
        let unknown = format!("Good \"git\" signature with {KEY}\nNo principal matched.\n");
        assert_eq!(judge(&unknown, false), known(Signature::Untrusted, Some(KEY)));
        let several = format!("Good \"git\" signature for a@b,c@d with {KEY}\n");
        assert_eq!(judge(&several, true), Judgement::Known(Signature::Trusted, vec!["a@b".into(), "c@d".into()]));
        let revoked = format!("Could not verify signature.\n{unknown}");
        assert_eq!(judge(&revoked, false), known(Signature::Untrusted, Some(KEY)));
        assert_eq!(judge("Could not verify signature.\n", false), known(Signature::Untrusted, None));
        let failed = "Signature verification failed: incorrect signature";
        let changed = format!("Could not verify signature.\nNo principal matched.\n{failed}\n");
        assert_eq!(judge(&changed, false), Judgement::Bad(failed.to_owned()));
        assert_eq!(judge("error: no signature found\n", false), known(Signature::Untrusted, None));
    }

    #[test]
    fn a_signature_is_parted_from_the_message_and_a_mention_of_one_is_not() {
        let part = |tag: &'static str| {
            let (message, signature) = parts(tag.as_bytes());
            (String::from_utf8_lossy(message).into_owned(), signature.is_some())
        };
        assert_eq!(part("tag x\n\nseal\n-----BEGIN SSH SIGNATURE-----\nU1N\n"), ("seal\n".to_owned(), true));
        assert_eq!(part("tag x\n\nseal\n"), ("seal\n".to_owned(), false));
        assert_eq!(part("tag x\n\na -----BEGIN b\n"), ("a -----BEGIN b\n".to_owned(), false));
        assert_eq!(part("tag x\n\n-----BEGIN PGP SIGNATURE-----\n"), (String::new(), true));
        assert_eq!(part("tag x"), (String::new(), false));
    }

    #[test]
    fn what_gpg_says_is_told_apart() {
        let known =
            |trust, signer: Option<&str>| Judgement::Known(trust, signer.into_iter().map(str::to_owned).collect());
        let good = "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 0123456789ABCDEF A <a@b>\n";
        let trusted = format!("{good}[GNUPG:] TRUST_ULTIMATE 0 pgp\n");
        assert_eq!(judge(&trusted, true), known(Signature::Trusted, Some("A <a@b>")));
        assert_eq!(judge(&trusted, false), known(Signature::Untrusted, Some("A <a@b>")));
        let comma = "[GNUPG:] GOODSIG 0123456789ABCDEF x@y, Z <a@b>\n[GNUPG:] TRUST_FULLY 0 pgp\n";
        assert_eq!(judge(comma, true), known(Signature::Trusted, Some("x@y, Z <a@b>")));
        let unknown = format!("{good}[GNUPG:] TRUST_UNDEFINED 0 pgp\n");
        assert_eq!(judge(&unknown, true), known(Signature::Untrusted, Some("A <a@b>")));
        assert_eq!(judge("[GNUPG:] ERRSIG 0123456789ABCDEF\n", false), known(Signature::Untrusted, None));
        let changed = "[GNUPG:] BADSIG 0123456789ABCDEF A <a@b>\n";
        assert_eq!(judge(changed, false), Judgement::Bad("BADSIG".to_owned()));
    }
}
