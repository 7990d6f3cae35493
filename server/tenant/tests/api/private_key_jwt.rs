//! Client authentication with `private_key_jwt`.

use rstest::rstest;
use std::sync::Arc;

use passwordless_tenant::Clock;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{OTP_GRANT, PHONE, TestTenant, assert_error, client_assertion::sign, client_assertion::sign_with};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn good_claims(tenant: &TestTenant, jti: &str) -> Value {
    let now = tenant.clock.now().unix_timestamp();
    json!({
        "iss": "signer", "sub": "signer", "aud": format!("{}/", tenant.origin),
        "iat": now, "exp": now + 120, "jti": jti,
    })
}

async fn start(tenant: &TestTenant, assertion: &str, changes: &Value) -> Response {
    let mut body = json!({
        "client_id": "signer", "client_assertion": assertion, "client_assertion_type": TYPE,
        "connection": "sms", "phone_number": PHONE,
    });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    tenant.post("/passwordless/start", &body).send().await.unwrap()
}

#[rstest]
#[tokio::test]
async fn client_assertion_is_accepted_with_each_registered_algorithm(#[values("RS256", "RS384", "PS256")] alg: &str) {
    let tenant = TestTenant::start().await;
    let assertion = sign(alg, &good_claims(&tenant, "start"));
    assert_eq!(start(&tenant, &assertion, &json!({})).await.status(), 200);
    let otp = tenant.newest_code().await;
    let request = json!({
        "grant_type": OTP_GRANT, "username": PHONE, "otp": otp, "realm": "sms", "scope": "openid",
        "client_assertion": sign(alg, &good_claims(&tenant, "token")), "client_assertion_type": TYPE,
    });
    let response = tenant.post("/oauth/token", &request).send().await.unwrap();
    assert_eq!(response.status(), 200, "client_id is optional");
}

/// The time at which a tenant starts.
const NOW: i64 = 1_800_000_000;

#[rstest]
#[case::issuer(|_: &TestTenant| json!({"iss": "web"}))]
#[case::subject(|_: &TestTenant| json!({"sub": "web"}))]
#[case::audience(|_: &TestTenant| json!({"aud": "https://other.example/"}))]
#[case::audience_token_endpoint(|tenant: &TestTenant| json!({"aud": tenant.url("/oauth/token")}))]
#[case::second_audience(|tenant: &TestTenant| json!({"aud": [tenant.url("/"), "https://other.example/"]}))]
#[case::expired(|_: &TestTenant| json!({"exp": NOW}))]
#[case::expires_too_late(|_: &TestTenant| json!({"exp": NOW + 3601}))]
#[case::expiry_missing(|_: &TestTenant| json!({"exp": null}))]
#[case::jti_missing(|_: &TestTenant| json!({"jti": null}))]
#[case::not_yet_valid(|_: &TestTenant| json!({"nbf": NOW + 61}))]
#[tokio::test]
async fn client_assertion_with_wrong_claim_is_refused(#[case] changes: fn(&TestTenant) -> Value) {
    let tenant = TestTenant::start().await;
    assert_eq!(tenant.clock.now().unix_timestamp(), NOW);
    let mut claims = good_claims(&tenant, "1");
    claims.as_object_mut().unwrap().extend(changes(&tenant).as_object().unwrap().clone());
    let response = start(&tenant, &sign("RS256", &claims), &json!({})).await;
    assert_error(response, 401, "invalid_client", "Unauthorized").await;
}

/// A valid assertion without its signature.
fn unsigned(tenant: &TestTenant) -> String {
    let good = sign("RS256", &good_claims(tenant, "good"));
    good.rsplit_once('.').unwrap().0.to_owned()
}

fn with_critical_header(tenant: &TestTenant) -> String {
    let header = json!({"alg": "RS256", "crit": ["b64"], "b64": true});
    sign_with(&header, &good_claims(tenant, "critical"))
}

#[rstest]
#[case::not_a_jwt(|_: &TestTenant| "x".to_owned())]
#[case::not_base64(|_: &TestTenant| "a.b.c".to_owned())]
#[case::without_signature(unsigned)]
#[case::empty_signature(|tenant: &TestTenant| format!("{}.", unsigned(tenant)))]
#[case::algorithm_none(|tenant: &TestTenant| sign("none", &good_claims(tenant, "none")))]
#[case::algorithm_not_registered(|tenant: &TestTenant| sign("RS512", &good_claims(tenant, "rs512")))]
#[case::critical_header(with_critical_header)]
#[tokio::test]
async fn malformed_client_assertion_is_refused(#[case] assertion: fn(&TestTenant) -> String) {
    let tenant = TestTenant::start().await;
    let response = start(&tenant, &assertion(&tenant), &json!({})).await;
    assert_error(response, 401, "invalid_client", "Unauthorized").await;
}

#[rstest]
#[tokio::test]
async fn client_assertion_of_another_client_is_refused(#[values("web", "who", "public")] client_id: &str) {
    let tenant = TestTenant::start().await;
    let good = sign("RS256", &good_claims(&tenant, "good"));
    let response = start(&tenant, &good, &json!({"client_id": client_id})).await;
    assert_error(response, 401, "invalid_client", "Unauthorized").await;
    assert_eq!(start(&tenant, &good, &json!({})).await.status(), 200, "the refusal does not use the assertion up");
}

#[tokio::test]
async fn client_assertion_type_must_be_jwt_bearer() {
    let tenant = TestTenant::start().await;
    let good = sign("RS256", &good_claims(&tenant, "good"));
    let description = format!("client_assertion_type must be {TYPE}");
    let response = start(&tenant, &good, &json!({"client_assertion_type": "x"})).await;
    assert_error(response, 400, "invalid_request", &description).await;
    assert_eq!(start(&tenant, &good, &json!({})).await.status(), 200, "the refusal does not use the assertion up");
}

#[tokio::test]
async fn client_assertion_audience_may_be_an_array() {
    let tenant = TestTenant::start().await;
    let mut claims = good_claims(&tenant, "listed");
    claims["aud"] = json!([claims["aud"]]);
    assert_eq!(start(&tenant, &sign("RS256", &claims), &json!({})).await.status(), 200);
}

#[rstest]
#[case::empty("")]
#[case::any("x")]
#[tokio::test]
async fn client_with_key_cannot_use_a_secret(#[case] secret: &str) {
    let tenant = TestTenant::start().await;
    let request = json!({
        "grant_type": OTP_GRANT, "username": PHONE, "otp": "123456", "realm": "sms", "client_id": "signer",
        "client_secret": secret,
    });
    let response = tenant.post("/oauth/token", &request).send().await.unwrap();
    assert_error(response, 401, "invalid_client", "Unauthorized").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn client_assertion_is_accepted_once() {
    let tenant = Arc::new(TestTenant::start().await);
    let assertion = sign("RS256", &good_claims(&tenant, "once"));
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (tenant, assertion) = (Arc::clone(&tenant), assertion.clone());
        tasks.spawn(async move { start(&tenant, &assertion, &json!({})).await.status().as_u16() });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 19, "{statuses:?}");
}
