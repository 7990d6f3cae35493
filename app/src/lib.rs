//! The reference application: a home page, a login page, your own UI, a profile.
//!
//! Pages are rendered on the server. The islands are the Lock dialog as a modal ([`login_button`]) and as a page
//! ([`login_card`]), and your own UI ([`own_ui`]).

mod announce;
#[cfg(feature = "ssr")]
mod home_links;
pub mod login_button;
pub mod login_card;
mod options;
pub mod own_ui;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod tenant_login;
#[cfg(feature = "ssr")]
mod texts;

#[cfg(feature = "ssr")]
pub use home_links::HomeLinks;
#[cfg(feature = "ssr")]
pub use shell::{App, not_found, shell};
#[cfg(feature = "ssr")]
pub use tenant_login::{FramedBy, TenantLogin, tenant_login};
