//! wasm-bindgen and wasm-opt.

use crate::error::PackError;
use std::{fs, path::Path, process::Command, time::SystemTime};
use wasm_bindgen_cli_support::Bindgen;

/// The names that leptos' hydration script asks for.
const SCRIPT: &str = "client.js";
const WASM: &str = "client_bg.wasm";

/// What rustc 1.95 emits for `wasm32-unknown-unknown`; wasm-opt refuses a module that uses more than it is told.
const WASM_OPT_FLAGS: [&str; 8] = [
    "-Oz",
    "--converge",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Writes the script and the wasm of `client` to `pkg`, unless they are there and newer.
///
/// With `wasm_opt` they are always written: a file does not tell whether it has been optimised.
pub(crate) fn pack(client: &Path, pkg: &Path, wasm_opt: Option<&Path>) -> Result<(), PackError> {
    if wasm_opt.is_none() && is_packed(client, pkg)? {
        return Ok(());
    }
    bind(client, pkg)?;
    wasm_opt.map_or(Ok(()), |program| optimise(program, &pkg.join(WASM)))
}

fn is_packed(client: &Path, pkg: &Path) -> Result<bool, PackError> {
    let compiled = fs::metadata(client).and_then(|file| file.modified()).map_err(PackError::read(client))?;
    // A file that is not there yet is as good as an old one.
    let packed = [SCRIPT, WASM].map(|name| fs::metadata(pkg.join(name)).and_then(|file| file.modified()).ok());
    Ok(are_newer(packed, compiled))
}

fn are_newer(packed: [Option<SystemTime>; 2], compiled: SystemTime) -> bool {
    packed.into_iter().all(|packed| packed.is_some_and(|packed| packed > compiled))
}

fn bind(client: &Path, pkg: &Path) -> Result<(), PackError> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(client).out_name("client").typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(pkg))
        .map_err(|reason| PackError::Bindgen { path: client.into(), reason: format!("{reason:#}") })
}

fn optimise(program: &Path, wasm: &Path) -> Result<(), PackError> {
    let optimised = wasm.with_extension("wasm.tmp");
    let status = Command::new(program)
        .args(WASM_OPT_FLAGS)
        .arg(wasm)
        .arg("-o")
        .arg(&optimised)
        .status()
        .map_err(|source| PackError::WasmOptNotRun { program: program.into(), source })?;
    if !status.success() {
        return Err(PackError::WasmOptFailed { program: program.into(), status });
    }
    fs::rename(&optimised, wasm).map_err(PackError::write(wasm))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn work_is_skipped_only_when_every_output_is_newer() {
        let compiled = SystemTime::UNIX_EPOCH + Duration::from_secs(10);
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert!(are_newer([at(11), at(12)], compiled));
        assert!(!are_newer([at(11), at(10)], compiled));
        assert!(!are_newer([at(9), at(12)], compiled));
        assert!(!are_newer([at(11), None], compiled));
    }

    #[test]
    fn what_is_not_wasm_is_named() {
        let error = bind(Path::new("Cargo.toml"), Path::new("unused")).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("Cargo.toml")));
    }
}
