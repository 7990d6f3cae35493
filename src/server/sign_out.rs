//! Ends sessions: `POST /logout`.

use super::request_context::Request;
use crate::outcome::ApiError;

pub(crate) async fn sign_out() -> Result<String, ApiError> {
    let request = Request::current()?;
    request.session.flush().await?;
    let url = String::from(request.auth.tenant().logout_url());
    request.on_to(&url);
    Ok(url)
}
