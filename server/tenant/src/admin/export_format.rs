//! A user as one line of Auth0's user export (newline-delimited JSON).
//!
//! <https://auth0.com/docs/manage-users/user-migration/bulk-user-exports>

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{clock::Millis, error::StoreError, phone_number::PhoneNumber};

/// The connection of a line that names none; Auth0's for SMS always has this name.
const DEFAULT_CONNECTION: &str = "sms";
const STRATEGY: &str = "sms";

/// A user as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortableUser {
    /// Without `sms|`.
    pub(crate) id: String,
    pub(crate) connection: String,
    pub(crate) phone_number: PhoneNumber,
    pub(crate) blocked: bool,
    pub(crate) created_at: Millis,
    pub(crate) last_login: Millis,
}

/// Why a line is not imported. It says nothing of what the line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It cannot be a user.
    #[error("is longer than 64 kB")]
    TooLong,
    /// A file for Auth0's import job, which has all users in one array.
    #[error("begins a JSON array, but each line has to be one user: `jq -c '.[]' FILE` makes it so")]
    Array,
    /// Not JSON, or a field has a value of another type.
    #[error("is not a user in JSON")]
    Malformed,
    /// A user needs a name to keep.
    #[error("has no user_id")]
    NoUserId,
    /// A user with a password, an email or a social login.
    #[error("is a user of another strategy: user_id does not begin with sms|")]
    OtherStrategy,
    /// Not letters, digits, `-`, `_` and `.`, 64 at most.
    #[error("has a malformed user_id")]
    UserId,
    /// Nothing to send a code to.
    #[error("has no phone_number")]
    NoPhoneNumber,
    /// No message could reach it.
    #[error("has a phone_number that is not possible, or not in E.164")]
    PhoneNumber,
    /// A field that has to hold a time.
    #[error("has a malformed {0}")]
    Time(&'static str),
    /// Two users with one number could not be told apart.
    #[error("has a phone_number that belongs to another user here")]
    NumberTaken,
}

/// The fields that are used; every other one is ignored.
#[derive(Deserialize)]
struct Line {
    user_id: Option<String>,
    sub: Option<String>,
    phone_number: Option<String>,
    /// At Auth0 the number, unless the user has a name.
    name: Option<String>,
    #[serde(default)]
    identities: Vec<Identity>,
    /// What the export calls a field that was asked for by its path.
    #[serde(alias = "identities[0].connection")]
    connection: Option<String>,
    blocked: Option<bool>,
    created_at: Option<String>,
    updated_at: Option<String>,
    last_login: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Identity {
    user_id: Option<String>,
    provider: Option<String>,
    connection: Option<String>,
    #[serde(rename = "isSocial", default)]
    is_social: bool,
}

/// What is written; Auth0's names.
#[derive(Serialize)]
struct WrittenLine<'a> {
    user_id: String,
    phone_number: &'a str,
    phone_verified: bool,
    name: &'a str,
    identities: [Identity; 1],
    blocked: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_login: OffsetDateTime,
}

impl PortableUser {
    /// Reads a line of the export; a user without dates was created `now`.
    pub(crate) fn parse(line: &[u8], now: Millis) -> Result<Self, LineError> {
        let line: Line = serde_json::from_slice(line)
            .map_err(|_| if line.starts_with(b"[") { LineError::Array } else { LineError::Malformed })?;
        let user_id = line.user_id.or(line.sub).ok_or(LineError::NoUserId)?;
        let id = id_of(&user_id)?;
        let phone_number = line.phone_number.or(line.name).ok_or(LineError::NoPhoneNumber)?;
        let identity = line.identities.into_iter().find(|identity| identity.provider.as_deref() == Some(STRATEGY));
        let connection = line.connection.or(identity.and_then(|identity| identity.connection));
        let created_at = millis("created_at", line.created_at)?.unwrap_or(now);
        let updated_at = millis("updated_at", line.updated_at)?.unwrap_or(created_at);
        Ok(Self {
            id: id.to_owned(),
            connection: connection.unwrap_or_else(|| DEFAULT_CONNECTION.to_owned()),
            phone_number: PhoneNumber::parse(&phone_number).ok_or(LineError::PhoneNumber)?,
            blocked: line.blocked.unwrap_or(false),
            created_at,
            last_login: millis("last_login", line.last_login)?.unwrap_or(updated_at),
        })
    }

    /// The subject of the user's tokens.
    pub(crate) fn subject(&self) -> String {
        format!("{STRATEGY}|{}", self.id)
    }

    /// The user as a line of the export, without its end.
    pub(crate) fn to_json(&self) -> Result<serde_json::Value, StoreError> {
        let malformed = || StoreError::Malformed("user");
        let number = self.phone_number.as_str();
        let identity = Identity {
            user_id: Some(self.id.clone()),
            provider: Some(STRATEGY.to_owned()),
            connection: Some(self.connection.clone()),
            is_social: false,
        };
        let line = WrittenLine {
            user_id: self.subject(),
            phone_number: number,
            phone_verified: true,
            name: number,
            identities: [identity],
            blocked: self.blocked,
            created_at: self.created_at.date_time().ok_or_else(malformed)?,
            last_login: self.last_login.date_time().ok_or_else(malformed)?,
        };
        serde_json::to_value(line).map_err(|_| malformed())
    }
}

fn id_of(user_id: &str) -> Result<&str, LineError> {
    let id = user_id.strip_prefix("sms|").ok_or(LineError::OtherStrategy)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ((1..=64).contains(&id.len()) && id.bytes().all(is_plain)).then_some(id).ok_or(LineError::UserId)
}

fn millis(field: &'static str, text: Option<String>) -> Result<Option<Millis>, LineError> {
    let parse = |text: String| OffsetDateTime::parse(&text, &Rfc3339).map(Millis::from);
    text.map(parse).transpose().map_err(|_| LineError::Time(field))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use proptest::test_runner::TestCaseError;
    use serde_json::json;

    use super::*;

    const NOW: Millis = Millis(1_800_000_000_123);
    const ID: &str = "sms|5f7c8ec7c33c6c004bbafe82";

    fn parse(line: &serde_json::Value) -> Result<PortableUser, LineError> {
        PortableUser::parse(line.to_string().as_bytes(), NOW)
    }

    #[test]
    fn a_line_of_auth0_is_a_user() -> Result<(), Box<dyn Error>> {
        let user = parse(&json!({
            "user_id": ID, "phone_number": "+14155552671", "phone_verified": true, "name": "Ann",
            "nickname": "", "picture": "https://s.gravatar.com/avatar/x.png", "logins_count": 3, "app_metadata": {"a": [1]},
            "identities": [
                {"user_id": "1", "provider": "google-oauth2", "connection": "google", "isSocial": true},
                {"user_id": "5f7c8ec7c33c6c004bbafe82", "provider": "sms", "connection": "texts", "isSocial": false},
            ],
            "created_at": "2020-10-06T15:36:39.478Z", "updated_at": "2021-01-01T00:00:00.000Z",
            "last_login": "2020-12-31T23:59:59+01:00", "blocked": true,
        }));
        let expected = PortableUser {
            id: "5f7c8ec7c33c6c004bbafe82".to_owned(),
            connection: "texts".to_owned(),
            phone_number: PhoneNumber::stored("+14155552671").ok_or("no number")?,
            blocked: true,
            created_at: Millis(1_601_998_599_478),
            last_login: Millis(1_609_455_599_000),
        };
        assert_eq!(user, Ok(expected));
        Ok(())
    }

    #[test]
    fn fields_may_be_missing_or_have_other_names() -> Result<(), LineError> {
        let user = parse(&json!({"sub": ID, "name": "+14155552671", "identities[0].connection": "texts"}))?;
        assert_eq!((user.connection.as_str(), user.blocked), ("texts", false));
        assert_eq!((user.created_at, user.last_login), (NOW, NOW));
        let user = parse(&json!({"user_id": ID, "phone_number": "+5215512345678", "updated_at": null}))?;
        assert_eq!((user.connection.as_str(), user.phone_number.as_str()), ("sms", "+525512345678"));
        Ok(())
    }

    #[test]
    fn each_mistake_is_named() {
        let number = "+14155552671";
        for (line, expected) in [
            (json!([{"user_id": ID}]), LineError::Array),
            (json!({"user_id": 5}), LineError::Malformed),
            (json!("text"), LineError::Malformed),
            (json!({"phone_number": number}), LineError::NoUserId),
            (
                json!({"user_id": "auth0|5f7c8ec7c33c6c004bbafe82", "email": "ann@example.com"}),
                LineError::OtherStrategy,
            ),
            (json!({"user_id": "sms|", "phone_number": number}), LineError::UserId),
            (json!({"user_id": "sms|a b", "phone_number": number}), LineError::UserId),
            (json!({"user_id": ID}), LineError::NoPhoneNumber),
            (json!({"user_id": ID, "phone_number": "+1415"}), LineError::PhoneNumber),
            (json!({"user_id": ID, "phone_number": number, "created_at": "yesterday"}), LineError::Time("created_at")),
        ] {
            assert_eq!(parse(&line), Err(expected), "{line}");
        }
        assert_eq!(PortableUser::parse(b"{", NOW), Err(LineError::Malformed));
        assert_eq!(PortableUser::parse(&[0xff], NOW), Err(LineError::Malformed));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_again(
            id in "[0-9a-f]{24}", connection in "[a-z-]{1,20}", blocked: bool,
            created_at in 0..4_000_000_000_000_i64, last_login in 0..4_000_000_000_000_i64,
        ) {
            let phone_number = PhoneNumber::stored("+14155552671").ok_or_else(|| TestCaseError::fail("no number"))?;
            let (created_at, last_login) = (Millis(created_at), Millis(last_login));
            let user = PortableUser { id, connection, phone_number, blocked, created_at, last_login };
            let written = user.to_json().map_err(|error| TestCaseError::fail(error.to_string()))?;
            proptest::prop_assert_eq!(parse(&written), Ok(user));
        }
    }
}
