//! Discovery documents and the JWKS.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{JwkSet, ThumbprintHash},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TenantOptions, TestTenant};

#[rstest]
#[case::openid("/.well-known/openid-configuration")]
#[case::oauth("/.well-known/oauth-authorization-server")]
#[tokio::test]
async fn discovery_lists_only_existing_endpoints(#[case] path: &str) {
    let tenant = TestTenant::start().await;
    let metadata: Value = tenant.get(path).send().await.unwrap().json().await.unwrap();
    assert_eq!(metadata["issuer"], format!("{}/", tenant.origin));
    assert_eq!(metadata["response_modes_supported"], json!(["query", "fragment", "form_post", "web_message"]));
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["RS256"]));
    assert_eq!(metadata["passwordless_code_challenge_methods_supported"], json!(["S256"]));
    for (name, value) in metadata.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let status = tenant.http.get(value.as_str().unwrap()).send().await.unwrap().status();
            assert_ne!(status, 404, "{name}");
        }
    }
}

#[rstest]
#[case::rsa("RS256", Algorithm::RS256, json!({ "kty": "RSA", "use": "sig", "alg": "RS256" }))]
#[case::elliptic_curve("ES256", Algorithm::ES256, json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256" }))]
#[tokio::test]
async fn id_token_verifies_with_published_jwks(
    #[case] jwt_alg: &'static str,
    #[case] algorithm: Algorithm,
    #[case] members: Value,
) {
    let tenant = TestTenant::with(TenantOptions { jwt_alg, ..TenantOptions::default() }).await;
    let response = tenant.get("/.well-known/jwks.json").send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "public, max-age=300");
    let document: Value = response.json().await.unwrap();
    // Some SDKs read no other key than RSA: without a client that has ES256, none is published.
    let has_ec = document["keys"].as_array().unwrap().iter().any(|key| key["kty"] == "EC");
    assert_eq!(has_ec, algorithm == Algorithm::ES256);
    let metadata: Value = tenant.get("/.well-known/openid-configuration").send().await.unwrap().json().await.unwrap();
    let algorithms = if has_ec { json!(["RS256", "ES256"]) } else { json!(["RS256"]) };
    assert_eq!(metadata["id_token_signing_alg_values_supported"], algorithms);
    let keys: JwkSet = serde_json::from_value(document.clone()).unwrap();
    let code = tenant.code().await;
    let body: Value = tenant.redeem(&code).await.json().await.unwrap();
    let token = body["id_token"].as_str().unwrap();
    let header = decode_header(token).unwrap();
    assert_eq!(header.alg, algorithm);
    let kid = header.kid.unwrap();
    let published = document["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid.as_str()).unwrap();
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(published[name], *value, "{name}");
    }
    let jwk = keys.find(&kid).unwrap();
    assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), kid, "RFC 7638");
    let key = DecodingKey::from_jwk(jwk).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&["web"]);
    validation.set_issuer(&[format!("{}/", tenant.origin)]);
    decode::<Value>(token, &key, &validation).unwrap();
}
