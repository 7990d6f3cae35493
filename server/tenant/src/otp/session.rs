//! The sessions of `/otp/challenge`: an encrypted text that stands for the client, the connection and the number of a code.
//!
//! Nothing is stored for it. The code is bound to the session, and used up with it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::browser::Transaction;
use crate::{
    clock::{Clock, Millis},
    config::{Client, Connection},
    entropy::{self, Entropy},
    phone_number::PhoneNumber,
    seal::SealKey,
};

/// Keeps the session from being accepted as another encrypted text.
const PURPOSE: &str = "otp session";

/// What a session stands for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OtpSession {
    client_id: String,
    pub(crate) connection: String,
    pub(crate) phone_number: PhoneNumber,
    /// Whether a number without an account may sign up.
    pub(crate) allows_sign_up: bool,
    id: String,
    expires_at: Millis,
}

impl OtpSession {
    /// What the code is bound to.
    pub(crate) fn transaction(&self) -> Transaction {
        Transaction::named(&format!("{PURPOSE} {}", self.id))
    }
}

/// Starts sessions, and reads them.
#[derive(Clone)]
pub(crate) struct OtpSessions {
    pub(crate) key: Arc<SealKey>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl OtpSessions {
    pub(crate) fn begin(
        &self,
        client: &Client,
        connection: &Connection,
        phone_number: PhoneNumber,
        allows_sign_up: bool,
    ) -> OtpSession {
        OtpSession {
            client_id: client.client_id.clone(),
            connection: connection.name.clone(),
            phone_number,
            allows_sign_up,
            id: entropy::token(&*self.entropy),
            expires_at: connection.expiry(self.clock.millis()),
        }
    }

    /// The session as the client sends it back; `None` if it cannot be encrypted.
    pub(crate) fn seal(&self, session: &OtpSession) -> Option<String> {
        self.key.seal(PURPOSE, &serde_json::to_vec(session).ok()?, &*self.entropy)
    }

    /// A session of this client that has not expired.
    pub(crate) fn open(&self, client: &Client, text: &str) -> Option<OtpSession> {
        let session: OtpSession = serde_json::from_slice(&self.key.open(PURPOSE, text)?).ok()?;
        let is_current = session.client_id == client.client_id && self.clock.millis() < session.expires_at;
        is_current.then_some(session)
    }
}
