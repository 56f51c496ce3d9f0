//! Seals: the annotated tag that carries a certificate, made and checked by git with the user's own signing setup.

use super::{
    git::{self, Git},
    identity::Identity,
    objects::{self, TreeEntry},
    open::Repository,
};
use crate::model::{finding::Signature, oid::Oid};

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
    /// The tag's name.
    pub name: String,
    /// Whether the tag carries a signature.
    pub is_signed: bool,
}

/// What git said of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is what it is; the principal, or the key, is named where it is known.
    Known(Signature, Option<String>),
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
        let commit = self.write_commit(tree, content.parents, content.message, identity)?;
        let tag = self.make_tag(content, commit, sign)?;
        self.sync_objects(&[certificate, journal, tree, commit, tag]);
        Ok(tag)
    }

    /// Lets git make the tag in an empty repository of our own that shares the objects, so that no tag of the user's is touched.
    fn make_tag(&self, content: &Content<'_>, commit: Oid, sign: bool) -> Result<Oid, Error> {
        let scratch = tempfile::Builder::new().prefix("git-par-").tempdir().map_err(Error::Scratch)?;
        let format = if self.hex_len() == 64 { "--object-format=sha256" } else { "--object-format=sha1" };
        let git = Git::at(scratch.path());
        git.call(["init", "--quiet", "--bare", "--template=", format]).bytes()?;
        let common = self.common_dir();
        let mut include = std::ffi::OsString::from("include.path=");
        include.push(common.join("config"));
        let with_user_settings = git.call(["-c"]).args([include]).env("GIT_OBJECT_DIRECTORY", common.join("objects"));
        let kind = if sign { "--sign" } else { "--no-sign" };
        // The user's config may name this repository's files; the scratch one has none.
        let call = with_user_settings.args([
            "-c",
            "core.bare=true",
            "-c",
            "core.worktree=",
            "tag",
            "--annotate",
            kind,
            "--cleanup=verbatim",
            "-F",
            "-",
            content.name,
            &commit.to_string(),
        ]);
        let output = call.input(content.message).output()?;
        if !output.status.success() {
            return Err(Error::Sign(git::complaint(&output.stderr)));
        }
        let text = git
            .call(["rev-parse", &format!("refs/tags/{}", content.name)])
            .env("GIT_OBJECT_DIRECTORY", common.join("objects"))
            .text()?;
        text.parse().map_err(|_| Error::NotATag(commit))
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
        let limit = super::journal_notes::LONGEST_JOURNAL;
        Ok(Sealed {
            commit: commit_id,
            parents: commit.parents,
            certificate: self.blob(file(CERTIFICATE)?, limit)?,
            journal: self.blob(file(JOURNAL)?, limit)?,
            name: decoded.name.to_string(),
            is_signed: decoded.signature.is_some() || decoded.message.windows(10).any(|word| word == b"-----BEGIN"),
        })
    }

    /// Asks git what it makes of a tag's signature, with the verifier's own settings.
    ///
    /// `settings` are further ones, such as the allowed signers of the repository that the verifier stands in.
    pub fn judge_signature(&self, tag: Oid, settings: &[String]) -> Result<Judgement, git::Error> {
        let settings = settings.iter().flat_map(|setting| ["-c", setting.as_str()]);
        let call = self.git().call(settings).args(["verify-tag", "--raw", &tag.to_string()]);
        let output = call.output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok(judge(&String::from_utf8_lossy(&said), output.status.success()))
    }
}

/// Judges what `git verify-tag --raw` printed: GnuPG's status lines, or ssh-keygen's sentence.
fn judge(said: &str, success: bool) -> Judgement {
    let status = |word: &str| said.lines().find_map(|line| line.strip_prefix("[GNUPG:] ")?.strip_prefix(word));
    if status("BADSIG").is_some() || said.contains("Could not verify signature") || said.contains("incorrect signature")
    {
        return Judgement::Bad(said.lines().last().unwrap_or_default().to_owned());
    }
    let gpg_signer = status("GOODSIG ").and_then(|rest| rest.split_once(' ')).map(|(_, name)| name.to_owned());
    let ssh_signer = said.lines().find_map(|line| line.strip_prefix("Good \"git\" signature for "));
    let ssh_signer = ssh_signer.and_then(|rest| rest.rsplit_once(" with ")).map(|(name, _)| name.to_owned());
    let gpg_trusted = ["TRUST_FULLY", "TRUST_ULTIMATE"].iter().any(|word| status(word).is_some());
    let trusted = success && (ssh_signer.is_some() || (gpg_signer.is_some() && gpg_trusted));
    let signature = if trusted { Signature::Trusted } else { Signature::Untrusted };
    Judgement::Known(signature, ssh_signer.or(gpg_signer))
}
