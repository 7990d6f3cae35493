//! Which sender sends for which connection.

use std::{collections::HashMap, sync::Arc};

use secrecy::SecretString;
use url::Url;

use super::{Failover, Gateway, Measured, Outbox, SmsSender, Twilio, TwilioConfig, twilio::STATUS_PATH};
use crate::{
    clock::Clock,
    config::{Connection, SenderConfig},
    entropy::Entropy,
    error::BuildError,
    origin::Origin,
};

/// The default sender.
#[derive(Clone, Debug)]
pub enum Sms {
    /// No provider: a developer reads the messages at `/outbox`.
    Outbox,
    /// An account at Twilio.
    Twilio(TwilioConfig),
}

/// The senders: one for each connection that configures its own, and one for the rest.
pub(crate) struct SenderRegistry {
    default: Arc<dyn SmsSender>,
    own: HashMap<String, Arc<dyn SmsSender>>,
    outbox: Option<Arc<Outbox>>,
    /// Twilio accounts with their tokens, which verify Twilio's requests.
    accounts: Vec<(String, SecretString)>,
}

impl SenderRegistry {
    pub(crate) fn new(
        default: &Sms,
        connections: &[Connection],
        origin: &Origin,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<Self, BuildError> {
        let mut builder =
            SenderBuilder { status_callback: status_callback(origin), clock, entropy, accounts: Vec::new() };
        let (default, outbox): (Arc<dyn SmsSender>, _) = match default {
            Sms::Twilio(config) => (builder.twilio(config)?, None),
            Sms::Outbox => {
                let outbox = Arc::new(Outbox::new(Arc::clone(clock)));
                (measured("outbox", Arc::clone(&outbox)), Some(outbox))
            }
        };
        let mut own = HashMap::new();
        for connection in connections {
            if let Some(sender) = builder.sender_of(connection, &default)? {
                own.insert(connection.name.clone(), sender);
            }
        }
        Ok(Self { default, own, outbox, accounts: builder.accounts })
    }

    pub(crate) fn of(&self, connection: &Connection) -> &dyn SmsSender {
        &**self.own.get(&connection.name).unwrap_or(&self.default)
    }

    /// The outbox, where no provider is configured.
    pub(crate) fn outbox(&self) -> Option<&Arc<Outbox>> {
        self.outbox.as_ref()
    }

    /// The tokens of a Twilio account.
    pub(crate) fn twilio_tokens(&self, account_sid: &str) -> impl Iterator<Item = &SecretString> {
        self.accounts.iter().filter(move |(sid, _)| sid == account_sid).map(|(_, token)| token)
    }
}

/// Builds senders, and collects their Twilio accounts.
struct SenderBuilder<'a> {
    status_callback: Option<Url>,
    clock: &'a Arc<dyn Clock>,
    entropy: &'a Arc<dyn Entropy>,
    accounts: Vec<(String, SecretString)>,
}

impl SenderBuilder<'_> {
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
            SenderConfig::Gateway(config) => {
                Ok(measured("gateway", Arc::new(Gateway::new(config.clone(), Arc::clone(self.clock))?)))
            }
        }
    }

    fn twilio(&mut self, config: &TwilioConfig) -> Result<Arc<dyn SmsSender>, BuildError> {
        self.accounts.push((config.account_sid.clone(), config.auth_token.clone()));
        let twilio = Twilio::new(config.clone(), self.status_callback.clone(), Arc::clone(self.entropy))?;
        Ok(measured("twilio", Arc::new(twilio)))
    }
}

fn measured(name: &'static str, sender: Arc<impl SmsSender>) -> Arc<dyn SmsSender> {
    Arc::new(Measured { name, sender })
}

/// Where Twilio reports: only to an https URL with a host name. It rejects host names with an underscore.
fn status_callback(origin: &Origin) -> Option<Url> {
    let mut url = origin.url().filter(|url| url.scheme() == "https" && url.domain().is_some())?;
    if url.domain()?.contains('_') {
        return None;
    }
    url.set_path(STATUS_PATH);
    Some(url)
}
