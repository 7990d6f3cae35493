//! A login page in plain words, and a visitor of it.

use async_trait::async_trait;
use http::HeaderMap;
use passwordless_tenant::{LoginAnswer, LoginPage, LoginView, PageNotice, PhoneForm, ReadNumber, RenderError};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{CALLBACK, CHALLENGE, TestTenant, changed_form, location};

/// Shows what the tenant decides, as Rust prints it.
pub(crate) struct PlainPage;

#[async_trait]
impl LoginPage for PlainPage {
    fn language(&self, ui_locales: &str, headers: &HeaderMap) -> String {
        let asked = ui_locales.split(' ').next().filter(|tag| !tag.is_empty());
        let accepted = headers.get("accept-language").and_then(|value| value.to_str().ok());
        asked.or(accepted).unwrap_or("en").to_owned()
    }

    fn read_number(&self, form: &PhoneForm<'_>) -> Result<ReadNumber, PageNotice> {
        let e164: String = form.phone_number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        if !e164.starts_with('+') || form.must_accept_terms && !form.accepts_terms {
            return Err("not on this page".into());
        }
        Ok(ReadNumber { display: format!("<{e164}>"), e164 })
    }

    fn read_code(&self, typed: &str, length: u32) -> Result<String, PageNotice> {
        let code: String = typed.chars().filter(char::is_ascii_digit).collect();
        if code.len() == length as usize { Ok(code) } else { Err("no whole code".into()) }
    }

    async fn render(&self, view: LoginView) -> Result<String, RenderError> {
        let LoginView { application, language, screen, phone_number, country, sent, notice, branding, frame, .. } =
            view;
        let form = (phone_number, country, view.accepts_terms);
        Ok(format!("{application} {language} {screen:?} {form:?} {sent:?} {notice:?} {branding:?} {frame:?}"))
    }

    fn answer(&self, answer: LoginAnswer) -> Value {
        json!(format!("{answer:?}"))
    }
}

/// A browser, with a cookie store.
pub(crate) fn browser() -> Client {
    Client::builder().redirect(Policy::none()).cookie_store(true).tls_certs_only([]).build().unwrap()
}

/// A user at the login page, in a browser.
pub(crate) struct Visitor<'a> {
    tenant: &'a TestTenant,
    pub(crate) http: Client,
    /// The path of the page.
    pub(crate) path: String,
}

impl<'a> Visitor<'a> {
    pub(crate) async fn start_login(tenant: &'a TestTenant, changes: &[(&str, &str)]) -> Self {
        Self::start_login_in(browser(), tenant, changes).await
    }

    pub(crate) async fn start_login_in(http: Client, tenant: &'a TestTenant, changes: &[(&str, &str)]) -> Self {
        let parameters = changed_form(
            &[
                ("client_id", "web"),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
                ("state", "s"),
                ("scope", "openid"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ],
            changes,
        );
        let response = http.get(tenant.url("/authorize")).query(&parameters).send().await.unwrap();
        Self { tenant, http, path: location(&response) }
    }

    /// The same browser at another instance of the program.
    pub(crate) fn at(&self, tenant: &'a TestTenant) -> Self {
        Self { tenant, http: self.http.clone(), path: self.path.clone() }
    }

    /// Opens the page of a login.
    pub(crate) async fn open(&self, path: &str) -> Response {
        self.http.get(self.tenant.url(path)).header("accept", "text/html").send().await.unwrap()
    }

    pub(crate) async fn page(&self) -> String {
        self.page_at(&self.path).await
    }

    /// The page on which another number can be typed.
    pub(crate) async fn edit(&self) -> String {
        self.page_at(&format!("{}?edit", self.path)).await
    }

    async fn page_at(&self, path: &str) -> String {
        let response = self.open(path).await;
        assert_eq!(response.status(), 200);
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://localhost:3000"));
        response.text().await.unwrap()
    }

    /// A plain form of the page, or of the page at another path.
    pub(crate) fn form_at(&self, path: &str, form: &str, field: (&str, &str)) -> RequestBuilder {
        let request = self.http.post(self.tenant.url(&format!("{path}/{form}")));
        request.header("sec-fetch-site", "same-origin").header("accept", "text/html").form(&[field])
    }

    pub(crate) fn form(&self, form: &str, field: (&str, &str)) -> RequestBuilder {
        self.form_at(&self.path, form, field)
    }

    pub(crate) async fn post(&self, form: &str, field: (&str, &str)) -> Response {
        self.form(form, field).send().await.unwrap()
    }

    /// Submits a form five times before there is a response.
    pub(crate) fn submit_in_parallel(&self, form: &str, field: (&str, &str)) -> JoinSet<reqwest::Result<Response>> {
        (0..5).map(|_| self.form(form, field).send()).collect()
    }

    /// Posts a form, follows the redirect, and returns the page.
    pub(crate) async fn post_and_read(&self, form: &str, field: (&str, &str)) -> String {
        let response = self.post(form, field).await;
        assert_eq!(response.status(), 303);
        assert_eq!(location(&response), self.path);
        self.page().await
    }

    /// Posts a form as the script of the page does.
    pub(crate) async fn call(&self, form: &str, fields: &[(&str, &str)]) -> String {
        let request = self.http.post(self.tenant.url(&format!("{}/{form}", self.path)));
        let response = request.header("sec-fetch-site", "same-origin").form(fields).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// The response to the application after the form that ends the login.
    pub(crate) async fn after(&self, form: Response) -> Response {
        assert_eq!(location(&form), format!("{}/resume", self.path));
        self.open(&location(&form)).await
    }

    /// Enters the right code; gives the response to the application.
    pub(crate) async fn enter(&self, code: &str) -> Response {
        self.after(self.post("verify", ("code", code)).await).await
    }
}
