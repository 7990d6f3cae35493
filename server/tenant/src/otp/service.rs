//! Sign-in by SMS: asking for a code, trying it, signing in with it.

use std::time::Instant;

use super::browser::{Browser, Transaction};
use super::challenge::{Challenge, OneTimeCode, Purpose, Refusal, Taken};
use super::message::{self, Reader};
use super::repeat::RequestHash;

use crate::{
    config::{Client, Connection},
    entropy,
    error::StoreError,
    http::client_ip::Source,
    phone_number::PhoneNumber,
    rate_limit::{
        attempt::AttemptLimit,
        start::{RateLimit, StartLimits, TooManyStarts},
    },
    sms::{Accepted, AskedBy, SendError, SmsMessage},
    state::Tenant,
    store::{Attempt, Binding, User},
};

/// Someone asks for a code.
pub(crate) struct CodeRequest<'a> {
    pub(crate) client: &'a Client,
    pub(crate) connection: &'a Connection,
    pub(crate) phone_number: &'a PhoneNumber,
    pub(crate) reader: Reader,
    pub(crate) source: Source,
    pub(crate) browser: Browser,
}

impl CodeRequest<'_> {
    fn binding(&self) -> Binding<'_> {
        Binding {
            connection: &self.connection.name,
            phone_number: self.phone_number,
            client_id: Some(&self.client.client_id),
            transaction: self.browser.transaction.as_ref().map_or("", Transaction::as_str),
        }
    }
}

/// Someone tries a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeTry<'a> {
    /// The application that the sign-in is for, where it is named.
    pub(crate) client: Option<&'a Client>,
    pub(crate) connection: &'a Connection,
    pub(crate) phone_number: &'a PhoneNumber,
    pub(crate) code: &'a str,
    pub(crate) source: Source,
    pub(crate) browser: &'a Browser,
}

/// Someone who is in by a code.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) user: User,
    /// Whether they are in from now on, or were already and asked again.
    pub(crate) taken: Taken,
}

/// A challenge that was put in the place of an earlier one.
struct Placed {
    id: String,
    earlier: Option<Challenge>,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendCodeError {
    #[error("numbers of this country are not served")]
    Country,
    #[error(transparent)]
    TooManyRequests(#[from] TooManyStarts),
    #[error(transparent)]
    Sms(#[from] SendError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a code did not do what it was tried for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Tenant {
    /// Sends a new code, which takes the place of the one before, unless it is sure that no message went out. Says what
    /// is left of the limit, where it was counted.
    pub(crate) async fn send_code(&self, request: &CodeRequest<'_>) -> Result<Option<RateLimit>, SendCodeError> {
        let rate = self.new_code(request).await;
        if let Err(error) = &rate {
            self.audit_start(request, Some(error)).await;
        }
        rate
    }

    async fn new_code(&self, request: &CodeRequest<'_>) -> Result<Option<RateLimit>, SendCodeError> {
        let countries = self.limits.countries.as_ref();
        if countries.is_some_and(|countries| !request.phone_number.is_in(countries)) {
            return Err(SendCodeError::Country);
        }
        let limits = StartLimits::of(&self.limits, request.phone_number, &request.source, request.browser.is_known);
        let rate = self.store.take_start(&limits, self.now()).await??;
        let (code, placed) = self.new_challenge(request).await?;
        let message = SmsMessage {
            to: request.phone_number.as_str().to_owned(),
            body: message::text(request, &code),
            validity: request.connection.code_lifetime,
            asked_by: AskedBy { ip: Some(request.source.ip), user_agent: request.reader.user_agent.clone() },
        };
        let connection = &request.connection.name;
        let user = self.store.user_with_number(connection, request.phone_number).await?;
        if let Some(user) = user.filter(|user| user.blocked) {
            // The answer must not tell; only the message stays away.
            self.audit_blocked_start(request, &user).await;
            tokio::time::sleep(self.send_times.draw(connection, &*self.entropy)).await;
            return Ok(rate);
        }
        let began = Instant::now();
        let sent = self.senders.of(request.connection).send(&message).await;
        if let Err(error) = &sent {
            tracing::warn!(connection, reason = error.kind(), code = error.code(), "a message was not taken");
            if error.is_certain() {
                self.put_back(&placed).await;
            }
        }
        self.note_message(request, sent?).await;
        self.send_times.remember(connection, began.elapsed());
        self.audit_start(request, None).await;
        Ok(rate)
    }

    /// Keeps where the provider will report what became of the message. The code is on its way: a failure here is ours.
    async fn note_message(&self, request: &CodeRequest<'_>, accepted: Accepted) {
        let Some(message_id) = accepted.message_id else { return };
        let (connection, recipient) = (&request.connection.name, request.phone_number);
        if let Err(error) = self.store.message_taken(&message_id, connection, recipient, self.now()).await {
            tracing::error!(%error, "a message was sent and could not be noted");
        }
    }

    /// Keeps the code good that came before: nobody has the new one. What the caller is told is that nothing was sent.
    async fn put_back(&self, placed: &Placed) {
        let Some(earlier) = &placed.earlier else { return };
        if let Err(error) = self.store.put_back(earlier, &placed.id).await {
            tracing::error!(%error, "no message was sent, and the code before it could not be put back");
        }
    }

    async fn new_challenge(&self, request: &CodeRequest<'_>) -> Result<(OneTimeCode, Placed), StoreError> {
        let connection = request.connection;
        let code = OneTimeCode::draw(connection.code_length, &*self.entropy);
        let id = entropy::object_id(&*self.entropy);
        let now = self.now();
        let mac = self.store.code_keys().await?.seal(&id, &code);
        let challenge = Challenge { mac, ..Challenge::without_code(id, connection.expiry(now)) };
        let earlier = self.store.put_challenge(request.binding(), &challenge).await?;
        Ok((code, Placed { id: challenge.id, earlier }))
    }

    /// Says whether the code is right, and leaves it good.
    pub(crate) async fn check_code(&self, code_try: &CodeTry<'_>) -> Result<(), CodeError> {
        self.audited(code_try, self.checked(code_try).await).await
    }

    /// Uses the code up and signs its owner in; at the first time that makes the user.
    pub(crate) async fn redeem_code(&self, code_try: &CodeTry<'_>) -> Result<User, CodeError> {
        self.redeem_code_by(code_try, None).await.map(|sign_in| sign_in.user)
    }

    /// The same, by a request that can be repeated.
    pub(crate) async fn redeem_code_by(
        &self,
        code_try: &CodeTry<'_>,
        request: Option<RequestHash>,
    ) -> Result<SignIn, CodeError> {
        self.audited(code_try, self.redeemed(code_try, request).await).await
    }

    async fn audited<T>(&self, code_try: &CodeTry<'_>, outcome: Result<T, CodeError>) -> Result<T, CodeError> {
        if let Err(CodeError::Refused(refusal)) = &outcome {
            self.audit_refusal(code_try, refusal).await;
        }
        outcome
    }

    async fn checked(&self, code_try: &CodeTry<'_>) -> Result<(), CodeError> {
        self.try_code(code_try, Purpose::Check).await?;
        let connection = code_try.connection;
        match self.store.user_with_number(&connection.name, code_try.phone_number).await? {
            Some(user) if user.blocked => Err(Refusal::Blocked.into()),
            None if connection.disable_signup => Err(Refusal::SignUpDisabled.into()),
            _ => Ok(()),
        }
    }

    async fn redeemed(&self, code_try: &CodeTry<'_>, request: Option<RequestHash>) -> Result<SignIn, CodeError> {
        let taken = self.try_code(code_try, Purpose::Redeem { by: request }).await?;
        let (connection, phone_number) = (code_try.connection, code_try.phone_number);
        if connection.disable_signup {
            // Whether a number has an account is told to whoever has the number, and to nobody else.
            let known = self.store.user_with_number(&connection.name, phone_number).await?;
            known.ok_or(Refusal::SignUpDisabled)?;
        }
        let new_id = entropy::object_id(&*self.entropy);
        let user = self.store.sign_up_or_in(&connection.name, phone_number, &new_id, self.now()).await?;
        if user.blocked {
            return Err(Refusal::Blocked.into());
        }
        // Of parallel requests any can be the one that makes the user; the sign-in is that of the first.
        self.audit_sign_in(code_try, &user, user.id == new_id, taken).await;
        Ok(SignIn { user, taken })
    }

    async fn try_code(&self, code_try: &CodeTry<'_>, purpose: Purpose) -> Result<Taken, CodeError> {
        let CodeTry { client, connection, phone_number, code, source, browser } = *code_try;
        let now = self.now();
        let attempt = Attempt {
            binding: Binding {
                connection: &connection.name,
                phone_number,
                client_id: client.map(|client| client.client_id.as_str()),
                transaction: browser.transaction.as_ref().map_or("", Transaction::as_str),
            },
            code,
            purpose,
            limits: &AttemptLimit::all(&self.limits, connection, phone_number, &source, browser.is_known),
            without_code: &Challenge::without_code(entropy::object_id(&*self.entropy), connection.expiry(now)),
        };
        let verdict = self.store.try_code(&attempt, now).await?;
        if let Err(Refusal::TooManyAttempts(counted)) = &verdict {
            let client_id = client.map(|client| client.client_id.as_str());
            tracing::warn!(client_id, ?counted, "too many failing tries: a code was not looked at");
        }
        Ok(verdict?)
    }
}
