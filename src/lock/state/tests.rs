use super::*;
use proptest::prelude::*;

fn refusal() -> impl Strategy<Value = Refusal> {
    prop_oneof![
        Just(Refusal::PhoneNumberInvalid),
        Just(Refusal::RateLimited { retry_after: Some(7) }),
        (0u32..3).prop_map(|n| Refusal::WrongCode { attempts_left: Some(n) }),
        Just(Refusal::CodeExpired),
        Just(Refusal::TooManyAttempts),
        Just(Refusal::NoPendingLogin),
        Just(Refusal::TenantUnavailable),
        Just(Refusal::Unexpected),
    ]
}

fn started() -> impl Strategy<Value = Result<StartOutcome, ApiError>> {
    prop_oneof![
        (0u32..40).prop_map(|resend_in| {
            Ok(StartOutcome::CodeSent(CodeSent { phone_number: "+1 415 555 2671".to_owned(), resend_in }))
        }),
        refusal().prop_map(|refusal| Ok(StartOutcome::Refused(refusal))),
        Just(Err(ApiError::Unreachable)),
        Just(Err(ApiError::ServerError)),
    ]
}

fn verified() -> impl Strategy<Value = Result<VerifyOutcome, ApiError>> {
    prop_oneof![
        Just(Ok(VerifyOutcome::Verified { continue_to: "/profile".to_owned() })),
        refusal().prop_map(|refusal| Ok(VerifyOutcome::Refused(refusal))),
        Just(Err(ApiError::Unreachable)),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::CountryChosen(Country::default())),
        "( |[0-9+() -]{0,12})".prop_map(Event::PhoneNumberTyped),
        "( |[0-9 ]{0,8})".prop_map(Event::CodeTyped),
        Just(Event::PhoneNumberSubmitted),
        Just(Event::CodeSubmitted),
        Just(Event::ResendPressed),
        Just(Event::EditNumberPressed),
        (0u32..40).prop_map(Event::CountedDown),
        started().prop_map(Event::Started),
        verified().prop_map(Event::Verified),
    ]
}

/// What a person typed last, followed beside the machine.
fn typed(event: &Event, before: String) -> String {
    if let Event::PhoneNumberTyped(text) = event { text.clone() } else { before }
}

/// Events that a person, or the server answering, can always cause from here.
fn ways_on(state: &State) -> Vec<Event> {
    match (&state.screen, state.waiting_for) {
        (_, Some(Request::Verify)) => vec![Event::Verified(Err(ApiError::Unreachable))],
        (_, Some(_)) => vec![Event::Started(Err(ApiError::Unreachable))],
        (Screen::EnterPhone, None) => vec![Event::PhoneNumberTyped("1".to_owned()), Event::PhoneNumberSubmitted],
        (Screen::EnterCode, None) => vec![Event::EditNumberPressed],
        // The browser leaves; the screen holds the link.
        (Screen::SignedIn { .. }, None) => vec![],
    }
}

proptest! {
    #[test]
    fn nothing_is_sent_while_a_field_is_empty(events in prop::collection::vec(event(), 0..60)) {
        let mut state = State::default();
        for event in events {
            match state.update(event) {
                Some(Effect::Start { phone_number, .. }) => prop_assert!(!phone_number.trim().is_empty()),
                Some(Effect::Verify { code }) => prop_assert!(!code.trim().is_empty()),
                _ => {}
            }
        }
    }

    #[test]
    fn one_request_is_under_way_at_a_time(events in prop::collection::vec(event(), 0..60)) {
        let mut state = State::default();
        for event in events {
            let waited = state.waiting_for.is_some();
            let effect = state.update(event);
            let asked = matches!(effect, Some(Effect::Start { .. } | Effect::Resend | Effect::Verify { .. }));
            prop_assert!(!(waited && asked));
            prop_assert!(!asked || state.waiting_for.is_some());
        }
    }

    #[test]
    fn a_new_code_is_never_asked_for_before_its_time(events in prop::collection::vec(event(), 0..60)) {
        let mut state = State::default();
        for event in events {
            let left = state.sent.as_ref().map(|sent| sent.resend_in);
            if state.update(event) == Some(Effect::Resend) {
                prop_assert_eq!(left, Some(0));
            }
        }
    }

    #[test]
    fn the_typed_number_is_never_lost(events in prop::collection::vec(event(), 0..60)) {
        let mut state = State::default();
        let mut number = String::new();
        for event in events {
            number = typed(&event, number);
            state.update(event);
            prop_assert_eq!(&state.phone_number, &number);
        }
    }

    #[test]
    fn every_state_has_a_way_on(events in prop::collection::vec(event(), 0..60)) {
        let mut state = State::default();
        for event in events {
            state.update(event);
        }
        let before = state.clone();
        let ways = ways_on(&state);
        let is_the_end = ways.is_empty();
        for event in ways {
            state.update(event);
        }
        prop_assert!(is_the_end || state != before);
    }

    #[test]
    fn an_answer_nobody_waits_for_changes_nothing(answer in started(), late in verified()) {
        let mut state = State::default();
        prop_assert_eq!(state.update(Event::Started(answer)), None);
        prop_assert_eq!(state.update(Event::Verified(late)), None);
        prop_assert_eq!(state, State::default());
    }
}

fn at_the_code() -> State {
    let mut state = State::default();
    state.update(Event::PhoneNumberTyped("4155552671".to_owned()));
    state.update(Event::PhoneNumberSubmitted);
    let sent = CodeSent { phone_number: "+1 415 555 2671".to_owned(), resend_in: 30 };
    state.update(Event::Started(Ok(StartOutcome::CodeSent(sent))));
    state
}

#[test]
fn phone_then_code_then_away() {
    let mut state = at_the_code();
    assert_eq!(state.screen, Screen::EnterCode);
    state.update(Event::CodeTyped("123456".to_owned()));
    assert_eq!(state.update(Event::CodeSubmitted), Some(Effect::Verify { code: "123456".to_owned() }));
    let answer = Ok(VerifyOutcome::Verified { continue_to: "/profile".to_owned() });
    assert_eq!(state.update(Event::Verified(answer)), Some(Effect::GoTo("/profile".to_owned())));
    assert_eq!(state.screen, Screen::SignedIn { continue_to: "/profile".to_owned() });
}

#[test]
fn an_empty_field_is_refused_with_a_sentence() {
    let mut state = State::default();
    assert_eq!(state.update(Event::PhoneNumberSubmitted), None);
    assert_eq!(state.notice, Some(Notice::Refused(Refusal::PhoneNumberMissing)));

    let mut state = at_the_code();
    assert_eq!(state.update(Event::CodeSubmitted), None);
    assert_eq!(state.notice, Some(Notice::Refused(Refusal::CodeMissing)));
}

#[test]
fn a_wrong_code_clears_the_field_and_keeps_the_screen() {
    let mut state = at_the_code();
    state.update(Event::CodeTyped("000000".to_owned()));
    state.update(Event::CodeSubmitted);
    let wrong = Refusal::WrongCode { attempts_left: Some(2) };
    state.update(Event::Verified(Ok(VerifyOutcome::Refused(wrong))));
    assert_eq!((state.screen, state.code), (Screen::EnterCode, String::new()));
    assert_eq!(state.notice, Some(Notice::Refused(wrong)));
}

#[test]
fn a_resend_waits_for_the_countdown_and_says_so_when_sent() {
    let mut state = at_the_code();
    assert_eq!(state.update(Event::ResendPressed), None);
    state.update(Event::CountedDown(0));
    assert_eq!(state.update(Event::ResendPressed), Some(Effect::Resend));
    let sent = CodeSent { phone_number: "+1 415 555 2671".to_owned(), resend_in: 30 };
    state.update(Event::Started(Ok(StartOutcome::CodeSent(sent))));
    assert_eq!((state.notice, state.can_resend()), (Some(Notice::Resent), false));
}

#[test]
fn the_number_can_be_edited() {
    let mut state = at_the_code();
    state.update(Event::EditNumberPressed);
    assert_eq!((state.screen, state.phone_number.as_str()), (Screen::EnterPhone, "4155552671"));
}
