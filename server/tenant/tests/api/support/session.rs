//! The session at the tenant.

use super::{CALLBACK, TestTenant, location};

/// Whether `/authorize` with `prompt=none` gives an authorization code.
pub(crate) async fn is_signed_in(tenant: &TestTenant, cookie: &str) -> bool {
    let parameters = [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("prompt", "none")];
    let request = tenant.get("/authorize").query(&parameters).header("cookie", cookie);
    location(&request.send().await.unwrap()).contains("code=")
}
