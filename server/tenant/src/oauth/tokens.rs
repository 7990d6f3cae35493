//! The tokens: OpenID Connect Core section 2, with Auth0's lifetimes.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{grant::Grant, keys::SignError, scope::Scope};
use crate::{clock::Millis, config::Client, error::ApiError, store::User, tenant::Tenant};

const ID_TOKEN_SECONDS: i64 = 36_000;
const ACCESS_TOKEN_SECONDS: i64 = 86_400;

/// The answer of the token endpoint, RFC 6749 section 5.1.
#[derive(Serialize)]
pub(crate) struct TokenReply {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
    expires_in: i64,
    token_type: &'static str,
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
    person: PersonClaims,
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
    azp: String,
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
pub(crate) fn issue(
    tenant: &Tenant,
    client: &Client,
    user: &User,
    grant: &Grant,
    refresh_token: Option<String>,
) -> Result<TokenReply, SignError> {
    let id_token = grant.scope.has("openid").then(|| id_token(tenant, client, user, grant)).transpose()?;
    Ok(TokenReply {
        access_token: access_token(tenant, client, user, grant)?,
        id_token,
        refresh_token,
        scope: grant.scope.to_string(),
        expires_in: ACCESS_TOKEN_SECONDS,
        token_type: "Bearer",
    })
}

fn id_token(tenant: &Tenant, client: &Client, user: &User, grant: &Grant) -> Result<String, SignError> {
    let iat = tenant.now().seconds();
    tenant.signing_key.sign(&IdTokenClaims {
        iss: &tenant.origin.issuer(),
        aud: &client.client_id,
        iat,
        exp: iat + ID_TOKEN_SECONDS,
        auth_time: grant.auth_time,
        sid: grant.sid.as_deref(),
        nonce: grant.nonce.as_deref(),
        person: PersonClaims::of(user, &grant.scope),
    })
}

fn access_token(tenant: &Tenant, client: &Client, user: &User, grant: &Grant) -> Result<String, SignError> {
    let iat = tenant.now().seconds();
    tenant.signing_key.sign(&AccessTokenClaims {
        iss: tenant.origin.issuer(),
        sub: user.subject(),
        aud: grant.audience.iter().cloned().chain([tenant.origin.at("/userinfo")]).collect(),
        iat,
        exp: iat + ACCESS_TOKEN_SECONDS,
        scope: grant.scope.to_string(),
        azp: client.client_id.clone(),
    })
}
