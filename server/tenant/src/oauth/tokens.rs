//! Issues and verifies tokens: OpenID Connect Core section 2, RFC 9068.
//!
//! As at Auth0, access tokens for an API are signed, so that the API can check them; those for `/userinfo` only are random
//! texts that the tenant stores.

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    authorization_response::ResponseType,
    grant::{Grant, ProvedGrant},
    lifetimes::{ACCESS_TOKEN_SECONDS, FRONT_CHANNEL_ACCESS_TOKEN_SECONDS, ID_TOKEN_SECONDS, LOGOUT_TOKEN_SECONDS},
    scope::{OFFLINE_ACCESS, Scope},
};
use crate::{
    clock::Clock,
    config::Client,
    entropy::{self, Entropy},
    error::StoreError,
    http::api_error::ApiError,
    keys::{
        rotation::SigningKeys,
        signing_algorithm::SigningAlgorithm,
        signing_key::{SignError, TokenType},
    },
    origin::Origin,
    store::{GrantId, Logout, NewAccessToken, Store, User},
};

/// The response of the token endpoint, RFC 6749 section 5.1.
#[derive(Serialize)]
pub(crate) struct TokenResponse {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Not Auth0's: for applications that send it back as `passwordless-device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<String>,
    scope: String,
    expires_in: i64,
    token_type: &'static str,
}

impl TokenResponse {
    pub(crate) fn with_device_token(self, device_token: Option<String>) -> Self {
        Self { device_token, ..self }
    }
}

/// The claims about the user that a scope covers.
#[derive(Serialize)]
pub(crate) struct UserClaims {
    sub: String,
    #[serde(flatten)]
    profile: Option<ProfileClaims>,
    #[serde(flatten)]
    phone: Option<PhoneClaims>,
}

#[derive(Serialize)]
struct ProfileClaims {
    name: String,
    nickname: String,
    updated_at: String,
}

#[derive(Serialize)]
struct PhoneClaims {
    phone_number: String,
    phone_number_verified: bool,
}

#[derive(Serialize)]
struct IdTokenClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(flatten)]
    hashes: TokenHashes,
    #[serde(flatten)]
    user: UserClaims,
}

/// Hashes that tie a code and an access token of the front channel to the ID token, OpenID Connect Core section 3.3.2.11.
#[derive(Default, Serialize)]
struct TokenHashes {
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
}

/// The claims of an access token for an API, RFC 9068.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessTokenClaims {
    iss: String,
    sub: String,
    /// The API, and `/userinfo` for OpenID Connect.
    aud: Vec<String>,
    iat: i64,
    exp: i64,
    scope: String,
    /// Auth0's name for the client, besides the RFC's.
    azp: String,
    client_id: String,
    jti: String,
}

/// The claims of a logout token, OpenID Connect Back-Channel Logout 1.0 section 2.4: never with a nonce.
#[derive(Serialize)]
struct LogoutTokenClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    events: Map<String, Value>,
}

/// What makes a token a logout token.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

impl From<SignError> for ApiError {
    fn from(error: SignError) -> Self {
        tracing::error!(%error, "a token could not be signed");
        Self::Internal
    }
}

impl UserClaims {
    pub(crate) fn of(user: &User, scope: &Scope) -> Self {
        Self {
            sub: user.subject(),
            profile: scope.has("profile").then(|| ProfileClaims {
                name: user.phone_number.clone(),
                nickname: user.phone_number.clone(),
                updated_at: user.updated_at.rfc3339(),
            }),
            phone: scope
                .has("phone")
                .then(|| PhoneClaims { phone_number: user.phone_number.clone(), phone_number_verified: true }),
        }
    }
}

/// The session that an ID token was issued in, as an `id_token_hint` names it.
#[derive(Clone, Deserialize)]
pub(crate) struct IdTokenHint {
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) sid: Option<String>,
}

/// Whose tokens to issue, and for which client.
#[derive(Clone, Copy)]
struct Subject<'a> {
    client: &'a Client,
    user: &'a User,
    grant: &'a Grant,
    /// What access tokens are revoked with.
    id: Option<&'a GrantId>,
}

/// Issues and verifies tokens.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) origin: Origin,
    pub(crate) keys: SigningKeys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) store: Store,
}

impl Tokens {
    /// Issues the tokens of a grant.
    pub(crate) async fn issue(&self, client: &Client, proved: ProvedGrant) -> Result<TokenResponse, SignError> {
        let ProvedGrant { id, user, grant, refresh_token } = proved;
        let subject = Subject { client, user: &user, grant: &grant, id: id.as_ref() };
        let id_token =
            if grant.scope.has("openid") { Some(self.id_token(subject, TokenHashes::default()).await?) } else { None };
        Ok(TokenResponse {
            access_token: self.access_token(subject, ACCESS_TOKEN_SECONDS).await?,
            id_token,
            refresh_token,
            device_token: None,
            scope: grant.scope.to_string(),
            expires_in: ACCESS_TOKEN_SECONDS,
            token_type: "Bearer",
        })
    }

    /// The response parameters of the implicit and hybrid flows, whose tokens pass through the browser.
    pub(crate) async fn front_channel(
        &self,
        client: &Client,
        user: &User,
        grant: &Grant,
        response_type: ResponseType,
        code: Option<&str>,
    ) -> Result<Vec<(&'static str, String)>, SignError> {
        let grant = &Grant { scope: grant.scope.without(OFFLINE_ACCESS), ..grant.clone() };
        let id = code.map(GrantId::of);
        let subject = Subject { client, user, grant, id: id.as_ref() };
        let mut params = Vec::new();
        let mut hashes = TokenHashes { at_hash: None, c_hash: code.map(left_half_hash) };
        if response_type.token {
            let token = self.access_token(subject, FRONT_CHANNEL_ACCESS_TOKEN_SECONDS).await?;
            hashes.at_hash = Some(left_half_hash(&token));
            params.extend([
                ("access_token", token),
                ("scope", grant.scope.to_string()),
                ("expires_in", FRONT_CHANNEL_ACCESS_TOKEN_SECONDS.to_string()),
                ("token_type", "Bearer".to_owned()),
            ]);
        }
        if response_type.id_token {
            params.push(("id_token", self.id_token(subject, hashes).await?));
        }
        Ok(params)
    }

    /// What an access token that is valid now says of its user; a blocked user has none.
    pub(crate) async fn user_info(&self, token: &str) -> Result<Option<UserClaims>, StoreError> {
        let found = if token.contains('.') {
            match self.verify_access_token(token).await? {
                Some(claims) => self.user_of(claims).await?,
                None => None,
            }
        } else {
            self.store.user_of_access_token(token, self.clock.millis()).await?
        };
        Ok(found.map(|(user, scope)| UserClaims::of(&user, &Scope::known(Some(&scope)))))
    }

    async fn user_of(&self, claims: AccessTokenClaims) -> Result<Option<(User, String)>, StoreError> {
        let Some(user_id) = claims.sub.strip_prefix("sms|") else { return Ok(None) };
        let user = self.store.user(user_id).await?.filter(|user| !user.blocked);
        Ok(user.map(|user| (user, claims.scope)))
    }

    /// The claims of a signed access token whose audiences include `/userinfo`.
    async fn verify_access_token(&self, token: &str) -> Result<Option<AccessTokenClaims>, StoreError> {
        let keys = self.keys.keys().await?;
        let audience = self.origin.at("/userinfo");
        let claims: Option<AccessTokenClaims> =
            keys.verify(TokenType::Access, token, &self.origin.issuer(), Some(&audience));
        Ok(claims.filter(|claims| self.now() < claims.exp))
    }

    /// The session that an ID token of this tenant names; it may have expired.
    pub(crate) async fn id_token_hint(&self, token: &str) -> Result<Option<IdTokenHint>, StoreError> {
        let keys = self.keys.keys().await?;
        Ok(keys.verify(TokenType::Id, token, &self.origin.issuer(), None))
    }

    /// Tells a client of a logout.
    pub(crate) async fn logout_token(
        &self,
        client_id: &str,
        algorithm: SigningAlgorithm,
        logout: &Logout,
    ) -> Result<String, SignError> {
        let iat = self.now();
        self.keys.keys().await?.sign(
            algorithm,
            TokenType::Logout,
            &LogoutTokenClaims {
                iss: &self.origin.issuer(),
                aud: client_id,
                iat,
                exp: iat + LOGOUT_TOKEN_SECONDS,
                jti: entropy::token(&*self.entropy),
                sub: logout.subject(),
                sid: logout.sid.as_deref(),
                events: Map::from_iter([(LOGOUT_EVENT.to_owned(), json!({}))]),
            },
        )
    }

    async fn id_token(&self, subject: Subject<'_>, hashes: TokenHashes) -> Result<String, SignError> {
        let (Subject { client, user, grant, .. }, iat) = (subject, self.now());
        self.keys.keys().await?.sign(
            client.signing_algorithm(),
            TokenType::Id,
            &IdTokenClaims {
                iss: &self.origin.issuer(),
                aud: &client.client_id,
                iat,
                exp: iat + ID_TOKEN_SECONDS,
                auth_time: grant.auth_time,
                sid: grant.sid.as_deref(),
                nonce: grant.nonce.as_deref(),
                hashes,
                user: UserClaims::of(user, &grant.scope),
            },
        )
    }

    async fn access_token(&self, subject: Subject<'_>, lifetime: i64) -> Result<String, SignError> {
        match &subject.grant.audience {
            Some(audience) => self.signed_access_token(subject, audience, lifetime).await,
            None => Ok(self.stored_access_token(subject, lifetime).await?),
        }
    }

    async fn stored_access_token(&self, subject: Subject<'_>, lifetime: i64) -> Result<String, StoreError> {
        let token = entropy::token(&*self.entropy);
        let new = NewAccessToken {
            token: &token,
            client_id: &subject.client.client_id,
            user_id: &subject.user.id,
            scope: subject.grant.scope.to_string(),
            grant: subject.id,
            expires_at: self.clock.millis().plus_seconds(lifetime),
        };
        self.store.put_access_token(&new).await?;
        Ok(token)
    }

    async fn signed_access_token(
        &self,
        subject: Subject<'_>,
        audience: &str,
        lifetime: i64,
    ) -> Result<String, SignError> {
        let (Subject { client, user, grant, .. }, iat) = (subject, self.now());
        let userinfo = grant.scope.has("openid").then(|| self.origin.at("/userinfo"));
        self.keys.keys().await?.sign(
            client.signing_algorithm(),
            TokenType::Access,
            &AccessTokenClaims {
                iss: self.origin.issuer(),
                sub: user.subject(),
                aud: [audience.to_owned()].into_iter().chain(userinfo).collect(),
                iat,
                exp: iat + lifetime,
                scope: grant.scope.to_string(),
                azp: client.client_id.clone(),
                client_id: client.client_id.clone(),
                jti: entropy::token(&*self.entropy),
            },
        )
    }

    /// Unix seconds.
    fn now(&self) -> i64 {
        self.clock.millis().seconds()
    }
}

/// The left half of the SHA-256 of what belongs to an RS256 or ES256 token, OpenID Connect Core section 3.3.2.11.
fn left_half_hash(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let (left, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}
