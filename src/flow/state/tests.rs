use super::*;
use proptest::prelude::*;

fn refusal() -> impl Strategy<Value = Refusal> {
    prop_oneof![
        Just(Refusal::PhoneNumberInvalid),
        Just(Refusal::RateLimited { retry_after: Some(7) }),
        (0u32..3).prop_map(|n| Refusal::WrongCode { attempts_left: Some(n) }),
        Just(Refusal::CodeReplaced),
        Just(Refusal::Misconfigured),
        Just(Refusal::Hook("Not today.".to_owned())),
        Just(Refusal::CodeExpired),
        Just(Refusal::TooManyAttempts),
        Just(Refusal::NoPendingLogin),
        Just(Refusal::TenantUnavailable),
        Just(Refusal::Unexpected),
    ]
}

fn sent(resend_in: u32, code_length: u32) -> CodeSent {
    let (login, phone_number) = ("a login".to_owned(), "+1 415 555 2671".to_owned());
    CodeSent { login, phone_number, resend_in, code_length, expires_in: 180 }
}

fn started() -> impl Strategy<Value = Result<StartOutcome, ApiError>> {
    prop_oneof![
        (0u32..40, prop_oneof![Just(0u32), 4u32..8])
            .prop_map(|(resend_in, length)| { Ok(StartOutcome::CodeSent(sent(resend_in, length))) }),
        refusal().prop_map(|refusal| Ok(StartOutcome::Refused(refusal))),
        Just(Err(ApiError::Unreachable)),
        Just(Err(ApiError::ServerError)),
        Just(Err(ApiError::TemporarilyUnavailable)),
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
        Just(Event::Hydrated),
        Just(Event::CountryChosen(Country::default())),
        (0usize..9).prop_map(Event::ListOpened),
        "[a-z]{0,3}".prop_map(Event::CountrySearched),
        (0usize..9).prop_map(Event::RowReached),
        Just(Event::ListClosed),
        "( |[0-9+() -]{0,12})".prop_map(Event::PhoneNumberTyped),
        "( |[0-9 ]{0,8})".prop_map(Event::CodeTyped),
        any::<bool>().prop_map(Event::TermsTicked),
        Just(Event::PhoneNumberSubmitted),
        Just(Event::LastLoginPressed),
        Just(Event::CodeSubmitted),
        Just(Event::ResendPressed),
        Just(Event::EditNumberPressed),
        (0u32..200).prop_map(Event::TimePassed),
        Just(Event::TimedOut),
        started().prop_map(Event::Started),
        verified().prop_map(Event::Verified),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 0..60)
}

/// Every way a dialog can begin.
fn beginning() -> impl Strategy<Value = State> {
    let screen = prop_oneof![
        Just(Screen::EnterPhone),
        Just(Screen::LastLogin { phone_number: "+14•••••••71".to_owned() }),
        Just(Screen::MoreSteps),
        Just(Screen::Unrecoverable),
    ];
    (screen, any::<bool>()).prop_map(|(screen, must_accept_terms)| State {
        screen,
        must_accept_terms,
        ..State::default()
    })
}

/// The text typed last, tracked independently of the machine.
fn typed(event: &Event, before: String) -> String {
    if let Event::PhoneNumberTyped(text) = event { text.clone() } else { before }
}

/// Events that the user or a response can always cause in this state.
fn ways_on(state: &State) -> Vec<Event> {
    match (&state.screen, state.waiting_for) {
        (_, Some(Request::Verify)) => vec![Event::Verified(Err(ApiError::Unreachable))],
        (_, Some(_)) => vec![Event::Started(Err(ApiError::Unreachable))],
        (Screen::EnterPhone, None) => {
            vec![Event::TermsTicked(true), Event::PhoneNumberTyped("1".to_owned()), Event::PhoneNumberSubmitted]
        }
        (Screen::LastLogin { .. } | Screen::EnterCode | Screen::MoreSteps | Screen::Unrecoverable, None) => {
            vec![Event::EditNumberPressed]
        }
        // The browser leaves; the screen holds the link.
        (Screen::SignedIn { .. }, None) => vec![],
    }
}

proptest! {
    #[test]
    fn nothing_is_sent_while_a_field_is_empty(mut state in beginning(), events in events()) {
        for event in events {
            if let Some(Command::Start { phone_number, .. }) = state.update(event) {
                prop_assert!(!phone_number.trim().is_empty());
            }
        }
    }

    #[test]
    fn only_a_whole_code_is_sent(mut state in beginning(), events in events()) {
        for event in events {
            if let Some(Command::Verify { code }) = state.update(event) {
                let length = state.sent.as_ref().map_or(0, |sent| sent.code_length as usize);
                prop_assert!(if length == 0 { code.len() >= 4 } else { code.len() == length }, "{code}");
            }
        }
    }

    #[test]
    fn terms_gate_every_way_to_a_code(mut state in beginning(), events in events()) {
        for event in events {
            let lacks_terms = state.lacks_terms();
            let asks = matches!(state.update(event), Some(Command::Start { .. } | Command::StartLast));
            prop_assert!(!(lacks_terms && asks));
        }
    }

    #[test]
    fn one_request_is_under_way_at_a_time(mut state in beginning(), events in events()) {
        for event in events {
            let waited = state.waiting_for.is_some();
            let command = state.update(event);
            let asked = matches!(command, Some(Command::Start { .. } | Command::Resend | Command::Verify { .. }));
            prop_assert!(!(waited && asked));
            prop_assert!(!asked || state.waiting_for.is_some());
        }
    }

    #[test]
    fn a_new_code_is_never_asked_for_before_its_time(mut state in beginning(), events in events()) {
        for event in events {
            let left = state.sent.as_ref().map(|sent| sent.resend_in);
            if state.update(event) == Some(Command::Resend) {
                prop_assert_eq!(left, Some(0));
            }
        }
    }

    #[test]
    fn the_typed_number_is_never_lost(mut state in beginning(), events in events()) {
        let mut number = String::new();
        for event in events {
            number = typed(&event, number);
            state.update(event);
            prop_assert_eq!(&state.phone_number, &number);
        }
    }

    #[test]
    fn every_state_has_a_way_on(mut state in beginning(), events in events()) {
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
    state.update(Event::Started(Ok(StartOutcome::CodeSent(sent(30, 6)))));
    state
}

#[test]
fn phone_then_code_then_away() {
    let mut state = at_the_code();
    assert_eq!(state.screen, Screen::EnterCode);
    let whole = state.update(Event::CodeTyped("123456".to_owned()));
    assert_eq!(whole, Some(Command::Verify { code: "123456".to_owned() }));
    assert_eq!(state.update(Event::CodeSubmitted), None, "it is sent once");
    let answer = Ok(VerifyOutcome::Verified { continue_to: "/profile".to_owned() });
    assert_eq!(state.update(Event::Verified(answer)), Some(Command::GoTo("/profile".to_owned())));
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
    let wrong = Refusal::WrongCode { attempts_left: Some(2) };
    state.update(Event::Verified(Ok(VerifyOutcome::Refused(wrong.clone()))));
    assert_eq!((state.screen, state.code), (Screen::EnterCode, String::new()));
    assert_eq!(state.notice, Some(Notice::Refused(wrong)));
}

#[test]
fn a_resend_waits_for_the_countdown_and_says_so_when_sent() {
    let mut state = at_the_code();
    assert_eq!(state.update(Event::ResendPressed), None);
    state.update(Event::TimePassed(30));
    assert_eq!(state.update(Event::ResendPressed), Some(Command::Resend));
    state.update(Event::Started(Ok(StartOutcome::CodeSent(sent(30, 6)))));
    assert_eq!((state.notice.clone(), state.can_resend()), (Some(Notice::Resent), false));
}

#[test]
fn a_code_of_unknown_length_waits_for_the_button() {
    let mut state = at_the_code();
    state.sent = Some(sent(30, 0));
    assert_eq!(state.update(Event::CodeTyped("123456".to_owned())), None);
    assert_eq!(state.update(Event::CodeSubmitted), Some(Command::Verify { code: "123456".to_owned() }));
}

#[test]
fn a_code_that_is_not_whole_is_not_sent() {
    let mut state = at_the_code();
    state.update(Event::CodeTyped("123".to_owned()));
    assert_eq!(state.update(Event::CodeSubmitted), None);
    assert_eq!(state.notice, Some(Notice::Refused(Refusal::CodeIncomplete { digits: 6 })));
}

#[test]
fn the_end_of_a_code_is_said_once() {
    let mut state = at_the_code();
    state.update(Event::TimePassed(180));
    assert_eq!(state.notice, Some(Notice::Refused(Refusal::CodeExpired)));
    state.notice = None;
    state.update(Event::TimePassed(1));
    assert_eq!(state.notice, None);
}

#[test]
fn nobody_waits_forever() {
    let mut state = at_the_code();
    state.update(Event::CodeTyped("123456".to_owned()));
    state.update(Event::TimedOut);
    assert_eq!((state.waiting_for, state.code.as_str()), (None, "123456"));
    assert_eq!(state.notice, Some(Notice::Refused(Refusal::Timeout)));
}

#[test]
fn the_last_login_is_one_press_away_and_another_account_two() {
    let mut state = State {
        screen: Screen::LastLogin { phone_number: "+14•••••••71".to_owned() }, ..State::default()
    };
    let mut other = state.clone();
    assert_eq!(state.update(Event::LastLoginPressed), Some(Command::StartLast));
    other.update(Event::EditNumberPressed);
    assert_eq!((other.screen, other.phone_number.as_str()), (Screen::EnterPhone, ""));
}

#[test]
fn the_number_can_be_edited() {
    let mut state = at_the_code();
    state.update(Event::EditNumberPressed);
    assert_eq!((state.screen, state.phone_number.as_str()), (Screen::EnterPhone, "4155552671"));
}

#[test]
fn a_country_that_is_found_closes_the_list() {
    let mut state = State::default();
    state.update(Event::ListOpened(7));
    assert_eq!(state.search, Some(Search { query: None, active: 7 }));
    state.update(Event::CountrySearched("ger".to_owned()));
    state.update(Event::RowReached(1));
    assert_eq!(state.search, Some(Search { query: Some("ger".to_owned()), active: 1 }));
    state.update(Event::CountryChosen(Country::default()));
    assert_eq!(state.search, None);
}

#[test]
fn what_the_server_knows_replaces_an_untouched_dialog() {
    let (sent, hydrated) = (at_the_code(), State { is_hydrated: true, ..State::default() });
    let mut dialog = hydrated.clone();
    dialog.update(Event::Learned(Box::new(sent.clone())));
    assert_eq!(dialog, State { is_hydrated: true, ..sent.clone() });

    let mut signed_in = State { screen: Screen::SignedIn { continue_to: "/".to_owned() }, ..hydrated };
    signed_in.update(Event::Learned(Box::default()));
    assert_eq!(signed_in.screen, Screen::EnterPhone, "the user has signed out since");
}

#[test]
fn what_the_server_knows_does_not_replace_what_is_typed() {
    for begun in [
        State { phone_number: "4".to_owned(), ..State::default() },
        State { waiting_for: Some(Request::Start), ..State::default() },
        State { search: Some(Search::default()), ..State::default() },
    ] {
        let mut dialog = begun.clone();
        dialog.update(Event::Learned(Box::new(State { must_accept_terms: true, ..at_the_code() })));
        assert_eq!(dialog, State { must_accept_terms: true, ..begun });
    }
}
