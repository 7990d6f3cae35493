//! `GET /passwordless/verify_redirect`: uses a code up, and sends the browser back to the application, signed in.
//!
//! Beside the SDKs' parameters it takes PKCE, which discovery announces as `passwordless_code_challenge_methods_supported`.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, State},
    response::{IntoResponse, Response},
};
use http::HeaderMap;

use crate::{
    http::{
        client_ip::Source,
        params::{Fields, QueryFields},
    },
    oauth::{
        authorization_request::{AuthorizationRequest, AuthorizeError, OauthError, ReturnAddress},
        sso::{self, Arrival},
    },
    otp::{
        browser::Browser,
        challenge::Refusal,
        known_device,
        repeat::RequestHash,
        service::{CodeError, CodeTry},
    },
    phone_number::PhoneNumber,
    state::Tenant,
};

pub(crate) async fn verify_redirect(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    QueryFields(fields): QueryFields,
) -> Result<Response, AuthorizeError> {
    let address = ReturnAddress::parse(&tenant.config, tenant.origin.issuer(), &fields)?;
    sign_in(&tenant, &headers, &fields, &address, Source::browser(peer))
        .await
        .map_err(|error| address.refuse(&error).into())
}

async fn sign_in(
    tenant: &Tenant,
    headers: &HeaderMap,
    fields: &Fields,
    address: &ReturnAddress<'_>,
    source: Source,
) -> Result<Response, OauthError> {
    let request = AuthorizationRequest::parse(tenant, fields, address)?;
    let connection = request.connection(&tenant.config)?;
    let phone_number = required(fields, "phone_number")?;
    let code = required(fields, "verification_code")?;
    let phone_number =
        PhoneNumber::parse(phone_number).ok_or(OauthError::Refused(Refusal::WrongCode { attempts_left: None }))?;
    let browser = &Browser::that_came(tenant, (headers, fields), &connection.name, &phone_number);
    let client = Some(address.client);
    let code_try = CodeTry { client, connection, phone_number: &phone_number, code, source, browser };
    let sign_in = tenant.redeem_code_by(&code_try, as_known_again(&request, &phone_number)).await?;
    let arrival = Arrival::at_a_link(address.client, headers);
    let (session, cookie) = sso::after(tenant, headers, &sign_in, arrival).await?;
    let answer = request.answer(tenant, address.client, &sign_in.user, &session).await?;
    Ok((cookie, known_device::Remembered::of(tenant, headers, &sign_in, arrival), answer).into_response())
}

/// The request as it is known when it comes again. Without a state, which nobody else can guess, it is anyone's.
fn as_known_again(request: &AuthorizationRequest, phone_number: &PhoneNumber) -> Option<RequestHash> {
    request.return_to.state.as_ref().and_then(|_| RequestHash::of(&(request, phone_number.as_str())))
}

fn required<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, OauthError> {
    fields.required(name).map_err(|error| OauthError::InvalidRequest(error.to_string().into()))
}

impl From<CodeError> for OauthError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Refused(refusal) => Self::Refused(refusal),
            CodeError::Store(error) => Self::Store(error),
        }
    }
}
