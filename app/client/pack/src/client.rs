//! wasm-bindgen, wasm-opt and esbuild.

use crate::{
    error::PackError,
    hashes::{Client, Hashes, js_name, wasm_name},
    panics,
    references::References,
    script,
    site::Site,
    unused,
};
use std::{
    collections::{HashMap, HashSet},
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};
use walrus::{Export, Module};
use wasm_bindgen_cli_support::Bindgen;

/// The name of the app's client.
const NAME: &str = "client";

/// The features that rustc 1.95 enables for `wasm32-unknown-unknown`; wasm-opt refuses a module that uses others.
const WASM_OPT_FLAGS: [&str; 15] = [
    // Blocks and types are found anew, which makes the compressed file 2 % smaller.
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--gufa",
    "-Oz",
    "--converge",
    // Rust's stack ends there.
    "--low-memory-unused",
    "--strip-target-features",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

const ESBUILD_FLAGS: [&str; 5] =
    ["--minify", "--format=esm", "--tree-shaking=true", "--allow-overwrite", "--log-level=warning"];

/// Puts the script and the wasm of `client` into the site, unless they are there already. With a folder of tools they
/// are made as small as it gets.
pub(crate) fn pack(client: &Path, site: &Site, tools: Option<&Path>) -> Result<Client, PackError> {
    if let Some(packed) = packed(client, site, tools.is_some())? {
        return Ok(packed);
    }
    let (script, wasm) = bind(client, &site.pkg(), NAME, tools.is_some())?;
    if let Some(tools) = tools {
        optimise(&script, &wasm, tools)?;
    }
    // The script does not name the wasm: leptos passes the path.
    let js = site.add(js_name, &fs::read(&script).map_err(PackError::read(&script))?)?;
    let wasm = site.add(wasm_name, &fs::read(&wasm).map_err(PackError::read(&wasm))?)?;
    Ok(Client { js, wasm, is_optimised: tools.is_some() })
}

/// Writes `<name>.js` and `<name>_bg.wasm` of an example into a folder.
pub(crate) fn bind_example(client: &Path, pkg: &Path, tools: Option<&Path>) -> Result<(), PackError> {
    fs::create_dir_all(pkg).map_err(PackError::write(pkg))?;
    let name = client.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (script, wasm) = bind(client, pkg, &name, tools.is_some())?;
    match tools {
        Some(tools) => optimise(&script, &wasm, tools),
        None => Ok(()),
    }
}

fn optimise(script: &Path, wasm: &Path, tools: &Path) -> Result<(), PackError> {
    run(Command::new(tools.join("wasm-opt")).args(WASM_OPT_FLAGS).arg(wasm).arg("-o").arg(wasm))?;
    let text = fs::read_to_string(script).map_err(PackError::read(script))?;
    fs::write(script, script::with_imports(&text, &imports(wasm)?)).map_err(PackError::write(script))?;
    minify(script, tools)
}

/// A script or a style sheet.
pub(crate) fn minify(file: &Path, tools: &Path) -> Result<(), PackError> {
    let mut outfile = OsString::from("--outfile=");
    outfile.push(file);
    run(Command::new(tools.join("esbuild")).args(ESBUILD_FLAGS).arg(file).arg(outfile))
}

/// The packed client, if it was built from this wasm. An optimised one always counts, another only where none is requested.
fn packed(client: &Path, site: &Site, must_be_optimised: bool) -> Result<Option<Client>, PackError> {
    let time = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    let compiled = time(client).map_err(PackError::read(client))?;
    // The output depends on this program, too.
    let program = env::current_exe().and_then(|path| time(&path)).unwrap_or(SystemTime::UNIX_EPOCH);
    let is_newer = time(&site.hash_file()).is_ok_and(|packed| packed > compiled && packed > program);
    let hashes = Hashes::read(&site.hash_file()).filter(|hashes| is_newer && site.holds(hashes));
    Ok(hashes.map(|hashes| hashes.client).filter(|client| client.is_optimised || !must_be_optimised))
}

/// Under the names that wasm-bindgen gives them.
fn bind(client: &Path, pkg: &Path, name: &str, is_optimised: bool) -> Result<(PathBuf, PathBuf), PackError> {
    let linked = fs::read(client).map_err(PackError::read(client))?;
    let failed = |reason: String| PackError::Bindgen { path: client.into(), reason };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(client).out_name(name).typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true).omit_default_module_path(true);
    let output = bindgen.web(true).and_then(Bindgen::generate_output);
    let mut output = output.map_err(|reason| failed(format!("{reason:#}")))?;
    output.emit(pkg).map_err(|reason| failed(format!("{reason:#}")))?;

    let script = pkg.join(format!("{name}.js"));
    let text = fs::read_to_string(&script).map_err(PackError::read(&script))?;
    let text = script::without_streams(&text);
    let module = output.wasm_mut();
    drop_sections(module);
    drop_exports(module, &text);
    if is_optimised {
        let references = References::read(&linked).map_err(|reason| failed(reason.to_string()))?;
        if references.symbols.is_empty() {
            return Err(failed("it was not linked with --emit-relocs, as .cargo/config.toml says".to_owned()));
        }
        panics::become_traps(module);
        unused::clear(module, &references).map_err(failed)?;
        panics::forget_places(module);
    }
    let names = shorten_names(module);
    fs::write(&script, script::renamed(&text, &names)).map_err(PackError::write(&script))?;
    let wasm = pkg.join(format!("{name}_bg.wasm"));
    fs::write(&wasm, module.emit_wasm()).map_err(PackError::write(&wasm))?;
    Ok((script, wasm))
}

/// What only linkers and other tools read; addresses in it are not right any more.
fn drop_sections(module: &mut Module) {
    for name in ["linking", "reloc.CODE", "reloc.DATA", "__wasm_split_unstable"] {
        module.customs.remove_raw(name);
    }
}

/// Keeps the exports that the script uses. wasm-opt drops what is not exported, such as the streams that leptos brings along.
fn drop_exports(module: &mut Module, script: &str) {
    let unused = module.exports.iter().filter(|export| !script::uses_export(script, &export.name));
    let unused: Vec<_> = unused.map(Export::id).collect();
    for export in unused {
        module.exports.delete(export);
    }
}

/// Gives what the module imports and what only the script knows of its exports short names; the names of wasm-bindgen end in a
/// hash, which no compression shortens.
fn shorten_names(module: &mut Module) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for (number, import) in module.imports.iter_mut().enumerate() {
        let short = format!("i{number}");
        names.insert(std::mem::replace(&mut import.name, short.clone()), short);
    }
    let is_internal = |export: &Export| ["__", "wasm_bindgen__"].iter().any(|start| export.name.starts_with(start));
    for (number, export) in module.exports.iter_mut().filter(|export| is_internal(export)).enumerate() {
        let short = format!("e{number}");
        names.insert(std::mem::replace(&mut export.name, short.clone()), short);
    }
    names
}

/// The names of what a module imports.
fn imports(wasm: &Path) -> Result<HashSet<String>, PackError> {
    let module = Module::from_file(wasm)
        .map_err(|reason| PackError::Bindgen { path: wasm.into(), reason: format!("{reason:#}") })?;
    Ok(module.imports.iter().map(|import| import.name.clone()).collect())
}

fn run(tool: &mut Command) -> Result<(), PackError> {
    let status = tool.status();
    let program = || PathBuf::from(tool.get_program());
    let status = status.map_err(|source| PackError::ToolNotRun { program: program(), source })?;
    if status.success() { Ok(()) } else { Err(PackError::ToolFailed { program: program(), status }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hashes::css_name,
        testing::{Folder, TestResult},
    };
    use std::{fs::File, time::Duration};

    /// The smallest module there is.
    const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

    fn packed_as(site: &Site, is_optimised: bool) -> Result<Client, PackError> {
        let client = Client { js: site.add(js_name, b"js")?, wasm: site.add(wasm_name, b"wasm")?, is_optimised };
        Hashes { client: client.clone(), css: site.add(css_name, b"css")? }.write(&site.hash_file())?;
        Ok(client)
    }

    #[test]
    fn work_is_skipped_where_the_same_client_is_packed_well_enough() -> TestResult {
        let folder = Folder::new("client-skip")?;
        let (client, site) = (folder.path.join("client.wasm"), Site::open(&folder.path)?);
        fs::write(&client, EMPTY_MODULE)?;
        File::options().append(true).open(&client)?.set_modified(SystemTime::UNIX_EPOCH)?;
        assert_eq!(packed(&client, &site, false)?, None, "nothing is packed");

        let plain = packed_as(&site, false)?;
        assert_eq!(packed(&client, &site, false)?, Some(plain));
        assert_eq!(packed(&client, &site, true)?, None, "it is not optimised");

        let optimised = packed_as(&site, true)?;
        assert_eq!(packed(&client, &site, true)?.as_ref(), Some(&optimised));
        assert_eq!(packed(&client, &site, false)?, Some(optimised));

        let later = fs::metadata(site.hash_file())?.modified()? + Duration::from_mins(1);
        File::options().append(true).open(&client)?.set_modified(later)?;
        assert_eq!(packed(&client, &site, false)?, None, "it was compiled again");
        Ok(())
    }

    #[test]
    fn a_module_is_packed_and_found_again() -> TestResult {
        let folder = Folder::new("client-pack")?;
        let (client, site) = (folder.path.join("client.wasm"), Site::open(&folder.path)?);
        fs::write(&client, EMPTY_MODULE)?;
        let packed = pack(&client, &site, None)?;
        let hashes = Hashes { client: packed, css: site.add(css_name, b"css")? };
        assert!(site.holds(&hashes));
        site.remove_all_but(&hashes)?;
        assert!(
            !site.pkg().join("client.js").exists() && !site.pkg().join("client_bg.wasm").exists(),
            "unhashed names are gone"
        );
        Ok(())
    }

    #[test]
    fn a_tool_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no/such/tool")).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.starts_with("cannot run no/such/tool: ")));
    }

    #[test]
    fn what_is_not_wasm_is_named() {
        let error = bind(Path::new("Cargo.toml"), Path::new("unused"), NAME, false).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("Cargo.toml")));
    }
}
