use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The hashes of the three files of [`packed`].
pub const HASH: &str = "AAAA-BBBB_CCCC-1234567";
pub const PARTS: [&str; 3] = ["js", "wasm", "css"];

/// A folder as `pack` leaves it, with less in it. Each file says which one it is, compressed or not.
pub fn packed() -> &'static Path {
    static SITE: LazyLock<PathBuf> = LazyLock::new(|| {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("site-{}", std::process::id()));
        fs::create_dir_all(root.join("pkg")).unwrap();
        let client = PARTS.map(|part| format!("pkg/client.{HASH}.{part}"));
        for file in client.iter().map(String::as_str).chain(["logo.svg", "pkg/other.js"]) {
            for name in [file.to_owned(), format!("{file}.br"), format!("{file}.gz")] {
                fs::write(root.join(&name), &name).unwrap();
            }
        }
        fs::write(root.join("hash.txt"), PARTS.map(|part| format!("{part}: {HASH}\n")).concat()).unwrap();
        root
    });
    &SITE
}
