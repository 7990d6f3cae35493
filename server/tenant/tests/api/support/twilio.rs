//! The configuration of the Twilio sender, for a double at some address.

use passwordless_tenant::{Retries, TwilioConfig, TwilioFrom};
use url::Url;

pub(crate) const TWILIO_ACCOUNT: &str = "AC0123";
pub(crate) const TWILIO_TOKEN: &str = "the-token";

/// Each message is tried once.
pub(crate) fn twilio_config(api_base_url: &str) -> TwilioConfig {
    TwilioConfig {
        account_sid: TWILIO_ACCOUNT.to_owned(),
        auth_token: TWILIO_TOKEN.into(),
        from: TwilioFrom::Number("+15005550006".to_owned()),
        api_base_url: Url::parse(api_base_url).unwrap(),
        retries: Retries { tries: 1, ..Retries::default() },
    }
}
