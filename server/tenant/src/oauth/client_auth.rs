//! Who is calling: `client_secret_post`, `client_secret_basic`, `private_key_jwt`, or a public client (RFC 6749
//! section 2.3).

use aws_lc_rs::constant_time;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};

use super::client_assertion::{self, ASSERTION_TYPE};
use crate::{
    config::{Client, TenantConfig},
    http::{
        api_error::{ApiError, Property, TokenAuth},
        params::Fields,
    },
    state::Tenant,
};

/// A client, and what it showed.
#[derive(Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) client: &'a Client,
    pub(crate) proof: Proof,
}

/// What a client showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Its secret.
    Secret,
    /// A token that it signed.
    Assertion,
    /// Nothing, and it has nothing to show.
    Public,
    /// Nothing, though it has a secret.
    Missing,
}

impl<'a> Caller<'a> {
    /// Finds the client and checks what it showed. `Ok(None)` when no client is named at all.
    pub(crate) async fn identify(
        tenant: &'a Tenant,
        headers: &HeaderMap,
        fields: &Fields,
    ) -> Result<Option<Self>, ApiError> {
        let config = &tenant.config;
        let body_id = fields.text(Property::ClientId)?;
        if let Some(basic) = BasicCredentials::read(headers)? {
            return basic.caller(config, body_id).map(Some).ok_or(ApiError::InvalidClient(TokenAuth::Basic));
        }
        if let Some(assertion) = fields.param("client_assertion")? {
            return Self::by_assertion(tenant, fields, body_id, assertion).await.map(Some);
        }
        let Some(client_id) = body_id else { return Ok(None) };
        let refused = || ApiError::InvalidClient(TokenAuth::Body);
        let client = config.client(client_id).ok_or_else(refused)?;
        let proof = match (fields.param("client_secret")?, client.is_public()) {
            (_, true) => Proof::Public,
            (None, false) => Proof::Missing,
            (Some(secret), false) if is_secret_of(client, secret) => Proof::Secret,
            (Some(_), false) => return Err(refused()),
        };
        Ok(Some(Self { client, proof }))
    }

    /// The client, if it showed that it is the one it says.
    pub(crate) fn proven(&self) -> Option<&'a Client> {
        matches!(self.proof, Proof::Secret | Proof::Assertion).then_some(self.client)
    }

    /// A client may leave its identifier out, as the assertion holds it (RFC 7521 section 4.2).
    async fn by_assertion(
        tenant: &'a Tenant,
        fields: &Fields,
        body_id: Option<&str>,
        assertion: &str,
    ) -> Result<Self, ApiError> {
        if fields.param("client_assertion_type")? != Some(ASSERTION_TYPE) {
            return Err(ApiError::invalid_request(format!("client_assertion_type must be {ASSERTION_TYPE}")));
        }
        let refused = || ApiError::InvalidClient(TokenAuth::Body);
        let claimed = client_assertion::claimed_client(assertion);
        let client_id = body_id.or(claimed.as_deref()).ok_or_else(refused)?;
        let client = tenant.config.client(client_id).ok_or_else(refused)?;
        let proven = client_assertion::proves(tenant, client, assertion).await?;
        if proven { Ok(Self { client, proof: Proof::Assertion }) } else { Err(refused()) }
    }

    /// The caller of the token endpoint: one that proved itself, or a public client.
    pub(crate) async fn authenticate(
        tenant: &'a Tenant,
        headers: &HeaderMap,
        fields: &Fields,
    ) -> Result<&'a Client, ApiError> {
        let caller = Self::identify(tenant, headers, fields)
            .await?
            .ok_or_else(|| ApiError::invalid_request("missing client_id parameter"))?;
        match caller.proof {
            Proof::Secret | Proof::Assertion | Proof::Public => Ok(caller.client),
            Proof::Missing => Err(ApiError::InvalidClient(TokenAuth::Body)),
        }
    }
}

fn is_secret_of(client: &Client, secret: &str) -> bool {
    client.client_secret.as_ref().is_some_and(|expected| {
        constant_time::verify_slices_are_equal(expected.expose_secret().as_bytes(), secret.as_bytes()).is_ok()
    })
}

/// What `Authorization: Basic` holds.
struct BasicCredentials {
    client_id: String,
    secret: SecretString,
}

impl BasicCredentials {
    fn read(headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
        let malformed = || ApiError::InvalidClient(TokenAuth::Basic);
        let text = value.to_str().map_err(|_| malformed())?;
        let Some((scheme, encoded)) = text.split_once(' ') else { return Err(malformed()) };
        if !scheme.eq_ignore_ascii_case("basic") {
            return Ok(None);
        }
        let decoded = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
        let pair = String::from_utf8(decoded).map_err(|_| malformed())?;
        let (client_id, secret) = pair.split_once(':').ok_or_else(malformed)?;
        Ok(Some(Self { client_id: client_id.to_owned(), secret: secret.into() }))
    }

    /// RFC 6749 has both parts form-encoded before base64, which not every client does: either reading may match.
    fn caller<'a>(&self, config: &'a TenantConfig, body_id: Option<&str>) -> Option<Caller<'a>> {
        let decoded_id = form_decoded(&self.client_id);
        let client = config.client(&self.client_id).or_else(|| config.client(&decoded_id))?;
        if body_id.is_some_and(|body_id| body_id != client.client_id) {
            return None;
        }
        let raw = self.secret.expose_secret();
        let matches = is_secret_of(client, raw) || is_secret_of(client, &form_decoded(raw));
        matches.then_some(Caller { client, proof: Proof::Secret })
    }
}

fn form_decoded(text: &str) -> String {
    // `&` and `=` are data here, not separators; a name without `=` is taken whole.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const CONFIG: &str = "clients: [{name: Web, client_id: 'web&=+% é', client_secret: 'se:cret &=+% é'}]\n\
                          connections: [{name: sms, strategy: sms}]";

    fn is_taken(value: &[u8]) -> bool {
        let config = TenantConfig::from_yaml(CONFIG, |_| None);
        let read = read(value).ok().flatten();
        config.is_ok_and(|(config, _)| read.is_some_and(|credentials| credentials.caller(&config, None).is_some()))
    }

    fn read(value: &[u8]) -> Result<Option<BasicCredentials>, ApiError> {
        let mut headers = HeaderMap::new();
        headers.extend(HeaderValue::from_bytes(value).ok().map(|value| (header::AUTHORIZATION, value)));
        BasicCredentials::read(&headers)
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
