//! `client_authentication_methods`: the public keys of clients that prove themselves by `private_key_jwt`, in the form in
//! which Auth0's Management API takes them.

use serde::Deserialize;

use super::{ConfigError, invalid};
use crate::oauth::assertion_key::AssertionKey;

#[derive(Deserialize)]
pub(super) struct AuthenticationMethods {
    private_key_jwt: PrivateKeyJwt,
}

#[derive(Deserialize)]
struct PrivateKeyJwt {
    credentials: Vec<Credential>,
}

#[derive(Deserialize)]
struct Credential {
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "credential_type")]
    _type: Option<CredentialType>,
    pem: String,
    alg: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum CredentialType {
    PublicKey,
}

impl AuthenticationMethods {
    pub(super) fn keys(&self, path: &str) -> Result<Vec<AssertionKey>, ConfigError> {
        let path = format!("{path}.private_key_jwt.credentials");
        let credentials = &self.private_key_jwt.credentials;
        if credentials.is_empty() {
            return Err(invalid(path, "at least one public key is needed"));
        }
        let keys = credentials.iter().enumerate().map(|(index, credential)| {
            let alg = credential.alg.as_deref().unwrap_or("RS256");
            AssertionKey::from_pem(&credential.pem, alg)
                .map_err(|error| invalid(format!("{path}[{index}].{}", error.key()), error.to_string()))
        });
        keys.collect()
    }
}
