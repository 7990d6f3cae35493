//! `POST /co/authenticate`: a page of an application submits a code, and gets a ticket for `/authorize`.
//!
//! <https://auth0.com/docs/authenticate/login/cross-origin-authentication>

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension, Json,
    extract::{ConnectInfo, FromRequestParts, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use crate::{
    config::{Client, Connection, OTP_GRANT, TenantConfig},
    entropy::{self, Entropy},
    http::{
        api_error::{ApiError, ErrorName},
        client_ip::RequestSource,
        cookies::SetCookies,
        cross_origin_error::CrossOriginError,
        params::{BodyParams, Params},
    },
    oauth::login_tickets::LoginTickets,
    otp::{
        browser::Browser,
        challenge::Refusal,
        request::{CodeAttempt, CodeError},
        service::OtpService,
    },
    phone_number::PhoneNumber,
    state::AppState,
    store::User,
};

/// The only properties of the body, all of them required.
const PROPERTIES: [&str; 5] = ["client_id", "credential_type", "username", "otp", "realm"];

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    config: State<Arc<TenantConfig>>,
    otp: State<OtpService>,
    tickets: State<LoginTickets>,
    entropy: State<Arc<dyn Entropy>>,
}

pub(crate) async fn post(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, ApiError> {
    let Services { config, otp, tickets, entropy } = services;
    let credentials = Credentials::parse(&config, &params)?;
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin.ok_or(CrossOriginError::NotAllowed)?;
    if !credentials.client.origins().any(|allowed| allowed == origin) {
        let text = format!("Origin {origin} is not allowed.");
        return Ok((StatusCode::FORBIDDEN, Extension(ErrorName("origin_not_allowed")), text).into_response());
    }
    let user = credentials.redeem(&otp, RequestSource::browser(peer)).await?;
    let (ticket, cookie) = tickets.issue(credentials.client, user).await?;
    let body = json!({
        "login_ticket": ticket,
        "co_verifier": entropy::token(&**entropy),
        "co_id": entropy::object_id(&**entropy),
    });
    Ok((SetCookies(vec![cookie]), Json(body)).into_response())
}

/// A number and a code, for a client's connection.
struct Credentials<'a> {
    client: &'a Client,
    connection: &'a Connection,
    username: &'a str,
    otp: &'a str,
}

impl<'a> Credentials<'a> {
    fn parse(config: &'a TenantConfig, params: &'a Params) -> Result<Self, CrossOriginError> {
        let text = |name| params.optional(name).ok_or(CrossOriginError::Body);
        if text("credential_type")? != OTP_GRANT {
            return Err(CrossOriginError::CredentialType);
        }
        if !params.names().all(|name| PROPERTIES.contains(&name)) {
            return Err(CrossOriginError::Body);
        }
        let (client_id, username, otp, realm) = (text("client_id")?, text("username")?, text("otp")?, text("realm")?);
        let client = config
            .client(client_id)
            .filter(|client| client.cross_origin_authentication && client.allows(OTP_GRANT))
            .ok_or(CrossOriginError::NotAllowed)?;
        let connection = config.connection_for(client, realm);
        let connection = connection.ok_or_else(|| CrossOriginError::Realm(realm.to_owned()))?;
        Ok(Self { client, connection, username, otp })
    }

    async fn redeem(&self, otp: &OtpService, source: RequestSource) -> Result<User, ApiError> {
        let unknown = CrossOriginError::Code(Refusal::WrongCode { attempts_left: None });
        let phone_number = &PhoneNumber::parse(self.username).ok_or(unknown)?;
        let (client, connection) = (Some(self.client), self.connection);
        let browser = &Browser::default();
        let attempt = CodeAttempt { client, connection, phone_number, code: self.otp, source, browser };
        otp.redeem_code(&attempt).await.map_err(|error| match error {
            CodeError::Refused(refusal) => CrossOriginError::from(refusal).into(),
            CodeError::Store(error) => error.into(),
        })
    }
}
