//! The app's hook at the end of a login.

use super::{terms::Consent, token_set::TokenSet};
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
    /// The user id at the tenant (`sub`): the key of a row for the user.
    pub user_id: String,
    /// The name; at Auth0 the phone number, until the user gets another.
    pub name: String,
    /// The phone number, if the scope `phone` was granted.
    pub phone_number: Option<String>,
    /// All claims of the ID token.
    pub claims: Map<String, Value>,
    /// The terms that the user accepted during the login, if they were required.
    pub consent: Option<Consent>,
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
