//! Links the programs so that they are small and start fast, as they do so many times a minute: relocating them and looking for
//! shared libraries takes longer than a short one's own work.

use std::{env, fs, path::Path, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
        if is("CARGO_CFG_TARGET_ENV", "gnu") && env::var("HOST") == env::var("TARGET") {
            unwinder_within();
        }
        // Where the linker is the one that comes with the compiler.
        if is("TARGET", "x86_64-unknown-linux-gnu") && is("PROFILE", "release") {
            without_unwind_tables();
        }
    }
}

/// Leaves out the tables for unwinding, an eighth of a program that aborts instead.
fn without_unwind_tables() {
    let folder = env::var("OUT_DIR").expect("cargo names the folder");
    let script = Path::new(&folder).join("discard.ld");
    let text = "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame.*) *(.gcc_except_table) *(.gcc_except_table.*) } }\n\
                INSERT AFTER .text;\n";
    if fs::write(&script, text).is_ok() {
        println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr,-T,{}", script.display());
    }
}

/// Takes the unwinder, which a program that aborts hardly needs, from the compiler's archive where there is one.
///
/// The standard library asks for the shared one by name: what is found first under that name points to the archive.
fn unwinder_within() {
    let asked = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    let found = asked.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let folder = env::var("OUT_DIR").expect("cargo names the folder");
    let script = Path::new(&folder).join("libgcc_s.so");
    if Path::new(&found).is_absolute() && fs::write(script, format!("INPUT(\"{found}\")\n")).is_ok() {
        println!("cargo:rustc-link-search=native={folder}");
    }
}
