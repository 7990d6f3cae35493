//! A hydrated Leptos app with a router, in the layout of the template `start-axum`.

pub mod app;

/// Called once by the script that leptos writes into each page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
