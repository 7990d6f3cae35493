//! How a browser came to the start of a session.

use http::{HeaderMap, header};
use url::Url;

use crate::config::Client;

/// How a browser came to the start of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// From a page of the tenant's or of the application's, on which the user signed in.
    FromPage,
    /// By a link, which anyone can have made, with a number and a code of their own: the user is asked before the session
    /// signs them in anywhere else.
    ByLink,
}

impl Arrival {
    /// How a browser came to an endpoint that takes a code, by its `Referer`.
    pub(crate) fn of(client: &Client, headers: &HeaderMap) -> Self {
        let referer = headers.get(header::REFERER).and_then(|referer| Url::parse(referer.to_str().ok()?).ok());
        let origin = referer.map(|url| url.origin().ascii_serialization());
        let is_theirs = origin.is_some_and(|origin| client.origins().any(|theirs| theirs == origin));
        if is_theirs { Self::FromPage } else { Self::ByLink }
    }
}
