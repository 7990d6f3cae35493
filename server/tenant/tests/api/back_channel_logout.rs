//! OpenID Connect Back-Channel Logout 1.0: applications are told that sessions have ended.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use passwordless_tenant::{block_users, delete_users, export_users, import_users, unblock_users};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Application, PHONE, TenantOptions, TestTenant, claims, cookie, is_signed_in};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const DAY: u64 = 24 * 60 * 60;

/// A tenant, and its application `web`.
async fn tenant_with_application() -> (TestTenant, Application) {
    let application = Application::start().await;
    (TestTenant::with(options_for(&application)).await, application)
}

/// The session cookie, and the claims of the ID token.
async fn sign_in(tenant: &TestTenant) -> (String, Value) {
    let (code, cookie) = tenant.sign_in_by_redirect(&[("scope", "openid")]).await;
    let body: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    (cookie, claims(&body["id_token"]))
}

fn claims_of(token: String) -> Value {
    claims(&token.into())
}

#[rstest]
#[case::v2("/v2/logout", "RS256", Algorithm::RS256)]
#[case::oidc("/oidc/logout", "RS256", Algorithm::RS256)]
#[case::es256("/oidc/logout", "ES256", Algorithm::ES256)]
#[tokio::test]
async fn logout_tells_the_application_which_session_ended(
    #[case] path: &str,
    #[case] jwt_alg: &'static str,
    #[case] algorithm: Algorithm,
) {
    let mut application = Application::start().await;
    let tenant = TestTenant::with(TenantOptions { jwt_alg, ..options_for(&application) }).await;
    let (cookie, id_token) = sign_in(&tenant).await;
    let hint = [("client_id", "web"), ("logout_hint", id_token["sid"].as_str().unwrap())];
    tenant.get(path).query(&hint).header("cookie", &cookie).send().await.unwrap();

    let token = application.told().await;
    let header = decode_header(&token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
    let keys: JwkSet = tenant.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&["web"]);
    validation.set_issuer(&[format!("{}/", tenant.origin)]);
    validation.validate_exp = false;
    let mut claims = decode::<Value>(&token, &key, &validation).unwrap().claims;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert!(claims["jti"].as_str().unwrap().len() >= 32);
    for of_each in ["iss", "aud", "iat", "exp", "jti"] {
        claims.as_object_mut().unwrap().remove(of_each);
    }
    assert_eq!(claims, json!({"sub": id_token["sub"], "sid": id_token["sid"], "events": {EVENT: {}}}));
}

#[derive(Clone, Copy, Debug)]
enum Command {
    Block,
    Delete,
    /// Of an export in which the user is blocked.
    Import,
}

impl Command {
    async fn run(self, tenant: &TestTenant) {
        let pool = &tenant.pool;
        match self {
            Self::Block => assert_eq!(block_users(pool, PHONE).await.unwrap().len(), 1),
            Self::Delete => assert_eq!(delete_users(pool, PHONE).await.unwrap().len(), 1),
            Self::Import => {
                let mut export = Vec::new();
                export_users(pool, &mut export).await.unwrap();
                let mut user: Value = serde_json::from_slice(&export).unwrap();
                user["blocked"] = json!(true);
                let lines = user.to_string().into_bytes();
                let imported = import_users(pool, &*tenant.clock, &lines[..], |_, _| ()).await.unwrap();
                assert_eq!(imported.newly_blocked.len(), 1);
            }
        }
    }
}

/// The command is another process, which shares only the database with the tenant.
#[rstest]
#[tokio::test]
async fn block_and_delete_end_all_sessions_of_the_user(
    #[values(Command::Block, Command::Delete, Command::Import)] command: Command,
) {
    let (tenant, mut application) = tenant_with_application().await;
    let (_, id_token) = sign_in(&tenant).await;
    command.run(&tenant).await;
    let told = claims_of(application.told().await);
    assert_eq!((&told["sub"], &told["sid"]), (&id_token["sub"], &Value::Null));
}

/// A logout afterwards is told next, so that nothing can have come before it.
#[tokio::test]
async fn new_sign_in_and_unblock_are_no_logout() {
    let (tenant, mut application) = tenant_with_application().await;
    let (first, _) = sign_in(&tenant).await;
    let again = tenant.verify_redirect_with_cookie(&tenant.code().await, &first).await;
    assert!(!is_signed_in(&tenant, &first).await, "the new session has replaced it");
    unblock_users(&tenant.pool, PHONE).await.unwrap();
    let queued: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tenant_logouts").fetch_one(&tenant.pool).await.unwrap();
    assert_eq!(queued, 0);
    tenant.get("/v2/logout").header("cookie", cookie(&again)).send().await.unwrap();
    assert!(claims_of(application.told().await)["sid"].is_string());
    assert!(application.is_quiet());
}

#[tokio::test]
async fn application_that_fails_is_told_again_with_a_new_token() {
    let (tenant, mut application) = tenant_with_application().await;
    sign_in(&tenant).await;
    application.answer(503);
    block_users(&tenant.pool, PHONE).await.unwrap();
    let first = claims_of(application.told().await);
    application.answer(204);
    let second = claims_of(told_after(&tenant, &mut application, 2).await);
    assert_eq!(first["sub"], second["sub"]);
    assert_ne!(first["jti"], second["jti"]);
    assert!(first["exp"].as_i64() < second["exp"].as_i64());
    wait_until_none_is_queued(&tenant).await;
    assert!(application.is_quiet());
}

#[tokio::test]
async fn giving_up_is_in_the_audit_log() {
    let (tenant, mut application) = tenant_with_application().await;
    sign_in(&tenant).await;
    application.answer(500);
    block_users(&tenant.pool, PHONE).await.unwrap();
    let sub = claims_of(application.told().await)["sub"].as_str().unwrap().to_owned();
    told_after(&tenant, &mut application, DAY).await;
    wait_until_none_is_queued(&tenant).await;
    let newest = passwordless_tenant::logs(&tenant.pool, 1).await.unwrap().remove(0);
    assert_eq!(newest.event, "oidc_backchannel_logout_failed");
    assert_eq!(newest.client_id.as_deref(), Some("web"));
    assert_eq!(newest.user_id, Some(sub));
    assert_eq!(newest.description.as_deref(), Some("not told of a logout after 2 attempts: it answered 500"));
}

#[tokio::test]
async fn one_of_two_instances_tells_the_application() {
    let (tenant, mut application) = tenant_with_application().await;
    let _other = tenant.another_instance_with(options_for(&application)).await;
    sign_in(&tenant).await;
    for _ in 0..5 {
        block_users(&tenant.pool, PHONE).await.unwrap();
        application.told().await;
        wait_until_none_is_queued(&tenant).await;
        assert!(application.is_quiet());
    }
}

#[tokio::test]
async fn discovery_says_that_applications_can_be_told() {
    let tenant = TestTenant::start().await;
    let metadata: Value = tenant.get("/.well-known/openid-configuration").send().await.unwrap().json().await.unwrap();
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
}

fn options_for(application: &Application) -> TenantOptions {
    TenantOptions { backchannel_logout_urls: format!("{:?}", application.url), ..TenantOptions::default() }
}

/// The clock goes on once the outcome of the attempt before is stored.
async fn told_after(tenant: &TestTenant, application: &mut Application, seconds: u64) -> String {
    let retried = "SELECT COUNT(*) FROM tenant_logout_deliveries WHERE due_at < created_at + 30000";
    until(tenant, retried, 1).await;
    tenant.clock.advance(seconds);
    application.told().await
}

async fn wait_until_none_is_queued(tenant: &TestTenant) {
    until(tenant, "SELECT COUNT(*) FROM tenant_logout_deliveries", 0).await;
}

async fn until(tenant: &TestTenant, count: &'static str, expected: i64) {
    let reached = async {
        while sqlx::query_scalar::<_, i64>(count).fetch_one(&tenant.pool).await.unwrap() != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), reached).await.unwrap();
}
