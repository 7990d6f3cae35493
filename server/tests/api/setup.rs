//! How another team adds the login to its app: other paths, a base path, protections left out, other session stores.

use crate::{
    admission::id_token,
    support::{
        PHONE,
        browser::{Browser, Page},
        fake_tenant::{FakeTenant, Key},
        log::Log,
        team_app::TeamApp,
    },
};
use axum::{
    Router,
    routing::{get, post},
};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_axum::{handle_server_fns, render_app_async, render_app_to_stream, render_app_to_stream_in_order};
use leptos_passwordless::{
    Lock, LockStyles, SignedOut,
    server::{Auth, AuthConfig, LoginFlow, Paths, Setup, install, use_current_user},
    use_login, use_user,
};
use reqwest::{Response, StatusCode};
use rstest::rstest;
use tower_sessions::MemoryStore;
use tower_sessions_moka_store::MokaStore;

const SEPARATOR: char = '\u{1f}';

async fn tenant() -> (FakeTenant, Key) {
    let (tenant, key) = (FakeTenant::new().await, Key::generate());
    tenant.is_friendly().await;
    tenant.has_key(&key).await;
    (tenant, key)
}

fn with_login(pages: Router, auth: &Auth) -> Router {
    install(pages, auth, MemoryStore::default())
}

/// The form of a page that has this field and posts to a path with this end: its action and its hidden fields.
fn form(page: &Page, end: &str, field: &str) -> (String, Vec<(String, String)>) {
    let forms = page.text.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    let forms =
        forms.filter(|form| form.contains(&format!("name=\"{field}\"")) && !form.contains("name=\"last_login\""));
    let mut found =
        forms.filter_map(|form| Some((attribute(form, "action")?, form))).filter(|(to, _)| to.ends_with(end));
    let (action, form) = found.next().unwrap_or_else(|| panic!("no form to {end} on {}: {}", page.url, page.text));
    let inputs = form.split("<input").skip(1).map(|input| input.split('>').next().unwrap());
    let hidden = inputs.filter(|input| input.contains("type=\"hidden\""));
    (action, hidden.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?))).collect())
}

fn attribute(html: &str, name: &str) -> Option<String> {
    Some(html.split_once(&format!("{name}=\""))?.1.split('"').next()?.replace("&amp;", "&"))
}

async fn submit(browser: &Browser, page: &Page, end: &str, field: (&str, &str)) -> Page {
    let (action, hidden) = form(page, end, field.0);
    let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<_> = hidden.chain([field]).collect();
    browser.submit(page.url.as_str(), &action, &fields).await
}

/// Signs in with the forms alone, beginning on this page; returns the last page.
async fn sign_in(browser: &Browser, tenant: &FakeTenant, key: &Key, flow: LoginFlow, page: &str) -> Page {
    if flow == LoginFlow::Token {
        tenant.issues(&id_token(tenant, key, Some(PHONE), None)).await;
    }
    let page = browser.open(page).await;
    let page = submit(browser, &page, "/start", ("phone_number", PHONE)).await;
    let page = submit(browser, &page, "/verify", ("code", "123456")).await;
    if flow == LoginFlow::Token {
        return page;
    }
    let sent = |name: &str| page.url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    tenant.issues(&id_token(tenant, key, Some(PHONE), Some(&sent("nonce")))).await;
    browser.open(format!("{}?code=any&state={}", sent("redirect_uri"), sent("state"))).await
}

fn location(response: &Response) -> &str {
    response.headers().get("location").map_or("", |location| location.to_str().unwrap())
}

fn caching(response: &Response) -> &str {
    response.headers().get("cache-control").map_or("", |value| value.to_str().unwrap())
}

fn other_paths() -> Paths {
    let mut paths = Paths::default();
    for (path, to) in [
        (&mut paths.login, "/sign-in"),
        (&mut paths.hosted_login, "/sign-in/hosted"),
        (&mut paths.callback, "/sign-in/done"),
        (&mut paths.logout, "/sign-out"),
        (&mut paths.api, "/internal/sign-in"),
    ] {
        to.clone_into(path);
    }
    paths
}

#[rstest]
#[case::redirect(LoginFlow::Redirect)]
#[case::token(LoginFlow::Token)]
#[tokio::test]
async fn login_works_at_other_paths(#[case] flow: LoginFlow) {
    let (tenant, key) = tenant().await;
    let configure = |config: &mut AuthConfig, _: &str| (config.login_flow, config.paths) = (flow, other_paths());
    let browser = TeamApp::with_routes(&tenant.origin(), configure, with_login).await;
    let page = sign_in(&browser, &tenant, &key, flow, "/sign-in?return_to=/profile").await;
    assert_eq!((page.url.path(), page.status), ("/profile", StatusCode::OK));
    assert_eq!(location(&browser.get("/sign-in/hosted?return_to=/profile").await), "/profile", "signed in already");
    browser.submit("/profile", "/sign-out", &[]).await;
    assert!(!browser.is_signed_in().await);
    let hosted = browser.get("/sign-in/hosted").await;
    assert!(location(&hosted).contains("%2Fsign-in%2Fdone"), "{}", location(&hosted));
    assert_eq!(location(&browser.get("/private").await), "/sign-in?return_to=%2Fprivate");

    for path in ["/login", "/login/hosted", "/callback", "/api/passwordless/state?page=/"] {
        assert_eq!(browser.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/logout", "/api/passwordless/start", "/api/passwordless/logout"] {
        assert_eq!(browser.submit("/", path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn usual_paths_are_the_apps_if_the_login_has_others() {
    let (tenant, _) = tenant().await;
    let configure = |config: &mut AuthConfig, _: &str| config.paths = other_paths();
    let browser = TeamApp::with_routes(&tenant.origin(), configure, |pages, auth| {
        let own = ["/callback", "/login/hosted", "/logout", "/api/passwordless/start"];
        let with_own = own
            .into_iter()
            .fold(pages, |pages, path| pages.route(path, get(async || "of the app").post(async || "of the app")));
        with_login(with_own, auth)
    })
    .await;
    for path in ["/callback?code=1&state=2", "/login/hosted"] {
        assert_eq!(browser.get(path).await.text().await.unwrap(), "of the app", "{path}");
    }
    for path in ["/logout", "/api/passwordless/start"] {
        assert_eq!(browser.submit("/", path, &[]).await.text, "of the app", "{path}");
    }
}

fn inside(pages: Router, auth: &Auth) -> Router {
    Router::new().nest("/auth", with_login(pages, auth))
}

fn around(pages: Router, auth: &Auth) -> Router {
    with_login(Router::new().nest("/auth", pages), auth)
}

#[rstest]
#[tokio::test]
async fn app_may_be_below_a_path(
    #[values(LoginFlow::Redirect, LoginFlow::Token)] flow: LoginFlow,
    #[values(inside, around)] install: fn(Router, &Auth) -> Router,
) {
    let (tenant, key) = tenant().await;
    let configure = |config: &mut AuthConfig, origin: &str| {
        config.login_flow = flow;
        config.app_base_url = format!("{origin}/auth").parse().unwrap();
    };
    let browser = TeamApp::with_routes(&tenant.origin(), configure, install).await;
    assert_eq!(
        location(&browser.get("/auth/private?tab=1").await),
        "/auth/login?return_to=%2Fauth%2Fprivate%3Ftab%3D1"
    );
    let page = browser.open("/auth/login").await;
    let (action, fields) = form(&page, "/start", "phone_number");
    assert_eq!(action, "/auth/api/passwordless/start");
    assert!(fields.contains(&("return_to".to_owned(), "/auth/".to_owned())), "{fields:?}");
    for attribute in [" href=\"/", " action=\"/", " src=\"/"] {
        let links: Vec<_> = page.text.split(attribute).skip(1).collect();
        assert!(links.iter().all(|link| link.starts_with("auth/")), "{attribute}{links:?}");
    }
    let page = sign_in(&browser, &tenant, &key, flow, "/auth/login?return_to=/auth/private?tab=1").await;
    assert_eq!((page.url.path(), page.text.as_str()), ("/auth/private", "for users"));
    let state = browser.get("/auth/api/passwordless/state?page=/auth/private").await;
    assert!(state.text().await.unwrap().contains("/auth/logout"));
    browser.submit("/auth/profile", "/auth/logout", &[]).await;
    assert_ne!(browser.get("/auth/profile").await.status(), StatusCode::OK);
}

async fn state_of(browser: &Browser, query: &str) -> Vec<String> {
    let response = browser.get(format!("/api/passwordless/state?{query}")).await;
    assert_eq!((response.status(), caching(&response)), (StatusCode::OK, "no-store"));
    response.text().await.unwrap().split(SEPARATOR).map(str::to_owned).collect()
}

#[tokio::test]
async fn state_is_that_of_the_browser_and_of_nobody_else() {
    let (tenant, key) = tenant().await;
    let configure = |config: &mut AuthConfig, _: &str| config.login_flow = LoginFlow::Token;
    let browser = TeamApp::with_routes(&tenant.origin(), configure, with_login).await;
    let stranger = Browser::new(browser.url("/").as_str());
    sign_in(&browser, &tenant, &key, LoginFlow::Token, "/login").await;
    let whole = state_of(&browser, "page=/private%3Ftab=1&language=").await;
    let has = |state: &[String], text: &str| state.iter().any(|field| field.contains(text));
    assert!(whole[0].parse::<u32>().is_ok(), "the version: {}", whole[0]);
    for text in ["sms|0123456789abcdef01234567", PHONE, "/private?tab=1", "Germany", "Log out"] {
        assert!(has(&whole, text), "{text}: {whole:?}");
    }
    let short = state_of(&browser, "page=/&language=en").await;
    assert_eq!(short[0], whole[0]);
    assert!(has(&short, PHONE) && !has(&short, "Germany") && !has(&short, "Log out"), "{short:?}");

    let theirs = state_of(&stranger, "page=/private&language=").await;
    assert!(has(&theirs, "Germany") && !has(&theirs, PHONE) && !has(&theirs, "sms|"), "{theirs:?}");
    for page in ["", "page=", "page=profile", "page=https://evil.example/", "page=%20", "page=*"] {
        let response = browser.get(format!("/api/passwordless/state?{page}")).await;
        assert_eq!((response.status(), caching(&response)), (StatusCode::BAD_REQUEST, "no-store"), "{page}");
    }
}

async fn from_another_site(browser: &Browser, path: &str) -> StatusCode {
    let client = reqwest::Client::new();
    client.post(browser.url(path)).header("sec-fetch-site", "cross-site").send().await.unwrap().status()
}

/// A form of 20 KiB.
async fn large_form(browser: &Browser) -> (StatusCode, String) {
    let number = "1".repeat(20 * 1024);
    let response = browser.call("start").form(&[("phone_number", number)]).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

async fn protected(tenant: &FakeTenant, change: fn(Setup) -> Setup) -> Browser {
    TeamApp::with_routes(
        &tenant.origin(),
        |_, _| (),
        |pages, auth| change(Setup::new(auth)).install(pages.route("/team", post(async || "changed"))),
    )
    .await
}

#[tokio::test]
async fn protections_are_on() {
    let (tenant, _) = tenant().await;
    let browser = protected(&tenant, |setup| setup).await;
    for path in ["/team", "/logout", "/api/passwordless/start"] {
        assert_eq!(from_another_site(&browser, path).await, StatusCode::FORBIDDEN, "{path}");
    }
    let (status, text) = large_form(&browser).await;
    assert!(status == StatusCode::BAD_REQUEST && text.contains("the body could not be read"), "{status} {text}");
    for path in ["/login", "/profile", "/callback", "/api/passwordless/state?page=/"] {
        assert_eq!(caching(&browser.get(path).await), "no-store", "{path}");
    }
}

#[tokio::test]
async fn each_protection_can_be_left_out() {
    let (tenant, _) = tenant().await;
    let browser = protected(&tenant, Setup::without_csrf).await;
    assert_eq!(from_another_site(&browser, "/team").await, StatusCode::OK);
    assert_ne!(from_another_site(&browser, "/logout").await, StatusCode::FORBIDDEN);
    assert_eq!(large_form(&browser).await.0, StatusCode::BAD_REQUEST);

    let browser = protected(&tenant, Setup::without_body_limit).await;
    let (status, text) = large_form(&browser).await;
    assert!(status == StatusCode::OK && text.contains("PhoneNumberInvalid"), "{status} {text}");
    assert_eq!(from_another_site(&browser, "/team").await, StatusCode::FORBIDDEN);

    let browser = protected(&tenant, Setup::without_no_store).await;
    for path in ["/login", "/api/passwordless/state?page=/"] {
        assert_eq!(caching(&browser.get(path).await), "", "{path}");
    }
    assert_eq!(from_another_site(&browser, "/team").await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn published_session_store_carries_a_login() {
    let (tenant, key) = tenant().await;
    let install = |pages, auth: &Auth| install(pages, auth, MokaStore::new(Some(100)));
    let browser = TeamApp::with_routes(&tenant.origin(), |_, _| (), install).await;
    let page = sign_in(&browser, &tenant, &key, LoginFlow::Redirect, "/login?return_to=/profile").await;
    assert_eq!((page.url.path(), page.status), ("/profile", StatusCode::OK));
    browser.submit("/profile", "/logout", &[]).await;
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn log_names_what_the_app_has_left_out() {
    const IN_MEMORY: &str = "sessions are in memory";
    const NO_ADDRESS: &str = "no connection information";
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false);
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
    // With a single subscriber, a thread that has none would turn an event off for all threads.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    tracing::callsite::rebuild_interest_cache();
    let (tenant, _) = tenant().await;
    TeamApp::with_routes(&tenant.origin(), |_, _| (), with_login).await.start(PHONE).await;
    assert!(!log.text().contains(IN_MEMORY) && !log.text().contains(NO_ADDRESS), "{}", log.text());

    let browser = protected(&tenant, |setup| setup).await;
    assert_eq!(log.text().matches(IN_MEMORY).count(), 1, "{}", log.text());
    browser.start(PHONE).await;
    assert!(!log.text().contains(NO_ADDRESS), "{}", log.text());
    let browser = TeamApp::without_connection_information(&tenant.origin()).await;
    for _ in 0..2 {
        browser.start(PHONE).await;
    }
    assert_eq!(log.text().matches(NO_ADDRESS).count(), 1, "{}", log.text());
}

/// What a server function sees: the user, twice, and the state of a dialog.
fn seen() -> Result<[String; 3], ServerFnError> {
    let user = use_user().get_untracked().map(|user| user.user_id).unwrap_or_default();
    let current = use_current_user().map(|user| user.user_id).unwrap_or_default();
    let login = serde_json::to_value(use_login())?;
    Ok([user, current, login.as_str().unwrap_or_default().to_owned()])
}

#[server(prefix = "/api/team", endpoint = "/by_post")]
async fn seen_by_post() -> Result<[String; 3], ServerFnError> {
    tokio::task::yield_now().await;
    seen()
}

#[server(prefix = "/api/team", endpoint = "/by_get", input = GetUrl)]
async fn seen_by_get() -> Result<[String; 3], ServerFnError> {
    tokio::task::yield_now().await;
    seen()
}

async fn call(browser: &Browser, method: &str) -> [String; 3] {
    let url = browser.url(&format!("/api/team/by_{method}"));
    let request = browser.request(method.to_uppercase().parse().unwrap(), url);
    let request =
        request.header("referer", browser.url("/private?tab=1").as_str()).header("accept", "application/json");
    request.send().await.unwrap().json().await.unwrap()
}

#[rstest]
#[tokio::test]
async fn server_functions_see_the_user_and_the_page_that_calls(#[values("post", "get")] method: &str) {
    let (tenant, key) = tenant().await;
    let configure = |config: &mut AuthConfig, _: &str| config.login_flow = LoginFlow::Token;
    let browser = TeamApp::with_routes(&tenant.origin(), configure, |pages, auth| {
        let functions = get(handle_server_fns).post(handle_server_fns);
        with_login(pages.route("/api/team/{*function}", functions), auth)
    })
    .await;
    let [user, current, _] = call(&browser, method).await;
    assert_eq!((user.as_str(), current.as_str()), ("", ""));
    sign_in(&browser, &tenant, &key, LoginFlow::Token, "/login").await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let [user, current, login] = call(&browser, method).await;
        assert_eq!((user.as_str(), current), ("sms|0123456789abcdef01234567", user.clone()));
        let fields: Vec<_> = login.split(SEPARATOR).collect();
        // Version and id come first.
        assert_eq!(fields[2..4], ["/private?tab=1", "/api/passwordless"], "{login}");
        assert!(login.contains("Germany"), "{login}");
        ids.push(fields[1].to_owned());
    }
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| id.starts_with("lock-")), "the dialogs of pages are lock0, lock1, …: {ids:?}");
}

/// The dialog is a component among others there, with a resource that takes its time.
fn page_with_a_resource() -> impl IntoView {
    let slow = Resource::new(|| (), async |()| tokio::task::yield_now().await);
    view! {
        <LockStyles />
        <SignedOut>
            <Lock />
        </SignedOut>
        <Suspense>{move || Suspend::new(async move { slow.await; "loaded" })}</Suspense>
    }
}

#[tokio::test]
async fn dialog_and_its_state_are_in_the_page_however_leptos_renders_it() {
    let (tenant, _) = tenant().await;
    let install = |pages: Router, auth: &Auth| {
        let pages = pages
            .route("/async", get(render_app_async(page_with_a_resource)))
            .route("/in-order", get(render_app_to_stream_in_order(page_with_a_resource)))
            .route("/out-of-order", get(render_app_to_stream(page_with_a_resource)));
        with_login(pages, auth)
    };
    let browser = TeamApp::with_routes(&tenant.origin(), |_, _| {}, install).await;
    for path in ["/async", "/in-order", "/out-of-order"] {
        let html = browser.get(path).await.text().await.unwrap();
        let form = html.split("<form").find(|form| form.contains("name=\"phone_number\" autocomplete"));
        assert!(form.is_some_and(|form| form.contains("action=\"/api/passwordless/start\"")), "{path}: {html}");
        // Before anything that is awaited.
        assert!(html.find("name=\"phone_number\"") < html.find("loaded"), "{path}");
        // Texts and countries travel once.
        assert_eq!(html.matches("Wrong code. Tries left").count(), 1, "{path}");
        assert_eq!(html.matches("DE|49|").count(), 1, "{path}");
    }
}
