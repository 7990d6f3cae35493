//! Turns the compiled client into what a browser loads: `pack <client.wasm> <site-root> [--tools <folder>]`.
//!
//! `<site-root>/pkg/` gets `client.<hash>.js`, `client.<hash>.wasm` and `client.<hash>.css`, which may be cached for
//! ever, `<site-root>/` what lies in `public/`; all of it compressed beside it. `<site-root>/hash.txt` tells leptos the
//! names. `style/` and `public/` are looked for in the working directory, the root of the workspace. `pack size
//! <site-root>` prints what it weighs, and fails if that is too much. `pack bind` does what wasm-bindgen does, for the examples, and
//! `pack added` prints what the login adds to one.
//!
//! wasm-bindgen runs as a library, so its version is the one in `Cargo.lock`: there is no second program to install
//! whose version has to match.

mod added;
mod arguments;
mod assets;
mod client;
mod compress;
mod error;
mod hashes;
mod panics;
mod references;
mod script;
mod site;
mod size;
#[cfg(test)]
mod testing;
mod unused;

use added::Added;
use arguments::{Arguments, Command, CommandLine};
use clap::Parser;
use error::PackError;
use hashes::{Hashes, css_name};
use site::Site;
use size::Size;
use std::{fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    match run(CommandLine::parse()) {
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

fn run(line: CommandLine) -> Result<(), PackError> {
    match line {
        CommandLine { command: Some(Command::Size { site_root }), .. } => weigh(&site_root),
        CommandLine { command: Some(Command::Bind { client, pkg, tools }), .. } => {
            client::bind_example(&client, &pkg, tools.as_deref())
        }
        CommandLine { command: Some(Command::Added { with, without, css }), .. } => weigh_added(&with, &without, &css),
        CommandLine { arguments: Some(arguments), .. } => pack(&arguments),
        // clap has shown the help instead.
        CommandLine { command: None, arguments: None } => Ok(()),
    }
}

fn pack(arguments: &Arguments) -> Result<(), PackError> {
    let site = Site::open(&arguments.site_root)?;
    let client = client::pack(&arguments.client, &site, arguments.tools.as_deref())?;
    let css = site.add(css_name, &style(&site, arguments.tools.as_deref())?)?;
    assets::copy_all(Path::new("public"), &site)?;
    let hashes = Hashes { client, css };
    hashes.write(&site.hash_file())?;
    site.remove_all_but(&hashes)
}

/// The style sheet of all pages, made as small as it gets with a folder of tools.
fn style(site: &Site, tools: Option<&Path>) -> Result<Vec<u8>, PackError> {
    let bundle = assets::bundle_style_sheets(Path::new("style"))?;
    let Some(tools) = tools else { return Ok(bundle.into_bytes()) };
    let file = site.pkg().join("client.css");
    fs::write(&file, bundle).map_err(PackError::write(&file))?;
    client::minify(&file, tools)?;
    fs::read(&file).map_err(PackError::read(&file))
}

fn weigh_added(with: &Path, without: &Path, css: &Path) -> Result<(), PackError> {
    let added = Added::of(with, without, css)?;
    #[expect(clippy::print_stdout, reason = "this is what was asked for")]
    {
        println!("{added}");
    }
    added.check()
}

fn weigh(site_root: &Path) -> Result<(), PackError> {
    let size = Size::of(&Site::open(site_root)?)?;
    #[expect(clippy::print_stdout, reason = "this is what was asked for")]
    {
        println!("{size}");
    }
    size.check()
}
