//! Helpers of the tests.

pub mod browser;
pub mod clock;
pub mod command;
pub mod fake_tenant;
pub mod log;
pub mod process;
pub mod program;
pub mod site;
pub mod team_app;

/// The phone number that tests sign in with.
pub const PHONE: &str = "+14155552671";
/// The number of another user.
pub const OTHER_PHONE: &str = "+14155552672";
