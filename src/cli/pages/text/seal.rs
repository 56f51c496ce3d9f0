//! The manual of `git par seal`.

use crate::cli::pages::manual::{Manual, USAGE};

/// The text of `git-par-seal.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("seal"),
    description: &[
        "Verifies a run or a queue and writes its certificate, a summary in one fixed form, into an annotated tag. The tag's target holds the certificate and the journal, and its parents are base, every candidate and the merge, or of a queue base, what every entry brought and what landed: whoever has this one ref has all of it.",
        "The tag is signed as `git tag --sign` does where git has a signing key configured (`user.signingKey`, `gpg.ssh.defaultKeyCommand`, `tag.gpgSign` or `commit.gpgSign`). An unsigned seal is allowed, and everything says that it is one: anyone could have made it.",
        "A queue goes by the name of its branch, such as `queue/main`. Its certificate says of each entry what it brought, how it stands and as what it landed.",
        "A run that is sealed as it stands is not sealed again. After further events a new seal takes the place of the old one.",
    ],
    sections: &[],
    statuses: &[
        ("0", "It is sealed, or was already."),
        USAGE,
        ("3", "A worker or a processor has not ended yet, or the ref was moved by somebody else meanwhile."),
        (
            "128",
            "It could not be done: it does not verify, signing failed, there is no such run or queue, or git failed.",
        ),
    ],
    examples: &[
        ("Seal the newest run, and send it to where others find it:", "git par seal\ngit par push"),
        ("Seal what a merge queue has landed so far:", "git par seal queue/main"),
        ("Without a signature, whatever is configured:", "git par seal --no-sign"),
        (
            "With the whole run in one file, to be checked elsewhere:",
            "git par seal --bundle run.bundle\ngit par verify run.bundle",
        ),
    ],
    refs: &[
        ("refs/par/<run>/seal, refs/par/queue/<target>/seal", "Written: the annotated tag."),
        ("refs/par/<run>/, refs/par/queue/<target>/", "Read: all of its refs."),
        ("refs/notes/par/<run>, refs/notes/par/queue/<target>", "Read: the journal."),
    ],
    settings: &[],
    also: &["git-par-push(1)", "git-par-queue(1)", "git-par-verify(1)", "git-tag(1)", "git-bundle(1)", "git-config(1)"],
};
