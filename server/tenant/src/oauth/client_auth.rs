//! Client authentication: `client_secret_post`, `client_secret_basic`, `private_key_jwt`, or a public client (RFC 6749
//! section 2.3).

use std::sync::Arc;

use aws_lc_rs::constant_time;
use headers::{Authorization, HeaderMapExt, authorization::Basic};
use http::{HeaderMap, header};
use secrecy::ExposeSecret;

use super::client_assertion::{ASSERTION_TYPE, claimed_client, is_critical, is_current};
use crate::{
    clock::Clock,
    config::{Client, TenantConfig},
    error::StoreError,
    http::{
        api_error::{ApiError, Property, TokenAuth},
        params::Params,
    },
    origin::Origin,
    store::Store,
};

/// A client, and how it authenticated.
#[derive(Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) client: &'a Client,
    pub(crate) proof: Proof,
}

/// How a client authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Its secret.
    Secret,
    /// A token that it signed.
    Assertion,
    /// Nothing: it is a public client.
    Public,
    /// Nothing, though it has a secret.
    Missing,
}

impl<'a> Caller<'a> {
    /// The client, if it authenticated.
    pub(crate) fn authenticated(&self) -> Option<&'a Client> {
        matches!(self.proof, Proof::Secret | Proof::Assertion).then_some(self.client)
    }
}

/// Finds the client that calls, and checks its credentials.
#[derive(Clone)]
pub(crate) struct ClientAuthenticator {
    pub(crate) config: Arc<TenantConfig>,
    pub(crate) origin: Origin,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

impl ClientAuthenticator {
    /// The client with what it authenticated with; `None` when the request names no client.
    pub(crate) async fn identify(&self, headers: &HeaderMap, params: &Params) -> Result<Option<Caller<'_>>, ApiError> {
        let body_id = params.text(Property::ClientId)?;
        if let Some(basic) = basic(headers)? {
            return basic_caller(&basic, &self.config, body_id)
                .map(Some)
                .ok_or(ApiError::InvalidClient(TokenAuth::Basic));
        }
        if let Some(assertion) = params.param("client_assertion")? {
            return self.by_assertion(params, body_id, assertion).await.map(Some);
        }
        let Some(client_id) = body_id else { return Ok(None) };
        let refused = || ApiError::InvalidClient(TokenAuth::Body);
        let client = self.config.client(client_id).ok_or_else(refused)?;
        let proof = match (params.param("client_secret")?, client.is_public()) {
            (_, true) => Proof::Public,
            (None, false) => Proof::Missing,
            (Some(secret), false) if is_secret_of(client, secret) => Proof::Secret,
            (Some(_), false) => return Err(refused()),
        };
        Ok(Some(Caller { client, proof }))
    }

    /// The client that calls the token endpoint: one that authenticated, or a public one.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap, params: &Params) -> Result<&Client, ApiError> {
        let caller = self.identify(headers, params).await?;
        let caller = caller.ok_or_else(|| ApiError::invalid_request("missing client_id parameter"))?;
        match caller.proof {
            Proof::Secret | Proof::Assertion | Proof::Public => Ok(caller.client),
            Proof::Missing => Err(ApiError::InvalidClient(TokenAuth::Body)),
        }
    }

    /// A client may omit its identifier, as the assertion contains it (RFC 7521 section 4.2).
    async fn by_assertion(
        &self,
        params: &Params,
        body_id: Option<&str>,
        assertion: &str,
    ) -> Result<Caller<'_>, ApiError> {
        if params.param("client_assertion_type")? != Some(ASSERTION_TYPE) {
            return Err(ApiError::invalid_request(format!("client_assertion_type must be {ASSERTION_TYPE}")));
        }
        let refused = || ApiError::InvalidClient(TokenAuth::Body);
        let claimed = claimed_client(assertion);
        let client_id = body_id.or(claimed.as_deref()).ok_or_else(refused)?;
        let client = self.config.client(client_id).ok_or_else(refused)?;
        let is_valid = self.accepts_assertion(client, assertion).await?;
        if is_valid { Ok(Caller { client, proof: Proof::Assertion }) } else { Err(refused()) }
    }

    /// Whether the client signed the assertion, and had not used it before.
    async fn accepts_assertion(&self, client: &Client, assertion: &str) -> Result<bool, StoreError> {
        if is_critical(assertion) {
            return Ok(false);
        }
        let (issuer, now) = (self.origin.issuer(), self.clock.millis());
        let verified = client.assertion_keys.iter().find_map(|key| key.verify(assertion, &client.client_id, &issuer));
        let Some(claims) = verified.filter(|claims| is_current(claims, now.seconds())) else { return Ok(false) };
        let jti = format!("{}\0{}", client.client_id, claims.jti);
        self.store.use_assertion(&jti, now.plus_seconds(claims.exp - now.seconds())).await
    }
}

fn is_secret_of(client: &Client, secret: &str) -> bool {
    client.client_secret.as_ref().is_some_and(|expected| {
        constant_time::verify_slices_are_equal(expected.expose_secret().as_bytes(), secret.as_bytes()).is_ok()
    })
}

/// The credentials of `Authorization: Basic`; `None` without them, or with another scheme.
fn basic(headers: &HeaderMap) -> Result<Option<Basic>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    if let Some(Authorization(basic)) = headers.typed_get::<Authorization<Basic>>() {
        return Ok(Some(basic));
    }
    let scheme = value.to_str().ok().and_then(|text| text.split_once(' '));
    let is_other = scheme.is_some_and(|(scheme, _)| !scheme.eq_ignore_ascii_case("basic"));
    if is_other { Ok(None) } else { Err(ApiError::InvalidClient(TokenAuth::Basic)) }
}

/// RFC 6749 requires both parts to be form-encoded before base64, which not every client does: either form is accepted.
fn basic_caller<'a>(basic: &Basic, config: &'a TenantConfig, body_id: Option<&str>) -> Option<Caller<'a>> {
    let client = config.client(basic.username()).or_else(|| config.client(&form_decoded(basic.username())))?;
    if body_id.is_some_and(|body_id| body_id != client.client_id) {
        return None;
    }
    let matches = is_secret_of(client, basic.password()) || is_secret_of(client, &form_decoded(basic.password()));
    matches.then_some(Caller { client, proof: Proof::Secret })
}

fn form_decoded(text: &str) -> String {
    // `&` and `=` are data here, not separators; a name without `=` is taken whole.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const CONFIG: &str = "clients: [{name: Web, client_id: 'web&=+% é', client_secret: 'se:cret &=+% é'}]\n\
                          connections: [{name: sms, strategy: sms}]";

    fn is_taken(value: &[u8]) -> bool {
        let config = TenantConfig::from_yaml(CONFIG, |_| None);
        let read = read(value).ok().flatten();
        config.is_ok_and(|(config, _)| {
            read.is_some_and(|credentials| basic_caller(&credentials, &config, None).is_some())
        })
    }

    fn read(value: &[u8]) -> Result<Option<Basic>, ApiError> {
        let mut headers = HeaderMap::new();
        headers.extend(HeaderValue::from_bytes(value).ok().map(|value| (header::AUTHORIZATION, value)));
        basic(&headers)
    }

    proptest! {
        #[test]
        fn no_header_breaks_it(value in proptest::collection::vec(any::<u8>(), 0..60), scheme in "(Basic |basic  |Bearer |)") {
            prop_assert!(!is_taken(&[scheme.as_bytes(), &value].concat()));
        }

        #[test]
        fn no_credentials_but_the_right_ones_are_taken(id in "\\PC{0,20}", secret in "\\PC{0,20}") {
            let pair = STANDARD.encode(format!("{id}:{secret}"));
            prop_assert!(!is_taken(&[b"Basic ", pair.as_bytes()].concat()));
        }
    }

    #[test]
    fn credentials_are_taken_as_they_are_and_form_encoded() {
        let (id, secret) = ("web&=+% é", "se:cret &=+% é");
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        for pair in [format!("{id}:{secret}"), format!("{}:{}", encoded(id), encoded(secret))] {
            assert!(is_taken(format!("Basic {}", STANDARD.encode(&pair)).as_bytes()), "{pair}");
        }
    }
}
