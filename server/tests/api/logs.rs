//! What is refused is in the log, without the phone number, the code or the secret.

use crate::support::{
    log::Log,
    program::{Program, wrong},
};
use leptos_passwordless::outcome::VerifyOutcome;
use tracing_subscriber::EnvFilter;

const PHONE: &str = "+14155552999";
const SECRET: &str = "a-secret-that-nothing-else-contains";

/// Twelve digits, so that no other number in a log looks like a code.
const TENANT: &str = r"
clients:
  - name: Test
    client_id: client
    client_secret: SECRET_VALUE
    app_type: regular_web
    callbacks: [CALLBACK_URL]
    allowed_logout_urls: [CALLBACK_URL]
connections:
  - name: sms
    strategy: sms
    options: { totp: { length: 12 } }
";

/// Hears all of this process at level `debug`.
fn listen() -> Log {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("debug")).with_ansi(false);
    subscriber.with_writer(move || writer.clone()).init();
    log
}

#[tokio::test]
async fn log_holds_refusals_and_nothing_private() {
    let log = listen();
    let yaml = TENANT.replace("SECRET_VALUE", SECRET);
    for flow in ["redirect", "token"] {
        let program = Program::with_tenant_yaml(&yaml, &["--auth0-login-flow", flow]).await;
        let browser = program.browser();
        browser.start(PHONE).await;
        let code = program.code_sent_to(PHONE).await;
        assert_eq!(code.len(), 12);
        browser.refusal_of(&wrong(&code)).await;
        browser.start("12").await;
        browser.start("+1 357 555 2998").await;
        browser.start(PHONE).await;
        let code = program.code_sent_to(PHONE).await;
        let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
        browser.open(continue_to).await;
        assert!(browser.is_signed_in().await);

        let text = log.text();
        assert!(text.contains("WrongCode") && text.contains("PhoneNumberInvalid"));
        assert!(text.contains("ConfirmNumber"));
        for private in [&PHONE[1..], "357 555 2998", "3575552998", &code, &wrong(&code), SECRET] {
            assert!(
                !text.contains(private),
                "{}",
                text.lines().find(|line| line.contains(private)).unwrap_or_default()
            );
        }
    }
}
