//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Turns the compiled client into what a browser loads
#[derive(Debug, Parser, PartialEq, Eq)]
#[command(
    name = "pack",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) arguments: Option<Arguments>,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum Command {
    /// Prints what a packed client weighs, and fails if that is over the budget
    Size {
        /// The folder that the server serves
        site_root: PathBuf,
    },
    /// Writes the script and the wasm of an example, under the names that leptos gives them
    Bind {
        /// The client as the compiler wrote it
        client: PathBuf,
        /// The folder for the files
        pkg: PathBuf,
        /// The folder of `wasm-opt` and `esbuild`
        #[arg(long)]
        tools: Option<PathBuf>,
    },
    /// Prints what the login adds to an example, and fails if that is over the budget
    Added {
        /// The files of the example
        with: PathBuf,
        /// Those of the same app without a login
        without: PathBuf,
        /// The style sheet of the dialog
        css: PathBuf,
    },
}

#[derive(Args, Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The client as the compiler wrote it
    pub(crate) client: PathBuf,
    /// The folder that the server serves
    pub(crate) site_root: PathBuf,
    /// The folder of `wasm-opt` and `esbuild`, which make the client as small as it gets
    #[arg(long)]
    pub(crate) tools: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<CommandLine, clap::Error> {
        CommandLine::try_parse_from(["pack"].into_iter().chain(line.split_whitespace()))
    }

    fn pack(tools: Option<&str>) -> CommandLine {
        let tools = tools.map(PathBuf::from);
        let arguments = Arguments { client: "client.wasm".into(), site_root: "site".into(), tools };
        CommandLine { command: None, arguments: Some(arguments) }
    }

    #[test]
    fn two_paths_are_enough() {
        assert_eq!(parse("client.wasm site").ok(), Some(pack(None)));
    }

    #[test]
    fn the_tools_are_named_by_a_flag() {
        assert_eq!(parse("client.wasm site --tools bin").ok(), Some(pack(Some("bin"))));
    }

    #[test]
    fn the_size_is_asked_for_by_a_word() {
        let size = CommandLine { command: Some(Command::Size { site_root: "site".into() }), arguments: None };
        assert_eq!(parse("size site").ok(), Some(size));
    }

    #[test]
    fn examples_are_bound_and_weighed() {
        let bind = Command::Bind { client: "a.wasm".into(), pkg: "pkg".into(), tools: None };
        assert_eq!(parse("bind a.wasm pkg").ok(), Some(CommandLine { command: Some(bind), arguments: None }));
        let added = Command::Added { with: "a".into(), without: "b".into(), css: "c".into() };
        assert_eq!(parse("added a b c").ok(), Some(CommandLine { command: Some(added), arguments: None }));
    }

    #[test]
    fn anything_else_is_answered_with_the_usage() {
        for line in ["", "client.wasm", "size", "client.wasm site tools", "client.wasm site --tools"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
