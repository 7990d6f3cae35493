//! Metadata of the issuer, OpenID Connect Discovery section 3 and RFC 8414.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    config::{CODE_GRANT, IMPLICIT_GRANT, OTP_GRANT, REFRESH_GRANT, TenantConfig},
    keys::signing_algorithm::SigningAlgorithm,
    oauth::{
        authorization_response::{RESPONSE_MODES, RESPONSE_TYPES},
        client_assertion::ALGORITHMS,
        scope,
    },
    origin::Origin,
};

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
///
/// `passwordless_code_challenge_methods_supported` is not Auth0's: here `/passwordless/verify_redirect` takes PKCE.
pub(crate) async fn get(State(origin): State<Origin>, State(config): State<Arc<TenantConfig>>) -> Json<Value> {
    let algorithms: Vec<_> = config.signing_algorithms().map(SigningAlgorithm::name).collect();
    Json(json!({
        "issuer": origin.issuer(),
        "authorization_endpoint": origin.at("/authorize"),
        "token_endpoint": origin.at("/oauth/token"),
        "revocation_endpoint": origin.at("/oauth/revoke"),
        "end_session_endpoint": origin.at("/oidc/logout"),
        "userinfo_endpoint": origin.at("/userinfo"),
        "jwks_uri": origin.at("/.well-known/jwks.json"),
        "scopes_supported": scope::SUPPORTED,
        "response_types_supported": RESPONSE_TYPES,
        "response_modes_supported": RESPONSE_MODES,
        "grant_types_supported": [CODE_GRANT, IMPLICIT_GRANT, OTP_GRANT, REFRESH_GRANT],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "passwordless_code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login"],
        "claims_supported": [
            "aud", "auth_time", "exp", "iat", "iss", "name", "nickname", "phone_number", "phone_number_verified",
            "sid", "sub", "updated_at"
        ],
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    }))
}
