//! The tokens: OpenID Connect Core section 2, with Auth0's lifetimes.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    authorization_response::ResponseType,
    grant::Grant,
    scope::{OFFLINE_ACCESS, Scope},
};
use crate::{
    clock::Millis,
    config::Client,
    entropy,
    http::api_error::ApiError,
    keys::signing_key::{SignError, TokenType},
    state::Tenant,
    store::User,
};

const ID_TOKEN_SECONDS: i64 = 36_000;
const ACCESS_TOKEN_SECONDS: i64 = 86_400;

/// The life of the token that lives longest.
pub(crate) const LONGEST_SECONDS: i64 = ACCESS_TOKEN_SECONDS;

/// An access token that a browser carries lives shorter.
const BROWSER_ACCESS_TOKEN_SECONDS: i64 = 7_200;

/// The answer of the token endpoint, RFC 6749 section 5.1.
#[derive(Serialize)]
pub(crate) struct TokenReply {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// A member of our own, for applications that hand it on as `passwordless-device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<String>,
    scope: String,
    expires_in: i64,
    token_type: &'static str,
}

impl TokenReply {
    pub(crate) fn with(self, device_token: Option<String>) -> Self {
        Self { device_token, ..self }
    }
}

/// What a scope tells about the person.
#[derive(Serialize)]
pub(crate) struct PersonClaims {
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
    beside: Beside,
    #[serde(flatten)]
    person: PersonClaims,
}

/// What came through the browser beside an ID token; the hashes tie it to the token, OpenID Connect Core section 3.3.2.11.
#[derive(Default, Serialize)]
struct Beside {
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
}

/// What an access token says, RFC 9068.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessTokenClaims {
    iss: String,
    pub(crate) sub: String,
    aud: Vec<String>,
    iat: i64,
    pub(crate) exp: i64,
    pub(crate) scope: String,
    /// Auth0's name for the client; the RFC's stands beside it.
    azp: String,
    client_id: String,
    jti: String,
}

impl From<SignError> for ApiError {
    fn from(error: SignError) -> Self {
        tracing::error!(%error, "no token could be made");
        Self::Internal
    }
}

impl PersonClaims {
    pub(crate) fn of(user: &User, scope: &Scope) -> Self {
        Self {
            sub: user.subject(),
            profile: scope.has("profile").then(|| ProfileClaims {
                name: user.phone_number.clone(),
                nickname: user.phone_number.clone(),
                updated_at: rfc3339(user.updated_at),
            }),
            phone: scope
                .has("phone")
                .then(|| PhoneClaims { phone_number: user.phone_number.clone(), phone_number_verified: true }),
        }
    }
}

fn rfc3339(at: Millis) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc3339).unwrap_or_default()
}

/// Makes the tokens of a grant; the refresh token is the store's, and comes with it.
pub(crate) async fn issue(
    tenant: &Tenant,
    client: &Client,
    user: &User,
    grant: &Grant,
    refresh_token: Option<String>,
) -> Result<TokenReply, SignError> {
    let id_token = if grant.scope.has("openid") {
        Some(id_token(tenant, client, user, grant, Beside::default()).await?)
    } else {
        None
    };
    Ok(TokenReply {
        access_token: access_token(tenant, client, user, grant, ACCESS_TOKEN_SECONDS).await?,
        id_token,
        refresh_token,
        device_token: None,
        scope: grant.scope.to_string(),
        expires_in: ACCESS_TOKEN_SECONDS,
        token_type: "Bearer",
    })
}

/// The tokens that go through the browser: the implicit and hybrid flows.
pub(crate) async fn by_browser(
    tenant: &Tenant,
    client: &Client,
    user: &User,
    grant: &Grant,
    response_type: ResponseType,
    code: Option<&str>,
) -> Result<Vec<(&'static str, String)>, SignError> {
    let grant = &Grant { scope: grant.scope.without(OFFLINE_ACCESS), ..grant.clone() };
    let mut members = Vec::new();
    let mut beside = Beside { at_hash: None, c_hash: code.map(left_half_hash) };
    if response_type.token {
        let token = access_token(tenant, client, user, grant, BROWSER_ACCESS_TOKEN_SECONDS).await?;
        beside.at_hash = Some(left_half_hash(&token));
        members.extend([
            ("access_token", token),
            ("scope", grant.scope.to_string()),
            ("expires_in", BROWSER_ACCESS_TOKEN_SECONDS.to_string()),
            ("token_type", "Bearer".to_owned()),
        ]);
    }
    if response_type.id_token {
        members.push(("id_token", id_token(tenant, client, user, grant, beside).await?));
    }
    Ok(members)
}

/// The left half of the SHA-256 of what goes with a token signed RS256, OpenID Connect Core section 3.3.2.11.
fn left_half_hash(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let (left, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

async fn id_token(
    tenant: &Tenant,
    client: &Client,
    user: &User,
    grant: &Grant,
    beside: Beside,
) -> Result<String, SignError> {
    let iat = tenant.now().seconds();
    tenant.keys().await?.current.sign(
        TokenType::Id,
        &IdTokenClaims {
            iss: &tenant.origin.issuer(),
            aud: &client.client_id,
            iat,
            exp: iat + ID_TOKEN_SECONDS,
            auth_time: grant.auth_time,
            sid: grant.sid.as_deref(),
            nonce: grant.nonce.as_deref(),
            beside,
            person: PersonClaims::of(user, &grant.scope),
        },
    )
}

async fn access_token(
    tenant: &Tenant,
    client: &Client,
    user: &User,
    grant: &Grant,
    lifetime: i64,
) -> Result<String, SignError> {
    let iat = tenant.now().seconds();
    tenant.keys().await?.current.sign(
        TokenType::Access,
        &AccessTokenClaims {
            iss: tenant.origin.issuer(),
            sub: user.subject(),
            aud: grant.audience.iter().cloned().chain([tenant.origin.at("/userinfo")]).collect(),
            iat,
            exp: iat + lifetime,
            scope: grant.scope.to_string(),
            azp: client.client_id.clone(),
            client_id: client.client_id.clone(),
            jti: entropy::token(&*tenant.entropy),
        },
    )
}
