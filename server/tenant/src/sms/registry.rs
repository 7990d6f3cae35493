//! Who sends for which connection.

use std::{collections::HashMap, sync::Arc};

use secrecy::SecretString;
use url::Url;

use super::{Failover, Gateway, Outbox, SmsSender, Twilio, TwilioConfig, twilio::STATUS_PATH};
use crate::{
    build::{Settings, Sms},
    clock::Clock,
    config::{Connection, SenderConfig},
    error::BuildError,
    origin::Origin,
};

/// The senders: one for each connection that names its own, and one for the rest.
pub(crate) struct Senders {
    default: Arc<dyn SmsSender>,
    own: HashMap<String, Arc<dyn SmsSender>>,
    outbox: Option<Arc<Outbox>>,
    /// Accounts at Twilio with their tokens, which sign Twilio's requests.
    accounts: Vec<(String, SecretString)>,
}

impl Senders {
    pub(crate) fn new(settings: &Settings, origin: &Origin, clock: &Arc<dyn Clock>) -> Result<Self, BuildError> {
        let mut workshop = Workshop { status_callback: status_callback(origin), clock, accounts: Vec::new() };
        let (default, outbox): (Arc<dyn SmsSender>, _) = match &settings.sms {
            Sms::Twilio(config) => (workshop.twilio(config)?, None),
            Sms::Outbox => {
                let outbox = Arc::new(Outbox::new(Arc::clone(clock)));
                (Arc::clone(&outbox) as Arc<dyn SmsSender>, Some(outbox))
            }
        };
        let mut own = HashMap::new();
        for connection in settings.config.connections() {
            if let Some(sender) = workshop.sender_of(connection, &default)? {
                own.insert(connection.name.clone(), sender);
            }
        }
        Ok(Self { default, own, outbox, accounts: workshop.accounts })
    }

    pub(crate) fn of(&self, connection: &Connection) -> &dyn SmsSender {
        &**self.own.get(&connection.name).unwrap_or(&self.default)
    }

    /// The messages for a developer to read, where no provider is configured.
    pub(crate) fn outbox(&self) -> Option<&Arc<Outbox>> {
        self.outbox.as_ref()
    }

    /// The tokens of an account at Twilio.
    pub(crate) fn twilio_tokens(&self, account_sid: &str) -> impl Iterator<Item = &SecretString> {
        self.accounts.iter().filter(move |(sid, _)| sid == account_sid).map(|(_, token)| token)
    }
}

/// Makes senders, and notes their accounts.
struct Workshop<'a> {
    status_callback: Option<Url>,
    clock: &'a Arc<dyn Clock>,
    accounts: Vec<(String, SecretString)>,
}

impl Workshop<'_> {
    fn sender_of(
        &mut self,
        connection: &Connection,
        default: &Arc<dyn SmsSender>,
    ) -> Result<Option<Arc<dyn SmsSender>>, BuildError> {
        let own = connection.sender.as_ref().map(|config| self.sender(config)).transpose()?;
        let then = connection.fallback.iter().map(|config| self.sender(config)).collect::<Result<Vec<_>, _>>()?;
        if then.is_empty() {
            return Ok(own);
        }
        let first = own.unwrap_or_else(|| Arc::clone(default));
        Ok(Some(Arc::new(Failover { first, then })))
    }

    fn sender(&mut self, config: &SenderConfig) -> Result<Arc<dyn SmsSender>, BuildError> {
        match config {
            SenderConfig::Twilio(config) => self.twilio(config),
            SenderConfig::Gateway(config) => Ok(Arc::new(Gateway::new(config.clone(), Arc::clone(self.clock))?)),
        }
    }

    fn twilio(&mut self, config: &TwilioConfig) -> Result<Arc<dyn SmsSender>, BuildError> {
        self.accounts.push((config.account_sid.clone(), config.auth_token.clone()));
        Ok(Arc::new(Twilio::new(config.clone(), self.status_callback.clone())?))
    }
}

/// Where Twilio reports: only to an address that it can reach and that nobody listens in to. It takes no host with an
/// underscore.
fn status_callback(origin: &Origin) -> Option<Url> {
    let mut url = origin.url().filter(|url| url.scheme() == "https" && url.domain().is_some())?;
    if url.domain()?.contains('_') {
        return None;
    }
    url.set_path(STATUS_PATH);
    Some(url)
}
