//! Identity: who commits, as git itself decides it.

use super::{git, open::Repository};

/// Why nobody can commit here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git knows no name and address.
    #[error("no identity to commit with: {0}")]
    Unknown(String),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// Who commits, with the time of asking.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The committer.
    pub committer: gix::actor::Signature,
}

impl Identity {
    /// Returns who writes where git knows nobody.
    #[must_use]
    pub fn nobody() -> Self {
        let (name, email, time) = ("git par".into(), "".into(), gix::date::Time::now_local_or_utc());
        Self { committer: gix::actor::Signature { name, email, time } }
    }

    /// Returns the same identity at this moment, unless the user fixed the time.
    #[must_use]
    pub fn now(&self) -> Self {
        let mut committer = self.committer.clone();
        if std::env::var_os("GIT_COMMITTER_DATE").is_none() {
            let now = gix::date::Time::now_local_or_utc();
            committer.time = now;
        }
        Self { committer }
    }
}

impl Repository {
    /// Asks git who commits here; an error before anything starts where nobody can.
    pub fn require_identity(&self) -> Result<Identity, Error> {
        let ident = |name| match self.git().call(["var", name]).text() {
            Err(git::Error::Failed { message, .. }) => Err(Error::Unknown(message)),
            other => Ok(other?),
        };
        ident("GIT_AUTHOR_IDENT")?;
        let text = ident("GIT_COMMITTER_IDENT")?;
        let signature = gix::actor::SignatureRef::from_bytes(text.as_bytes()).and_then(|found| found.to_owned());
        Ok(Identity { committer: signature.map_err(|_| Error::Unknown(format!("'{text}' is not an identity")))? })
    }
}
