//! The app's hook at the end of a login.

use super::{CurrentUser, tokens::TokenSet};
use crate::outcome::Refusal;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{net::IpAddr, pin::Pin, sync::Arc};

pub(super) type SignInHook = Arc<dyn Fn(SignIn) -> SignInFuture + Send + Sync>;
type SignInFuture = Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send>>;

/// The argument of [`ServerHooks::on_sign_in`](super::ServerHooks::on_sign_in): a user whom the tenant has confirmed, and
/// who may sign in here. `Debug` does not show the tokens.
///
/// Whether the user is new to the app, only a table of the app can tell: a number can have signed in at the same tenant
/// before, for another app. If it matters whether they are new to the tenant, let an Action of the tenant add a claim.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignIn {
    /// The user, with the terms that they accepted; there is no [`data`](CurrentUser::data) yet.
    pub user: CurrentUser,
    /// All claims of the ID token.
    pub claims: Map<String, Value>,
    /// The tokens that came with it, if the tenant sent any.
    pub tokens: Option<TokenSet>,
    /// The path of the page that the browser returns to.
    pub return_to: String,
    /// The address of the user's browser.
    pub client_ip: IpAddr,
}

/// The hook, whose data become JSON.
pub(super) fn boxed<T, F>(hook: impl Fn(SignIn) -> F + Send + Sync + 'static) -> SignInHook
where
    T: Serialize,
    F: Future<Output = Result<T, String>> + Send + 'static,
{
    Arc::new(move |sign_in| {
        let answer = hook(sign_in);
        Box::pin(async move {
            let data = answer.await.map_err(Refusal::Hook)?;
            serde_json::to_value(data).map_err(|error| {
                tracing::error!(%error, "the data of on_sign_in cannot be stored");
                Refusal::Unexpected
            })
        })
    })
}
