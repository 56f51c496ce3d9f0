//! `git-par-seal`: the verb as a program of its own.
fn main() -> std::process::ExitCode {
    git_par::cli::door::hand_over("seal")
}
