//! The command line.

use crate::error::PackError;
use std::{ffi::OsString, path::PathBuf};

/// What to pack, and where to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The client as the compiler wrote it.
    pub(crate) client: PathBuf,
    /// The folder that the server serves.
    pub(crate) site_root: PathBuf,
    /// Binaryen's `wasm-opt`, where the client is to be made as small as it gets.
    pub(crate) wasm_opt: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, PackError> {
        let arguments: Vec<OsString> = arguments.collect();
        let (client, site_root, wasm_opt) = match arguments.as_slice() {
            [client, site_root] => (client, site_root, None),
            [client, site_root, flag, wasm_opt] if flag == "--wasm-opt" => (client, site_root, Some(wasm_opt)),
            _ => return Err(PackError::Usage),
        };
        Ok(Self { client: client.into(), site_root: site_root.into(), wasm_opt: wasm_opt.map(PathBuf::from) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, PackError> {
        Arguments::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn two_paths_are_enough() {
        let wanted = Arguments { client: "client.wasm".into(), site_root: "site".into(), wasm_opt: None };
        assert_eq!(parse("client.wasm site").ok(), Some(wanted));
    }

    #[test]
    fn wasm_opt_is_named_by_a_flag() {
        let wasm_opt = parse("client.wasm site --wasm-opt bin/wasm-opt").ok().and_then(|a| a.wasm_opt);
        assert_eq!(wasm_opt, Some("bin/wasm-opt".into()));
    }

    #[test]
    fn anything_else_is_answered_with_the_usage() {
        for line in ["", "client.wasm", "client.wasm site wasm-opt", "client.wasm site --wasm-opt"] {
            assert!(matches!(parse(line), Err(PackError::Usage)), "{line}");
        }
    }
}
