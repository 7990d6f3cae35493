//! `POST /co/authenticate`: a page of an application shows a code, and gets a ticket to take to `/authorize`.
//!
//! <https://auth0.com/docs/authenticate/login/cross-origin-authentication>

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use crate::{
    config::{Client, Connection, OTP_GRANT},
    entropy,
    error::StoreError,
    http::cross_origin_error::CrossOriginError,
    http::{
        api_error::{ApiError, ErrorName},
        client_ip::Source,
        cookies::{self, Cookie},
        params::{BodyFields, Fields},
    },
    oauth::sso::Arrival,
    otp::{
        browser::Browser,
        challenge::Refusal,
        service::{CodeError, CodeTry},
    },
    phone_number::PhoneNumber,
    state::Tenant,
    store::{LoginTicket, User},
};

/// All and only what the body holds.
const PROPERTIES: [&str; 5] = ["client_id", "credential_type", "username", "otp", "realm"];

/// The page goes to `/authorize` at once.
const TICKET_SECONDS: i64 = 60;

pub(crate) async fn authenticate(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, ApiError> {
    let attempt = Attempt::parse(&tenant, &fields)?;
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin.ok_or(CrossOriginError::NotAllowed)?;
    if !attempt.client.origins().any(|allowed| allowed == origin) {
        let text = format!("Origin {origin} is not allowed.");
        return Ok((StatusCode::FORBIDDEN, axum::Extension(ErrorName("origin_not_allowed")), text).into_response());
    }
    let user = attempt.redeem(&tenant, Source::browser(peer)).await?;
    let ticket = entropy::token(&*tenant.entropy);
    let cookie = entropy::token(&*tenant.entropy);
    let now = tenant.now();
    let set_cookie = the_cookie(&tenant).set_for_other_sites(&cookie, TICKET_SECONDS);
    let about = LoginTicket {
        client_id: attempt.client.client_id.clone(),
        user_id: user.id,
        cookie,
        expires_at: now.plus_seconds(TICKET_SECONDS),
    };
    tenant.store.put_login_ticket(&ticket, &about).await?;
    let body = json!({
        "login_ticket": ticket,
        "co_verifier": entropy::token(&*tenant.entropy),
        "co_id": entropy::object_id(&*tenant.entropy),
    });
    Ok(([(header::SET_COOKIE, set_cookie)], Json(body)).into_response())
}

/// Someone tries a code on an application's own page.
struct Attempt<'a> {
    client: &'a Client,
    connection: &'a Connection,
    username: &'a str,
    otp: &'a str,
}

impl<'a> Attempt<'a> {
    fn parse(tenant: &'a Tenant, fields: &'a Fields) -> Result<Self, CrossOriginError> {
        let text = |name| fields.param(name).ok().flatten().ok_or(CrossOriginError::Body);
        if text("credential_type")? != OTP_GRANT {
            return Err(CrossOriginError::CredentialType);
        }
        if !fields.names().all(|name| PROPERTIES.contains(&name)) {
            return Err(CrossOriginError::Body);
        }
        let (client_id, username, otp, realm) = (text("client_id")?, text("username")?, text("otp")?, text("realm")?);
        let client = tenant
            .config
            .client(client_id)
            .filter(|client| client.cross_origin_authentication && client.allows(OTP_GRANT))
            .ok_or(CrossOriginError::NotAllowed)?;
        let connection = tenant
            .config
            .connection(realm)
            .filter(|connection| connection.is_enabled_for(client))
            .ok_or_else(|| CrossOriginError::Realm(realm.to_owned()))?;
        Ok(Self { client, connection, username, otp })
    }

    async fn redeem(&self, tenant: &Tenant, source: Source) -> Result<User, ApiError> {
        let unknown = CrossOriginError::Code(Refusal::WrongCode { attempts_left: None });
        let phone_number = PhoneNumber::parse(self.username).ok_or(unknown)?;
        let (client, connection) = (Some(self.client), self.connection);
        let browser = &Browser::default();
        let code_try = CodeTry { client, connection, phone_number: &phone_number, code: self.otp, source, browser };
        tenant.redeem_code(&code_try).await.map_err(|error| match error {
            CodeError::Refused(refusal) => CrossOriginError::from(refusal).into(),
            CodeError::Store(error) => error.into(),
        })
    }
}

/// Whom the ticket lets in, once, and how the browser came. Where it brings a cookie of `/co/authenticate`, that must be
/// the ticket's; browsers that keep no cookies from other sites' requests bring none, and can have been sent by anyone.
pub(crate) async fn redeem_ticket(
    tenant: &Tenant,
    headers: &HeaderMap,
    client: &Client,
    ticket: &str,
) -> Result<Option<(User, Arrival)>, StoreError> {
    let taken = tenant.store.take_login_ticket(ticket, &client.client_id, tenant.now()).await?;
    let Some(taken) = taken else { return Ok(None) };
    let cookie = cookies::read(headers, &the_cookie(tenant).full_name());
    let arrival = match cookie {
        Some(cookie) if taken.came_with(&cookie) => Arrival::ByPage,
        Some(_) => return Ok(None),
        None => Arrival::at_a_link(client, headers),
    };
    Ok(tenant.store.user(&taken.user_id).await?.map(|user| (user, arrival)))
}

fn the_cookie(tenant: &Tenant) -> Cookie<'static> {
    Cookie { name: "tenant_co", secure: tenant.origin.is_https() }
}
