//! People as an operator sees and manages them.

use time::OffsetDateTime;

use crate::{
    clock::Millis,
    error::StoreError,
    phone_number::PhoneNumber,
    store::{Pool, Store},
};

/// A person at one connection. Neither its `Debug` form nor its JSON shows the number in clear.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Person {
    /// The subject of their tokens, such as `sms|0123456789abcdef01234567`.
    pub user_id: String,
    /// The connection that they sign in by.
    pub connection: String,
    /// Whether they are kept out.
    pub blocked: bool,
    /// Their first sign-in.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Their last one.
    #[serde(rename = "last_login", with = "time::serde::rfc3339")]
    pub last_signed_in_at: OffsetDateTime,
    /// The number, masked.
    pub phone_number: String,
    #[serde(skip)]
    number: PhoneNumber,
}

impl Person {
    pub(crate) fn new(
        (id, connection, number, blocked, created_at, updated_at): (String, String, String, bool, i64, i64),
    ) -> Result<Self, StoreError> {
        let malformed = || StoreError::Malformed("user");
        let number = PhoneNumber::kept(&number).ok_or_else(malformed)?;
        let at = |millis: i64| OffsetDateTime::from_unix_timestamp(Millis(millis).seconds()).map_err(|_| malformed());
        Ok(Self {
            user_id: format!("sms|{id}"),
            connection,
            blocked,
            created_at: at(created_at)?,
            last_signed_in_at: at(updated_at)?,
            phone_number: number.masked(),
            number,
        })
    }

    /// The same, with the number in clear where it is shown.
    #[must_use]
    pub fn unmasked(self) -> Self {
        Self { phone_number: self.number.as_str().to_owned(), ..self }
    }

    pub(crate) fn number(&self) -> &PhoneNumber {
        &self.number
    }
}

/// Whom an operator means.
#[derive(Clone, Debug)]
pub(crate) enum Whom<'a> {
    Id(&'a str),
    Number(PhoneNumber),
}

impl<'a> Whom<'a> {
    /// A number in E.164, also one that would not be taken today, or an identifier with or without `sms|`.
    pub(crate) fn read(text: &'a str) -> Self {
        let number = PhoneNumber::parse(text).or_else(|| PhoneNumber::kept(text));
        number.map_or(Self::Id(text.strip_prefix("sms|").unwrap_or(text)), Self::Number)
    }
}

/// Everyone, newest first.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn people(pool: &Pool) -> Result<Vec<Person>, StoreError> {
    Store::open(pool.clone()).await?.people().await
}

/// Those with this number or identifier: at most one at each connection.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn find_people(pool: &Pool, whom: &str) -> Result<Vec<Person>, StoreError> {
    Store::open(pool.clone()).await?.find_people(&Whom::read(whom)).await
}

/// Keeps those with this number or identifier out: they get no messages and no tokens, and their sessions and refresh tokens
/// give nothing while they are kept out. Access tokens that are out stay good until they expire, for who checks them without
/// asking here, and an application's own session is for the application to end.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn block_people(pool: &Pool, whom: &str) -> Result<Vec<Person>, StoreError> {
    Store::open(pool.clone()).await?.set_blocked(&Whom::read(whom), true).await
}

/// Lets those with this number or identifier in again, and forgets the failing tries for their numbers. The tries of a
/// number are forgotten also where nobody signed in with it yet.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn unblock_people(pool: &Pool, whom: &str) -> Result<Vec<Person>, StoreError> {
    let store = Store::open(pool.clone()).await?;
    let whom = Whom::read(whom);
    let people = store.set_blocked(&whom, false).await?;
    if let Whom::Number(number) = &whom {
        store.forget_tries(number).await?;
    }
    for person in &people {
        store.forget_tries(person.number()).await?;
    }
    Ok(people)
}

/// Removes those with this number or identifier, and ends their sessions here, not those of applications. Who signs in again is a new person.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn delete_people(pool: &Pool, whom: &str) -> Result<Vec<Person>, StoreError> {
    Store::open(pool.clone()).await?.delete_people(&Whom::read(whom)).await
}
