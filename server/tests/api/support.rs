//! Helpers of the tests.

pub mod browser;
pub mod clock;
pub mod fake_tenant;
pub mod log;
pub mod program;
pub mod site;
