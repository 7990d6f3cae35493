use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect::Policy};
use serde::de::DeserializeOwned;
use url::Url;

const HTML: &str = "text/html,application/xhtml+xml";
const MAX_REDIRECTS: usize = 10;

/// A browser of one person: cookies are kept, redirects are followed when asked to.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    app: Url,
}

/// Where a chain of redirects ended.
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    /// The HTML, without the props of islands.
    pub text: String,
}

impl Page {
    /// Whether a person reads this there; the marks that keep numbers in one piece and from left to right are not seen.
    pub fn shows(&self, text: &str) -> bool {
        self.text.replace(['\u{2066}', '\u{2069}'], "").replace('\u{a0}', " ").contains(text)
    }
}

impl Browser {
    pub fn new(app: &str) -> Self {
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self { client, app: app.parse().unwrap() }
    }

    /// One that opens a connection for each request.
    pub fn without_keep_alive(app: &str) -> Self {
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).pool_max_idle_per_host(0);
        Self { client: client.build().unwrap(), app: app.parse().unwrap() }
    }

    /// One that names itself.
    pub fn named(app: &str, agent: &str) -> Self {
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).user_agent(agent).build().unwrap();
        Self { client, app: app.parse().unwrap() }
    }

    /// One that reaches the app in its own way.
    pub fn with_client(client: Client, app: &str) -> Self {
        Self { client, app: app.parse().unwrap() }
    }

    /// One that keeps no cookies.
    pub fn without_cookies(app: &str) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, app: app.parse().unwrap() }
    }

    pub fn url(&self, path: &str) -> Url {
        self.app.join(path).unwrap()
    }

    /// One request for a page; no redirect is followed.
    pub async fn get(&self, url: impl AsRef<str>) -> Response {
        self.client.get(self.url(url.as_ref())).header("accept", HTML).send().await.unwrap()
    }

    /// The same for a link that stands on a page of this site, as `Sec-Fetch-Site` names it.
    pub async fn get_from(&self, site: Option<&str>, url: impl AsRef<str>) -> Response {
        let request = self.client.get(self.url(url.as_ref())).header("accept", HTML);
        let request = site.into_iter().fold(request, |request, site| request.header("sec-fetch-site", site));
        request.send().await.unwrap()
    }

    /// What programs do that look ahead.
    pub async fn head(&self, url: impl AsRef<str>) -> Response {
        self.client.head(self.url(url.as_ref())).header("accept", HTML).send().await.unwrap()
    }

    /// A page as a browser gets it that asks for these languages.
    pub async fn get_in(&self, path: &str, languages: &str) -> String {
        let request = self.client.get(self.url(path)).header("accept", HTML).header("accept-language", languages);
        without_state(&request.send().await.unwrap().text().await.unwrap())
    }

    /// Opens a page, wherever that leads.
    pub async fn open(&self, url: impl AsRef<str>) -> Page {
        self.follow(self.get(url).await).await
    }

    /// What the hydrated dialog does.
    pub async fn start(&self, phone_number: &str) -> StartOutcome {
        self.start_from(phone_number, "/").await
    }

    /// What the dialog asks to be called with these fields.
    pub async fn start_with(&self, fields: &[(&str, &str)]) -> StartOutcome {
        outcome(self.call("start").form(fields)).await
    }

    pub async fn start_from(&self, phone_number: &str, return_to: &str) -> StartOutcome {
        let fields = [("phone_number", phone_number), ("country", "US"), ("return_to", return_to)];
        self.start_with(&fields).await
    }

    pub async fn resend(&self) -> StartOutcome {
        outcome(self.call("resend")).await
    }

    pub async fn verify(&self, code: &str) -> VerifyOutcome {
        outcome(self.call("verify").form(&[("code", code)])).await
    }

    /// The same for one of several logins.
    pub async fn verify_for(&self, login: &str, code: &str) -> VerifyOutcome {
        outcome(self.call("verify").form(&[("code", code), ("login", login)])).await
    }

    /// A call of a server function, as the client makes it.
    pub fn call(&self, function: &str) -> RequestBuilder {
        self.client.post(self.url(&format!("/api/passwordless/{function}"))).header("accept", "application/json")
    }

    /// Any other request.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// What a form does without JavaScript.
    pub async fn submit(&self, on_page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.client.post(self.url(path)).header("accept", HTML).form(fields);
        self.follow(request.header("referer", self.url(on_page).as_str()).send().await.unwrap()).await
    }

    /// Submits a form of the tenant's login page.
    pub async fn submit_to(&self, page: &Url, form: &str, fields: &[(&str, &str)]) -> Page {
        self.submit(page.as_str(), &format!("{page}/{form}"), fields).await
    }

    /// Signs in with a number and the code that `read` finds.
    pub async fn sign_in(&self, program: &crate::support::program::Program, phone_number: &str) -> Page {
        let started = self.start(phone_number).await;
        assert!(matches!(started, StartOutcome::CodeSent(_)), "{started:?}");
        match self.verify(&program.code_sent_to(phone_number).await).await {
            VerifyOutcome::Verified { continue_to } => self.open(continue_to).await,
            refused => panic!("the code was refused: {refused:?}"),
        }
    }

    /// The refusal of a code.
    pub async fn refusal_of(&self, code: &str) -> Refusal {
        match self.verify(code).await {
            VerifyOutcome::Refused(refusal) => refusal,
            accepted => panic!("the code was accepted: {accepted:?}"),
        }
    }

    pub async fn is_signed_in(&self) -> bool {
        self.get("/profile").await.status() == StatusCode::OK
    }

    async fn follow(&self, mut response: Response) -> Page {
        for _ in 0..MAX_REDIRECTS {
            let Some(location) = response.headers().get("location") else { break };
            let url = response.url().join(location.to_str().unwrap()).unwrap();
            response = self.client.get(url).header("accept", HTML).send().await.unwrap();
        }
        let (url, status) = (response.url().clone(), response.status());
        Page { url, status, text: without_state(&response.text().await.unwrap()) }
    }
}

/// The scripts with the state of the page have every sentence of the dialog, shown or not.
fn without_state(html: &str) -> String {
    let mut parts = html.split("<script");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("</script>").expect("the end of the script").1)
}

async fn outcome<T: DeserializeOwned>(request: RequestBuilder) -> T {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}
