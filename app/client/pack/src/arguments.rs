//! The command line.

use crate::error::PackError;
use std::{ffi::OsString, path::PathBuf};

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Pack a client.
    Pack(Arguments),
    /// Say what a packed client weighs.
    Size {
        /// The folder that the server serves.
        site_root: PathBuf,
    },
}

/// What to pack, and where to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The client as the compiler wrote it.
    pub(crate) client: PathBuf,
    /// The folder that the server serves.
    pub(crate) site_root: PathBuf,
    /// The folder of `wasm-opt` and `esbuild`, where the client is to be made as small as it gets.
    pub(crate) tools: Option<PathBuf>,
}

impl Command {
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, PackError> {
        let arguments: Vec<OsString> = arguments.collect();
        let (client, site_root, tools) = match arguments.as_slice() {
            [command, site_root] if command == "size" => return Ok(Self::Size { site_root: site_root.into() }),
            [client, site_root] => (client, site_root, None),
            [client, site_root, flag, tools] if flag == "--tools" => (client, site_root, Some(tools)),
            _ => return Err(PackError::Usage),
        };
        let tools = tools.map(PathBuf::from);
        Ok(Self::Pack(Arguments { client: client.into(), site_root: site_root.into(), tools }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, PackError> {
        Command::parse(line.split_whitespace().map(OsString::from))
    }

    fn pack(tools: Option<&str>) -> Command {
        let tools = tools.map(PathBuf::from);
        Command::Pack(Arguments { client: "client.wasm".into(), site_root: "site".into(), tools })
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
        assert_eq!(parse("size site").ok(), Some(Command::Size { site_root: "site".into() }));
    }

    #[test]
    fn anything_else_is_answered_with_the_usage() {
        for line in ["", "client.wasm", "size", "client.wasm site tools", "client.wasm site --tools"] {
            assert!(matches!(parse(line), Err(PackError::Usage)), "{line}");
        }
    }
}
