//! Signatures: trusted by the verifier's own allowed signers, or not trusted, or broken.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::world::{World, has};

/// Makes a key pair and returns the private one's file.
fn key(world: &World, name: &str) -> PathBuf {
    let file = world.beside(name);
    let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"].map(Into::into);
    let arguments: Vec<&Path> = arguments.iter().map(String::as_ref).chain([&*file]).collect();
    assert!(world.command("ssh-keygen", &arguments).status().unwrap().success());
    file
}

/// Seals the run again with a key.
fn sign(world: &World, key: &Path) {
    world.git(&["config", "gpg.format", "ssh"]);
    world.git(&["config", "user.signingKey", key.to_str().unwrap()]);
    world.par_ok(&["seal", "r1", "--sign"]);
}

/// Has the verifier trust a key under a name.
fn allow(world: &World, principal: &str, key: &Path) {
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let file = world.beside("allowed");
    fs::write(&file, format!("{principal} namespaces=\"git\" {public}")).unwrap();
    world.git(&["config", "gpg.ssh.allowedSignersFile", file.to_str().unwrap()]);
}

/// Returns what the answer says of the signature.
fn message(answer: &serde_json::Value) -> &str {
    let findings = answer["runs"][0]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["code"] == "signature").unwrap()["message"].as_str().unwrap()
}

#[test]
fn a_signature_counts_by_the_verifiers_own_allowed_signers() {
    let world = World::with_run();
    let (alice, bob) = (key(&world, "alice"), key(&world, "bob"));
    sign(&world, &alice);
    let verified = world.verify(&["r1"]);
    verified.is("untrusted-signer", 1);
    assert!(verified.answer["runs"][0]["signer"].as_str().unwrap().contains("SHA256:"), "{:#}", verified.answer);
    let text = String::from_utf8(world.par(&["verify", "r1"]).stdout).unwrap();
    assert!(text.contains("hint: git config --global gpg.ssh.allowedSignersFile"), "{text}");
    allow(&world, "bob@example.com", &bob);
    world.verify(&["r1"]).is("untrusted-signer", 1);
    allow(&world, "alice@example.com", &alice);
    let verified = world.verify(&["r1", "--require-signature"]);
    verified.is("ok", 0);
    assert_eq!(verified.answer["runs"][0]["signer"], "alice@example.com");
    world.verify(&["r1", "--signer", "alice@example.com"]).is("ok", 0);
    let verified = world.verify(&["r1", "--signer", "bob@example.com"]);
    verified.is("untrusted-signer", 1);
    let asked = "signed by alice@example.com, and a signature by bob@example.com was asked for";
    assert_eq!(message(&verified.answer), asked);
    let text = String::from_utf8(world.par(&["verify", "r1", "--signer", "bob@example.com"]).stdout).unwrap();
    assert!(text.contains(&format!("✗ signature   {asked}\n")) && !text.contains("hint:"), "{text}");
}

#[test]
fn an_unsigned_run_is_not_enough_where_a_signature_is_asked_for() {
    let world = World::with_run();
    world.verify(&["r1"]).is("ok-unsigned", 0);
    let verified = world.verify(&["r1", "--require-signature"]);
    verified.is("ok-unsigned", 1);
    assert_eq!(message(&verified.answer), "nobody signed the seal, and a signature was asked for");
    let verified = world.verify(&["r1", "--signer", "alice@example.com"]);
    verified.is("ok-unsigned", 1);
    let asked = "nobody signed the seal, and a signature by alice@example.com was asked for";
    assert_eq!(message(&verified.answer), asked);
    let text = String::from_utf8(world.par(&["verify", "r1", "--signer", "alice@example.com"]).stdout).unwrap();
    assert!(text.contains(&format!("✗ signature   {asked}\n")), "{text}");
    let text = String::from_utf8(world.par(&["verify", "r1"]).stdout).unwrap();
    assert!(text.contains("· signature   nobody signed the seal\n"), "{text}");
}

#[test]
fn a_signature_does_not_reach_events_that_came_after_it() {
    let world = World::with_run();
    let alice = key(&world, "alice");
    sign(&world, &alice);
    allow(&world, "alice@example.com", &alice);
    world.verify(&["r1", "--require-signature"]).is("ok", 0);
    world.par_ok(&["pick", "r1", "-w", "2"]);
    let verified = world.verify(&["r1", "--signer", "alice@example.com"]);
    verified.is("ok-unsigned", 1);
    assert!(verified.answer["runs"][0]["signer"].is_null(), "{:#}", verified.answer);
    assert!(verified.messages("signature").contains("nobody signed the last 1 events"), "{:#}", verified.answer);
    sign(&world, &alice);
    world.verify(&["r1", "--signer", "alice@example.com"]).is("ok", 0);
}

#[test]
fn a_signature_under_something_else_is_broken_whether_its_key_is_known_or_not() {
    let world = World::with_run();
    let alice = key(&world, "alice");
    sign(&world, &alice);
    let tag = world.git(&["cat-file", "tag", "refs/par/r1/seal"]);
    world.set_tag(&tag.replace("author@example.com", "another@example.com"));
    world.verify(&["r1"]).is_broken_in(&["signature"]);
    allow(&world, "alice@example.com", &alice);
    world.verify(&["r1"]).is_broken_in(&["signature"]);
}

#[test]
fn nothing_that_came_with_the_run_or_is_checked_out_is_trusted() {
    let world = World::with_run();
    let mallory = key(&world, "mallory");
    sign(&world, &mallory);
    let public = fs::read_to_string(mallory.with_extension("pub")).unwrap();
    fs::write(world.here.join("allowed"), format!("alice@example.com {public}")).unwrap();
    fs::write(world.here.join(".git/allowed"), format!("alice@example.com {public}")).unwrap();
    world.git(&["config", "gpg.ssh.allowedSignersFile", "allowed"]);
    world.verify(&["r1"]).is("untrusted-signer", 1);
    world.git(&["config", "gpg.ssh.allowedSignersFile", "/no/such/file"]);
    world.verify(&["r1"]).is("untrusted-signer", 1);
}

#[test]
fn a_bundle_is_judged_by_the_settings_of_where_the_verifier_stands() {
    let world = World::with_run();
    let alice = key(&world, "alice");
    sign(&world, &alice);
    world.par_ok(&["seal", "r1", "--bundle", "r1.bundle"]);
    world.verify(&["r1.bundle"]).is("untrusted-signer", 1);
    allow(&world, "alice@example.com", &alice);
    world.verify(&["r1.bundle", "--signer", "alice@example.com"]).is("ok", 0);
}

#[test]
fn a_revoked_key_is_not_trusted_any_more() {
    let world = World::with_run();
    let alice = key(&world, "alice");
    sign(&world, &alice);
    allow(&world, "alice@example.com", &alice);
    let revoked = alice.with_extension("pub");
    world.git(&["config", "gpg.ssh.revocationFile", revoked.to_str().unwrap()]);
    world.verify(&["r1"]).is("untrusted-signer", 1);
}

#[test]
fn a_signature_of_gpg_counts_by_the_trust_of_its_key() {
    let world = World::with_run();
    if !has("gpg") || !world.make_gpg_key() {
        return;
    }
    world.git(&["config", "user.signingKey", "author@example.com"]);
    world.par_ok(&["seal", "r1", "--sign"]);
    let verified = world.verify(&["r1", "--require-signature", "--signer", "author@example.com"]);
    let stopped = world.command("gpgconf", &["--kill", "all"]).status();
    verified.is("ok", 0);
    assert!(stopped.is_ok());
}

#[test]
fn a_signature_by_a_certificate_counts_by_its_subject() {
    let world = World::with_run();
    let Some(key) = world.make_certificate() else { return };
    world.git(&["config", "gpg.format", "x509"]);
    world.git(&["config", "user.signingKey", &key]);
    world.par_ok(&["seal", "r1", "--sign"]);
    let verified = world.verify(&["r1", "--require-signature", "--signer", "/CN=A U Thor"]);
    let other = world.verify(&["r1", "--signer", "/CN=A U"]);
    let stopped = world.command("gpgconf", &["--kill", "all"]).status();
    verified.is("ok", 0);
    other.is("untrusted-signer", 1);
    assert!(stopped.is_ok());
}

impl World {
    /// Makes a certificate that signs itself and is trusted; returns its fingerprint, none where gpgsm cannot make one.
    fn make_certificate(&self) -> Option<String> {
        use std::os::unix::fs::PermissionsExt;
        let home = self.beside("gpg");
        fs::create_dir(&home).unwrap();
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(home.join("gpg-agent.conf"), "allow-loopback-pinentry\n").unwrap();
        fs::write(home.join("gpgsm.conf"), "disable-crl-checks\n").unwrap();
        let wish = "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign\nSerial: random\nName-DN: CN=A U Thor\n";
        fs::write(home.join("wish"), wish).unwrap();
        let script = "cd \"$GNUPGHOME\" && gpgsm --batch --pinentry-mode loopback --passphrase-fd 0 --gen-key -o c wish </dev/null && \
            gpgsm --import c && key=$(gpgsm --list-keys --with-colons | sed -n 's/^fpr:*\\([0-9A-F]*\\):.*/\\1/p' | head -1) && \
            echo \"$key S relax\" >trustlist.txt && gpg-connect-agent reloadagent /bye >/dev/null && echo \"$key\"";
        let said = self.command("sh", &["-c", script]).output().unwrap();
        let key = String::from_utf8(said.stdout).unwrap().trim().to_owned();
        said.status.success().then_some(key).filter(|key| !key.is_empty())
    }

    /// Makes a key of gpg; tells whether gpg works here.
    fn make_gpg_key(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        let home = self.beside("gpg");
        fs::create_dir(&home).unwrap();
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
        let generate =
            ["--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "A U Thor <author@example.com>"];
        self.command("gpg", &generate).output().is_ok_and(|output| output.status.success())
    }
}
