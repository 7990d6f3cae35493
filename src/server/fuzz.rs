//! Every parser of input from browsers and from the tenant, given random input.
//!
//! For a second each, or as long as `make fuzz` says; a failure prints the seed to repeat it with
//! (`BOLERO_RANDOM_SEED`). What is private to a module is tested there, under the same name: `fuzz_…`.

use super::{
    AuthConfig, Language, TrustedProxies, cookies, languages::accepted_tags, last_login, logins::Logins,
    own_page::read_code, phone_number, seal, tenant_error::ErrorBody,
};
use crate::{Country, OneTimeCode, PhoneNumber, outcome::Refusal};
use bolero::{ValueGenerator, check, produce};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use std::{net::IpAddr, panic::AssertUnwindSafe};
use time::OffsetDateTime;
use url::Url;

/// Texts of these pieces, with a foreign character here and there: plain noise never gets past the first check.
pub(super) fn texts(pieces: &'static [&'static str]) -> impl ValueGenerator<Output = String> {
    produce::<Vec<(u8, u16, char)>>().with().len(0_usize..32).map_gen(move |draws| {
        let mut text = String::new();
        for (kind, which, foreign) in draws {
            match kind {
                0..24 => text.push(foreign),
                _ => text.push_str(pieces[usize::from(which) % pieces.len()]),
            }
        }
        text
    })
}

/// A text that is right, with up to three of its bytes replaced.
pub(super) fn almost(right: &str) -> impl ValueGenerator<Output = String> + use<> {
    let right = right.to_owned();
    produce::<Vec<(u16, u8)>>().with().len(0_usize..4).map_gen(move |edits| {
        let mut bytes = right.clone().into_bytes();
        for (at, byte) in edits {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Headers with this value, if a header can hold it.
fn headers(name: HeaderName, value: &str) -> HeaderMap {
    HeaderValue::from_str(value).map(|value| HeaderMap::from_iter([(name, value)])).unwrap_or_default()
}

/// The configuration of an app; it is not changed by what panics.
pub(super) fn config() -> AssertUnwindSafe<AuthConfig> {
    let (base, tenant) = ("https://app.example".parse(), "tenant.example".parse());
    let (base, tenant) = (base.expect("a URL"), tenant.expect("a tenant"));
    AssertUnwindSafe(AuthConfig::new(base, tenant, "client".to_owned(), "secret".into()))
}

/// A client is never taken for a proxy that is trusted, unless no one else has spoken; who is not trusted is the client.
#[test]
fn fuzz_client_addresses() {
    let pieces: &[&str] = &[
        "10.0.0.1",
        "203.0.113.9",
        "::1",
        "[2001:db8::1]",
        ":443",
        "::ffff:10.0.0.2",
        ",",
        ";",
        "for=",
        "For = ",
        "by=",
        "\"",
        "[",
        "]",
        "unknown",
        "_hidden",
        " ",
        "=",
        "%eth0",
    ];
    let proxies = TrustedProxies::new(["10.0.0.0/8".parse().expect("a network")]);
    let [proxy, stranger] = ["10.0.0.1", "198.51.100.7"].map(|text| text.parse::<IpAddr>().expect("an address"));
    check!().with_generator((texts(pieces), produce::<bool>())).for_each(|(text, is_forwarded)| {
        let name = if *is_forwarded { header::FORWARDED } else { HeaderName::from_static("x-forwarded-for") };
        let (headers, proxies) = (headers(name.clone(), text), proxies.clone().reading(name));
        assert_eq!(proxies.client_ip(stranger, &headers), stranger, "a stranger is not believed");
        let client = proxies.client_ip(proxy, &headers);
        assert_eq!(client, client.to_canonical());
        assert!(proxies.trusts(client) || !headers.is_empty());
    });
}

/// Wherever a text leads, it is a path of this origin, for a browser as for us.
#[test]
fn fuzz_return_to() {
    let pieces: &[&str] = &[
        "/",
        "//",
        "\\",
        ".",
        "..",
        "%2e",
        "%2f",
        "%5c",
        "@",
        ":",
        "?",
        "#",
        "&",
        "evil.example",
        "https:",
        "javascript:",
        "\t",
        "\n",
        "\r",
        "\0",
        " ",
        "a",
        "=",
        "callback",
        "logout",
        "login/hosted",
        "api/passwordless/",
        "%09",
        "\u{3002}",
    ];
    let origin = Url::parse("https://app.example/login").expect("a URL");
    check!().with_generator(texts(pieces)).for_each(|text| {
        let config = config();
        let from_referer = config.path_of(&format!("https://app.example/{text}"));
        for page in [Some(config.return_to(text)), from_referer].iter().flatten() {
            let path = page.as_str();
            let (before_query, _) = path.split_once('?').unwrap_or((path, ""));
            assert!(path.starts_with('/') && !path.starts_with("//") && !before_query.contains('\\'));
            let resolved = origin.join(path).expect("a URL");
            assert_eq!(resolved.origin(), origin.origin());
            assert_eq!(config.return_to(path).as_str(), path, "it is read as it was written");
            assert!(HeaderValue::from_str(path).is_ok() && path.len() <= 1024);
        }
    });
}

/// A number that is read is E.164, and is read alike when it comes back.
#[test]
fn fuzz_numbers() {
    let pieces: &[&str] = &[
        "+", "00", "011", "tel:", "1", "44", "49", "39", "521", "549", "225", "0", "7", "415", "555", "2671", " ", "-",
        "(", ")", "/", ";ext=", "x", "#", "٤", "４", "\u{200e}", "\u{ff0b}", "\u{a0}",
    ];
    let countries: Vec<_> = ["US", "DE", "GB", "IT", "MX", "AR"].iter().map(|iso| Country::from_iso(iso)).collect();
    check!().with_generator((texts(pieces), 0_usize..6)).for_each(|(text, which)| {
        let country = countries[*which].expect("a country");
        let Ok(number) = phone_number::read(text, country, phone_number::ALL) else { return };
        let e164 = number.e164.as_str();
        assert!(PhoneNumber::parse(e164).is_ok_and(|parsed| parsed == number.e164));
        assert!(number.is_shown_as(&number.display));
        assert!(phone_number::known(&number.e164).is_ok_and(|known| known.e164 == number.e164), "{e164}");
        // To serve one country alone changes no number: it is the same one, or refused.
        match phone_number::read(text, country, phone_number::Served { countries: &[country], ..phone_number::ALL }) {
            Ok(allowed) => assert_eq!(allowed.e164, number.e164),
            Err(refusal) => assert_eq!(refusal, Refusal::CountryNotAllowed),
        }
    });
}

/// A code is digits, whatever else was pasted.
#[test]
fn fuzz_codes() {
    let pieces: &[&str] = &["1", "23", "456", "٧", "９", " ", "-", "\u{2013}", ".", "code ", "\n@app.example #"];
    check!().with_generator((texts(pieces), 0_u32..=40)).for_each(|(text, length)| {
        for code in [OneTimeCode::parse(text).ok(), read_code(text, *length).ok()].into_iter().flatten() {
            let digits = code.as_str();
            assert!((4..=40).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(OneTimeCode::parse(digits).is_ok_and(|again| again == code));
        }
    });
}

#[test]
fn fuzz_accept_language() {
    let pieces: &[&str] = &[
        "de",
        "-AT",
        "zh",
        "-Hant",
        "-HK",
        "pt_BR",
        "-u-nu-latn",
        ";",
        "q=",
        "0.5",
        "NaN",
        "inf",
        "1e9",
        "-1",
        ",",
        "*",
        " ",
    ];
    check!().with_generator(texts(pieces)).for_each(|text| {
        let headers = headers(header::ACCEPT_LANGUAGE, text);
        assert!(accepted_tags(&headers).all(|tag| text.contains(tag)));
        let language = Language::accepted(&headers).unwrap_or_default();
        assert_eq!(Language::from_tag(language.tag()), Ok(language));
    });
}

/// A tenant's error reaches neither the log nor the user's screen with control characters in it.
#[test]
fn fuzz_tenant_errors() {
    let pieces: &[&str] = &[
        "{",
        "}",
        "\"",
        ":",
        ",",
        "\"error\":",
        "\"error_description\":",
        "\"code\":",
        "\"invalid_grant\"",
        "\"unauthorized\"",
        "\"attempts_left\":",
        "\"retry_after\":",
        "-1",
        "2",
        "1e99",
        "\"superseded\":",
        "true",
        "null",
        "[",
        "]",
        "\\n",
        "\\u001b",
        "\"You are not welcome\"",
        "(Code: ",
        "21211",
        ")",
    ];
    let waits = texts(&["1", "9", "-", "0", "Thu, 26 Nov 2026 13:00:00 GMT", " ", "99999999999999999999"]);
    check!().with_generator((texts(pieces), waits, 400_u16..600)).for_each(|(inside, wait, status)| {
        let status = StatusCode::from_u16(*status).expect("a status");
        let headers = headers(header::RETRY_AFTER, wait);
        for body in [inside.clone(), format!("{{\"error\":\"access_denied\",\"error_description\":\"{inside}\"}}")] {
            let Some(refused) = ErrorBody::read(status, &headers, body.as_bytes(), OffsetDateTime::UNIX_EPOCH) else {
                continue;
            };
            assert!(!refused.to_string().contains(char::is_control));
            if let Refusal::Denied(sentence) = Refusal::from(refused) {
                assert!(!sentence.contains(char::is_control) && sentence.chars().count() <= 300);
            }
        }
    });
}

/// Of all that looks like a sealed cookie, the one that was sealed is the only one, and under its own name.
#[test]
fn fuzz_sealed_cookies() {
    let config = config();
    let sealed = seal::seal(&config, "last", b"+14155552671").expect("sealed");
    check!().with_generator(almost(&sealed)).for_each(|text| {
        assert_eq!(seal::open(&config, "last", text).is_some(), *text == sealed);
        assert!(seal::open(&config, "other", text).is_none());
    });
}

/// Cookies that this app did not write start no login and contain no number.
#[test]
fn fuzz_cookies() {
    let config = config();
    let pieces: &[&str] = &[
        "__Host-login_",
        "login_",
        "__Host-last_login",
        "=",
        ";",
        " ",
        "AAAA",
        "AAAAAAAAAAAAAAAA",
        "\"",
        ",",
        "language=de",
    ];
    check!().with_generator(texts(pieces)).for_each(|text| {
        let headers = headers(header::COOKIE, text);
        assert!(cookies::of(&headers).all(|(name, value)| text.contains(name) && text.contains(value)));
        assert!(last_login::remembered(&config, &headers).is_none());
        let logins = Logins::of(&config, &headers, OffsetDateTime::UNIX_EPOCH);
        assert!(logins.newest(None).is_none() && logins.newest_over().is_none());
    });
}
