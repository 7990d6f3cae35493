//! The wasm entry: hydrates the islands of `app` and nothing more.

// Names the crate, so that its islands are linked although nothing here calls them.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Called once by the script that leptos writes into each page; the script then wakes the islands one by one.
#[wasm_bindgen]
pub fn hydrate() {
    // To hunt a panic, compile without `--profile wasm-release`; for all others the hook is a kilobyte for nothing.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
