//! Random input for every parser of untrusted input.
//!
//! For two seconds each in `make test`, or as long as `make fuzz` says; a failure prints the seed to repeat it with
//! (`BOLERO_RANDOM_SEED`). Private functions are tested in their modules, under names that start with `fuzz_` too.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
};
use bolero::{ValueGenerator, check, produce};
use http::{HeaderMap, HeaderValue, header};
use serde_json::Value;
use url::Url;

use crate::{
    TenantConfig,
    http::{
        api_error::{ApiError, Property},
        cookies::CookiePolicy,
        params::{BodyParams, Params, QueryParams},
    },
    origin::Origin,
    otp::{
        language::Language,
        standard_text::ENGLISH,
        template::{Syntax, Template, Values},
    },
    phone_number::PhoneNumber,
};

/// Texts of these pieces, with a foreign character here and there: plain noise never gets past the first check.
pub(crate) fn texts(pieces: &'static [&'static str]) -> impl ValueGenerator<Output = String> {
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
pub(crate) fn almost(right: &str) -> impl ValueGenerator<Output = String> + use<> {
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
fn headers(name: header::HeaderName, value: &[u8]) -> HeaderMap {
    HeaderValue::from_bytes(value).map(|value| HeaderMap::from_iter([(name, value)])).unwrap_or_default()
}

/// The outcome of what waits for nothing.
fn now<T>(ready: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(ready)
}

const NUMBERS: &[&str] = &[
    "+", "00", "011", "tel:", "1", "44", "49", "39", "521", "549", "0", "7", "415", "555", "2671", " ", "-", "(", ")",
    "/", ";ext=", "x", "#", "٤", "４", "\u{200e}", "\u{ff0b}", "\u{a0}",
];

/// An accepted number is E.164, parses to itself, and is never printed in full.
fn is_one_number(number: &PhoneNumber) {
    let e164 = number.as_str();
    assert!(PhoneNumber::fits_pattern(e164) && PhoneNumber::parse(e164).as_ref() == Some(number));
    assert!(number.masked() != e164 && number.masked().contains('•'));
}

#[test]
fn fuzz_phone_numbers() {
    check!().with_generator(texts(NUMBERS)).for_each(|text| {
        PhoneNumber::parse(text).iter().for_each(is_one_number);
    });
}

const BODIES: &[&str] = &[
    "{",
    "}",
    "\"",
    "client_id",
    ":",
    ",",
    "[",
    "]",
    "null",
    "1e999",
    "\\u0000",
    "\\ud800",
    "=",
    "&",
    "%",
    "%00",
    "%ff",
    "+",
    "a",
    "true",
    " ",
];

/// A text, where there is one, is not empty, and asking for it changes nothing.
fn are_texts_or_refused(params: &Params) {
    assert!(matches!(params.param("client_id"), Ok(None) | Err(_)) || params.get("client_id").is_some());
    for name in params.names().map(str::to_owned) {
        let text = params.get(&name).and_then(Value::as_str);
        assert!(text.is_none() || params.names().any(|other| other == name));
    }
    if let Ok(text) = params.text(Property::Other("client_id")) {
        assert!(text.is_none_or(|text| !text.is_empty()));
    }
}

#[test]
fn fuzz_bodies() {
    check!().with_generator((texts(BODIES), produce::<bool>())).for_each(|(text, is_form)| {
        let content_type = if *is_form { "application/x-www-form-urlencoded" } else { "application/json" };
        let request = Request::post("/").header(header::CONTENT_TYPE, content_type).body(Body::from(text.clone()));
        let read = now(BodyParams::from_request(request.expect("a request"), &()));
        let _ = read.map(|BodyParams(params)| are_texts_or_refused(&params));
    });
}

#[test]
fn fuzz_queries() {
    check!().with_generator(texts(BODIES)).for_each(|text| {
        let Ok(request) = Request::get(format!("/?{text}")).body(()) else { return };
        let (mut parts, ()) = request.into_parts();
        let read: Result<_, ApiError> = now(QueryParams::from_request_parts(&mut parts, &()));
        let _ = read.map(|QueryParams(params)| are_texts_or_refused(&params));
    });
}

#[test]
fn fuzz_cookies() {
    let origin = Url::parse("http://localhost:3001").ok().and_then(|url| Origin::of(&url).ok()).expect("an origin");
    let cookies = CookiePolicy::new(&origin);
    check!().for_each(|noise: &[u8]| {
        let noise = &noise[..noise.len().min(64)];
        let found = cookies.read(&headers(header::COOKIE, noise), "sid");
        assert!(found.is_none_or(|value| !value.contains(';')));
        // The bytes of other cookies do not matter.
        let beside = [noise, b"; tenant_sso=right"].concat();
        let beside = headers(header::COOKIE, &beside);
        assert!(beside.is_empty() || cookies.read(&beside, "tenant_sso").is_some());
    });
}

const SECRET: &str = "kept-from-every-message";

/// Neither a message about the file nor the configuration itself ever shows a secret.
#[test]
fn fuzz_tenant_yaml() {
    let variable = |name: &str| {
        let is_secret = name == "MY_APPLICATION_SECRET";
        Some(if is_secret { SECRET } else { "https://app.example" }.to_owned())
    };
    check!().with_generator(almost(include_str!("../tenant.example.yaml"))).for_each(|text| {
        let said = match TenantConfig::from_yaml(text, variable) {
            Ok((config, unknown)) => {
                assert!(!config.clients().is_empty());
                format!("{config:?} {config} {unknown:?}")
            }
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(!said.contains(SECRET), "{said}");
    });
}

#[test]
fn fuzz_yaml_of_any_shape() {
    let pieces: &[&str] = &[
        "clients:",
        "connections:",
        "\n",
        "  ",
        "- ",
        "name: ",
        "client_id: ",
        "strategy: sms",
        "options:",
        "&a ",
        "*a",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        "|",
        ">",
        "\"",
        "'",
        "@@A@@",
        "##A##",
        "!!binary ",
        "1",
        ": ",
        "#",
        "\t",
        "---\n",
    ];
    check!().with_generator(texts(pieces)).for_each(|text| {
        let _ = TenantConfig::from_yaml(text, |name| (name == "A").then(|| SECRET.to_owned()));
    });
}

/// A message holds its code, whatever the template; what it is filled with is never read as one.
#[test]
fn fuzz_sms_templates() {
    let pieces: &[&str] = &[
        "@@",
        "code",
        "{{",
        "}}",
        " ",
        "{%",
        "%}",
        "if ",
        "else",
        "endif",
        "assign x = ",
        "password",
        "application.name",
        "| ",
        "slice: ",
        "append: ",
        "-1",
        "99999999999",
        "request_language",
        "'",
        "capture x",
        "endcapture",
        "raw",
        "endraw",
        "@@code@@",
        "{{ code }}",
        "split: ''",
        "first",
        "truncate: ",
        "==",
        "contains ",
    ];
    let syntax = produce::<bool>();
    check!().with_generator((texts(pieces), syntax, texts(pieces))).for_each(|(source, is_liquid, name)| {
        let syntax = if *is_liquid { Syntax::Liquid } else { Syntax::MdWithMacros };
        let Ok(template) = Template::new(source, syntax) else { return };
        let values = Values {
            code: "586165",
            phone_number: "+14155552671",
            application: name,
            language: "de",
            standard: ENGLISH,
        };
        assert!(template.render(values).is_ok_and(|text| text.contains("586165")) || *is_liquid);
    });
}

/// A message and the provider get a language tag, never the raw header.
#[test]
fn fuzz_languages() {
    let pieces: &[&str] =
        &["de", "-AT", "zh-Hant", ";", "q=", "0.5", "NaN", "inf", "-1", ",", "*", " ", "{{", "_", "q"];
    check!().with_generator((texts(pieces), produce::<bool>())).for_each(|(text, is_asked)| {
        let name =
            if *is_asked { header::HeaderName::from_static("x-request-language") } else { header::ACCEPT_LANGUAGE };
        let language = Language::of(&headers(name, text.as_bytes()));
        let tag = language.as_str();
        assert!((1..=35).contains(&tag.len()));
        assert!(tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    });
}
