//! The published vectors of korg-ledger@v1, where they lie beside this checkout.

use std::{fs, path::PathBuf};

use git_par::model::chain::{self, Form};

/// Reads a published vector; where this checkout has none, says so.
fn vector(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(name);
    let bytes = fs::read(path).ok();
    if bytes.is_none() {
        println!("skipped: no vector {name} beside this checkout");
    }
    bytes
}

#[test]
fn the_published_vectors_verify_as_published() {
    let intact = [
        ("basic-intact.jsonl", "7418b9105a664e21078fde881fbd8a5295c49bb384aa62a48d5b544292d910af"),
        ("nonbmp-intact.jsonl", "045d2d86"),
    ];
    for (name, tip) in intact {
        let Some(bytes) = vector(name) else { return };
        let found = chain::verify(&bytes, Form::Foreign).unwrap();
        assert_eq!(found.count, 3);
        assert!(found.hash.to_string().starts_with(tip), "{name}");
        assert_eq!(chain::verify(&bytes, Form::Canonical).unwrap_err().code(), "canonical");
    }
}

#[test]
fn the_published_tamperings_are_found_where_published() {
    let tampered = [
        ("tampered-content.jsonl", 2, "entry-hash"),
        ("tampered-deletion.jsonl", 3, "seq"),
        ("hmac-intact.jsonl", 1, "entry-hash"),
    ];
    for (name, seq_id, code) in tampered {
        let Some(bytes) = vector(name) else { return };
        let broken = chain::verify(&bytes, Form::Foreign).unwrap_err();
        assert_eq!((broken.seq_id, broken.code()), (Some(seq_id), code), "{name}");
    }
}
