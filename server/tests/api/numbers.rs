//! Numbers that are asked back, and that are sent to once they are confirmed.

use crate::support::program::Program;
use leptos_passwordless::outcome::{Refusal, StartOutcome};

fn asked(phone_number: &str) -> StartOutcome {
    StartOutcome::Refused(Refusal::ConfirmNumber(phone_number.to_owned()))
}

#[tokio::test]
async fn unlisted_number_needs_one_confirmation() {
    for (typed, country, display, e164) in [
        ("357 555 0123", "US", "+1 357 555 0123", "+13575550123"),
        ("4545 0000", "HK", "+852 4545 0000", "+85245450000"),
        ("057 123 4567", "AE", "+971 57 123 4567", "+971571234567"),
    ] {
        let program = Program::both(&[]).await;
        let browser = program.browser();
        let form = [("phone_number", typed), ("country", country)];
        assert_eq!(browser.start_with(&form).await, asked(display));
        // The preview has shown it; that is no answer to the question.
        let previewed = [&form[..], &[("previewed", display)]].concat();
        assert_eq!(browser.start_with(&previewed).await, asked(display));
        assert!(program.codes_sent_to(e164).await.is_empty());
        let confirmed = [&form[..], &[("confirmed", display)]].concat();
        assert!(matches!(browser.start_with(&confirmed).await, StartOutcome::CodeSent(_)), "{typed}");
        assert_eq!(program.codes_sent_to(e164).await.len(), 1);
    }
}

#[tokio::test]
async fn confirmation_of_another_number_does_not_count() {
    let program = Program::both(&[]).await;
    let form = [("phone_number", "4545 0001"), ("country", "HK"), ("confirmed", "+852 4545 0000")];
    assert_eq!(program.browser().start_with(&form).await, asked("+852 4545 0001"));
}

#[tokio::test]
async fn previewed_number_is_sent_or_needs_confirmation() {
    let program = Program::both(&[]).await;
    let form = [("phone_number", "+229 97123456"), ("country", "BJ"), ("previewed", "+229 97123456")];
    assert_eq!(program.browser().start_with(&form).await, asked("+229 01 97 12 34 56"));
    let form = [("phone_number", "491711234567"), ("country", "DE")];
    assert_eq!(program.browser().start_with(&form).await, asked("+49 171 1234567"));
    let form = [("phone_number", "+44 07911 123456"), ("country", "US"), ("previewed", "+44 7911123456")];
    assert!(matches!(program.browser().start_with(&form).await, StartOutcome::CodeSent(_)));
}

#[tokio::test]
async fn confirmation_works_without_javascript() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let form = [("phone_number", "4545 0000"), ("country", "HK")];
    let page = browser.submit("/login", "/api/passwordless/start", &form).await;
    assert!(page.shows("Is +852 4545 0000 right?"));
    assert!(
        page.text.contains(r#"name="confirmed" value="+852 4545 0000""#) && page.text.contains(r#"value="4545 0000""#)
    );
    let confirmed = [&form[..], &[("confirmed", "+852 4545 0000")]].concat();
    let page = browser.submit("/login", "/api/passwordless/start", &confirmed).await;
    assert!(page.shows("has been sent to +852 4545 0000."));
}

#[tokio::test]
async fn old_number_format_is_converted() {
    let program = Program::both(&[]).await;
    for (typed, country) in [("+52 1 55 1234 5678", "US"), ("044 55 1234 5678", "MX"), ("55 1234 5678", "MX")] {
        let form = [("phone_number", typed), ("country", country)];
        assert!(matches!(program.browser().start_with(&form).await, StartOutcome::CodeSent(_)), "{typed}");
    }
    assert_eq!(program.codes_sent_to("+525512345678").await.len(), 3);
}

#[tokio::test]
async fn unlisted_numbers_count_more_towards_the_ip_limit() {
    let program = Program::both(&["--limit-starts-per-ip-hour", "10"]).await;
    let mut sent = 0;
    for last in 0..4 {
        let number = format!("+1 357 555 012{last}");
        let form = [("phone_number", number.as_str()), ("confirmed", &number)];
        sent += usize::from(matches!(program.browser().start_with(&form).await, StartOutcome::CodeSent(_)));
    }
    assert_eq!(sent, 2);
}

/// Nothing can be dialled after an SMS.
#[tokio::test]
async fn an_extension_is_asked_about_unless_the_dialog_showed_the_number_without_it() {
    let program = Program::both(&[]).await;
    let fields = |more: [(&'static str, &'static str); 1]| {
        [[("phone_number", "(415) 555-2671#12"), ("country", "US")].as_slice(), &more].concat()
    };
    let browser = program.browser();
    let asked = browser.start_with(&fields([("previewed", "")])).await;
    assert_eq!(asked, self::asked("+1 415 555 2671"));
    assert!(program.messages().await.is_empty());
    for shown in [("confirmed", "+1 415 555 2671"), ("previewed", "+1 415 555 2671")] {
        assert!(matches!(program.browser().start_with(&fields([shown])).await, StartOutcome::CodeSent(_)));
    }
}
