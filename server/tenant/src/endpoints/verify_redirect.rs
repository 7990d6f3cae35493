//! `GET /passwordless/verify_redirect`: uses a code up, and sends the browser back to the application, signed in.
//!
//! Besides the SDKs' parameters it takes PKCE, which discovery announces as `passwordless_code_challenge_methods_supported`.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, State},
    response::{IntoResponse, Response},
};
use http::HeaderMap;

use crate::{
    config::TenantConfig,
    http::{
        client_ip::RequestSource,
        params::{Params, QueryParams},
    },
    oauth::{
        arrival::Arrival,
        authorization_request::{AuthorizationRequest, AuthorizeError, OauthError, ReturnAddress},
        authorizer::Authorizer,
        sso::SsoSessions,
    },
    origin::Origin,
    otp::{
        challenge::Refusal,
        known_device::KnownDevices,
        repeat::RequestHash,
        request::{CodeAttempt, CodeError},
        service::OtpService,
    },
    phone_number::PhoneNumber,
    state::AppState,
};

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    config: State<Arc<TenantConfig>>,
    origin: State<Origin>,
    otp: State<OtpService>,
    devices: State<KnownDevices>,
    sessions: State<SsoSessions>,
    authorizer: State<Authorizer>,
}

pub(crate) async fn get(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    QueryParams(params): QueryParams,
) -> Result<Response, AuthorizeError> {
    let address = ReturnAddress::parse(&services.config, &services.origin, &params)?;
    services
        .sign_in(&headers, &params, &address, RequestSource::browser(peer))
        .await
        .map_err(|error| address.refuse(&error).into())
}

impl Services {
    async fn sign_in(
        &self,
        headers: &HeaderMap,
        params: &Params,
        address: &ReturnAddress<'_>,
        source: RequestSource,
    ) -> Result<Response, OauthError> {
        let request = AuthorizationRequest::parse(&self.config, &self.origin, params, address)?;
        let connection = request.connection(&self.config)?;
        let phone_number = required(params, "phone_number")?;
        let code = required(params, "verification_code")?;
        let phone_number =
            &PhoneNumber::parse(phone_number).ok_or(OauthError::Refused(Refusal::WrongCode { attempts_left: None }))?;
        let browser = &self.devices.browser_of_request((headers, params), &connection.name, phone_number);
        let client = Some(address.client);
        let attempt = CodeAttempt { client, connection, phone_number, code, source, browser };
        let sign_in = self.otp.redeem_code_repeatably(&attempt, request_hash(&request, phone_number)).await?;
        let arrival = Arrival::of(address.client, headers);
        let (session, session_cookie) = self.sessions.after_sign_in(headers, &sign_in, arrival).await?;
        let device_cookie = self.devices.remember(headers, &sign_in, arrival);
        let response = self.authorizer.respond(&request, address.client, &sign_in.user, &session).await?;
        Ok((session_cookie, device_cookie, response).into_response())
    }
}

/// Recognises the request when it is repeated. Without a state, which nobody else can guess, it could be anyone's.
fn request_hash(request: &AuthorizationRequest, phone_number: &PhoneNumber) -> Option<RequestHash> {
    request.return_to.state.as_ref().and_then(|_| RequestHash::of(&(request, phone_number.as_str())))
}

fn required<'a>(params: &'a Params, name: &'static str) -> Result<&'a str, OauthError> {
    params.required(name).map_err(|error| OauthError::InvalidRequest(error.to_string().into()))
}

impl From<CodeError> for OauthError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Refused(refusal) => Self::Refused(refusal),
            CodeError::Store(error) => Self::Store(error),
        }
    }
}
