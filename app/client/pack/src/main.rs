//! Turns the compiled client into what a browser loads: `pack <client.wasm> <site-root> [--wasm-opt <program>]`.
//!
//! `<site-root>/pkg/` gets `client.js`, `client_bg.wasm` and `client.css`, `<site-root>/` what lies in `public/`.
//! `style/` and `public/` are looked for in the working directory, the root of the workspace.
//!
//! wasm-bindgen runs as a library, so its version is the one in `Cargo.lock`: there is no second program to install
//! whose version has to match.

mod arguments;
mod assets;
mod client;
mod error;

use arguments::Arguments;
use error::PackError;
use std::{env, path::Path, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "this is how a program says why it failed")]
            {
                eprintln!("pack: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), PackError> {
    let arguments = Arguments::parse(env::args_os().skip(1))?;
    let pkg = arguments.site_root.join("pkg");
    client::pack(&arguments.client, &pkg, arguments.wasm_opt.as_deref())?;
    assets::bundle_style_sheets(Path::new("style"), &pkg.join("client.css"))?;
    assets::copy_all(Path::new("public"), &arguments.site_root)
}
