//! Leaves the page once the code was right, and the page to come back to.

#[cfg(not(any(feature = "ssr", feature = "islands")))]
mod of_the_browser;
#[cfg(any(feature = "ssr", feature = "islands"))]
mod of_the_server;

#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(crate) use of_the_browser::go_to_login;
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(super) use of_the_browser::{go_to, return_to};
#[cfg(any(feature = "ssr", feature = "islands"))]
pub(super) use of_the_server::{go_to, return_to};
