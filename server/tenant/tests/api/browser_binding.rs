//! Other browsers cannot lock a user out: codes are bound to the browser that requested them, and a browser that the
//! number signed in with before (a known device) has rate limits of its own.

use passwordless_tenant::Limits;
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{
    CALLBACK, DAY, OTHER_PHONE, OTP_GRANT, PHONE, TenantOptions, TestTenant, Visitor, WRONG_CODE, assert_error,
    browser, location, otp_request, query, wrong_code,
};

/// A browser, as the server of an application describes it in headers.
#[derive(Clone, Copy, Default)]
struct Browser<'a> {
    transaction: Option<&'a str>,
    device: Option<&'a str>,
    ip: Option<&'a str>,
}

impl Browser<'_> {
    async fn post(self, tenant: &TestTenant, path: &str, body: &Value) -> Response {
        let headers = [
            ("passwordless-transaction", self.transaction),
            ("passwordless-device", self.device),
            ("auth0-forwarded-for", self.ip),
        ];
        let named = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let request = named.fold(tenant.post(path, body), |request, (name, value)| request.header(name, value));
        request.send().await.unwrap()
    }

    async fn start(self, tenant: &TestTenant) -> Response {
        let body = json!({
            "client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE,
        });
        self.post(tenant, "/passwordless/start", &body).await
    }

    async fn code(self, tenant: &TestTenant) -> String {
        assert_eq!(self.start(tenant).await.status(), 200);
        tenant.newest_code().await
    }

    async fn redeem(self, tenant: &TestTenant, code: &str) -> Response {
        self.post(tenant, "/oauth/token", &otp_request(code)).await
    }
}

#[tokio::test]
async fn code_is_bound_to_transaction() {
    let tenant = TestTenant::start().await;
    let (owner, stranger) = (
        Browser { transaction: Some("owner"), ..Browser::default() },
        Browser { transaction: Some("x"), ..Browser::default() },
    );
    let code = owner.code(&tenant).await;
    stranger.code(&tenant).await;
    Browser::default().code(&tenant).await;
    // In another browser the code is refused, but is no failed attempt, as it was sent to this number.
    let body = assert_error(stranger.redeem(&tenant, &code).await, 403, "invalid_grant", WRONG_CODE).await;
    assert_eq!(body["attempts_left"], 3, "{body}");
    let verify = json!({
        "client_id": "web", "client_secret": "web-secret",
        "connection": "sms", "phone_number": PHONE, "verification_code": code,
    });
    assert_eq!(owner.post(&tenant, "/passwordless/verify", &verify).await.status(), 200);
    assert_eq!(stranger.post(&tenant, "/passwordless/verify", &verify).await.status(), 401);
    let answer = tenant.verify_redirect(&code, &[("transaction", "x")]).await;
    assert_eq!(query(&location(&answer), "error").as_deref(), Some("unauthorized"));
    let answer = tenant.verify_redirect(&code, &[("transaction", "owner")]).await;
    assert!(query(&location(&answer), "code").is_some());
}

#[tokio::test]
async fn code_is_bound_to_client() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let request = |client: &str| {
        json!({
            "grant_type": OTP_GRANT, "client_id": client, "client_secret": format!("{client}-secret"),
            "username": PHONE, "otp": code, "realm": "sms", "scope": "openid",
        })
    };
    assert_error(
        tenant.post("/oauth/token", &request("browserless")).send().await.unwrap(),
        403,
        "invalid_grant",
        WRONG_CODE,
    )
    .await;
    assert_eq!(tenant.post("/oauth/token", &request("web")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn login_page_code_survives_requests_of_other_browsers() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    let stranger = Visitor::start_login(&tenant, &[]).await;
    stranger.post_and_read("start", ("phone_number", PHONE)).await;
    tenant.code().await;
    // Tabs of one browser share the newest code.
    let tab = Visitor::start_login_in(visitor.http.clone(), &tenant, &[]).await;
    tab.post_and_read("start", ("phone_number", PHONE)).await;
    let newest = tenant.newest_code().await;
    assert!(newest == code || visitor.post_and_read("verify", ("code", &code)).await.contains("Superseded"));
    assert!(query(&location(&visitor.enter(&newest).await), "code").is_some());
}

async fn device_of(response: Response) -> String {
    response.json::<Value>().await.unwrap()["device_token"].as_str().unwrap().to_owned()
}

fn limited() -> TenantOptions {
    TenantOptions {
        limits: Limits { starts_per_phone_hour: 10, ..TenantOptions::default().limits },
        ..TenantOptions::default()
    }
}

#[tokio::test]
async fn known_device_has_rate_limits_of_its_own() {
    let tenant = TestTenant::with(limited()).await;
    let owner = Browser { ip: Some("203.0.113.1"), transaction: Some("owner"), ..Browser::default() };
    let code = owner.code(&tenant).await;
    let device = device_of(owner.redeem(&tenant, &code).await).await;
    tenant.clock.advance(3600);
    // A stranger requests codes until the limit of sends, and guesses until the limit of attempts.
    let stranger = Browser { ip: Some("192.0.2.1"), transaction: Some("x"), ..Browser::default() };
    let mut guesses = 0;
    for round in 0..60 {
        tenant.clock.advance(60);
        if stranger.start(&tenant).await.status() == 200 {
            let code = tenant.newest_code().await;
            for _ in 0..3 {
                let ip = format!("192.0.2.{round}");
                let stranger = Browser { ip: Some(&ip), ..stranger };
                guesses += u32::from(stranger.redeem(&tenant, &wrong_code(&code)).await.status() == 403);
            }
        }
    }
    assert!((18..=23).contains(&guesses), "{guesses}");
    let code = stranger.redeem(&tenant, "000000").await;
    assert_eq!(code.status(), 429);
    // An unknown browser of the owner shares the stranger's limits; a known device does not.
    let known = Browser { device: Some(&device), ..owner };
    let code = known.code(&tenant).await;
    assert_eq!(known.redeem(&tenant, &code).await.status(), 200);
}

#[tokio::test]
async fn known_device_is_rate_limited_too() {
    let tenant = TestTenant::with(limited()).await;
    let owner = Browser { ip: Some("203.0.113.1"), ..Browser::default() };
    let first = owner.code(&tenant).await;
    let device = device_of(owner.redeem(&tenant, &first).await).await;
    let known = Browser { device: Some(&device), ..owner };
    let mut sent = 0;
    for _ in 0..60 {
        tenant.clock.advance(60);
        // Signing in does not reset the limit of sends.
        if known.start(&tenant).await.status() == 200 {
            sent += 1;
            known.redeem(&tenant, &tenant.newest_code().await).await;
        }
    }
    assert!(sent <= 20, "{sent}");
    for n in 0..30 {
        let status = known.redeem(&tenant, "000000").await.status();
        assert!(status == 403 || n >= 10 && status == 429, "{n} {status}");
    }
    assert_eq!(known.redeem(&tenant, "000000").await.status(), 429);
}

#[tokio::test]
async fn known_device_counts_against_caps_and_is_served_until_they_are_reached() {
    let mut options = limited();
    options.limits.starts_total_hour = 3;
    let tenant = TestTenant::with(options).await;
    let owner = Browser { ip: Some("203.0.113.1"), ..Browser::default() };
    let first = owner.code(&tenant).await;
    let device = device_of(owner.redeem(&tenant, &first).await).await;
    let known = Browser { device: Some(&device), ..owner };
    for status in [200, 200, 429] {
        assert_eq!(known.start(&tenant).await.status(), status);
    }
    assert_eq!(tenant.messages().await.len(), 3);
}

#[tokio::test]
async fn device_token_is_bound_to_number_and_expires() {
    let tenant = TestTenant::with(limited()).await;
    let owner = Browser { ip: Some("203.0.113.1"), ..Browser::default() };
    let code = owner.code(&tenant).await;
    let device = device_of(owner.redeem(&tenant, &code).await).await;
    let is_known = async |device: &str| {
        for _ in 0..3 {
            owner.start(&tenant).await;
        }
        assert_eq!(owner.start(&tenant).await.status(), 429, "other browsers have used the limit up");
        Browser { device: Some(device), ..owner }.start(&tenant).await.status() == 200
    };
    for forged in ["", "x", &device[1..], &device[..device.len() - 4]] {
        assert!(!is_known(forged).await, "{forged}");
    }
    let other = json!({"client_id": "web", "client_secret": "web-secret", "connection": "sms",
        "phone_number": OTHER_PHONE});
    for status in [200, 200, 200, 429] {
        let owner = Browser { device: Some(&device), ..owner };
        assert_eq!(owner.post(&tenant, "/passwordless/start", &other).await.status(), status, "another number");
    }
    assert!(is_known(&device).await);
    tenant.clock.advance(179 * DAY);
    assert!(is_known(&device).await);
    tenant.clock.advance(DAY);
    assert!(!is_known(&device).await);
}

/// The login page stores the device token in a cookie, which a login by link does not replace.
#[tokio::test]
async fn login_page_recognizes_device_by_cookie() {
    let tenant = TestTenant::with(limited()).await;
    let browser = browser();
    let sign_in = async || {
        let visitor = Visitor::start_login_in(browser.clone(), &tenant, &[("prompt", "login")]).await;
        visitor.post_and_read("start", ("phone_number", PHONE)).await;
        location(&visitor.enter(&tenant.newest_code().await).await)
    };
    assert!(query(&sign_in().await, "code").is_some());
    let other = tenant.code_for("sms", OTHER_PHONE).await;
    let parameters = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("connection", "sms"),
        ("phone_number", OTHER_PHONE),
        ("verification_code", other.as_str()),
    ];
    browser.get(tenant.url("/passwordless/verify_redirect")).query(&parameters).send().await.unwrap();
    tenant.clock.advance(3600);
    for _ in 0..4 {
        tenant.request_code("sms", PHONE).await;
    }
    assert_eq!(tenant.request_code("sms", PHONE).await.status(), 429);
    assert!(query(&sign_in().await, "code").is_some());
}
