//! The command `dl`: hands over to the face, and returns its exit code.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
