//! A tenant with a port, a database and a clock of its own.

use std::{net::SocketAddr, sync::Arc};

use passwordless_tenant::{Clock, Entropy, Limits, OperatorKeys, Settings, Sms, SystemEntropy, TenantConfig};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde_json::{Value, json};
use sqlx::AnyPool;
use test_database::TestDatabase;
use time::OffsetDateTime;
use tokio::sync::OnceCell;
use url::Url;

use super::{
    CALLBACK, PHONE, PlainPage, TestClock, changed_form, client_assertion, cookie, location, log, otp_request, query,
};

const CONFIG: &str = include_str!("tenant.yaml");

/// A running tenant.
pub(crate) struct TestTenant {
    pub(crate) origin: String,
    pub(crate) http: Client,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) pool: AnyPool,
    pub(crate) database: Arc<TestDatabase>,
}

/// Options of a test.
pub(crate) struct TenantOptions {
    pub(crate) limits: Limits,
    pub(crate) sms: Sms,
    pub(crate) code_length: usize,
    /// Where the connection `gateway` sends to.
    pub(crate) gateway_url: String,
    /// Where a logout without a client may end, as in the file.
    pub(crate) tenant_logout_urls: &'static str,
    /// Where the client `web` is told of logouts, as in the file.
    pub(crate) backchannel_logout_urls: String,
    /// How tokens of the client `web` are signed.
    pub(crate) jwt_alg: &'static str,
    /// The URL behind a proxy; by default the address that the tenant listens on.
    pub(crate) public_url: Option<Url>,
    /// Keys of the operator, which the tenant does not generate.
    pub(crate) keys: OperatorKeys,
}

impl Default for TenantOptions {
    fn default() -> Self {
        let limits =
            Limits { starts_per_ip_hour: 0, starts_per_phone_hour: 0, pumping_breaker: false, ..Limits::default() };
        let gateway_url = "http://gateway.invalid/".to_owned();
        Self {
            limits,
            sms: Sms::Outbox,
            code_length: 6,
            gateway_url,
            tenant_logout_urls: "",
            backchannel_logout_urls: String::new(),
            jwt_alg: "RS256",
            public_url: None,
            keys: OperatorKeys::default(),
        }
    }
}

impl TestTenant {
    pub(crate) async fn start() -> Self {
        Self::with(TenantOptions::default()).await
    }

    pub(crate) async fn with(options: TenantOptions) -> Self {
        log::record();
        let (database, pool) = database_with_keys().await;
        Self::serve(options, database, pool, start_time()).await
    }

    async fn serve(options: TenantOptions, database: Arc<TestDatabase>, pool: AnyPool, now: OffsetDateTime) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let variables = |name: &str| match name {
            "SIGNER_PEM" => Some(client_assertion::public_pem()),
            "GATEWAY_URL" => Some(options.gateway_url.clone()),
            "BACKCHANNEL_LOGOUT_URLS" => Some(options.backchannel_logout_urls.clone()),
            "JWT_ALG" => Some(options.jwt_alg.to_owned()),
            "TENANT_LOGOUT_URLS" => Some(options.tenant_logout_urls.to_owned()),
            _ => Some(options.code_length.to_string()),
        };
        let settings = Settings {
            public_url: options.public_url.clone().unwrap_or_else(|| Url::parse(&origin).unwrap()),
            config: TenantConfig::from_yaml(CONFIG, variables).unwrap().0,
            sms: options.sms,
            limits: options.limits,
            keys: options.keys,
            login_page: Arc::new(PlainPage),
        };
        let clock = Arc::new(TestClock::at(now));
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let clock_of_tenant = Arc::clone(&clock) as Arc<dyn Clock>;
        let tenant = passwordless_tenant::build(settings, pool.clone(), clock_of_tenant, entropy).await.unwrap();
        tokio::spawn(tenant.back_channel.run());
        let service = tenant.router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        // Without TLS; loading the certificates of the system takes a good part of the start.
        let http = Client::builder().redirect(Policy::none()).tls_certs_only([]).build().unwrap();
        Self { origin, http, clock, pool, database }
    }

    /// The tenant after a restart of the program.
    pub(crate) async fn restarted(self) -> Self {
        self.restarted_with(TenantOptions::default()).await
    }

    pub(crate) async fn restarted_with(self, options: TenantOptions) -> Self {
        let now = self.clock.now();
        self.pool.close().await;
        let pool = self.database.connect().await;
        Self::serve(options, self.database, pool, now).await
    }

    /// Another instance of the program on the same database, with an outbox of its own.
    pub(crate) async fn another_instance(&self) -> Self {
        self.another_instance_with(TenantOptions::default()).await
    }

    pub(crate) async fn another_instance_with(&self, options: TenantOptions) -> Self {
        let database = Arc::clone(&self.database);
        Self::serve(options, database, self.pool.clone(), self.clock.now()).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.http.post(self.url(path)).json(body)
    }

    /// Requests a code, and reads it in the outbox.
    pub(crate) async fn code(&self) -> String {
        self.code_for("sms", PHONE).await
    }

    pub(crate) async fn code_for(&self, connection: &str, phone_number: &str) -> String {
        assert_eq!(self.request_code(connection, phone_number).await.status(), 200);
        self.newest_code().await
    }

    pub(crate) async fn request_code(&self, connection: &str, phone_number: &str) -> Response {
        let body = json!({
            "client_id": "web",
            "client_secret": "web-secret",
            "connection": connection,
            "phone_number": phone_number,
        });
        self.post("/passwordless/start", &body).send().await.unwrap()
    }

    /// The same by another client, which may have a secret.
    pub(crate) async fn code_for_client(&self, client_id: &str, secret: Option<&str>) -> String {
        let body = json!({"client_id": client_id, "client_secret": secret, "connection": "sms", "phone_number": PHONE});
        assert_eq!(self.post("/passwordless/start", &body).send().await.unwrap().status(), 200);
        self.newest_code().await
    }

    pub(crate) async fn newest_code(&self) -> String {
        let messages = self.messages().await;
        let body = messages[0]["body"].as_str().unwrap().to_owned();
        body.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() >= 4).unwrap().to_owned()
    }

    pub(crate) async fn messages(&self) -> Vec<Value> {
        let request = self.get("/outbox").header("accept", "application/json");
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Redeems a code with the OTP grant, for a user at this address.
    pub(crate) async fn redeem(&self, code: &str) -> Response {
        let request = self.post("/oauth/token", &otp_request(code)).header("auth0-forwarded-for", "127.0.0.1");
        request.send().await.unwrap()
    }

    pub(crate) async fn verify(&self, code: &str) -> Response {
        let form = [("connection", "sms"), ("phone_number", PHONE), ("verification_code", code)];
        self.http.post(self.url("/passwordless/verify")).form(&form).send().await.unwrap()
    }

    /// Signs in with `verify_redirect`; returns the authorization code and the session cookie.
    pub(crate) async fn sign_in_by_redirect(&self, changes: &[(&str, &str)]) -> (String, String) {
        let code = self.code().await;
        let response = self.verify_redirect(&code, changes).await;
        let cookie = cookie(&response);
        let answer = location(&response);
        (query(&answer, "code").unwrap_or_else(|| panic!("no code in {answer}")), cookie)
    }

    pub(crate) async fn verify_redirect(&self, code: &str, changes: &[(&str, &str)]) -> Response {
        self.verify_redirect_request(code, changes).send().await.unwrap()
    }

    /// In a browser that has a session.
    pub(crate) async fn verify_redirect_with_cookie(&self, code: &str, cookie: &str) -> Response {
        self.verify_redirect_request(code, &[]).header("cookie", cookie).send().await.unwrap()
    }

    fn verify_redirect_request(&self, code: &str, changes: &[(&str, &str)]) -> RequestBuilder {
        let parameters = changed_form(
            &[
                ("client_id", "web"),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
                ("connection", "sms"),
                ("phone_number", PHONE),
                ("verification_code", code),
            ],
            changes,
        );
        // The referer shows that a page of the application sent the browser.
        let request = self.get("/passwordless/verify_redirect").header("referer", "http://localhost:3000/");
        request.query(&parameters)
    }

    /// Exchanges an authorization code, with some parameters changed, added or (empty) left out.
    pub(crate) async fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> Response {
        let form = changed_form(
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "web"),
                ("client_secret", "web-secret"),
                ("code", code),
                ("redirect_uri", CALLBACK),
            ],
            changes,
        );
        self.http.post(self.url("/oauth/token")).form(&form).send().await.unwrap()
    }

    /// Adds a user of the connection `members`, at which nobody can sign up.
    pub(crate) async fn add_member(&self, phone_number: &str) {
        let add = "INSERT INTO tenant_users (connection, phone_number, user_id, created_at, updated_at) \
                   VALUES ('members', $1, $2, 0, 0)";
        let user_id = format!("{:0>24}", phone_number.trim_start_matches('+'));
        sqlx::query(add).bind(phone_number).bind(user_id).execute(&self.pool).await.unwrap();
    }

    /// Removes a user and leaves the codes under way, which the operator's command removes too.
    pub(crate) async fn remove_member(&self, phone_number: &str) {
        let remove = "DELETE FROM tenant_users WHERE connection = 'members' AND phone_number = $1";
        let done = sqlx::query(remove).bind(phone_number).execute(&self.pool).await.unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    pub(crate) async fn block_users(&self) {
        let done = sqlx::query("UPDATE tenant_users SET blocked = TRUE").execute(&self.pool).await.unwrap();
        assert_eq!(done.rows_affected(), 1);
    }
}

/// An empty database but for signing keys: generating RSA keys takes longer than most tests.
async fn database_with_keys() -> (Arc<TestDatabase>, AnyPool) {
    static KEYS: OnceCell<Vec<(String, String, i64)>> = OnceCell::const_new();
    let make = async || {
        let (database, pool) = empty_database().await;
        let tenant = TestTenant::serve(TenantOptions::default(), database, pool, start_time()).await;
        let keys = sqlx::query_as("SELECT slot, pkcs8, created_at FROM tenant_signing_keys");
        keys.fetch_all(&tenant.pool).await.unwrap()
    };
    let keys = KEYS.get_or_init(make).await;
    let (database, pool) = empty_database().await;
    for (slot, pkcs8, created_at) in keys {
        let insert = sqlx::query("INSERT INTO tenant_signing_keys (slot, pkcs8, created_at) VALUES ($1, $2, $3)");
        insert.bind(slot).bind(pkcs8).bind(created_at).execute(&pool).await.unwrap();
    }
    (database, pool)
}

async fn empty_database() -> (Arc<TestDatabase>, AnyPool) {
    let database = Arc::new(TestDatabase::empty().await);
    let pool = database.connect().await;
    passwordless_tenant::migrations().run(&pool).await.unwrap();
    (database, pool)
}

fn start_time() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}
