//! The last check before a session starts, for every kind of login: who the user is, and whether they may sign in.
//!
//! The tenant's own page runs neither the app's hooks nor checks its countries, and the session there may be old: so
//! everything is checked again, for the number in the ID token.

use super::{
    Auth, AuthConfig, CurrentUser, SignIn,
    extra_fields::ExtraFields,
    hooks::{LoginAttempt, LoginStep},
    id_token::Claims,
    id_token_hint,
    oauth_secrets::Nonce,
    pending_login::{PendingLogin, Refused},
    phone_number,
    tenant_client::Tokens,
    tokens::{TokenError, TokenStore},
};
use crate::{PhoneNumber, outcome::Refusal};
use secrecy::SecretString;
use std::{net::IpAddr, sync::Arc};
use tower_sessions::SessionStore;

/// How the tokens of a login arrived.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    /// The nonce that was sent, if one was.
    pub(super) nonce: Option<&'a Nonce>,
    pub(super) login: &'a PendingLogin,
    pub(super) client_ip: IpAddr,
    /// The extra fields of the form with the code, if one was submitted.
    pub(super) extra: &'a ExtraFields,
    /// Where the app's tokens are stored.
    pub(super) store: &'a Arc<dyn SessionStore>,
}

impl From<TokenError> for Refused {
    fn from(_: TokenError) -> Self {
        Refusal::Unexpected.into()
    }
}

/// A user who may sign in.
pub(super) struct Admitted {
    pub(super) user: CurrentUser,
    /// The name of the record of their tokens, if the app needs them.
    pub(super) tokens: Option<String>,
    /// The ID token, encrypted, if there is a session at the tenant that it can end.
    pub(super) id_token: Option<String>,
    /// Makes the browser known to the tenant; only ours sends one.
    pub(super) device_token: Option<SecretString>,
}

impl Auth {
    /// Admits the user of an ID token, if it is valid and they may sign in here.
    pub(super) async fn admit(&self, tokens: Tokens, arrival: Arrival<'_>) -> Result<Admitted, Refused> {
        let mut claims = self.id_tokens().check(&tokens.id_token, arrival.nonce).await.map_err(|error| {
            tracing::warn!(%error, "an ID token was not accepted");
            Refusal::LoginNotVerified
        })?;
        self.config().may_sign_in(&claims, arrival).await?;
        let all_claims = std::mem::take(&mut claims.all);
        let now = self.now();
        let user = CurrentUser::new(claims, arrival.login, now);
        let token_set = tokens.token_set(now);
        let sign_in = SignIn {
            user_id: user.user_id.clone(),
            name: user.name.clone(),
            phone_number: user.phone_number.clone(),
            claims: all_claims,
            consent: user.consent.clone(),
            tokens: token_set.clone(),
            return_to: arrival.login.return_to.as_str().to_owned(),
            client_ip: arrival.client_ip,
        };
        let data = self.config().hooks.data_of(sign_in).await.map_err(Refused::at_the_end)?;
        let kept = token_set.filter(|_| self.config().keeps_tokens());
        let name = match kept {
            Some(kept) => {
                Some(TokenStore::new(self, arrival.store).create(&user.user_id, user.sid.as_deref(), &kept).await?)
            }
            None => None,
        };
        let id_token = user.sid.is_some().then(|| id_token_hint::sealed(self.config(), &tokens.id_token)).flatten();
        Ok(Admitted { user: user.with_data(data), tokens: name, id_token, device_token: tokens.device_token })
    }
}

impl AuthConfig {
    /// Whether the phone number is needed to admit a user.
    pub(super) fn asks_for_number(&self) -> bool {
        !self.countries.is_empty() || self.hooks.need_number()
    }

    async fn may_sign_in(&self, claims: &Claims, arrival: Arrival<'_>) -> Result<(), Refused> {
        let login = arrival.login;
        let number = claims.phone_number.as_deref().and_then(|number| PhoneNumber::parse(number).ok());
        // This number comes from the app itself and has been checked before.
        let is_known = login.is_for_known(number.as_ref());
        if !is_known {
            self.check_consent(login.consent.as_ref())?;
        }
        match number {
            Some(number) => {
                phone_number::check_country(&number, if is_known { &[] } else { &self.countries })?;
                let attempt = || LoginAttempt::new(LoginStep::SignIn, &number, arrival.client_ip, arrival.extra);
                self.hooks.may_sign_in(attempt).await.map_err(|sentence| Refused::at_the_end(Refusal::Hook(sentence)))
            }
            None if self.asks_for_number() => {
                tracing::error!(
                    "an ID token names no phone number, which countries or hooks ask for: add the scope phone"
                );
                Err(Refusal::Misconfigured.into())
            }
            None => Ok(()),
        }
    }
}
