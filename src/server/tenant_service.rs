//! A tenant in the same program, which is called without the network.

use super::tenant_error::TenantError;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
};
use http::{
    Request, Uri,
    header::{HOST, HeaderValue},
};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::time::timeout;
use tower::ServiceExt;

/// The tenant's router, where it is in this program: [`AuthConfig::tenant_service`](super::AuthConfig::tenant_service).
///
/// It is asked what it would be asked over HTTP, as if from this machine: each request has `ConnectInfo<SocketAddr>` with
/// `127.0.0.1`.
#[derive(Clone)]
pub struct TenantService(Router);

impl From<Router> for TenantService {
    fn from(router: Router) -> Self {
        Self(router)
    }
}

impl fmt::Debug for TenantService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TenantService(…)")
    }
}

impl TenantService {
    /// The response, with a body of no more than so many bytes.
    pub(super) async fn answer(
        &self,
        request: reqwest::Request,
        within: Duration,
        max_body: usize,
    ) -> Result<reqwest::Response, TenantError> {
        let request = as_received(request.try_into()?);
        let answer = async {
            let Ok(response) = self.0.clone().oneshot(request).await;
            let (head, body) = response.into_parts();
            let body = to_bytes(body, max_body).await.map_err(|_| TenantError::Unintelligible(head.status))?;
            Ok(http::Response::from_parts(head, body).into())
        };
        timeout(within, answer).await.map_err(|_| TenantError::TimedOut)?
    }
}

/// A request as a server has it: the origin is in a header, and not in the URL.
fn as_received(request: Request<reqwest::Body>) -> Request<Body> {
    let (mut head, body) = request.into_parts();
    if let Some(host) = head.uri.authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok()) {
        head.headers.insert(HOST, host);
    }
    head.uri = head.uri.into_parts().path_and_query.map_or_else(Uri::default, Uri::from);
    head.extensions.insert(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
    Request::from_parts(head, Body::new(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{extract::Request, routing::post};
    use http::StatusCode;

    const MAX_BODY: usize = 64;

    fn service() -> TenantService {
        let told = async |ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request| {
            let host = request.headers()[HOST].to_str().unwrap_or_default().to_owned();
            let uri = request.uri().to_string();
            let body = to_bytes(request.into_body(), MAX_BODY).await.unwrap_or_default();
            format!("{host} {uri} {} {}", peer.ip(), String::from_utf8_lossy(&body))
        };
        let router = Router::new()
            .route("/told", post(told))
            .route("/long", post("x".repeat(MAX_BODY + 1)))
            .route("/never", post(async || std::future::pending::<()>().await));
        router.into()
    }

    async fn answer(path: &str, within: Duration) -> Result<(StatusCode, String), TenantError> {
        let request = reqwest::Client::new().post(format!("http://tenant.example:3001{path}")).body("body").build()?;
        let response = service().answer(request, within, MAX_BODY).await?;
        Ok((response.status(), response.text().await?))
    }

    #[tokio::test]
    async fn requests_and_responses_are_those_of_http() -> Result<(), TenantError> {
        let told = "tenant.example:3001 /told?a=1 127.0.0.1 body".to_owned();
        assert_eq!(answer("/told?a=1", Duration::MAX).await?, (StatusCode::OK, told));
        assert_eq!(answer("/other", Duration::MAX).await?.0, StatusCode::NOT_FOUND);
        Ok(())
    }

    #[tokio::test]
    async fn neither_time_nor_size_of_a_response_is_endless() {
        assert!(matches!(answer("/never", Duration::ZERO).await, Err(TenantError::TimedOut)));
        assert!(matches!(answer("/long", Duration::MAX).await, Err(TenantError::Unintelligible(StatusCode::OK))));
    }
}
