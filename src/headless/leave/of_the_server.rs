//! Where the server renders every page: only a new page shows the user.

use crate::headless::{Passwordless, dom};

pub(in crate::headless) fn go_to(_: Passwordless, url: &str) {
    dom::go_to(url);
}

pub(in crate::headless) fn return_to(passwordless: Passwordless) -> String {
    passwordless.return_to()
}
