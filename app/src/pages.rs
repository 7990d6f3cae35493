//! The pages, one a file.

pub(crate) mod gallery;
pub(crate) mod home;
pub(crate) mod login;
pub(crate) mod login_custom;
pub(crate) mod logout;
pub(crate) mod not_found;
pub(crate) mod profile;
