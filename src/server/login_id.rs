use super::entropy::{NoRandomness, random_bytes};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

/// Milliseconds since 1970, in 6 bytes, and 6 random ones.
const BYTES: usize = 12;

/// Identifies one login of a browser in its forms, its cookies and its `state`: two tabs are two logins. It is not a secret;
/// only the cookie of this name lets a browser continue the login.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct LoginId {
    began_at: OffsetDateTime,
    text: String,
}

/// The text names no login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a login")]
pub(super) struct InvalidLoginId;

impl LoginId {
    pub(super) fn new(now: OffsetDateTime) -> Result<Self, NoRandomness> {
        let mut bytes = [0; BYTES];
        let (time, random) = bytes.split_at_mut(6);
        let millis = (now.unix_timestamp_nanos() / 1_000_000).to_be_bytes();
        time.copy_from_slice(&millis[millis.len() - 6..]);
        random.copy_from_slice(&random_bytes::<6>()?);
        Self::parse(&URL_SAFE_NO_PAD.encode(bytes)).map_err(|_| NoRandomness)
    }

    pub(super) fn parse(text: &str) -> Result<Self, InvalidLoginId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidLoginId)?;
        let time: [u8; 6] = bytes.get(..6).and_then(|time| time.try_into().ok()).ok_or(InvalidLoginId)?;
        if bytes.len() != BYTES {
            return Err(InvalidLoginId);
        }
        let millis = time.into_iter().fold(0_i128, |millis, byte| millis << 8 | i128::from(byte));
        let began_at = OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).map_err(|_| InvalidLoginId)?;
        Ok(Self { began_at, text: text.to_owned() })
    }

    /// When the login began.
    pub(super) fn began_at(&self) -> OffsetDateTime {
        self.began_at
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for LoginId {
    type Error = InvalidLoginId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<LoginId> for String {
    fn from(id: LoginId) -> Self {
        id.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::Duration;

    #[test]
    fn a_later_login_is_the_greater_one() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(1_800_000_000_123);
        let (one, other) = (LoginId::new(now).unwrap(), LoginId::new(now + Duration::milliseconds(1)).unwrap());
        assert!(one < other && one.began_at() == now);
        assert_eq!(LoginId::parse(one.as_str()), Ok(one));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".*") {
            if let Ok(id) = LoginId::parse(&text) {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }
}
