//! A login that is attacked, whichever it is.

use crate::{country::Number, error::AttackError, ledger::Ledger, visitor::Visitor};
use async_trait::async_trait;
use time::Duration;

/// What an attack does to a login, and what people do there.
#[async_trait]
pub trait Target: Send {
    /// Lets time pass, until so long after the beginning of the attack.
    async fn wait_until(&mut self, time: Duration);

    /// Loads the login page.
    async fn open(&mut self, visitor: &mut Visitor) -> Result<(), AttackError>;

    /// Asks for a code; solves a proof of work if the visitor does.
    async fn ask(&mut self, visitor: &mut Visitor, number: &Number, way: Way) -> Result<Asked, AttackError>;

    /// Enters a code.
    async fn enter(&mut self, visitor: &mut Visitor, code: &str) -> Result<Entered, AttackError>;

    /// What was sent.
    fn ledger(&self) -> &Ledger;

    /// Whether codes can be read and entered; elsewhere people only ask for them.
    fn has_codes(&self) -> bool;
}

/// How a code is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the form of the login page.
    Form,
    /// By the form for another code.
    Again,
    /// At the tenant's own API, with the client's public id, from a page elsewhere.
    Api,
}

/// The answer to who asks for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A code is on its way.
    Sent,
    /// None is.
    Refused {
        /// The login's word for the reason.
        reason: String,
        /// Seconds to wait.
        retry_after: Option<u32>,
    },
}

/// The answer to who enters a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// Signed in.
    SignedIn,
    /// Not, for this reason.
    Refused(String),
}
