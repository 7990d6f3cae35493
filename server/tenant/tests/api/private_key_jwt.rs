//! Clients that prove themselves with a token that they signed.

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

async fn start(tenant: &TestTenant, assertion: &str, more: &Value) -> Response {
    let mut body = json!({
        "client_id": "signer", "client_assertion": assertion, "client_assertion_type": TYPE,
        "connection": "sms", "phone_number": PHONE,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    tenant.post("/passwordless/start", &body).send().await.unwrap()
}

#[tokio::test]
async fn client_assertion_is_accepted_with_each_registered_algorithm() {
    let tenant = TestTenant::start().await;
    for alg in ["RS256", "RS384", "PS256"] {
        let assertion = sign(alg, &good_claims(&tenant, alg));
        assert_eq!(start(&tenant, &assertion, &json!({})).await.status(), 200, "{alg}");
        let otp = tenant.newest_code().await;
        let request = json!({
            "grant_type": OTP_GRANT, "username": PHONE, "otp": otp, "realm": "sms", "scope": "openid",
            "client_assertion": sign(alg, &good_claims(&tenant, &format!("{alg}-token"))), "client_assertion_type": TYPE,
        });
        let response = tenant.post("/oauth/token", &request).send().await.unwrap();
        assert_eq!(response.status(), 200, "without a client_id too: {alg}");
    }
}

#[tokio::test]
async fn invalid_client_assertion_is_refused() {
    let tenant = TestTenant::start().await;
    let now = tenant.clock.now().unix_timestamp();
    for (n, more) in [
        json!({"iss": "web"}),
        json!({"sub": "web"}),
        json!({"aud": "https://other.example/"}),
        json!({"aud": tenant.url("/oauth/token")}),
        json!({"aud": [tenant.url("/"), "https://other.example/"]}),
        json!({"exp": now}),
        json!({"exp": now + 3601}),
        json!({"exp": null}),
        json!({"jti": null}),
        json!({"nbf": now + 61}),
    ]
    .iter()
    .enumerate()
    {
        let mut claims = good_claims(&tenant, &n.to_string());
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let response = start(&tenant, &sign("RS256", &claims), &json!({})).await;
        assert_eq!(response.status(), 401, "{more}");
        assert_error(response, 401, "invalid_client", "Unauthorized").await;
    }
    let good = sign("RS256", &good_claims(&tenant, "good"));
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    let none = sign("none", &good_claims(&tenant, "none"));
    let not_registered = sign("RS512", &good_claims(&tenant, "rs512"));
    let critical = json!({"alg": "RS256", "crit": ["b64"], "b64": true});
    let critical = sign_with(&critical, &good_claims(&tenant, "critical"));
    for assertion in ["x", "a.b.c", unsigned, &format!("{unsigned}."), &none, &not_registered, &critical] {
        assert_error(start(&tenant, assertion, &json!({})).await, 401, "invalid_client", "Unauthorized").await;
    }
    for other in ["web", "who", "public"] {
        let response = start(&tenant, &good, &json!({"client_id": other})).await;
        assert_error(response, 401, "invalid_client", "Unauthorized").await;
    }
    let description = format!("client_assertion_type must be {TYPE}");
    let response = start(&tenant, &good, &json!({"client_assertion_type": "x"})).await;
    assert_error(response, 400, "invalid_request", &description).await;
    assert_eq!(start(&tenant, &good, &json!({})).await.status(), 200, "none of these used it up");
    let mut claims = good_claims(&tenant, "listed");
    claims["aud"] = json!([claims["aud"]]);
    assert_eq!(start(&tenant, &sign("RS256", &claims), &json!({})).await.status(), 200);
}

#[tokio::test]
async fn client_with_key_cannot_use_a_secret() {
    let tenant = TestTenant::start().await;
    for secret in ["", "x"] {
        let request = json!({
            "grant_type": OTP_GRANT, "username": PHONE, "otp": "123456", "realm": "sms", "client_id": "signer",
            "client_secret": secret,
        });
        let response = tenant.post("/oauth/token", &request).send().await.unwrap();
        assert_error(response, 401, "invalid_client", "Unauthorized").await;
    }
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
