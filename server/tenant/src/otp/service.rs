//! Sends codes, checks them, and signs users in with them.

use std::{sync::Arc, time::Instant};

use super::{
    breaker::Breaker,
    challenge::{Challenge, Outcome, Purpose, Refusal},
    code::OneTimeCode,
    message,
    proof_of_work::{Answer, Proof, WAIT_SECONDS, WorkFor, WorkKey},
    repeat::RequestHash,
    request::{CodeAttempt, CodeError, CodeRequest, ProofNeeded, Recipients, SendCodeError, SignIn},
    template::Values,
};
use crate::{
    audit::log::AuditLog,
    clock::Clock,
    entropy::{self, Entropy},
    error::StoreError,
    measure,
    phone_number::Kind,
    rate_limit::{
        attempt::AttemptLimit,
        budget::Charge,
        conversion::Recipient,
        settings::{Limits, ProofOfWork},
        start::{RateLimit, Start, StartLimits, StartRefusal},
        timing_guard::TimingGuard,
    },
    sms::{Accepted, RequestedBy, SmsMessage, registry::SenderRegistry},
    store::{Attempt, Store, User},
};

/// One-time codes: sending, checking, redeeming.
#[derive(Clone)]
pub(crate) struct OtpService {
    pub(crate) limits: Arc<Limits>,
    pub(crate) breaker: Breaker,
    pub(crate) senders: Arc<SenderRegistry>,
    pub(crate) work_key: Arc<WorkKey>,
    pub(crate) timing: Arc<TimingGuard>,
    pub(crate) store: Store,
    pub(crate) audit: AuditLog,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// A challenge that replaced an earlier one.
struct Replacement {
    id: String,
    earlier: Option<Challenge>,
}

/// A request for a code that may be met.
struct Admission {
    rate: Option<RateLimit>,
    user: Option<User>,
    /// Whether nobody is to be sent the code.
    is_left_out: bool,
    recipients: Recipients,
    /// What counts as sent.
    counted: Option<Recipient>,
    /// What counts as spent.
    charge: Option<Charge>,
}

impl OtpService {
    /// Sends a new code, which replaces the one before unless it is certain that no message went out. Returns the state of
    /// the limit, where the request was counted.
    ///
    /// Where nobody can sign up, only those who have an account are sent one, and nobody learns who that is.
    pub(crate) async fn send_code(&self, request: &CodeRequest<'_>) -> Result<Option<RateLimit>, SendCodeError> {
        if request.connection.disable_signup {
            return self.send_code_silently(request, Recipients::Users).await;
        }
        let sent = async {
            let admission = self.admit(request, Recipients::All).await?;
            self.send_admitted(request, &admission).await?;
            Ok(admission.rate)
        };
        self.recorded(request, sent.await).await
    }

    /// The same for a caller who must not learn whether the number has an account: whatever becomes of the message.
    pub(crate) async fn send_code_silently(
        &self,
        request: &CodeRequest<'_>,
        recipients: Recipients,
    ) -> Result<Option<RateLimit>, SendCodeError> {
        let admitted = self.admit_silently(request, recipients).await;
        let admission = self.recorded(request, admitted).await?;
        let sent = self.send_admitted(request, &admission).await;
        match self.recorded(request, sent).await {
            Ok(()) | Err(SendCodeError::Sms(_)) => Ok(admission.rate),
            Err(error) => Err(error),
        }
    }

    async fn recorded<T>(&self, request: &CodeRequest<'_>, sent: Result<T, SendCodeError>) -> Result<T, SendCodeError> {
        if let Err(error) = &sent {
            measure::start(error.label());
            if let SendCodeError::TooManyRequests(too_many) = error {
                measure::limit_hit(too_many.limit);
            }
            self.audit.code_not_sent(request, error).await;
        }
        sent
    }

    /// Whether a code may be requested; counts the request, and the code.
    async fn admit(&self, request: &CodeRequest<'_>, recipients: Recipients) -> Result<Admission, SendCodeError> {
        self.check_number(request)?;
        let user = self.store.user_with_number(&request.connection.name, request.phone_number).await?;
        let is_left_out = match recipients {
            Recipients::Nobody => true,
            Recipients::Users => user.as_ref().is_none_or(|user| user.blocked),
            Recipients::All => user.as_ref().is_some_and(|user| user.blocked),
        };
        // The second pass of a request comes for nobody.
        if self.limits.proof_of_work == ProofOfWork::Always && recipients != Recipients::Nobody {
            self.check_proof(request).await?;
        }
        let mut start = self.start(request, user.as_ref(), is_left_out);
        let mut taken = self.store.take_start(&start, self.clock.millis()).await?;
        if let Err(StartRefusal::Unentered(unentered)) = &taken
            && !unentered.is_stopped
        {
            self.breaker.slowed(request, unentered).await?;
            self.check_proof(request).await?;
            start.passes_slowed = true;
            taken = self.store.take_start(&start, self.clock.millis()).await?;
        }
        match taken {
            Ok(rate) => {
                let Start { counted, charge, .. } = start;
                Ok(Admission { rate, user, is_left_out, recipients, counted, charge })
            }
            Err(StartRefusal::TooMany(too_many)) => Err(too_many.into()),
            Err(StartRefusal::Unentered(unentered)) => Err(self.breaker.stopped(request, &unentered).await?),
            Err(StartRefusal::OverBudget(over_budget)) => Err(self.breaker.over_budget(request, &over_budget).await?),
        }
    }

    /// What the request has to pass. A message that is left out counts nowhere, and costs nothing.
    fn start(&self, request: &CodeRequest<'_>, user: Option<&User>, is_left_out: bool) -> Start {
        let CodeRequest { connection, phone_number, source, browser, .. } = request;
        let limits = StartLimits::of(&self.limits, phone_number, source, browser.is_known);
        let passes_slowed = self.limits.proof_of_work != ProofOfWork::UnderAttack;
        let mut start = Start { limits, counted: None, passes_slowed, charge: None };
        if !is_left_out {
            let is_known = user.is_some() || browser.is_known;
            start.counted = self.breaker.counted(phone_number, is_known);
            start.charge = Charge::of(connection, phone_number, is_known, self.clock.millis());
        }
        start
    }

    /// The same for a caller who must not learn whether the number has an account: the request counts, and only the message
    /// is left out.
    async fn admit_silently(
        &self,
        request: &CodeRequest<'_>,
        recipients: Recipients,
    ) -> Result<Admission, SendCodeError> {
        let is_hidden = |error: &SendCodeError| {
            // Always, a proof is asked of everyone; under attack, not of those who have an account.
            let spares_some = self.limits.proof_of_work == ProofOfWork::UnderAttack;
            error.spares_users() || spares_some && matches!(error, SendCodeError::ProofNeeded(_))
        };
        match self.admit(request, recipients).await {
            Err(error) if is_hidden(&error) => {
                let unsent: Result<(), SendCodeError> = Err(error);
                drop(self.recorded(request, unsent).await);
                self.admit(request, Recipients::Nobody).await
            }
            admitted => admitted,
        }
    }

    /// Whether numbers of its country and kind are sent codes.
    fn check_number(&self, request: &CodeRequest<'_>) -> Result<(), SendCodeError> {
        let countries = self.limits.countries.as_ref();
        if countries.is_some_and(|countries| !request.phone_number.is_in(countries)) {
            return Err(SendCodeError::Country);
        }
        match request.phone_number.kind() {
            Kind::Special => Err(SendCodeError::SpecialNumber),
            Kind::Landline if !self.limits.landlines => Err(SendCodeError::Landline),
            _ => Ok(()),
        }
    }

    /// Uses up the proof of work of a request, or asks for one.
    async fn check_proof(&self, request: &CodeRequest<'_>) -> Result<(), SendCodeError> {
        let now = self.clock.millis();
        let work = WorkFor { connection: &request.connection.name, phone_number: request.phone_number };
        let proof = request.proof.and_then(Proof::read);
        let answered = proof.and_then(|proof| Some((self.work_key.check(&proof, work, now)?, proof)));
        if let Some((answer, proof)) = answered {
            match answer {
                Answer::TooSoon(retry_after) => {
                    let needed = ProofNeeded { challenge: proof.again(), retry_after };
                    return Err(SendCodeError::ProofNeeded(Box::new(needed)));
                }
                Answer::Waited => self.store.take_limits(&StartLimits::of_waits(&request.source), now).await??,
                Answer::Solved => {}
            }
            if self.store.use_proof(&proof.challenge, proof.expires_at().unwrap_or(now)).await? {
                return Ok(());
            }
        }
        let challenge = self.work_key.challenge(work, now, &*self.entropy);
        let retry_after = u32::try_from(WAIT_SECONDS).unwrap_or_default();
        Err(SendCodeError::ProofNeeded(Box::new(ProofNeeded { challenge, retry_after })))
    }

    async fn send_admitted(&self, request: &CodeRequest<'_>, admission: &Admission) -> Result<(), SendCodeError> {
        let sent = self.send_new_code(request, admission).await;
        if sent.as_ref().is_err_and(SendCodeError::is_certain) {
            self.breaker.not_sent(admission.counted.as_ref(), admission.charge.as_ref()).await;
        }
        sent
    }

    async fn send_new_code(&self, request: &CodeRequest<'_>, admission: &Admission) -> Result<(), SendCodeError> {
        let (code, replacement) = self.new_challenge(request).await?;
        let connection = &request.connection.name;
        if admission.is_left_out {
            // The response must not reveal it: only the message is left out.
            if admission.recipients != Recipients::Nobody {
                measure::start("left_out");
                self.audit.start_without_message(request, admission.user.as_ref()).await;
            }
            #[expect(clippy::disallowed_methods, reason = "the response takes as long as if a message were sent")]
            tokio::time::sleep(self.timing.draw(connection, &*self.entropy)).await;
            return Ok(());
        }
        #[expect(clippy::disallowed_methods, reason = "the real duration, for responses that send no message")]
        let began = Instant::now();
        let sent = self.senders.of(request.connection).send(&sms(request, &code)).await;
        if let Err(error) = &sent {
            tracing::warn!(connection, reason = error.kind(), code = error.code(), "a message was not taken");
            if error.is_certain() {
                self.restore(&replacement).await;
            }
        }
        if request.connection.disable_signup && sent.is_err() {
            // Nobody learns of the failure, so those without a message wait as long.
            self.timing.record(connection, began.elapsed());
        }
        self.record_message(request, sent?).await;
        self.timing.record(connection, began.elapsed());
        measure::start("sent");
        measure::code_sent(request.phone_number);
        if let Some(charge) = &admission.charge {
            measure::spent(&charge.connection, charge.country(), charge.price.0);
        }
        self.audit.code_sent(request).await;
        Ok(())
    }

    /// Records the message, for the provider's reports about it. The code was sent: a failure here fails no request.
    async fn record_message(&self, request: &CodeRequest<'_>, accepted: Accepted) {
        let Some(message_id) = accepted.message_id else { return };
        let (connection, recipient) = (&request.connection.name, request.phone_number);
        if let Err(error) = self.store.record_message(&message_id, connection, recipient, self.clock.millis()).await {
            tracing::error!(%error, "a message was sent and could not be recorded");
        }
    }

    /// Restores the earlier code, as nobody received the new one. The caller reports that nothing was sent.
    async fn restore(&self, replacement: &Replacement) {
        let Some(earlier) = &replacement.earlier else { return };
        if let Err(error) = self.store.restore_challenge(earlier, &replacement.id).await {
            tracing::error!(%error, "no message was sent, and the code before it could not be restored");
        }
    }

    async fn new_challenge(&self, request: &CodeRequest<'_>) -> Result<(OneTimeCode, Replacement), StoreError> {
        let connection = request.connection;
        let code = OneTimeCode::draw(connection.code_length, &*self.entropy);
        let id = entropy::object_id(&*self.entropy);
        let now = self.clock.millis();
        let mac = self.store.otp_keys(now).await?.mac(&id, &code);
        let challenge = Challenge { mac, ..Challenge::without_code(id, connection.expiry(now)) };
        let earlier = self.store.put_challenge(request.binding(), &challenge).await?;
        Ok((code, Replacement { id: challenge.id, earlier }))
    }

    /// Checks a code without using it up.
    pub(crate) async fn check_code(&self, attempt: &CodeAttempt<'_>) -> Result<(), CodeError> {
        self.audited(attempt, self.check(attempt).await).await
    }

    /// Uses a code up and signs its user in; the first sign-in creates the user.
    pub(crate) async fn redeem_code(&self, attempt: &CodeAttempt<'_>) -> Result<User, CodeError> {
        self.redeem_code_repeatably(attempt, None).await.map(|sign_in| sign_in.user)
    }

    /// The same, by a request that may be repeated.
    pub(crate) async fn redeem_code_repeatably(
        &self,
        attempt: &CodeAttempt<'_>,
        request: Option<RequestHash>,
    ) -> Result<SignIn, CodeError> {
        let is_open = !attempt.connection.disable_signup;
        self.audited(attempt, self.redeem(attempt, request, is_open).await).await
    }

    /// The same for those who have an account, and where `allows_sign_up` is set, for others too.
    pub(crate) async fn redeem_code_of_session(
        &self,
        attempt: &CodeAttempt<'_>,
        allows_sign_up: bool,
    ) -> Result<User, CodeError> {
        let is_open = allows_sign_up && !attempt.connection.disable_signup;
        self.audited(attempt, self.redeem(attempt, None, is_open).await).await.map(|sign_in| sign_in.user)
    }

    async fn audited<T>(&self, attempt: &CodeAttempt<'_>, result: Result<T, CodeError>) -> Result<T, CodeError> {
        if let Err(CodeError::Refused(refusal)) = &result {
            measure::attempt(refusal.label());
            self.audit.code_refused(attempt, refusal).await;
        }
        result
    }

    async fn check(&self, attempt: &CodeAttempt<'_>) -> Result<(), CodeError> {
        self.try_code(attempt, Purpose::Check).await?;
        let connection = attempt.connection;
        match self.store.user_with_number(&connection.name, attempt.phone_number).await? {
            Some(user) if user.blocked => Err(Refusal::Blocked.into()),
            None if connection.disable_signup => Err(Refusal::SignUpDisabled.into()),
            _ => {
                measure::attempt(Outcome::Checked.label());
                Ok(())
            }
        }
    }

    async fn redeem(
        &self,
        attempt: &CodeAttempt<'_>,
        request: Option<RequestHash>,
        allows_sign_up: bool,
    ) -> Result<SignIn, CodeError> {
        let outcome = self.try_code(attempt, Purpose::Redeem { by: request }).await?;
        let (connection, phone_number) = (attempt.connection, attempt.phone_number);
        if outcome == Outcome::Redeemed {
            self.breaker.entered(phone_number).await;
        }
        if !allows_sign_up {
            // Checked after the code, so that only the number's owner learns whether it has an account.
            let known = self.store.user_with_number(&connection.name, phone_number).await?;
            known.ok_or(Refusal::SignUpDisabled)?;
        }
        let new_id = entropy::object_id(&*self.entropy);
        let user = self.store.sign_up_or_in(&connection.name, phone_number, &new_id, self.clock.millis()).await?;
        if user.blocked {
            return Err(Refusal::Blocked.into());
        }
        measure::attempt(outcome.label());
        if outcome == Outcome::Redeemed {
            measure::code_entered(phone_number);
        }
        // Of parallel requests any can be the one that creates the user; the sign-in is that of the first.
        self.audit.signed_in(attempt, &user, user.id == new_id, outcome).await;
        Ok(SignIn { user, outcome })
    }

    async fn try_code(&self, attempt: &CodeAttempt<'_>, purpose: Purpose) -> Result<Outcome, CodeError> {
        let CodeAttempt { connection, phone_number, code, source, browser, .. } = *attempt;
        let now = self.clock.millis();
        let stored = Attempt {
            binding: attempt.binding(),
            code,
            purpose,
            limits: &AttemptLimit::all(&self.limits, connection, phone_number, &source, browser.is_known),
            without_code: &Challenge::without_code(entropy::object_id(&*self.entropy), connection.expiry(now)),
        };
        let verdict = self.store.try_code(&stored, now).await?;
        if let Err(Refusal::TooManyAttempts(counted)) = &verdict {
            let client_id = attempt.client_id();
            measure::limit_hit(counted.label());
            tracing::warn!(client_id, ?counted, "too many failed attempts: a code was not checked");
        }
        Ok(verdict?)
    }
}

fn sms(request: &CodeRequest<'_>, code: &OneTimeCode) -> SmsMessage {
    let values = Values {
        code: code.expose(),
        phone_number: request.phone_number.as_str(),
        application: &request.client.name,
        language: request.context.language.as_str(),
        standard: request.context.language.standard_text(),
    };
    SmsMessage {
        to: request.phone_number.as_str().to_owned(),
        body: message::text(&request.connection.template, values, request.context.host.as_deref()),
        validity: request.connection.code_lifetime,
        requested_by: RequestedBy { ip: Some(request.source.ip), user_agent: request.context.user_agent.clone() },
    }
}
