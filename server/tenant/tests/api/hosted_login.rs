//! The tenant's own login page.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::support::{CALLBACK, PHONE, TenantOptions, TestTenant, VERIFIER, Visitor, location, query, wrong_code};

#[tokio::test]
async fn login_page_signs_in_with_number_and_code() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[("login_hint", "+49 151")]).await;
    let page = visitor.page().await;
    assert!(page.contains("Log in to Web") && page.contains("autocomplete=\"tel\"") && page.contains("+49 151"));
    let page = visitor.post_and_read("phone", ("phone_number", "001 (415) 555-2671")).await;
    assert!(page.contains("autocomplete=\"one-time-code\"") && page.contains("inputmode=\"numeric\""));
    assert!(page.contains("+1 415-555-2671") && !page.contains("asked_back"));
    let code = tenant.newest_code().await;
    let response = visitor.post("code", ("code", &format!("{} {}", &code[..3], &code[3..]))).await;
    assert_eq!(response.status(), 302);
    assert!(response.headers().contains_key("set-cookie"));
    let answer = location(&response);
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));
    let code = query(&answer, "code").unwrap();
    assert_eq!(tenant.exchange(&code, &[("code_verifier", VERIFIER)]).await.status(), 200);

    tenant.clock.advance(61);
    let gone = visitor.open(&visitor.state).await;
    assert_eq!(gone.status(), 410);
    assert!(gone.text().await.unwrap().contains("<a href=\"http://localhost:3000\">Go back to Web</a>"));
}

#[rstest]
#[case::empty("")]
#[case::letters("hello")]
#[case::without_country_code("4155552671")]
#[case::too_short("+1 415")]
#[case::html("<b>")]
#[tokio::test]
async fn login_page_refuses_invalid_phone_number(#[case] typed: &str) {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    let page = visitor.post_and_read("phone", ("phone_number", typed)).await;
    assert!(page.contains("role=\"alert\"") && page.contains("with its country code"));
    assert!(page.contains("aria-invalid=\"true\"") && page.contains("aria-describedby=\"notice phone_hint\""));
    assert!(!page.contains("<b>"));
    assert!(tenant.messages().await.is_empty());
}

#[tokio::test]
async fn login_page_asks_to_confirm_unallocated_number() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    let asks_to_confirm = |page: &str, number: &str| {
        let hidden = format!("<input type=\"hidden\" name=\"asked_back\" value=\"{number}\">");
        page.contains(&format!("Is {number} right?")) && page.contains(&hidden)
    };
    // A double click does not confirm the number.
    for _ in 0..2 {
        let page = visitor.post_and_read("phone", ("phone_number", "00 852 45450000")).await;
        assert!(asks_to_confirm(&page, "+852 4545 0000"), "{page}");
    }
    let confirm = |typed: &'static str, asked: &'static str| {
        let fields = [("state", visitor.state.as_str()), ("asked_back", asked), ("phone_number", typed)];
        visitor.http.post(tenant.url("/u/login/phone")).form(&fields).send()
    };
    confirm("+1 357 555 0123", "+852 4545 0000").await.unwrap();
    assert!(
        asks_to_confirm(&visitor.page().await, "+1 357-555-0123"),
        "another number needs a confirmation of its own"
    );
    assert!(tenant.messages().await.is_empty());
    confirm("+1 (357) 5550123", "+1 357-555-0123").await.unwrap();
    assert!(visitor.page().await.contains("Enter the code"));
    assert_eq!(tenant.messages().await[0]["to"], "+13575550123");
    let response = visitor.post("code", ("code", &tenant.newest_code().await)).await;
    assert!(query(&location(&response), "code").is_some());
}

#[tokio::test]
async fn login_page_explains_each_code_error() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("phone", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    for without_digits in ["", " ", "my code", "\u{200e}"] {
        assert!(
            visitor.post_and_read("code", ("code", without_digits)).await.contains("Enter the code from the message.")
        );
    }
    for short in [&code[..1], &code[..5], "12 34"] {
        assert!(visitor.post_and_read("code", ("code", short)).await.contains("The code has 6 digits."), "{short}");
    }
    for sentence in ["You have 2 tries left.", "You have one try left.", "it was the last try", "tried too often"] {
        assert!(visitor.post_and_read("code", ("code", &wrong_code(&code))).await.contains(sentence), "{sentence}");
    }
    assert!(visitor.post_and_read("resend", ("", "")).await.contains("A new code is on its way."));
    let newer = tenant.newest_code().await;
    if newer != code {
        assert!(visitor.post_and_read("code", ("code", &code)).await.contains("the code of an earlier message"));
    }
    tenant.clock.advance(180);
    assert!(visitor.post_and_read("code", ("code", &newer)).await.contains("The code has expired."));
    assert!(visitor.post_and_read("change", ("", "")).await.contains("Log in to Web"));
}

#[rstest]
#[case::in_a_sentence("Your code is HEAD-TAIL")]
#[case::before_another_number("HEAD\u{2011}TAIL is your code, good for 3 minutes")]
#[case::with_invisible_characters("\u{feff}HEAD\u{202f}TAIL\u{200e}")]
#[case::in_arabic_digits("ARABIC")]
#[tokio::test]
async fn login_page_accepts_pasted_code(#[case] paste: &str) {
    let tenant = TestTenant::start().await;
    let arabic = |digits: &str| -> String {
        digits.bytes().map(|digit| char::from_u32(0x660 + u32::from(digit - b'0')).unwrap()).collect()
    };
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("phone", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    let text = paste.replace("HEAD", &code[..3]).replace("TAIL", &code[3..]).replace("ARABIC", &arabic(&code));
    let response = visitor.post("code", ("code", &text)).await;
    assert!(query(&location(&response), "code").is_some(), "{text}");
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
    let page = visitor.post_and_read("phone", ("phone_number", "+49 1512 3456789")).await;
    assert!(page.contains("Codes cannot be sent to this country."));
    visitor.post_and_read("phone", ("phone_number", PHONE)).await;
    assert!(visitor.post_and_read("resend", ("", "")).await.contains("in 3600 seconds"));
    tenant.clock.advance(600);
    assert!(visitor.page().await.contains("in 3000 seconds"));
}

#[tokio::test]
async fn login_page_returns_blocked_user_to_application() {
    let tenant = TestTenant::start().await;
    assert_eq!(tenant.redeem(&tenant.code().await).await.status(), 200);
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("phone", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    tenant.block_users().await;
    let answer = location(&visitor.post("code", ("code", &code)).await);
    assert_eq!(query(&answer, "error_description").as_deref(), Some("user is blocked"));
}

#[rstest]
#[case::fetch_metadata("sec-fetch-site", "cross-site")]
#[case::origin("origin", "https://evil.example")]
#[tokio::test]
async fn login_page_refuses_cross_site_form(#[case] header: &str, #[case] value: &str) {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    let form = [("state", visitor.state.as_str()), ("phone_number", PHONE)];
    let request = visitor.http.post(tenant.url("/u/login/phone")).header(header, value).form(&form);
    assert_eq!(request.send().await.unwrap().status(), 403);
    assert!(tenant.messages().await.is_empty());
}

/// The page of an unknown or expired login.
async fn gone(visitor: &Visitor<'_>, state: &str) -> String {
    let response = visitor.open(state).await;
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
    for state in ["forged", ""] {
        assert!(!gone(&visitor, state).await.contains("href=\"http"));
    }
    let back = "<a href=\"http://localhost:3000\">Go back to Web</a>";
    assert!(gone(&visitor, &visitor.state).await.contains(back));
    assert_eq!(visitor.post("phone", ("phone_number", PHONE)).await.status(), 410);
    assert!(tenant.messages().await.is_empty());
    // The link is shown for another hour; after that the login is unknown.
    for (seconds, is_known) in [(3599, true), (2, false)] {
        tenant.clock.advance(seconds);
        assert_eq!(gone(&visitor, &visitor.state).await.contains(back), is_known);
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
    let page = gone(&visitor, &visitor.state).await;
    let link = "<a href=\"http://localhost:3000/login?again=%3C1%3E\">Go back to Implicit</a>";
    assert!(page.contains(link), "{page}");
}

/// Otherwise a shared URL of the page would show the phone number and the progress of the login.
#[tokio::test]
async fn login_is_bound_to_browser() {
    let tenant = TestTenant::start().await;
    let visitor = Visitor::start_login(&tenant, &[]).await;
    visitor.post_and_read("phone", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    let stranger = Visitor::start_login(&tenant, &[]).await;
    let page = gone(&stranger, &visitor.state).await;
    assert!(!page.contains("555") && !page.contains("href=\"http"), "{page}");
    for (form, field) in [("code", ("code", code.as_str())), ("change", ("", "")), ("resend", ("", ""))] {
        let fields = [("state", visitor.state.as_str()), field];
        let post = stranger.http.post(tenant.url(&format!("/u/login/{form}"))).form(&fields);
        assert_eq!(post.send().await.unwrap().status(), 410, "{form}");
    }
    assert_eq!(tenant.messages().await.len(), 1);
    assert!(query(&location(&visitor.post("code", ("code", &code)).await), "code").is_some());
}

#[tokio::test]
async fn authorize_stores_nothing() {
    let tenant = TestTenant::start().await;
    let pages = async || -> i64 {
        sqlx::query_scalar("SELECT page_count FROM pragma_page_count").fetch_one(&tenant.pool).await.unwrap()
    };
    let before = pages().await;
    for _ in 0..100 {
        Visitor::start_login(&tenant, &[("nonce", &"n".repeat(1500))]).await;
    }
    assert_eq!(pages().await, before);
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
    let mut newest = first.state.clone();
    for _ in 0..12 {
        tenant.clock.advance(1);
        newest = Visitor::start_login_in(first.http.clone(), &tenant, &[]).await.state;
    }
    assert_eq!(first.open(&first.state).await.status(), 410);
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
