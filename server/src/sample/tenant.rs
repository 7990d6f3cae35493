//! The sample's own calls to the tenant, with the client's secret.

use leptos_passwordless::server::{AuthConfig, ExposeSecret, SecretString};
use reqwest::{Client, RequestBuilder, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use std::time::Duration;
use thiserror::Error;
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(10);
const SCOPE: &str = "openid profile phone";

/// The embedded tenant as the sample sees it.
#[derive(Debug)]
pub(super) struct Tenant {
    http: Client,
    origin: String,
    client_id: String,
    client_secret: SecretString,
    callback: String,
}

/// Who has logged in.
#[derive(Debug, Deserialize)]
pub(super) struct SampleUser {
    pub(super) sub: String,
    pub(super) name: Option<String>,
    pub(super) phone_number: Option<String>,
}

/// The code was not exchanged.
#[derive(Debug, Error)]
pub(super) enum ExchangeError {
    /// The tenant's sentence.
    #[error("{0}")]
    Refused(String),
    #[error("The tenant cannot be reached. Please try again.")]
    Unreachable(#[from] reqwest::Error),
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
}

#[derive(Deserialize)]
struct Fault {
    error: String,
    error_description: Option<String>,
}

impl Tenant {
    pub(super) fn new(config: &AuthConfig) -> Option<Self> {
        // A tenant on this machine is behind no proxy, whatever the environment configures.
        let http = Client::builder().no_proxy().timeout(TIMEOUT).redirect(Policy::none()).build().ok()?;
        Some(Self {
            http,
            origin: config.tenant.origin().to_owned(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            callback: callback_url(&config.app_base_url),
        })
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn callback(&self) -> &str {
        &self.callback
    }

    /// Where the link of the first column leads without its script.
    pub(super) fn authorize_url(&self, state: &str) -> String {
        let parameters = [
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", &self.callback),
            ("response_type", "code"),
            ("scope", SCOPE),
            ("connection", "sms"),
            ("state", state),
        ];
        let url = Url::parse_with_params(&format!("{}/authorize", self.origin), parameters);
        url.map(String::from).unwrap_or_default()
    }

    /// Exchanges a code, and asks who it is.
    pub(super) async fn user_of(&self, code: &str) -> Result<SampleUser, ExchangeError> {
        let body = json!({
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "client_secret": self.client_secret.expose_secret(),
            "code": code,
            "redirect_uri": self.callback,
        });
        let tokens: Tokens = read(self.http.post(format!("{}/oauth/token", self.origin)).json(&body)).await?;
        read(self.http.get(format!("{}/userinfo", self.origin)).bearer_auth(tokens.access_token)).await
    }
}

/// The callback of the sample in an app at this address.
pub(crate) fn callback_url(app_base_url: &Url) -> String {
    let mut url = app_base_url.clone();
    url.set_path(super::CALLBACK);
    url.into()
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ExchangeError> {
    let response = request.send().await?;
    if response.status().is_success() {
        return Ok(response.json().await?);
    }
    let fault: Fault = response.json().await?;
    Err(ExchangeError::Refused(fault.error_description.unwrap_or(fault.error)))
}
