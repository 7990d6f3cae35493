//! Proof of work before a code is sent: through the dialog, with and without JavaScript.

use crate::support::{
    PHONE,
    browser::{Browser, Page},
    program::Program,
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use serde_json::{Value, json};
use time::Duration;

const ALWAYS: [&str; 2] = ["--proof-of-work", "always"];
const SENTENCE: &str = "One moment: we are checking this request.";

/// What the script of the page puts into the form.
fn solved(challenge: &str) -> String {
    let mut proof: Value = serde_json::from_str(challenge).unwrap();
    let (salt, hash) = (proof["salt"].as_str().unwrap(), proof["challenge"].as_str().unwrap());
    let hash: Vec<_> = (0..64).step_by(2).map(|at| u8::from_str_radix(&hash[at..at + 2], 16).unwrap()).collect();
    let is_solution = |number: &u32| digest(&SHA256, format!("{salt}{number}").as_bytes()).as_ref() == hash;
    proof["number"] = json!((0..=100_000).find(is_solution).expect("a solution"));
    STANDARD.encode(proof.to_string())
}

/// The challenge with which a call of the dialog is refused.
fn asked(outcome: StartOutcome) -> String {
    match outcome {
        StartOutcome::Refused(Refusal::ProofOfWork { challenge, retry_after: 60 }) => challenge,
        other => panic!("no proof was asked for: {other:?}"),
    }
}

/// The challenge in the script of a page, if the page has that.
async fn challenge_on(browser: &Browser, page: &str) -> Option<String> {
    let html = browser.get(page).await.text().await.unwrap();
    let (before, rest) = html.split_once("\" data-challenge=\"")?;
    assert!(before.rsplit_once("<script nonce=\"").is_some_and(|(_, nonce)| nonce.len() > 10 && !nonce.contains('>')));
    Some(rest.split_once('"').unwrap().0.replace("&quot;", "\"").replace("&amp;", "&"))
}

fn login(page: &Page) -> String {
    page.url.query_pairs().find(|(name, _)| name == "login").unwrap().1.into_owned()
}

#[tokio::test]
async fn without_javascript_the_user_waits_a_minute() {
    let program = Program::both(&ALWAYS).await;
    let browser = program.browser();
    let submit = async |login: &str| {
        let fields = [("phone_number", PHONE), ("country", "US"), ("return_to", "/"), ("login", login)];
        browser.submit("/login", "/api/passwordless/start", &fields).await
    };
    let page = submit("").await;
    assert!(page.shows(SENTENCE) && page.text.contains(&format!("value=\"{PHONE}\"")), "{}", page.text);
    program.clock.advance(Duration::seconds(59));
    let page = submit(&login(&page)).await;
    assert!(page.shows(SENTENCE) && page.shows("0:01"), "{}", page.text);
    program.clock.advance(Duration::seconds(1));
    let page = submit(&login(&page)).await;
    assert!(page.shows("code"), "{}", page.text);
    assert_eq!(program.messages_to(PHONE).await.len(), 1);
    // The same for another code.
    program.clock.advance(Duration::seconds(60));
    let name = login(&page);
    let resend = async || browser.submit("/login", "/api/passwordless/resend", &[("login", &name)]).await;
    assert!(resend().await.shows(SENTENCE));
    program.clock.advance(Duration::seconds(60));
    assert!(!resend().await.shows(SENTENCE));
    assert_eq!(program.messages_to(PHONE).await.len(), 2);
}

#[tokio::test]
async fn dialog_gives_the_proof_on_the_login_page_which_knows_the_number() {
    let program = Program::both(&ALWAYS).await;
    let browser = program.browser();
    let challenge = asked(browser.start_from(PHONE, "/profile").await);
    assert_eq!(challenge_on(&browser, "/login?return_to=%2Fprofile&proof").await.as_ref(), Some(&challenge));
    let page = browser.open("/login?return_to=%2Fprofile&proof").await;
    assert!(page.shows(SENTENCE) && page.text.contains(&format!("value=\"{PHONE}\"")), "{}", page.text);
    for other in ["/", "/login", "/login?refused=expired"] {
        assert_eq!(challenge_on(&browser, other).await, None, "{other}");
    }
    let proof = solved(&challenge);
    let with_proof = [("phone_number", PHONE), ("altcha", proof.as_str())];
    assert!(matches!(browser.start_with(&with_proof).await, StartOutcome::CodeSent(_)));
    // A script that solves each new challenge would never end.
    let limited = StartOutcome::Refused(Refusal::RateLimited { retry_after: None });
    assert_eq!(program.browser().start_with(&with_proof).await, limited);
    assert_eq!(program.messages_to(PHONE).await.len(), 1);
    assert_eq!(challenge_on(&browser, "/login?proof").await, None);
}

/// The field in which the dialog keeps a confirmed number has been left with the page.
#[tokio::test]
async fn number_that_was_confirmed_is_not_asked_about_again() {
    let program = Program::both(&ALWAYS).await;
    let browser = program.browser();
    let uncertain = [("phone_number", "+1 415 555 2671 ext. 5"), ("country", "US")];
    let StartOutcome::Refused(Refusal::ConfirmNumber(number)) = browser.start_with(&uncertain).await else {
        panic!("the number is certain");
    };
    let confirmed = [uncertain[0], uncertain[1], ("confirmed", number.as_str())];
    let proof = solved(&asked(browser.start_with(&confirmed).await));
    let with_proof = [uncertain[0], uncertain[1], ("altcha", proof.as_str())];
    assert!(matches!(browser.start_with(&with_proof).await, StartOutcome::CodeSent(_)));
}

#[tokio::test]
async fn number_of_the_last_login_stays_offered() {
    let program = Program::both(&["--remember-last-login", "--proof-of-work", "always"]).await;
    let browser = program.browser();
    let proof = solved(&asked(browser.start(PHONE).await));
    browser.start_with(&[("phone_number", PHONE), ("altcha", &proof)]).await;
    let code = program.code_sent_to(PHONE).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else {
        panic!("the code was refused");
    };
    browser.open(continue_to).await;
    browser.submit("/profile", "/logout", &[]).await;

    program.clock.advance(Duration::seconds(60));
    let last = [("phone_number", ""), ("last_login", "on")];
    let challenge = asked(browser.start_with(&last).await);
    assert_eq!(challenge_on(&browser, "/login?proof").await.as_ref(), Some(&challenge));
    let page = browser.open("/login?proof").await;
    assert!(page.shows("Last time you logged in with +14•••••••71."), "{}", page.text);
    let proof = solved(&challenge);
    assert!(matches!(browser.start_with(&[last[0], last[1], ("altcha", &proof)]).await, StartOutcome::CodeSent(_)));
}

#[tokio::test]
async fn login_page_of_the_tenant_asks_for_the_proof_too() {
    let program = Program::both(&ALWAYS).await;
    let browser = program.browser();
    let url = browser.open("/login/hosted").await.url;
    let page = browser.submit_to(&url, "start", &[("phone_number", PHONE), ("country", "US")]).await;
    assert!(page.shows(SENTENCE), "{}", page.text);
    // Where the dialog of the page goes by itself.
    let challenge = challenge_on(&browser, &format!("{url}?&proof")).await.unwrap();
    let fields = [("phone_number", PHONE), ("country", "US"), ("altcha", &solved(&challenge))];
    let page = browser.submit_to(&url, "start", &fields).await;
    assert!(!page.shows(SENTENCE), "{}", page.text);
    assert_eq!(program.messages_to(PHONE).await.len(), 1);
}

#[tokio::test]
async fn in_peace_nothing_is_asked_for_and_no_page_has_the_script() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    assert!(matches!(browser.start(PHONE).await, StartOutcome::CodeSent(_)));
    for page in ["/", "/login", "/login?proof", "/gallery"] {
        let html = browser.get(page).await.text().await.unwrap();
        assert!(!html.contains("maxnumber"), "{page}");
    }
}
