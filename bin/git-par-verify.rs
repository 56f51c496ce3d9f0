//! `git-par-verify`: the verb as a program of its own.
fn main() -> std::process::ExitCode {
    git_par::cli::main_of("verify")
}
