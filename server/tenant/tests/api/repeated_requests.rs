//! Repeated requests with a used code: for a minute the same request succeeds again, and counts as one login.

use reqwest::{RequestBuilder, Response};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    CALLBACK, CHALLENGE, OTP_GRANT, PHONE, TestTenant, VERIFIER, Visitor, WRONG_CODE, assert_error, claims, cookie,
    location, query, session_cookie, wrong_code,
};

const REQUEST: [(&str, &str); 4] =
    [("state", "a-state"), ("scope", "openid"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

/// The request, with one parameter changed or added.
fn with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let rest = REQUEST.into_iter().filter(|(other, _)| *other != name);
    rest.chain([(name, value)]).collect()
}

fn verify_redirect_parameters(code: &str) -> [(&str, &str); 6] {
    [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("connection", "sms"),
        ("phone_number", PHONE),
        ("verification_code", code),
    ]
}

async fn send_in_parallel(request: &RequestBuilder) -> Vec<Response> {
    let requests = (0..20).map(|_| request.try_clone().unwrap());
    let tasks: JoinSet<Response> = requests.map(|request| async { request.send().await.unwrap() }).collect();
    tasks.join_all().await
}

/// The numbers of the events `ss`, `sepotpft` and `fepotpft` in the audit log.
async fn login_events(tenant: &TestTenant) -> [usize; 3] {
    let entries = passwordless_tenant::logs(&tenant.pool, 1000).await.unwrap();
    ["ss", "sepotpft", "fepotpft"].map(|event| entries.iter().filter(|entry| entry.event == event).count())
}

async fn id_token(tenant: &TestTenant, answer: &Response) -> Value {
    let answer = location(answer);
    let code = query(&answer, "code").unwrap_or_else(|| panic!("no code in {answer}"));
    let response = tenant.exchange(&code, &[("code_verifier", VERIFIER)]).await;
    assert_eq!(response.status(), 200);
    claims(&response.json::<Value>().await.unwrap()["id_token"])
}

fn error(answer: &Response) -> Option<String> {
    query(&location(answer), "error_description")
}

#[tokio::test]
async fn repeated_verify_redirect_succeeds_for_a_minute() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let first = tenant.verify_redirect(&code, &REQUEST).await;
    let first_token = id_token(&tenant, &first).await;
    tenant.clock.advance(59);
    let second = tenant.verify_redirect(&code, &REQUEST).await;
    assert_eq!(query(&location(&second), "state").as_deref(), Some("a-state"));
    assert_eq!(id_token(&tenant, &second).await["sub"], first_token["sub"]);
    assert_eq!(login_events(&tenant).await, [1, 1, 0]);
    tenant.clock.advance(1);
    assert_eq!(error(&tenant.verify_redirect(&code, &REQUEST).await).as_deref(), Some(WRONG_CODE));
}

/// Otherwise whoever finds the URL in a browser history gets a session. The browser that signed in has its own one.
#[tokio::test]
async fn repeated_verify_redirect_sets_no_session_cookie() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let first = tenant.verify_redirect(&code, &REQUEST).await;
    let session = cookie(&first);
    let first_token = id_token(&tenant, &first).await;
    let stranger = tenant.verify_redirect(&code, &REQUEST).await;
    assert!(!stranger.headers().contains_key("set-cookie"));
    assert_ne!(id_token(&tenant, &stranger).await["sid"], first_token["sid"]);

    let parameters = verify_redirect_parameters(&code);
    let again = tenant.get("/passwordless/verify_redirect").query(&parameters).query(&REQUEST);
    let again = again.header("cookie", &session).send().await.unwrap();
    assert!(!again.headers().contains_key("set-cookie"));
    assert_eq!(id_token(&tenant, &again).await["sid"], first_token["sid"]);
    // The session is still valid.
    let authorize = tenant.get("/authorize").query(&parameters[..3]).query(&REQUEST).header("cookie", &session);
    assert!(query(&location(&authorize.send().await.unwrap()), "code").is_some());
}

#[rstest]
#[case::another_state("state", "another")]
#[case::empty_state("state", "")]
#[case::nonce("nonce", "n")]
#[case::scope("scope", "openid phone")]
#[case::client("client_id", "implicit")]
#[case::redirect_uri("redirect_uri", "http://localhost:3000/other?x=1")]
#[case::response_mode("response_mode", "fragment")]
#[tokio::test]
async fn changed_request_with_used_code_is_refused(#[case] name: &str, #[case] value: &str) {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    id_token(&tenant, &tenant.verify_redirect(&code, &REQUEST).await).await;
    let answer = location(&tenant.verify_redirect(&code, &with(name, value)).await).replace('#', "?");
    assert_eq!(query(&answer, "error_description").as_deref(), Some(WRONG_CODE));
    let guess = tenant.verify_redirect(&wrong_code(&code), &REQUEST).await;
    assert_eq!(query(&location(&guess), "attempts_left").as_deref(), Some("2"));
    assert_eq!(login_events(&tenant).await[1], 1);
}

#[tokio::test]
async fn used_code_is_refused_at_other_endpoints() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    id_token(&tenant, &tenant.verify_redirect(&code, &REQUEST).await).await;
    assert_error(tenant.verify(&code).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_error(tenant.redeem(&code).await, 403, "invalid_grant", WRONG_CODE).await;
    assert_eq!(login_events(&tenant).await[1], 1);
}

/// Without a state the browser cannot be recognized, and clients of the API need no repetition.
#[tokio::test]
async fn request_without_state_cannot_be_repeated() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    assert!(query(&location(&tenant.verify_redirect(&code, &[]).await), "code").is_some());
    assert_eq!(error(&tenant.verify_redirect(&code, &[]).await).as_deref(), Some(WRONG_CODE));
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    assert_error(tenant.redeem(&code).await, 403, "invalid_grant", WRONG_CODE).await;
    let body = json!({
        "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": tenant.code().await, "realm": "sms",
    });
    for status in [200, 403] {
        let request = tenant.post("/co/authenticate", &body).header("origin", "http://localhost:5000");
        assert_eq!(request.send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn newer_code_ends_repetition() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    tenant.verify_redirect(&code, &REQUEST).await;
    let newer = tenant.code().await;
    if newer != code {
        assert_eq!(error(&tenant.verify_redirect(&code, &REQUEST).await).as_deref(), Some(WRONG_CODE));
    }
}

#[tokio::test]
async fn repeated_request_of_blocked_user_is_refused() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    tenant.verify_redirect(&code, &REQUEST).await;
    tenant.block_users().await;
    assert_eq!(error(&tenant.verify_redirect(&code, &REQUEST).await).as_deref(), Some("user is blocked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_verify_redirects_sign_in_once() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    let parameters = verify_redirect_parameters(&code);
    let answers =
        send_in_parallel(&tenant.get("/passwordless/verify_redirect").query(&parameters).query(&REQUEST)).await;
    assert_eq!(answers.iter().filter(|answer| answer.headers().contains_key("set-cookie")).count(), 1);
    let mut subjects = Vec::new();
    for answer in &answers {
        subjects.push(id_token(&tenant, answer).await["sub"].as_str().unwrap().to_owned());
    }
    subjects.dedup();
    assert_eq!(subjects.len(), 1);
    assert_eq!(login_events(&tenant).await, [1, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_login_page_forms_sign_in_once() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    let answers = send_in_parallel(&visitor.form("verify", ("code", &code))).await;
    assert_eq!(answers.iter().filter(|answer| session_cookie(answer).is_some()).count(), 1);
    for answer in answers {
        let answer = visitor.after(answer).await;
        assert_eq!(query(&location(&answer), "state").as_deref(), Some("s"));
        id_token(&tenant, &answer).await;
    }
    assert_eq!(login_events(&tenant).await, [1, 1, 0]);
}

#[tokio::test]
async fn repeated_login_page_form_succeeds_for_a_minute() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    id_token(&tenant, &visitor.enter(&code).await).await;
    assert!(
        visitor
            .post_and_read("verify", ("code", &wrong_code(&code)))
            .await
            .contains("WrongCode { attempts_left: Some(2) }")
    );
    tenant.clock.advance(59);
    let again = visitor.post("verify", ("code", &code)).await;
    assert!(session_cookie(&again).is_none());
    id_token(&tenant, &visitor.after(again).await).await;
    tenant.clock.advance(2);
    assert_eq!(visitor.post("verify", ("code", &code)).await.status(), 410);
    assert_eq!(login_events(&tenant).await, [1, 1, 1]);
}
