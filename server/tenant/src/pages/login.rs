//! The login page: a form for the number, then a form for the code.

use http::StatusCode;
use maud::{Markup, html};
use url::Url;

use super::{Page, policy_source};
use crate::{
    clock::Millis,
    config::{Client, Connection},
    hosted_login::{HostedLogin, Notice},
    phone_number::PhoneNumber,
    store::{SsoSession, User},
};

pub(crate) fn page(id: &str, login: &HostedLogin, client: &Client, connection: &Connection, now: Millis) -> Page {
    let notice = login.notice.as_ref().map(|notice| Said::of(notice, &login.typed, now));
    let (title, body) = match &login.phone_number {
        None => ("Log in", phone_form(id, login, client, notice.as_ref())),
        Some(phone_number) => ("Enter the code", code_forms(id, phone_number, connection, notice.as_ref())),
    };
    form_page(title, login, client, body)
}

/// Offers to continue as the user who is signed in at the tenant.
pub(crate) fn continue_page(id: &str, login: &HostedLogin, client: &Client, session: &SsoSession, user: &User) -> Page {
    let number = PhoneNumber::stored(&user.phone_number).map(|number| number.masked()).unwrap_or_default();
    let body = html! {
        h1 { "Log in to " (client.name) }
        p #who { "You are signed in here with " bdi { (number) } ". Is that you?" }
        form method="post" action="/u/login/continue" {
            input type="hidden" name="state" value=(id);
            input type="hidden" name="session" value=(session.sid);
            button type="submit" autofocus aria-describedby="who" { "Continue as " bdi { (number) } }
        }
        div.more { (change_form(id)) }
    };
    form_page("Log in", login, client, body)
}

fn form_page(title: &str, login: &HostedLogin, client: &Client, body: Markup) -> Page {
    Page {
        status: StatusCode::OK,
        policy: format!("; form-action 'self' {}", form_target(&login.request.return_to.redirect_uri)),
        ..Page::new(format!("{title} – {}", client.name), body)
    }
}

fn change_form(id: &str) -> Markup {
    html! {
        form method="post" action="/u/login/change" {
            input type="hidden" name="state" value=(id);
            button.quiet type="submit" { "Use another number" }
        }
    }
}

/// Where the last form's redirect goes: Chromium holds redirects after a form post to `form-action` too.
pub(super) fn form_target(redirect_uri: &str) -> String {
    Url::parse(redirect_uri).map(|url| policy_source(&url)).unwrap_or_default()
}

/// A notice in words.
struct Said {
    sentence: String,
    is_error: bool,
}

impl Said {
    fn of(notice: &Notice, typed: &str, now: Millis) -> Self {
        // A question is no error.
        let is_error = !matches!(notice, Notice::Resent | Notice::Unlisted);
        Self { sentence: sentence(notice, typed, now), is_error }
    }

    fn markup(&self) -> Markup {
        html! {
            @if self.is_error {
                p #notice .error role="alert" { (self.sentence) }
            } @else {
                p #notice .done role="status" { (self.sentence) }
            }
        }
    }
}

fn sentence(notice: &Notice, typed: &str, now: Millis) -> String {
    match notice {
        Notice::BadNumber => "That is not a phone number with its country code. Write it like +1 415 555 2671.".into(),
        Notice::Unlisted => {
            format!("Is {typed} right? It is in none of the ranges that we know. If it is right, send it again.")
        }
        Notice::Country => "Codes cannot be sent to this country. Use another number.".into(),
        Notice::TooManyRequests { until } => {
            let seconds = now.seconds_until(Millis(*until));
            format!("Too many codes were asked for. You can ask for another one in {seconds} seconds.")
        }
        Notice::NumberRefused => "The message could not be sent: this is not a number that can be texted.".into(),
        Notice::OptedOut => "This number asked for no more messages. Send START to the number that they came from, \
                             then try again, or use another number."
            .into(),
        Notice::SmsFailed => "The message could not be sent. Try again in a moment, or use another number.".into(),
        Notice::Resent => "A new code is on its way. The one before no longer works.".into(),
        Notice::MissingCode => "Enter the code from the message.".into(),
        Notice::ShortCode { code_length } => format!("The code has {code_length} digits."),
        Notice::WrongCode { attempts_left: Some(0) } => {
            "That is not the code, and it was the last try. Ask for a new code.".into()
        }
        Notice::WrongCode { attempts_left: Some(1) } => "That is not the code. You have one try left.".into(),
        Notice::WrongCode { attempts_left: Some(left) } => format!("That is not the code. You have {left} tries left."),
        Notice::WrongCode { attempts_left: None } => "This code no longer works. Ask for a new code.".into(),
        Notice::Superseded => "That is the code of an earlier message. Enter the one of the newest message.".into(),
        Notice::Expired => "The code has expired. Ask for a new code.".into(),
        Notice::TooManyAttempts => {
            "Codes for this number were tried too often. Use another number, or try again later.".into()
        }
        Notice::UsedUp => "The code was tried too often. Ask for a new code.".into(),
        Notice::SignUpDisabled => {
            "The code is right, but this number has no account, and new accounts cannot be made here. \
             Use the number of your account."
                .into()
        }
    }
}

/// Params refer to the notice that is about them.
fn described_by(notice: Option<&Said>, hint: &'static str) -> String {
    if notice.is_some() { format!("notice {hint}") } else { hint.to_owned() }
}

fn is_invalid(notice: Option<&Said>) -> Option<&'static str> {
    notice.filter(|said| said.is_error).map(|_| "true")
}

fn phone_form(id: &str, login: &HostedLogin, client: &Client, notice: Option<&Said>) -> Markup {
    html! {
        h1 { "Log in to " (client.name) }
        @if let Some(said) = notice { (said.markup()) }
        form method="post" action="/u/login/phone" {
            input type="hidden" name="state" value=(id);
            @if login.notice == Some(Notice::Unlisted) { input type="hidden" name="asked_back" value=(login.typed); }
            label for="phone_number" { "Phone number" }
            input #phone_number type="tel" name="phone_number" value=(login.typed) required autofocus
                autocomplete="tel" maxlength="40" placeholder="+1 415 555 2671"
                aria-describedby=(described_by(notice, "phone_hint")) aria-invalid=[is_invalid(notice)];
            p #phone_hint .hint { "With the country code. We will text you a code." }
            button type="submit" { "Send the code" }
        }
    }
}

fn code_forms(id: &str, phone_number: &PhoneNumber, connection: &Connection, notice: Option<&Said>) -> Markup {
    html! {
        h1 { "Enter the code" }
        @if let Some(said) = notice { (said.markup()) }
        form method="post" action="/u/login/code" {
            input type="hidden" name="state" value=(id);
            label for="code" { "Code" }
            input #code type="text" name="code" required autofocus autocomplete="one-time-code" inputmode="numeric"
                maxlength="80" aria-describedby=(described_by(notice, "code_hint")) aria-invalid=[is_invalid(notice)];
            p #code_hint .hint {
                "We sent a message with " (connection.code_length) " digits to " bdi { (phone_number.readable()) } "."
            }
            button type="submit" { "Log in" }
        }
        div.more {
            form method="post" action="/u/login/resend" {
                input type="hidden" name="state" value=(id);
                button.quiet type="submit" { "Send a new code" }
            }
            (change_form(id))
        }
    }
}
