//! The app as one of the embedded tenant's clients: whether a login could end with it.

use crate::config::Config;
use leptos_passwordless::server::{AuthConfig, IdTokenAlg, LoginFlow, Paths};
use passwordless_tenant::{AuthMethod, Client, SigningAlgorithm, TenantConfig};
use secrecy::{ExposeSecret, SecretString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use thiserror::Error;

/// The tenant has no client that this app could be.
#[derive(Debug, Error)]
pub enum OwnClientError {
    /// `AUTH0_CLIENT_ID` names none.
    #[error("the tenant has no client {0}: set AUTH0_CLIENT_ID to the client_id of one of its clients")]
    Unknown(String),
    /// None is a program on a server.
    #[error("the tenant has no client with a secret, which this app needs: add one with app_type regular_web")]
    NoneWithSecret,
    /// The one that is meant is another kind of program.
    #[error(
        "the client {0} does not prove itself with a secret, as this app does: give it app_type regular_web and a \
         client_secret, or set AUTH0_CLIENT_ID to a client that has one"
    )]
    NoSecret(String),
    /// The last step of the login would be refused.
    #[error(
        "the client {client_id} may not use the grant {grant}, which this AUTH0_LOGIN_FLOW or AUTH0_SCOPE needs: add it to \
         its grant_types"
    )]
    NoGrant {
        /// The client.
        client_id: String,
        /// What is missing.
        grant: &'static str,
    },
    /// No access token would be given out, and no ID token with it.
    #[error(
        "the client {client_id} may not ask for AUTH0_AUDIENCE {audience}: add it to resourceServers, and to clientGrants if \
         it is limited there"
    )]
    NoAudience {
        /// The client.
        client_id: String,
        /// The requested audience.
        audience: String,
    },
    /// No ID token would be accepted.
    #[error(
        "the client {client_id} has jwt_configuration.alg {actual}, and AUTH0_ID_TOKEN_ALG is {expected}: set both to the \
         same"
    )]
    OtherAlgorithm {
        /// The client.
        client_id: String,
        /// What its tokens are signed with.
        actual: &'static str,
        /// What the app accepts.
        expected: IdTokenAlg,
    },
    /// The browser would not be sent back.
    #[error(
        "the callbacks of the client {client_id} lack {url}: add it, set APP_BASE_URL to where the client is, or \
         AUTH0_CLIENT_ID to another client"
    )]
    NoCallback {
        /// The client.
        client_id: String,
        /// What is missing.
        url: String,
    },
}

/// The client that this app is: the one of `AUTH0_CLIENT_ID`, or else the first with a secret.
pub(crate) struct OwnClient<'a> {
    client: &'a Client,
    secret: &'a SecretString,
}

impl<'a> OwnClient<'a> {
    pub(crate) fn find(config: &Config, tenant: &'a TenantConfig) -> Result<Self, OwnClientError> {
        let mut clients = tenant.clients().iter();
        match &config.auth0_client_id {
            None => clients.find_map(Self::of).ok_or(OwnClientError::NoneWithSecret),
            Some(id) => {
                let client = clients.find(|client| client.client_id == *id);
                let client = client.ok_or_else(|| OwnClientError::Unknown(id.clone()))?;
                Self::of(client).ok_or_else(|| OwnClientError::NoSecret(id.clone()))
            }
        }
    }

    /// A client that proves itself with its secret.
    fn of(client: &'a Client) -> Option<Self> {
        let shows_it = matches!(client.auth_method, AuthMethod::ClientSecretPost | AuthMethod::ClientSecretBasic);
        let secret = client.client_secret.as_ref().filter(|secret| !secret.expose_secret().trim().is_empty())?;
        shows_it.then_some(Self { client, secret })
    }

    pub(crate) fn credentials(&self) -> (String, SecretString) {
        (self.client.client_id.clone(), self.secret.clone())
    }

    /// Whether logins as they are configured could end; a logout that could not is a warning, as are limits that would hold for
    /// all users together.
    pub(crate) fn check(&self, tenant: &TenantConfig, auth: &AuthConfig) -> Result<(), OwnClientError> {
        let client_id = &self.client.client_id;
        let is_allowed = |grant: &&str| self.client.grant_types.iter().any(|allowed| allowed == grant);
        if let Some(grant) = grants(auth).find(|grant| !is_allowed(grant)) {
            return Err(OwnClientError::NoGrant { client_id: client_id.clone(), grant });
        }
        let (alg, expected) = (self.client.jwt_alg.map(SigningAlgorithm::name), auth.id_token_alg);
        if let Some(actual) = alg.filter(|alg| *alg != expected.name()) {
            return Err(OwnClientError::OtherAlgorithm { client_id: client_id.clone(), actual, expected });
        }
        let url = auth.callback_url();
        if auth.login_flow == LoginFlow::Redirect && !self.client.is_callback(&url) {
            return Err(OwnClientError::NoCallback { client_id: client_id.clone(), url });
        }
        // The tenant's own API, which older SDKs name, needs no configuration.
        let own_api = format!("{}/userinfo", auth.tenant.origin());
        let asked = auth.audience.as_ref().filter(|audience| **audience != own_api);
        if let Some(audience) = asked.filter(|audience| !tenant.allows_audience(self.client, audience)) {
            return Err(OwnClientError::NoAudience { client_id: client_id.clone(), audience: audience.clone() });
        }
        let url = auth.logged_out_url();
        if !self.client.is_logout_url(&url) {
            tracing::warn!(client_id, "a logout will end at the tenant: the client's allowed_logout_urls lack {url}");
        }
        if !self.client.trusts_ip_header {
            tracing::warn!(
                client_id,
                "all people of this app share one address in the tenant's limits: set the client's \
                 is_token_endpoint_ip_header_trusted to true"
            );
        }
        Ok(())
    }
}

/// The tokens of the app are signed as it wants them, unless its client says otherwise.
pub(crate) fn signed_for(config: &Config, tenant: TenantConfig) -> TenantConfig {
    let Ok(own) = OwnClient::find(config, &tenant) else { return tenant };
    let algorithm = match config.auth0_id_token_alg {
        IdTokenAlg::Rs256 => SigningAlgorithm::Rs256,
        IdTokenAlg::Es256 => SigningAlgorithm::Es256,
    };
    let client_id = own.client.client_id.clone();
    tenant.with_jwt_alg(&client_id, algorithm)
}

/// The app is told of logouts where it listens, unless its client says otherwise: it need not reach itself by its public address.
pub(crate) fn told_of_logouts(config: &Config, tenant: TenantConfig, listens_on: SocketAddr) -> TenantConfig {
    let Ok(own) = OwnClient::find(config, &tenant) else { return tenant };
    let client_id = own.client.client_id.clone();
    let ip = match listens_on.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(ip, listens_on.port());
    tenant.with_backchannel_logout(&client_id, &format!("http://{address}{}", Paths::default().backchannel_logout))
}

/// The grants that the last step of the login needs, and the refresh of its access token.
fn grants(auth: &AuthConfig) -> impl Iterator<Item = &'static str> {
    let is_token_flow = auth.login_flow == LoginFlow::Token;
    let of_login =
        if is_token_flow { "http://auth0.com/oauth/grant-type/passwordless/otp" } else { "authorization_code" };
    let is_refreshed = auth.scope.split_whitespace().any(|scope| scope == "offline_access");
    [of_login].into_iter().chain(is_refreshed.then_some("refresh_token"))
}
