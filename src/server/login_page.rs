//! URLs of the login page, and the meaning of their queries.

use super::login_id::LoginId;
use crate::outcome::Refusal;
use url::form_urlencoded::byte_serialize;

/// The parameter that names a login.
pub(super) const LOGIN: &str = "login";
/// The parameter with the reason why there is no login.
pub(super) const REFUSED: &str = "refused";

/// The parameter of a page that goes on with a proof of work.
pub(super) const PROOF: &str = "proof";

/// A login page with the way back.
pub(super) fn login_url(path: &str, return_to: &str) -> String {
    let return_to: String = byte_serialize(return_to.as_bytes()).collect();
    format!("{path}?return_to={return_to}")
}

/// A page that shows this login.
pub(super) fn with_login(page: &str, id: &LoginId) -> String {
    let separator = if page.contains('?') { '&' } else { '?' };
    format!("{page}{separator}{LOGIN}={id}")
}

/// The query by which a page without a login shows why a step was refused. Anyone can make such a link, so there are only
/// harmless reasons.
pub(super) fn refusal_query(refusal: &Refusal) -> String {
    let name = match refusal {
        Refusal::OtherBrowser => "other_browser",
        Refusal::CookiesBlocked => "cookies_blocked",
        _ => "expired",
    };
    format!("{REFUSED}={name}")
}

/// The refusal of a [`refusal_query`].
pub(super) fn refusal_named(name: &str) -> Option<Refusal> {
    match name {
        "other_browser" => Some(Refusal::OtherBrowser),
        "cookies_blocked" => Some(Refusal::CookiesBlocked),
        "expired" => Some(Refusal::NoPendingLogin),
        _ => None,
    }
}
