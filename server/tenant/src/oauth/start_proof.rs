//! Who may request codes. Each code costs a message, so a client with a secret shows it, and pages are the client's own.
//!
//! Only browsers tell the truth about `Origin`. So it replaces the secret only where the operator lists the origin, for
//! scripts: that of a callback is known to everyone who has seen a login.

use http::{HeaderMap, header};

use super::client_auth::{Caller, Proof};
use crate::{config::Client, http::api_error::ApiError};

/// Browsers say in it how the page that sends a request relates to this origin.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Checks that a caller may request codes: with its secret or as a public client, or by a page of a listed origin.
pub(crate) fn check(caller: &Caller<'_>, headers: &HeaderMap) -> Result<(), ApiError> {
    let origin = check_origin(caller.client, headers)?;
    let is_script = origin.is_some_and(|origin| caller.client.listed_origins().any(|listed| listed == origin));
    if caller.proof == Proof::Missing && !is_script { Err(ApiError::ProofMissing) } else { Ok(()) }
}

/// Checks that no page but the client's own sent the request, and returns its origin; servers and native apps have none.
pub(crate) fn check_origin<'a>(client: &Client, headers: &'a HeaderMap) -> Result<Option<&'a str>, ApiError> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        let is_from_elsewhere =
            headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site" || site == "same-site");
        return if is_from_elsewhere { Err(ApiError::OriginMissing) } else { Ok(None) };
    };
    let origin = origin.to_str().unwrap_or_default();
    let is_own = client.origins().any(|own| own == origin);
    if is_own { Ok(Some(origin)) } else { Err(ApiError::OriginNotAllowed(origin.to_owned())) }
}
