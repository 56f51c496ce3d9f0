//! `git-par-spawn`: the verb as a program of its own.
fn main() -> std::process::ExitCode {
    git_par::cli::door::hand_over("spawn")
}
