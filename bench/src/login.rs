//! The logins that are measured, each a server and the way through it.

use crate::{
    better_auth,
    error::BenchError,
    ours,
    place::{Place, Visit},
    process::Program,
};
use std::net::Ipv4Addr;

/// A login that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// Ours, as Lock does it: start, verify, the tenant's `verify_redirect`, callback.
    Redirect,
    /// The same with ID tokens that are signed with ES256.
    RedirectEs256,
    /// Ours, with the code redeemed by the server: start, verify.
    Token,
    /// Better Auth: send the code, verify it.
    BetterAuth,
}

impl Login {
    pub(crate) const ALL: [Self; 4] = [Self::Redirect, Self::RedirectEs256, Self::Token, Self::BetterAuth];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Redirect => "ours, flow redirect",
            Self::RedirectEs256 => "ours, flow redirect, ES256",
            Self::Token => "ours, flow token",
            Self::BetterAuth => "Better Auth",
        }
    }

    /// The server, with its database in a folder.
    pub(crate) fn program(self, place: &Place) -> Program {
        match self {
            Self::Redirect => ours::program(self.name(), "redirect", place),
            Self::RedirectEs256 => ours::program(self.name(), "redirect", place).with("AUTH0_ID_TOKEN_ALG", "ES256"),
            Self::Token => ours::program(self.name(), "token", place),
            Self::BetterAuth => better_auth::program(self.name(), place),
        }
    }

    /// Makes the server log each statement, and nothing else.
    pub(crate) fn statements(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Redirect | Self::RedirectEs256 | Self::Token => {
                &[("RUST_LOG", "sqlx::query=debug"), ("LOG_FORMAT", "json")]
            }
            Self::BetterAuth => &[("STATEMENTS", "1")],
        }
    }

    /// Where the messages are.
    pub(crate) fn outbox(self, host: Ipv4Addr) -> String {
        match self {
            Self::Redirect | Self::RedirectEs256 | Self::Token => ours::outbox(host),
            Self::BetterAuth => better_auth::outbox(),
        }
    }

    /// One whole login of a browser without cookies, until it has a session.
    pub(crate) async fn sign_in(self, visit: &Visit) -> Result<(), BenchError> {
        match self {
            Self::Redirect | Self::RedirectEs256 => ours::sign_in_by_redirect(visit).await,
            Self::Token => ours::sign_in_by_token(visit).await,
            Self::BetterAuth => better_auth::sign_in(visit).await,
        }
    }
}
