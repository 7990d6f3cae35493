//! Discovery documents and the JWKS.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::TestTenant;

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
    assert_eq!(metadata["passwordless_code_challenge_methods_supported"], json!(["S256"]));
    for (name, value) in metadata.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let status = tenant.http.get(value.as_str().unwrap()).send().await.unwrap().status();
            assert_ne!(status, 404, "{name}");
        }
    }
}

#[tokio::test]
async fn id_token_verifies_with_published_jwks() {
    let tenant = TestTenant::start().await;
    let response = tenant.get("/.well-known/jwks.json").send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "public, max-age=300");
    let keys: JwkSet = response.json().await.unwrap();
    let code = tenant.code().await;
    let body: Value = tenant.redeem(&code).await.json().await.unwrap();
    let token = body["id_token"].as_str().unwrap();
    let kid = decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["web"]);
    validation.set_issuer(&[format!("{}/", tenant.origin)]);
    decode::<Value>(token, &key, &validation).unwrap();
}
