//! The tenant's login page is the dialog: its languages, its reading of numbers and codes, its looks.

use crate::support::{
    PHONE,
    browser::{Browser, Page},
    program::{Program, wrong},
    site::HASH,
};
use leptos_passwordless::{
    messages::Text,
    outcome::{Refusal, StartOutcome, VerifyOutcome},
    server::Language,
};
use reqwest::Method;
use rstest::rstest;
use serde_json::Value;
use url::Url;

const CLIENT: &str = "
tenant: {}
branding: { colors: { primary: '#123abc' }, logo_url: 'https://cdn.example/logo.svg' }
clients:
  - name: Web & Co
    client_id: web
    client_secret: hush
    callbacks: [CALLBACK_URL]
    web_origins: ['https://shop.example']
connections: [{ name: sms, strategy: sms }]
";
const AS_WEB: [&str; 4] = ["--auth0-client-id", "web", "--auth0-client-secret", "hush"];

async fn login_page(browser: &Browser) -> Page {
    browser.open("/login/hosted").await
}

/// A call of the page's script.
async fn call(browser: &Browser, page: &Url, step: &str, fields: &[(&str, &str)]) -> Value {
    let request = browser.request(Method::POST, format!("{page}/{step}").parse().unwrap());
    let response = request.header("accept", "application/json").form(fields).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

#[tokio::test]
async fn login_page_speaks_every_language_of_the_dialog() {
    let program = Program::with_tenant_yaml(CLIENT, &AS_WEB).await;
    for language in Language::all() {
        let page = page_in(&program, "", "", language.tag()).await;
        let title = language.messages().get(Text::Title).to_owned();
        assert!(page.contains(&format!("<title>{title} – Web &amp; Co</title>")), "{}", language.tag());
    }
}

/// The page of the app speaks the same language before and after.
#[tokio::test]
async fn login_page_has_the_language_of_the_app() {
    let program = Program::both(&["--lock-language", "de"]).await;
    let page = login_page(&program.browser()).await;
    assert!(page.text.contains("<html lang=\"de\" dir=\"ltr\"") && page.shows("Code senden"));
}

#[rstest]
#[case::the_applications_wish_first("pt-BR de", "ja", "fr", "pt-BR")]
#[case::then_the_cookie("tlh", "ja", "fr", "ja")]
#[case::then_the_browser("", "", "fr-CH", "fr")]
#[tokio::test]
async fn login_page_chooses_its_language(
    #[case] ui_locales: &str,
    #[case] cookie: &str,
    #[case] accepted: &str,
    #[case] expected: &str,
) {
    let program = Program::with_tenant_yaml(CLIENT, &AS_WEB).await;
    let page = page_in(&program, ui_locales, cookie, accepted).await;
    assert!(page.contains(&format!("<html lang=\"{expected}\"")), "{}", &page[..200]);
}

/// The page as a browser gets it that has this cookie, and accepts these languages.
async fn page_in(program: &Program, ui_locales: &str, cookie: &str, accepted: &str) -> String {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let begun = client.get(authorize(program, &[("ui_locales", ui_locales)])).send().await.unwrap();
    let header = |name: &str| begun.headers()[name].to_str().unwrap().to_owned();
    let login = header("set-cookie").split(';').next().unwrap().to_owned();
    let page = client.get(format!("{}{}", program.tenant, header("location")));
    let page = page.header("cookie", format!("{login}; language={cookie}")).header("accept-language", accepted);
    page.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn numbers_and_codes_are_read_as_in_the_dialog() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let page = login_page(&browser).await.url;
    for (typed, sentence) in [
        ("", "Please enter your phone number."),
        ("hello", "This can't be a phone number."),
        ("357 555 0123", "Is +1 357 555 0123 right?"),
    ] {
        let shown = browser.submit_to(&page, "start", &[("phone_number", typed), ("country", "US")]).await;
        assert!(shown.shows(sentence), "{typed}");
        assert!(shown.text.contains(&format!("value=\"{typed}\"")) && shown.text.contains("autocomplete=\"tel\""));
    }
    let fields = [("phone_number", "357 555 0123"), ("country", "US"), ("confirmed", "+1 357 555 0123")];
    let shown = browser.submit_to(&page, "start", &fields).await;
    assert!(shown.shows("An SMS with the code has been sent to +1 357 555 0123."));
    for (typed, sentence) in
        [("", "Please enter the code"), ("abc", "A code is made of digits"), ("12", "Number of digits: 6.")]
    {
        assert!(browser.submit_to(&page, "verify", &[("code", typed)]).await.shows(sentence), "{typed}");
    }
    let code = program.code_sent_to("+13575550123").await;
    let shown = browser.submit_to(&page, "verify", &[("code", &wrong(&code))]).await;
    assert!(shown.shows("Wrong code. Tries left: 2."));
    let pasted = format!("Your code is {}-{}", &code[..3], &code[3..]);
    assert_eq!(browser.submit_to(&page, "verify", &[("code", &pasted)]).await.url, browser.url("/"));
}

#[tokio::test]
async fn script_gets_the_answers_of_the_server_functions() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let page = login_page(&browser).await.url;
    let start = call(&browser, &page, "start", &[("phone_number", "x")]).await;
    assert_eq!(serde_json::from_value(start).ok(), Some(StartOutcome::Refused(Refusal::PhoneNumberInvalid)));
    let start = call(&browser, &page, "start", &[("phone_number", PHONE)]).await;
    let Ok(StartOutcome::CodeSent(sent)) = serde_json::from_value(start) else { panic!("no code was sent") };
    assert_eq!((sent.phone_number.as_str(), sent.resend_in, sent.code_length), ("+1 415 555 2671", 30, 6));
    let code = program.code_sent_to(PHONE).await;
    let outcome = |answer: Value| serde_json::from_value::<VerifyOutcome>(answer).unwrap();
    let refused = call(&browser, &page, "verify", &[("code", &wrong(&code))]).await;
    assert_eq!(outcome(refused), VerifyOutcome::Refused(Refusal::WrongCode { attempts_left: Some(2) }));
    let VerifyOutcome::Verified { continue_to } = outcome(call(&browser, &page, "verify", &[("code", &code)]).await)
    else {
        panic!("the right code was refused")
    };
    assert_eq!(browser.open(page.join(&continue_to).unwrap()).await.url, browser.url("/"));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn terms_have_to_be_accepted_here_too() {
    let links = ["--terms-url", "https://app.example/terms", "--privacy-url", "https://app.example/privacy"];
    let program = Program::with_tenant_yaml(CLIENT, &[&AS_WEB[..], &links, &["--must-accept-terms"]].concat()).await;
    let url = authorize(&program, &[]);
    let browser = program.browser();
    let page = browser.open(url).await.url;
    let refused = browser.submit_to(&page, "start", &[("phone_number", PHONE)]).await;
    assert!(refused.shows("Please accept the terms to go on."));
    assert!(refused.text.contains("href=\"https://app.example/terms\""));
    let sent = browser.submit_to(&page, "start", &[("phone_number", PHONE), ("accept_terms", "on")]).await;
    assert!(sent.shows("An SMS with the code"));
}

fn authorize(program: &Program, more: &[(&str, &str)]) -> String {
    let callback = format!("{}/callback", program.app);
    let own = [("client_id", "web"), ("redirect_uri", callback.as_str()), ("response_type", "code"), ("state", "s")];
    let url = Url::parse_with_params(&format!("{}/authorize", program.tenant), [&own[..], more].concat());
    url.unwrap().into()
}

/// The content security policy of the page that a URL leads to.
async fn policy(program: &Program, url: &str) -> String {
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let response = client.get(url).header("sec-fetch-dest", "iframe").send().await.unwrap();
    assert!(response.url().as_str().starts_with(&program.tenant));
    response.headers()["content-security-policy"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn looks_are_those_of_the_tenants_branding() {
    let program = Program::with_tenant_yaml(CLIENT, &AS_WEB).await;
    let page = program.browser().open(authorize(&program, &[])).await;
    assert!(
        page.text.contains("{--lock-accent:#123abc}") && page.text.contains("src=\"https://cdn.example/logo.svg\"")
    );
    assert!(page.text.contains("Log in – Web &amp; Co"));
    let policy = policy(&program, &authorize(&program, &[])).await;
    assert!(policy.contains("img-src 'self' data: https://cdn.example;"), "{policy}");
    for unsafe_source in ["'unsafe-inline'", "'unsafe-eval'", "*"] {
        assert!(!policy.contains(unsafe_source), "{policy}");
    }
}

#[tokio::test]
async fn client_is_served_at_the_origin_of_the_page() {
    let program = Program::both(&[]).await;
    let page = login_page(&program.browser()).await;
    assert!(page.text.contains(&format!("/pkg/client.{HASH}.css")));
    let client = reqwest::Client::builder().build().unwrap();
    for (file, caching) in [(format!("/pkg/client.{HASH}.wasm"), "immutable"), ("/logo.svg".to_owned(), "no-cache")] {
        let response = client.get(format!("{}{file}", program.tenant)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{file}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(response.headers()["cache-control"].to_str().unwrap().contains(caching), "{file}");
    }
    let nothing = client.get(format!("{}/pkg/nothing.js", program.tenant)).send().await.unwrap();
    assert_eq!(nothing.status(), 404);
}

#[tokio::test]
async fn tenant_alone_renders_it_too() {
    let program = Program::tenant(&CLIENT.replace("CALLBACK_URL", "https://app.example/callback")).await;
    let parameters =
        [("client_id", "web"), ("redirect_uri", "https://app.example/callback"), ("response_type", "code")];
    let url = Url::parse_with_params(&format!("{}/authorize", program.tenant), parameters).unwrap();
    let page = program.browser().open(url).await;
    assert!(page.status == 200 && page.shows("Enter your phone number"));
}

#[rstest]
#[case::of_a_web_origin("https://shop.example", "frame-ancestors https://shop.example")]
#[case::of_nobody("", "frame-ancestors 'none'")]
#[tokio::test]
async fn login_page_may_be_framed_by_the_clients_pages_only(#[case] origin: &str, #[case] expected: &str) {
    let program = Program::with_tenant_yaml(CLIENT, &AS_WEB).await;
    let more = [("response_mode", "web_message"), ("web_origin", origin)];
    let policy = policy(&program, &authorize(&program, &more)).await;
    assert!(policy.ends_with(expected), "{policy}");
}

#[tokio::test]
async fn origin_of_another_client_may_frame_nothing() {
    let program = Program::with_tenant_yaml(CLIENT, &AS_WEB).await;
    for foreign in ["https://evil.example", "https://shop.example.evil", "null", "https://shop.example/"] {
        let more = [("response_mode", "web_message"), ("web_origin", foreign)];
        let page = program.browser().open(authorize(&program, &more)).await;
        assert_eq!(page.status, 403, "{foreign}");
        assert!(page.shows("This page may not show the login.") && !page.shows("shop.example/"));
    }
}
