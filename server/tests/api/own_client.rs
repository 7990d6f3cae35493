//! A login that could not end is told at the start, with what to do about it.

use crate::support::{fake_tenant::Key, program::Program};
use rstest::rstest;

/// As it should be, for the default `APP_BASE_URL`.
const TENANT: &str = r"
clients:
  - name: Phone
    client_id: phone
    app_type: native
  - name: Web
    client_id: web
    client_secret: hush
    app_type: regular_web
    callbacks: ['http://localhost:3000/callback']
    allowed_logout_urls: ['http://localhost:3000/']
    grant_types: [authorization_code, 'http://auth0.com/oauth/grant-type/passwordless/otp']
connections:
  - { name: sms, strategy: sms }
";

async fn refuses(yaml: &str, arguments: &[&str], because: &str, remedy: &str) {
    let said = Program::refusal(yaml, arguments).await;
    assert!(said.contains(because) && said.contains(remedy) && !said.contains("hush"), "{said}");
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn own_client_defaults_to_the_first_with_a_secret(#[case] flow: &str) {
    assert_eq!(Program::refusal(TENANT, &["--auth0-login-flow", flow]).await, "");
}

#[tokio::test]
async fn own_client_must_exist_and_have_a_secret() {
    refuses(TENANT, &["--auth0-client-id", "nobody"], "no client nobody", "set AUTH0_CLIENT_ID").await;
    refuses(TENANT, &["--auth0-client-id", "phone"], "client phone does not prove", "client_secret").await;
    let public = TENANT.replace("app_type: regular_web", "token_endpoint_auth_method: none");
    refuses(&public, &[], "no client with a secret", "regular_web").await;
    refuses(&TENANT.replace("hush", "' '"), &[], "no client with a secret", "regular_web").await;
}

#[tokio::test]
async fn own_client_must_allow_the_callback() {
    let elsewhere = ["--app-base-url", "http://127.0.0.1:3000"];
    refuses(TENANT, &elsewhere, "callbacks of the client web lack http://127.0.0.1:3000/callback", "APP_BASE_URL")
        .await;
    let token = [&elsewhere[..], &["--auth0-login-flow", "token"]].concat();
    assert_eq!(Program::refusal(TENANT, &token).await, "", "no browser comes back there");
}

#[tokio::test]
async fn own_client_must_be_allowed_the_audience() {
    let asks = ["--auth0-audience", "https://api.example"];
    refuses(TENANT, &asks, "may not ask for AUTH0_AUDIENCE https://api.example", "resourceServers").await;
    let api = format!("{TENANT}resourceServers: [{{ name: API, identifier: 'https://api.example' }}]\n");
    assert_eq!(Program::refusal(&api, &asks).await, "");
    let own = ["--auth0-audience", "http://localhost:3001/userinfo", "--tenant-public-url", "http://localhost:3001"];
    assert_eq!(Program::refusal(TENANT, &own).await, "", "older SDKs name it");
}

#[tokio::test]
async fn own_client_must_sign_as_the_app_is_configured() {
    let es256 = ["--auth0-id-token-alg", "ES256"];
    assert_eq!(Program::refusal(TENANT, &es256).await, "", "the client follows where its file says nothing");
    let written = |alg: &str| {
        TENANT.replace("    client_secret", &format!("    jwt_configuration: {{ alg: {alg} }}\n    client_secret"))
    };
    assert_eq!(Program::refusal(&written("ES256"), &es256).await, "");
    refuses(&written("ES256"), &[], "web has jwt_configuration.alg ES256", "AUTH0_ID_TOKEN_ALG is RS256").await;
    refuses(&written("RS256"), &es256, "web has jwt_configuration.alg RS256", "AUTH0_ID_TOKEN_ALG is ES256").await;
    let rsa = format!("--tenant-signing-key={}", Key::generate().pem());
    let own_key = [&es256[..], &[rsa.as_str()]].concat();
    refuses(TENANT, &own_key, "the signing key cannot be used", "no key is on P-256").await;
}

#[tokio::test]
async fn own_client_must_be_allowed_the_grant_of_the_flow() {
    let grants = "grant_types: [authorization_code, 'http://auth0.com/oauth/grant-type/passwordless/otp']";
    let refreshes = ["--auth0-scope", "openid offline_access"];
    refuses(TENANT, &refreshes, "refresh_token", "add it to its grant_types").await;
    for (flow, other, grant) in
        [("redirect", "refresh_token", "authorization_code"), ("token", "authorization_code", "passwordless/otp")]
    {
        let yaml = TENANT.replace(grants, &format!("grant_types: [{other}]"));
        refuses(&yaml, &["--auth0-login-flow", flow], grant, "add it to its grant_types").await;
    }
}

#[tokio::test]
async fn twilio_api_key_is_refused_as_account_sid() {
    let twilio = ["--twilio-auth-token", "hush", "--twilio-account-sid", "SK0", "--twilio-from", "+15005550006"];
    refuses(TENANT, &twilio, "TWILIO_ACCOUNT_SID must begin with AC", "AC").await;
    let twilio =
        ["--twilio-auth-token", "hush", "--twilio-account-sid", "AC0", "--twilio-messaging-service-sid", "PN0"];
    refuses(TENANT, &twilio, "TWILIO_MESSAGING_SERVICE_SID must begin with MG", "MG").await;
}
