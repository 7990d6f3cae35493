//! A visitor of the tenant's own login page.

use reqwest::{Client, RequestBuilder, Response, redirect::Policy};

use super::{CALLBACK, CHALLENGE, TestTenant, changed_form, location, query};

/// A browser, with a cookie store.
pub(crate) fn browser() -> Client {
    Client::builder().redirect(Policy::none()).cookie_store(true).tls_certs_only([]).build().unwrap()
}

/// A user at the login page, in a browser.
pub(crate) struct Visitor<'a> {
    tenant: &'a TestTenant,
    pub(crate) http: Client,
    pub(crate) state: String,
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
        let state = query(&location(&response), "state").unwrap();
        Self { tenant, http, state }
    }

    /// Opens the page of a login.
    pub(crate) async fn open(&self, state: &str) -> Response {
        self.http.get(self.tenant.url("/u/login")).query(&[("state", state)]).send().await.unwrap()
    }

    pub(crate) async fn page(&self) -> String {
        let response = self.open(&self.state).await;
        assert_eq!(response.status(), 200);
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://localhost:3000"));
        response.text().await.unwrap()
    }

    pub(crate) fn form(&self, form: &str, field: (&str, &str)) -> RequestBuilder {
        let url = self.tenant.url(&format!("/u/login/{form}"));
        let fields = [("state", self.state.as_str()), field];
        self.http.post(url).header("sec-fetch-site", "same-origin").form(&fields)
    }

    pub(crate) async fn post(&self, form: &str, field: (&str, &str)) -> Response {
        self.form(form, field).send().await.unwrap()
    }

    /// Posts a form, follows the redirect, and returns the page.
    pub(crate) async fn post_and_read(&self, form: &str, field: (&str, &str)) -> String {
        let response = self.post(form, field).await;
        assert_eq!(response.status(), 303);
        assert_eq!(location(&response), format!("/u/login?state={}", self.state));
        self.page().await
    }
}
