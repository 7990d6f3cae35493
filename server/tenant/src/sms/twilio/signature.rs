//! `X-Twilio-Signature`: verifies that a request is Twilio's.
//!
//! <https://www.twilio.com/docs/usage/security#validating-requests>

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The parameters of a form, in the order in which they are signed; repeated values count once.
pub(crate) type Parameters = BTreeMap<String, BTreeSet<String>>;

/// Whether `signature` is Twilio's for this form, posted to this URL. Some of Twilio's products sign the URL with the
/// scheme's port in it, so either form is taken.
pub(crate) fn is_valid(auth_token: &SecretString, url: &Url, parameters: &Parameters, signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token.expose_secret().as_bytes());
    [Some(url.to_string()), with_port(url)].into_iter().flatten().any(|url| {
        let mut signed = url;
        for (name, values) in parameters {
            signed.extend(values.iter().flat_map(|value| [name.as_str(), value]));
        }
        hmac::verify(&key, signed.as_bytes(), &signature).is_ok()
    })
}

/// `https://host/path` as `https://host:443/path`.
fn with_port(url: &Url) -> Option<String> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let rest = url.as_str().strip_prefix(&url[..url::Position::AfterHost])?;
    let is_written = url.port().is_some();
    (!is_written).then(|| format!("{}://{host}:{port}{rest}", url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of Twilio's documentation.
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const SIGNATURE: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    fn form(more: &[(&str, &str)]) -> Parameters {
        let mut parameters = Parameters::new();
        let documented = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ];
        for (name, value) in documented.iter().chain(more) {
            parameters.entry((*name).to_owned()).or_default().insert((*value).to_owned());
        }
        parameters
    }

    #[test]
    fn the_documented_request_is_twilios_and_no_other() -> Result<(), url::ParseError> {
        let (token, url) = (SecretString::from("12345"), Url::parse(URL)?);
        assert!(is_valid(&token, &url, &form(&[]), SIGNATURE));
        assert!(is_valid(&token, &url, &form(&[("Digits", "1234")]), SIGNATURE), "a repeated value counts once");
        assert!(!is_valid(&"12346".into(), &url, &form(&[]), SIGNATURE));
        assert!(!is_valid(&token, &Url::parse("https://mycompany.com/myapp.php?foo=1")?, &form(&[]), SIGNATURE));
        assert!(!is_valid(&token, &url, &form(&[("Digits", "12345")]), SIGNATURE));
        for forged in ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "not base64", "AAAA"] {
            assert!(!is_valid(&token, &url, &form(&[]), forged), "{forged}");
        }
        Ok(())
    }

    #[test]
    fn the_port_of_the_scheme_may_be_signed() -> Result<(), url::ParseError> {
        let url = Url::parse(URL)?;
        assert_eq!(with_port(&url).as_deref(), Some("https://mycompany.com:443/myapp.php?foo=1&bar=2"));
        assert_eq!(with_port(&Url::parse("https://mycompany.com:8443/")?), None);
        Ok(())
    }

    proptest::proptest! {
        #[test]
        fn no_signature_breaks_it(signature in "\\PC{0,40}", name in "\\PC{0,9}", value in "\\PC{0,9}") {
            let url = Url::parse(URL);
            let forged = url.is_ok_and(|url| is_valid(&"12345".into(), &url, &form(&[(&name, &value)]), &signature));
            proptest::prop_assert!(!forged || signature == SIGNATURE);
        }
    }
}
