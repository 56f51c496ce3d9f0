//! `git-par`: every verb in one process.
fn main() -> std::process::ExitCode {
    git_par::cli::main()
}
