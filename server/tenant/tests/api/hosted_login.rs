//! The tenant's own login page.

use std::{collections::BTreeSet, time::Duration};

use passwordless_tenant::Sms;
use reqwest::Response;
use rstest::rstest;
use serde_json::json;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

use crate::support::{
    CALLBACK, PHONE, TenantOptions, TestTenant, VERIFIER, Visitor, location, query, twilio_config, wrong_code,
};

#[tokio::test]
async fn login_page_signs_in_with_number_and_code() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[("login_hint", "+49 151")]).await;
    let page = visitor.page().await;
    assert!(page.starts_with("Web ") && page.contains("EnterPhone (\"+49 151\""), "{page}");
    let page = visitor.post_and_read("start", ("phone_number", "+1 (415) 555-2671")).await;
    assert!(page.contains("EnterCode (\"+1 (415) 555-2671\""), "{page}");
    let sent = "phone_number: \"<+14155552671>\", resend_in: 30, code_length: 6, expires_in: 180";
    assert!(page.contains(sent), "{page}");
    let code = tenant.newest_code().await;
    let form = visitor.post("verify", ("code", &format!("{} {}", &code[..3], &code[3..]))).await;
    assert_eq!(form.status(), 303);
    assert!(form.headers().contains_key("set-cookie"));
    let answer = location(&visitor.after(form).await);
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));
    let code = query(&answer, "code").unwrap();
    assert_eq!(tenant.exchange(&code, &[("code_verifier", VERIFIER)]).await.status(), 200);

    tenant.clock.advance(61);
    let gone = visitor.open(&visitor.path).await;
    assert_eq!(gone.status(), 410);
    assert!(gone.text().await.unwrap().contains("<a href=\"http://localhost:3000\">Go back to Web</a>"));
}

#[tokio::test]
async fn script_of_the_page_gets_the_outcome_of_each_step() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    assert!(visitor.call("start", &[("phone_number", "x")]).await.contains("OfPage(String(\"not on this page\"))"));
    let sent = visitor.call("start", &[("phone_number", PHONE), ("country", "DE")]).await;
    assert!(sent.starts_with("CodeSent") && sent.contains("resend_in: 30"), "{sent}");
    assert!(visitor.page().await.contains("Some(\"DE\")"));
    let code = tenant.newest_code().await;
    assert_eq!(
        visitor.call("verify", &[("code", &wrong_code(&code))]).await,
        "Refused(WrongCode { attempts_left: Some(2) })"
    );
    let resume = format!("{}/resume", visitor.path);
    assert_eq!(visitor.call("verify", &[("code", &code)]).await, format!("Verified({resume:?})"));
    assert!(query(&location(&visitor.open(&resume).await), "code").is_some());
    tenant.clock.advance(3601);
    assert_eq!(visitor.call("resend", &[]).await, "Refused(Gone)");
}

#[tokio::test]
async fn response_waits_for_the_right_code() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    let resume = format!("{}/resume", visitor.path);
    assert_eq!(location(&visitor.open(&resume).await), visitor.path);
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    visitor.post_and_read("verify", ("code", &wrong_code(&tenant.newest_code().await))).await;
    assert_eq!(location(&visitor.open(&resume).await), visitor.path);
    // Another browser has no part in it.
    visitor.enter(&tenant.newest_code().await).await;
    assert_eq!(Visitor::start_login(&tenant, &[]).await.open(&resume).await.status(), 410);
}

#[tokio::test]
async fn form_submitted_twice_sends_one_message() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    for _ in 0..2 {
        assert!(visitor.post_and_read("start", ("phone_number", PHONE)).await.contains("EnterCode"));
    }
    assert_eq!(tenant.messages().await.len(), 1);
    tenant.clock.advance(30);
    assert!(visitor.post_and_read("start", ("phone_number", PHONE)).await.contains("resend_in: 30"));
    assert_eq!(tenant.messages().await.len(), 2);
}

/// The form for the number.
const START: (&str, (&str, &str)) = ("start", ("phone_number", PHONE));

/// Twilio, which reports each request, and responds to it after a moment.
struct SlowTwilio {
    status: u16,
    requests: UnboundedSender<()>,
}

impl Respond for SlowTwilio {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.requests.send(()).unwrap();
        let answer = json!({"sid": "SM1", "code": 30002, "message": "no"});
        ResponseTemplate::new(self.status).set_body_json(answer).set_delay(Duration::from_millis(200))
    }
}

async fn respond(double: &MockServer, status: u16) -> UnboundedReceiver<()> {
    let (requests, requested) = unbounded_channel();
    double.reset().await;
    Mock::given(any()).respond_with(SlowTwilio { status, requests }).mount(double).await;
    requested
}

async fn tenant_at(double: &MockServer) -> TestTenant {
    let sms = Sms::Twilio(twilio_config(&double.uri()));
    TestTenant::with(TenantOptions { sms, ..TenantOptions::default() }).await
}

async fn sent(double: &MockServer) -> usize {
    double.received_requests().await.unwrap().len()
}

async fn assert_back_at_page(submits: JoinSet<reqwest::Result<Response>>, visitor: &Visitor<'_>) {
    for response in submits.join_all().await {
        assert_eq!(location(&response.unwrap()), visitor.path);
    }
}

#[tokio::test]
async fn parallel_submits_send_one_message() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    assert_back_at_page(visitor.submit_in_parallel(START.0, START.1), &visitor).await;
    assert_eq!(tenant.messages().await.len(), 1);
    let page = visitor.page().await;
    assert!(page.contains("EnterCode") && page.contains("resend_in: 30"), "{page}");

    tenant.clock.advance(30);
    assert_back_at_page(visitor.submit_in_parallel("resend", ("", "")), &visitor).await;
    assert_eq!(tenant.messages().await.len(), 2);
    let page = visitor.page().await;
    assert!(page.contains("Resent") && page.contains("resend_in: 30"), "{page}");

    tenant.clock.advance(30);
    assert!(visitor.post_and_read("resend", ("", "")).await.contains("Resent"));
    assert_eq!(tenant.messages().await.len(), 3);
    assert!(query(&location(&visitor.enter(&tenant.newest_code().await).await), "code").is_some());
}

#[tokio::test]
async fn parallel_submits_at_two_instances_send_one_message() {
    let tenant = TestTenant::start().await;
    let other = tenant.another_instance().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    let at_other = visitor.at(&other);
    let submits = [visitor.submit_in_parallel(START.0, START.1), at_other.submit_in_parallel(START.0, START.1)];
    for submits in submits {
        assert_back_at_page(submits, &visitor).await;
    }
    assert_eq!(tenant.messages().await.len() + other.messages().await.len(), 1);
    assert!(visitor.page().await.contains("EnterCode") && at_other.page().await.contains("EnterCode"));
}

/// The browser cancels the request of the first click, and shows the response to the second one.
#[rstest]
#[case::sent(201, "EnterCode", 1)]
#[case::refused(400, "SmsFailed", 2)]
#[tokio::test]
async fn second_submit_learns_what_became_of_a_cancelled_one(
    #[case] status: u16,
    #[case] screen: &str,
    #[case] after_retry: usize,
) {
    let double = MockServer::start().await;
    let mut requested = respond(&double, status).await;
    let tenant = tenant_at(&double).await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    tokio::select! {
        _ = visitor.post(START.0, START.1) => panic!("the provider has not responded"),
        request = requested.recv() => request.unwrap(),
    }
    let page = visitor.post_and_read(START.0, START.1).await;
    assert!(page.contains(screen), "{page}");
    assert_eq!(sent(&double).await, 1);
    // Unlike a repetition, a retry is a form of the page that shows the failure.
    let page = visitor.post_and_read(START.0, START.1).await;
    assert!(page.contains(screen), "{page}");
    assert_eq!(sent(&double).await, after_retry);
}

#[tokio::test]
async fn parallel_submits_fail_as_one_and_a_retry_sends() {
    let double = MockServer::start().await;
    let _requested = respond(&double, 400).await;
    let tenant = tenant_at(&double).await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    assert_back_at_page(visitor.submit_in_parallel(START.0, START.1), &visitor).await;
    assert_eq!(sent(&double).await, 1);
    assert!(visitor.page().await.contains("SmsFailed"));
    let _requested = respond(&double, 201).await;
    let page = visitor.post_and_read(START.0, START.1).await;
    assert!(page.contains("EnterCode") && !page.contains("SmsFailed"), "{page}");
    assert_eq!(sent(&double).await, 1);
}

/// Anyone can be refused, and would fill the database.
#[tokio::test]
async fn refused_submits_store_nothing() {
    let mut options = TenantOptions::default();
    options.limits.countries = Some(vec!["DE".to_owned()]);
    let tenant = TestTenant::with(options).await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    assert_back_at_page(visitor.submit_in_parallel(START.0, START.1), &visitor).await;
    assert!(visitor.page().await.contains("Country"));
    let rows = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM tenant_login_sends");
    assert_eq!(rows.fetch_one(&tenant.pool).await.unwrap(), 0);
}

#[tokio::test]
async fn login_page_shows_what_the_page_finds_in_a_form() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    let page = visitor.post_and_read("start", ("phone_number", "4155552671")).await;
    assert!(page.contains("EnterPhone (\"4155552671\"") && page.contains("not on this page"), "{page}");
    assert!(tenant.messages().await.is_empty());
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    assert!(visitor.post_and_read("verify", ("code", "123")).await.contains("no whole code"));
    // It was no attempt.
    let wrong = wrong_code(&tenant.newest_code().await);
    assert!(visitor.post_and_read("verify", ("code", &wrong)).await.contains("attempts_left: Some(2)"));
}

#[tokio::test]
async fn login_page_explains_each_code_error() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    for left in ["Some(2)", "Some(1)", "Some(0)"] {
        assert!(visitor.post_and_read("verify", ("code", &wrong_code(&code))).await.contains(left), "{left}");
    }
    assert!(visitor.post_and_read("verify", ("code", &wrong_code(&code))).await.contains("UsedUp"));
    assert!(visitor.post_and_read("resend", ("", "")).await.contains("RateLimited { retry_after: Some(30) }"));
    tenant.clock.advance(30);
    assert!(visitor.post_and_read("resend", ("", "")).await.contains("Resent"));
    let newer = tenant.newest_code().await;
    if newer != code {
        assert!(visitor.post_and_read("verify", ("code", &code)).await.contains("Superseded"));
    }
    tenant.clock.advance(180);
    assert!(visitor.post_and_read("verify", ("code", &newer)).await.contains("Expired"));
    assert!(visitor.edit().await.contains("EnterPhone"));
}

#[tokio::test]
async fn code_that_expired_meanwhile_is_said_to_have() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    assert!(!visitor.post_and_read("start", ("phone_number", PHONE)).await.contains("Expired"));
    tenant.clock.advance(180);
    assert!(visitor.page().await.contains("Expired"));
}

/// Only the page corrects what users paste; a client's request is taken literally.
#[tokio::test]
async fn token_endpoint_refuses_code_with_separator() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&format!("{}-{}", &code[..3], &code[3..])).await.status(), 403);
}

#[tokio::test]
async fn login_page_shows_retry_delay_when_rate_limited() {
    let mut options = TenantOptions::default();
    options.limits.starts_per_ip_hour = 1;
    options.limits.countries = Some(vec!["US".to_owned()]);
    let tenant = TestTenant::with(options).await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    assert!(visitor.post_and_read("start", ("phone_number", "+49 1512 3456789")).await.contains("Country"));
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    tenant.clock.advance(30);
    assert!(visitor.post_and_read("resend", ("", "")).await.contains("retry_after: Some(3570)"));
    // The code before is still good, so that the page asks for it.
    let page = visitor.post_and_read("start", ("phone_number", PHONE)).await;
    assert!(page.contains("EnterCode") && page.contains("RateLimited"), "{page}");
    tenant.clock.advance(600);
    assert!(visitor.page().await.contains("retry_after: Some(2970)"));
}

/// `ui_locales` first, then the browser's; the SMS is in the language of the page.
#[tokio::test]
async fn login_page_has_the_language_that_is_asked_for() {
    let tenant = TestTenant::start().await;
    for (ui_locales, expected) in [("fr de", "fr"), ("", "it")] {
        let visitor = Visitor::start_login(&tenant, &[("ui_locales", ui_locales)]).await;
        let request = visitor.http.get(tenant.url(&visitor.path)).header("accept-language", "it");
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.starts_with(&format!("Web {expected} ")), "{page}");
    }
}

#[tokio::test]
async fn login_page_returns_blocked_user_to_application() {
    let tenant = TestTenant::start().await;
    assert_eq!(tenant.redeem(&tenant.code().await).await.status(), 200);
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    tenant.block_users().await;
    let answer = location(&visitor.post("verify", ("code", &code)).await);
    assert_eq!(query(&answer, "error_description").as_deref(), Some("user is blocked"));
    assert_eq!(visitor.call("verify", &[("code", &code)]).await, "Refused(Blocked)");
}

#[rstest]
#[case::fetch_metadata("sec-fetch-site", "cross-site")]
#[case::origin("origin", "https://evil.example")]
#[tokio::test]
async fn login_page_refuses_cross_site_form(#[case] header: &str, #[case] value: &str) {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    let request = visitor.http.post(tenant.url(&format!("{}/start", visitor.path)));
    let request = request.header(header, value).form(&[("phone_number", PHONE)]);
    assert_eq!(request.send().await.unwrap().status(), 403);
    assert!(tenant.messages().await.is_empty());
}

/// The page of an unknown or expired login.
async fn gone(visitor: &Visitor<'_>, path: &str) -> String {
    let response = visitor.open(path).await;
    assert_eq!(response.status(), 410);
    let page = response.text().await.unwrap();
    assert!(page.contains("log in again"));
    page
}

#[tokio::test]
async fn unknown_or_expired_login_is_gone() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    tenant.clock.advance(3601);
    assert!(!gone(&visitor, "/u/login/forged").await.contains("href=\"http"));
    let back = "<a href=\"http://localhost:3000\">Go back to Web</a>";
    assert!(gone(&visitor, &visitor.path).await.contains(back));
    assert_eq!(visitor.post("start", ("phone_number", PHONE)).await.status(), 410);
    assert!(tenant.messages().await.is_empty());
    // The link is shown for another hour; after that the login is unknown.
    for (seconds, is_known) in [(3599, true), (2, false)] {
        tenant.clock.advance(seconds);
        assert_eq!(gone(&visitor, &visitor.path).await.contains(back), is_known);
    }
}

#[rstest]
#[case::web_callback(CALLBACK)]
#[case::app_callback("com.example.app://callback")]
#[tokio::test]
async fn expired_login_links_to_initiate_login_uri(#[case] redirect_uri: &str) {
    let tenant = TestTenant::start().await;
    let client = [("client_id", "implicit"), ("redirect_uri", redirect_uri)];
    let left_out = ["state", "scope", "code_challenge", "code_challenge_method"].map(|name| (name, ""));
    let visitor = Visitor::start_login(&tenant, &[&client[..], &left_out].concat()).await;
    tenant.clock.advance(3601);
    let page = gone(&visitor, &visitor.path).await;
    let link = "<a href=\"http://localhost:3000/login?again=%3C1%3E\">Go back to Implicit</a>";
    assert!(page.contains(link), "{page}");
}

/// Otherwise a shared URL of the page would show the phone number and the progress of the login.
#[tokio::test]
async fn login_is_bound_to_browser() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    let stranger = Visitor::start_login(&tenant, &[]).await;
    let page = gone(&stranger, &visitor.path).await;
    assert!(!page.contains("555") && !page.contains("href=\"http"), "{page}");
    for (form, field) in [("verify", ("code", code.as_str())), ("start", ("phone_number", PHONE)), ("resend", ("", ""))]
    {
        let post = stranger.form_at(&visitor.path, form, field);
        assert_eq!(post.send().await.unwrap().status(), 410, "{form}");
    }
    assert_eq!(tenant.messages().await.len(), 1);
    assert!(query(&location(&visitor.enter(&code).await), "code").is_some());
}

#[tokio::test]
async fn authorize_stores_nothing() {
    let tenant = TestTenant::start().await;
    let before = tenant.database.content().await.len();
    for _ in 0..100 {
        Visitor::start_login(&tenant, &[("nonce", &"n".repeat(1500))]).await;
    }
    assert_eq!(tenant.database.content().await.len(), before);
}

#[rstest]
#[tokio::test]
async fn authorize_limits_parameter_length(#[values("state", "nonce")] name: &str) {
    let tenant = TestTenant::start().await;
    let long = "x".repeat(3000);
    let mut parameters = vec![("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code")];
    parameters.push((name, &long));
    let response = tenant.get("/authorize").query(&parameters).send().await.unwrap();
    assert_eq!(query(&location(&response), "error").as_deref(), Some("invalid_request"));
}

/// Servers refuse long Cookie headers.
#[tokio::test]
async fn oldest_login_of_browser_is_evicted() {
    let tenant = TestTenant::start().await;
    let first = Visitor::start_login(&tenant, &[]).await;
    let mut newest = first.path.clone();
    for _ in 0..12 {
        tenant.clock.advance(1);
        newest = Visitor::start_login_in(first.http.clone(), &tenant, &[]).await.path;
    }
    assert_eq!(first.open(&first.path).await.status(), 410);
    assert_eq!(first.open(&newest).await.status(), 200);
}

#[tokio::test]
async fn login_cookie_has_host_prefix_and_is_partitioned_in_iframe() {
    let public_url = Some("https://login.example".parse().unwrap());
    let tenant = TestTenant::with(TenantOptions { public_url, ..TenantOptions::default() }).await;
    let parameters = [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code")];
    let login_cookie = async |dest| {
        let request = tenant.get("/authorize").query(&parameters).header("sec-fetch-dest", dest);
        request.send().await.unwrap().headers()["set-cookie"].to_str().unwrap().to_owned()
    };
    let top = login_cookie("document").await;
    let attributes = |cookie: &str| cookie.split("; ").skip(1).map(str::to_owned).collect::<BTreeSet<_>>();
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert!(top.starts_with("__Host-tenant_login_"), "{top}");
    assert_eq!(attributes(&top), set(&["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=7200"]));
    let framed = login_cookie("iframe").await;
    let expected = set(&["HttpOnly", "SameSite=None", "Partitioned", "Secure", "Path=/", "Max-Age=7200"]);
    assert_eq!(attributes(&framed), expected);
}
