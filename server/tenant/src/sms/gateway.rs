//! Auth0's custom SMS gateway: a URL of one's own that takes the message as JSON.
//!
//! <https://auth0.com/docs/authenticate/passwordless/authentication-methods/use-sms-gateway-passwordless>

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use url::Url;

use super::{Accepted, SendError, SmsMessage, SmsSender};
use crate::{clock::Clock, error::BuildError};

/// How long Auth0 waits for a gateway.
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a token of ours is good for: one request.
const TOKEN_SECONDS: i64 = 5 * 60;

/// A gateway, and what is sent to it.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Its address.
    pub url: Url,
    /// The value of `sender`.
    pub from: Option<String>,
    /// Whether the address and `User-Agent` of the request are included.
    pub forward_request_info: bool,
    /// How we prove ourselves to it.
    pub authentication: Option<GatewayAuthentication>,
}

/// A bearer token, signed anew for each request (HS256).
#[derive(Clone, Debug)]
pub struct GatewayAuthentication {
    /// The token's `sub`.
    pub subject: Option<String>,
    /// The token's `aud`.
    pub audience: Option<String>,
    /// The secret that signs it.
    pub secret: SecretSlice<u8>,
}

/// Sends by a gateway. Only its HTTP status counts, and nothing is tried again: what it did with a message is not known.
pub(crate) struct Gateway {
    config: GatewayConfig,
    clock: Arc<dyn Clock>,
    http: Client,
}

#[derive(Serialize)]
struct Payload<'a> {
    recipient: &'a str,
    body: &'a str,
    sender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    req: Option<RequestInfo<'a>>,
}

#[derive(Serialize)]
struct RequestInfo<'a> {
    ip: Option<IpAddr>,
    #[serde(rename = "user-agent")]
    user_agent: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    iat: i64,
    exp: i64,
}

impl Gateway {
    /// Prepares the client; no request is made.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up.
    pub(crate) fn new(config: GatewayConfig, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        Self::with_timeout(config, clock, TIMEOUT)
    }

    fn with_timeout(config: GatewayConfig, clock: Arc<dyn Clock>, timeout: Duration) -> Result<Self, BuildError> {
        let http = Client::builder()
            .timeout(timeout)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(BuildError::HttpClient)?;
        Ok(Self { config, clock, http })
    }

    fn payload<'a>(&'a self, message: &'a SmsMessage) -> Payload<'a> {
        let requested_by = &message.requested_by;
        let info = RequestInfo { ip: requested_by.ip, user_agent: requested_by.user_agent.as_deref() };
        Payload {
            recipient: &message.to,
            body: message.body.expose_secret(),
            sender: self.config.from.as_deref(),
            req: self.config.forward_request_info.then_some(info),
        }
    }

    fn token(&self, authentication: &GatewayAuthentication) -> Result<String, SendError> {
        let iat = self.clock.millis().seconds();
        let claims = Claims {
            sub: authentication.subject.as_deref(),
            aud: authentication.audience.as_deref(),
            iat,
            exp: iat + TOKEN_SECONDS,
        };
        let key = EncodingKey::from_secret(authentication.secret.expose_secret());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|_| {
            tracing::error!("no token could be signed for the SMS gateway");
            SendError::GatewayAuthentication
        })
    }
}

#[async_trait]
impl SmsSender for Gateway {
    async fn send(&self, message: &SmsMessage) -> Result<Accepted, SendError> {
        let mut request = self.http.post(self.config.url.clone()).json(&self.payload(message));
        if let Some(authentication) = &self.config.authentication {
            request = request.bearer_auth(self.token(authentication)?);
        }
        let response = request.send().await.map_err(|error| unanswered(&error))?;
        match response.status() {
            status if status.is_success() => Ok(Accepted::default()),
            StatusCode::UNAUTHORIZED => {
                tracing::error!("the SMS gateway does not believe our token: check gateway_authentication");
                Err(SendError::GatewayAuthentication)
            }
            status => Err(SendError::GatewayStatus(status.as_u16())),
        }
    }
}

fn unanswered(error: &reqwest::Error) -> SendError {
    if error.is_connect() {
        SendError::Unreachable
    } else if error.is_timeout() {
        SendError::GatewayTimeout
    } else {
        SendError::BrokenOff
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

    use super::*;
    use crate::{clock::SystemClock, sms::RequestedBy};

    type Failure = Box<dyn std::error::Error>;

    async fn sent(config: impl FnOnce(Url) -> GatewayConfig, status: u16) -> Result<(Value, String, String), Failure> {
        let double = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(status)).expect(1).mount(&double).await;
        let gateway = Gateway::new(config(Url::parse(&double.uri())?), Arc::new(SystemClock))?;
        let requested_by = RequestedBy { ip: Some([192, 0, 2, 1].into()), user_agent: Some("Browser".to_owned()) };
        let message = SmsMessage {
            to: "+14155552671".to_owned(),
            body: "Hello".into(),
            validity: Duration::from_mins(3),
            requested_by,
        };
        let result = gateway.send(&message).await.map_or_else(|error| error.to_string(), |_| "sent".to_owned());
        let requests = double.received_requests().await.unwrap_or_default();
        let request = requests.first().ok_or("no request")?;
        let authorization = request.headers.get("authorization").map(|value| value.to_str().map(str::to_owned));
        Ok((request.body_json()?, authorization.transpose()?.unwrap_or_default(), result))
    }

    fn plain(url: Url) -> GatewayConfig {
        GatewayConfig { url, from: Some("Acme".to_owned()), forward_request_info: false, authentication: None }
    }

    #[tokio::test]
    async fn the_request_is_as_documented() -> Result<(), Failure> {
        let (body, authorization, result) = sent(plain, 200).await?;
        assert_eq!(body, json!({"recipient": "+14155552671", "body": "Hello", "sender": "Acme"}));
        assert_eq!((authorization.as_str(), result.as_str()), ("", "sent"));

        let (body, ..) = sent(|url| GatewayConfig { forward_request_info: true, ..plain(url) }, 200).await?;
        assert_eq!(body["req"], json!({"ip": "192.0.2.1", "user-agent": "Browser"}));
        Ok(())
    }

    #[tokio::test]
    async fn the_token_is_signed_for_the_gateway() -> Result<(), Failure> {
        let authentication = GatewayAuthentication {
            subject: Some("urn:Auth0".to_owned()),
            audience: Some("urn:MySmsGateway".to_owned()),
            secret: b"a shared secret".to_vec().into(),
        };
        let config = |url| GatewayConfig { authentication: Some(authentication), ..plain(url) };
        let (_, authorization, _) = sent(config, 200).await?;
        let token = authorization.strip_prefix("Bearer ").ok_or("no bearer token")?;
        let mut validation = jsonwebtoken::Validation::new(Algorithm::HS256);
        validation.set_audience(&["urn:MySmsGateway"]);
        let key = jsonwebtoken::DecodingKey::from_secret(b"a shared secret");
        let claims: Value = jsonwebtoken::decode(token, &key, &validation)?.claims;
        assert_eq!(claims["sub"], "urn:Auth0");
        Ok(())
    }

    #[tokio::test]
    async fn only_the_status_counts() -> Result<(), Failure> {
        for (status, expected) in [
            (204, "sent"),
            (401, "Authentication failed while calling the SMS gateway: 401"),
            (403, "Unexpected response while calling the SMS gateway: 403"),
            (500, "Unexpected response while calling the SMS gateway: 500"),
        ] {
            assert_eq!(sent(plain, status).await?.2, expected);
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_gateway_that_hangs_is_given_up_on() -> Result<(), Failure> {
        let double = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
        Mock::given(any()).respond_with(answer).mount(&double).await;
        let config = plain(Url::parse(&double.uri())?);
        let gateway = Gateway::with_timeout(config, Arc::new(SystemClock), Duration::from_millis(50))?;
        let message = SmsMessage {
            to: "+14155552671".to_owned(),
            body: "Hello".into(),
            validity: Duration::from_mins(3),
            requested_by: RequestedBy::default(),
        };
        assert!(matches!(gateway.send(&message).await, Err(SendError::GatewayTimeout)));
        Ok(())
    }
}
