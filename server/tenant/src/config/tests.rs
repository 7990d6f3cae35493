use std::time::Duration;

use secrecy::ExposeSecret;

use super::{AuthMethod, ConfigError, SenderConfig, TenantConfig};
use crate::{keys::signing_algorithm::SigningAlgorithm, sms::TwilioFrom};

fn parse(text: &str) -> Result<(TenantConfig, Vec<String>), ConfigError> {
    TenantConfig::from_yaml(text, |name| match name {
        "MY_APPLICATION_SECRET" => Some("s3cret: \"quoted\"".to_owned()),
        "APP_BASE_URL" => Some("https://app.example".to_owned()),
        _ => None,
    })
}

/// A good file with one line more at a place of its choice.
fn with(client: &str, options: &str) -> String {
    format!(
        "clients:\n  - name: App\n    client_id: app\n    client_secret: very-secret\n    {client}\n\
         connections:\n  - name: sms\n    strategy: sms\n    options:\n      disable_signup: true\n      {options}\n"
    )
}

#[test]
fn the_example_is_understood_whole() -> Result<(), ConfigError> {
    let (config, unknown) = parse(include_str!("../../tenant.example.yaml"))?;
    assert_eq!(unknown, Vec::<String>::new());
    let [app, phone] = config.clients() else { return Err(ConfigError::Yaml("two clients".to_owned())) };
    let secret = app.client_secret.as_ref().map(|secret| secret.expose_secret().to_owned());
    assert_eq!(secret.as_deref(), Some("s3cret: \"quoted\""));
    assert_eq!(app.callbacks, ["https://app.example/callback"]);
    assert_eq!(app.initiate_login_uri.as_ref().map(url::Url::as_str), Some("https://app.example/login"));
    assert_eq!(app.origins().collect::<Vec<_>>(), ["https://app.example", "https://app.example"]);
    assert_eq!(phone.auth_method, AuthMethod::None);
    assert_eq!(config.connection("sms").map(|sms| sms.code_lifetime), Some(Duration::from_mins(3)));
    assert!(config.uses_default_sender());
    Ok(())
}

#[test]
fn the_senders_of_the_example_are_understood_too() -> Result<(), ConfigError> {
    let example = include_str!("../../tenant.example.yaml");
    for (marker, expected) in [
        (
            "# Twilio:",
            "sender: Twilio AC00000000000000000000000000000000 from +15005550006 by api.dublin.ie1.twilio.com",
        ),
        ("# Or a gateway", "sender: gateway at https://sms.example.com, with a token"),
        ("# Not Auth0's:", "then: gateway at https://other.example.com"),
    ] {
        // What is commented out below the marker, up to an empty comment, comes in.
        let mut is_below = false;
        let lines = example.lines().map(|line| {
            let comment = line.trim_start().strip_prefix("# ");
            let uncommented = comment.filter(|_| is_below).map(|text| format!("      {text}"));
            is_below = (is_below || line.contains(marker)) && comment.is_some();
            uncommented.unwrap_or_else(|| line.to_owned())
        });
        let text = lines
            .collect::<Vec<_>>()
            .join("\n")
            .replace("@@TWILIO_AUTH_TOKEN@@", "t")
            .replace("@@GATEWAY_SECRET@@", "s");
        let (config, unknown) = parse(&text)?;
        assert_eq!(unknown, Vec::<String>::new());
        assert!(config.to_string().contains(expected), "{config}");
    }
    Ok(())
}

#[test]
fn unknown_keys_are_named_with_their_lines() -> Result<(), ConfigError> {
    let text = format!(
        "{}  - name: google\n    strategy: google-oauth2\nroles: []\ntenant:\n  friendly_name: Mine\n",
        with("foo: 1", "bar: {baz: 2}")
    );
    let (_, unknown) = parse(&text)?;
    assert_eq!(
        unknown,
        [
            "line 5: clients[0].foo",
            "line 11: connections[0].options.bar",
            "line 14: roles",
            "line 12: connections[1] (strategy google-oauth2)"
        ]
    );
    Ok(())
}

#[test]
fn an_account_of_its_own_is_read() -> Result<(), ConfigError> {
    let options = "provider: twilio\n      twilio_sid: AC0123456789abcdef0123456789abcdef\n      \
                   twilio_token: t\n      messaging_service_sid: MG0123456789abcdef0123456789abcdef";
    let (config, unknown) = parse(&with("", options))?;
    assert!(unknown.is_empty() && !config.uses_default_sender());
    let sender = config.connection("sms").and_then(|sms| sms.sender.as_ref());
    let Some(SenderConfig::Twilio(twilio)) = sender else { return Err(ConfigError::Yaml("a sender".to_owned())) };
    assert!(matches!(&twilio.from, TwilioFrom::MessagingService(sid) if sid.starts_with("MG01")));
    Ok(())
}

#[test]
fn a_gateway_and_what_follows_it_are_read() -> Result<(), ConfigError> {
    let options = "provider: sms_gateway\n      gateway_url: https://sms.example/send\n      from: Acme\n      \
                   forward_req_info: \"true\"\n      gateway_authentication: {method: bearer, subject: s, audience: a, \
                   secret: c2VjcmV0, secret_base64_encoded: true}\n      fallback:\n        - provider: twilio\n          \
                   twilio_sid: AC0123456789abcdef0123456789abcdef\n          twilio_token: t\n          from: +15005550006\n          \
                   twilio_api_base_url: https://api.dublin.ie1.twilio.com";
    let (config, unknown) = parse(&with("", options))?;
    assert_eq!(unknown, Vec::<String>::new());
    let Some(connection) = config.connection("sms") else { return Err(ConfigError::Yaml("sms".to_owned())) };
    let Some(SenderConfig::Gateway(gateway)) = &connection.sender else {
        return Err(ConfigError::Yaml("a gateway".to_owned()));
    };
    assert!(gateway.forward_request_info && gateway.from.as_deref() == Some("Acme"));
    assert!(gateway.authentication.as_ref().is_some_and(|auth| auth.secret.expose_secret() == b"secret"));
    let [SenderConfig::Twilio(twilio)] = connection.fallback.as_slice() else {
        return Err(ConfigError::Yaml("Twilio".to_owned()));
    };
    assert_eq!(twilio.api_base_url.as_str(), "https://api.dublin.ie1.twilio.com/");
    assert!(matches!(&twilio.from, TwilioFrom::Number(number) if number == "+15005550006"));
    Ok(())
}

/// Reads a file that cannot be meant; the error.
fn refused(text: &str) -> String {
    match parse(text) {
        Ok(_) => format!("taken: {text}"),
        Err(error) => error.to_string(),
    }
}

const NO_LOGIN_URI: &str = "line 5: clients[0].initiate_login_uri: must be an https URL, or an http one of this machine, \
                            such as http://localhost:3000/login";

#[test]
fn the_start_of_a_login_is_of_the_web() -> Result<(), ConfigError> {
    let start =
        |config: &TenantConfig, redirect_uri| config.client("app").and_then(|app| app.login_start(redirect_uri));
    for uri in
        ["https://app.example/login?x=1", "http://localhost:3000/login", "http://127.0.0.1/", "http://[::1]:3000/"]
    {
        let (config, unknown) = parse(&with(&format!("initiate_login_uri: '{uri}'"), ""))?;
        assert!(unknown.is_empty());
        assert_eq!(start(&config, "https://other.example/callback").as_deref(), Some(uri));
    }
    let (config, _) = parse(&with("", ""))?;
    assert_eq!(start(&config, "https://a.example:8443/cb?x=1").as_deref(), Some("https://a.example:8443"));
    assert_eq!(start(&config, "com.example.app://callback"), None);
    Ok(())
}

#[test]
fn logout_urls_of_the_tenant_are_checked_as_those_of_clients() -> Result<(), ConfigError> {
    let tenant = |url: &str| format!("{}tenant:\n  flags: {{a: true}}\n  allowed_logout_urls: [{url}]\n", with("", ""));
    let (config, unknown) = parse(&tenant("'https://a.example/bye'"))?;
    assert!(unknown.is_empty() && config.is_logout_url("https://a.example/bye"));
    assert!(config.to_string().starts_with("tenant\n  logout: https://a.example/bye\n"));
    let error = parse(&tenant("'https://*.a.example/'")).map(|_| ()).map_err(|error| error.to_string());
    let expected = "tenant.allowed_logout_urls[0]: must not have a wildcard: URLs are compared exactly";
    assert!(error.is_err_and(|error| error.ends_with(expected)));
    Ok(())
}

#[test]
fn what_cannot_be_meant_of_a_client_is_said_with_its_line_and_key() {
    for (client, expected) in [
        ("callbacks: [nowhere]", "line 5: clients[0].callbacks[0]: relative URL without a base"),
        ("callbacks: ['https://a.example/#x']", "line 5: clients[0].callbacks[0]: must not have a fragment"),
        (
            "callbacks:\n      - https://a.example/\n      - https://*.a.example/",
            "line 7: clients[0].callbacks[1]: must not have a wildcard: URLs are compared exactly",
        ),
        (
            "callbacks: ['javascript:alert(1)']",
            "line 5: clients[0].callbacks[0]: has a scheme that cannot be returned to",
        ),
        ("allowed_logout_urls: ['//x']", "line 5: clients[0].allowed_logout_urls[0]: relative URL without a base"),
        (
            "web_origins: ['https://a.example/path']",
            "line 5: clients[0].web_origins[0]: must be an origin, such as https://app.example.com",
        ),
        ("allowed_origins: [com.example.app]", "line 5: clients[0].allowed_origins[0]: relative URL without a base"),
        ("initiate_login_uri: /login", "line 5: clients[0].initiate_login_uri: relative URL without a base"),
        ("initiate_login_uri: 'http://app.example/login'", NO_LOGIN_URI),
        ("initiate_login_uri: 'com.example.app://login'", NO_LOGIN_URI),
        ("initiate_login_uri: 'javascript:alert(1)'", NO_LOGIN_URI),
        (
            "oidc_logout: { backchannel_logout_urls: ['com.example.app://logout'] }",
            "line 5: clients[0].oidc_logout.backchannel_logout_urls[0]: must be an http or https URL",
        ),
    ] {
        assert_eq!(refused(&with(client, "")), expected);
    }
}

#[test]
fn a_budget_is_read() -> Result<(), ConfigError> {
    let budget =
        "budget: {prices: {default: 0.08, US: 0.0083}, per_day: 50, per_country_per_day: {default: 20, DE: 7.5}}";
    let (config, unknown) = parse(&with("", budget))?;
    assert_eq!(unknown, Vec::<String>::new());
    let budget = config.connections().first().and_then(|connection| connection.budget.as_ref());
    let amounts = budget.map(|budget| (budget.price("US").0, budget.price("FR").0, budget.per_day()));
    assert_eq!(amounts, Some((8_300, 80_000, Some(super::Micros(50_000_000)))));
    let limits = budget.map(|budget| ["DE", "FR"].map(|country| budget.per_country_per_day(country)));
    assert_eq!(limits, Some([Some(super::Micros(7_500_000)), Some(super::Micros(20_000_000))]));
    assert!(config.to_string().contains("  budget: 50 a day"));
    Ok(())
}

#[test]
fn what_cannot_be_meant_of_a_connection_is_said_with_its_line_and_key() {
    let number = "must be a number such as +15005550006, a short code, or a name of up to 11 letters and digits";
    let sid = "AC0123456789abcdef0123456789abcdef";
    for (options, key, problem) in [
        ("totp: {length: 3}".to_owned(), ".totp.length", "must be from 4 to 40"),
        ("totp: {length: 41}".to_owned(), ".totp.length", "must be from 4 to 40"),
        ("totp: {time_step: 59}".to_owned(), ".totp.time_step", "must be from 60 to 36000 seconds"),
        ("twilio_sid: AC1".to_owned(), ".twilio_token", "is missing"),
        ("twilio_token: t".to_owned(), ".twilio_sid", "is missing"),
        (format!("{{twilio_sid: {sid}, twilio_token: ''}}"), ".twilio_token", "is empty"),
        ("{twilio_sid: AC1, twilio_token: t}".to_owned(), ".twilio_sid", "must be AC and 32 hexadecimal digits"),
        (format!("{{twilio_sid: {sid}, twilio_token: t}}"), "", "one of from and messaging_service_sid is needed"),
        (format!("{{twilio_sid: {sid}, twilio_token: t, from: 15005550006}}"), ".from", number),
        (
            format!("{{twilio_sid: {sid}, twilio_token: t, messaging_service_sid: MG1}}"),
            ".messaging_service_sid",
            "must be MG and 32 hexadecimal digits",
        ),
        (
            format!("{{twilio_sid: {sid}, twilio_token: t, from: Acme, twilio_api_base_url: 'http://a.example'}}"),
            ".twilio_api_base_url",
            "must be an https URL: the token goes there",
        ),
        ("provider: sms_gateway".to_owned(), ".gateway_url", "is missing"),
        ("{provider: sms_gateway, gateway_url: there}".to_owned(), ".gateway_url", "relative URL without a base"),
        ("{provider: sms_gateway, gateway_url: 'ftp://a'}".to_owned(), ".gateway_url", "must be an http or https URL"),
        (
            "{provider: sms_gateway, gateway_url: 'https://a', gateway_authentication: {method: bearer, secret: '%', \
             secret_base64_encoded: true}}"
                .to_owned(),
            ".gateway_authentication.secret",
            "is not base64",
        ),
        ("fallback: [{from: Acme}]".to_owned(), ".fallback[0]", "names no sender: provider is missing"),
        (
            "budget: {per_day: 5}".to_owned(),
            ".budget.prices",
            "has no default: the price of a message to a country that is not named",
        ),
        (
            "budget: {prices: {default: 0.1}}".to_owned(),
            ".budget",
            "has no limit: per_day, or per_country_per_day, or both are needed",
        ),
        (
            "budget: {prices: {default: 0.1, UK: 0.1}, per_day: 5}".to_owned(),
            ".budget.prices.UK",
            "is no country: ISO 3166 codes such as DE are meant, or default",
        ),
        (
            "budget: {prices: {default: 0.1}, per_day: -5}".to_owned(),
            ".budget.per_day",
            "must be an amount such as 0.0083, with at most six decimals",
        ),
        (
            "{template: Hello}".to_owned(),
            ".template",
            "does not hold the code: write @@code@@, or {{ code }} with syntax: liquid",
        ),
    ] {
        let replaces_all = options.starts_with('{');
        let text = with("", &options);
        let text = if replaces_all { text.replace("disable_signup: true", "") } else { text };
        let line = if replaces_all || problem == "is missing" { "" } else { "line 11: " };
        let error = refused(&text);
        assert!(error.starts_with("line ") && error.contains(line), "{error}");
        assert!(error.ends_with(&format!(": connections[0].options{key}: {problem}")), "{error}");
    }
}

#[test]
fn a_template_that_does_not_parse_names_its_connection() {
    let error = refused(&with("", "syntax: liquid\n      template: '{% if code %}{{ code }}'"));
    assert!(error.starts_with("line 12: connections[0].options.template: is not a Liquid template: "), "{error}");
}

#[test]
fn what_cannot_be_meant_of_the_whole_is_said_too() {
    let twice = "clients:\n- {name: A, client_id: a, client_secret: s}\n- {name: B, client_id: a, client_secret: s}\n\
                 connections: [{name: sms, strategy: sms}]";
    for (text, expected) in [
        ("", "line 1: clients: at least one client is needed"),
        (
            "clients: [{name: A, client_id: a, client_secret: s}]",
            "line 1: connections: at least one connection with strategy sms is needed",
        ),
        (
            "\nclients: [{name: A, client_id: a}]\nconnections: []",
            "line 2: clients[0].client_secret: is missing; a public client says so with token_endpoint_auth_method: none",
        ),
        (twice, "line 3: clients[1].client_id: is used twice"),
        (
            &with("", "").replace("strategy: sms", "strategy: sms\n    enabled_clients: [App, Other]"),
            "line 9: connections[0].enabled_clients[1]: is the name of no client",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_of_the_format_is_said_with_its_line_and_key_and_without_secrets() {
    for (text, line, key) in [
        (with("app_type: game", ""), 5, "clients[0].app_type"),
        (with("callbacks: 7", ""), 5, "clients[0].callbacks"),
        (with("client_id: twice", ""), 5, "client_id"),
        (with("", "totp: {length: six}"), 11, "connections[0].options.totp.length"),
        (with("", "provider: pigeon"), 11, "connections[0].options.provider"),
        (
            with("", "disable_signup: 1").replace("disable_signup: true", ""),
            11,
            "connections[0].options.disable_signup",
        ),
        (with("", "totp: ["), 11, ""),
    ] {
        let error = refused(&text);
        assert!(error.contains(&format!("line {line}")) && error.contains(key), "{error}");
        assert!(!error.contains("very-secret"), "{error}");
    }
}

#[test]
fn what_it_would_run_with_is_said_without_secrets() -> Result<(), ConfigError> {
    let options = "twilio_sid: AC0123456789abcdef0123456789abcdef\n      twilio_token: hush\n      from: Acme\n      \
                   fallback: [{provider: sms_gateway, gateway_url: 'https://u:hush@sms.example/hush?hush', \
                   gateway_authentication: {method: bearer, secret: hush}}]";
    let said = parse(&with("callbacks: ['https://app.example/callback']", options))?.0.to_string();
    for expected in [
        "client app (App)",
        "callbacks: https://app.example/callback",
        "codes: 6 digits, good for 180 seconds",
        "sender: Twilio AC0123456789abcdef0123456789abcdef from Acme by api.twilio.com",
        "then: gateway at https://sms.example, with a token",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert!(!said.contains("hush") && !said.contains("very-secret"), "{said}");
    Ok(())
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_options_break_it(
        options in "(((template|syntax|totp|from|provider|gateway_url|fallback|twilio_sid|twilio_token): )?\
                    ([\\[{'\"}\\],&*!]|[a-z0-9+:/@{%}]{0,12}|\n      )){0,12}",
    ) {
        if let Err(error) = parse(&with("", &options)) {
            proptest::prop_assert!(!error.to_string().contains("very-secret"));
        }
    }
}

#[test]
fn a_client_chooses_how_its_tokens_are_signed() -> Result<(), ConfigError> {
    let written = |alg: &str| with(&format!("jwt_configuration: {{alg: {alg}}}"), "");
    for (text, expected) in [
        (written("ES256"), SigningAlgorithm::Es256),
        (written("RS256"), SigningAlgorithm::Rs256),
        (with("jwt_configuration: {}", ""), SigningAlgorithm::Rs256),
        (with("", ""), SigningAlgorithm::Rs256),
    ] {
        assert_eq!(parse(&text)?.0.clients()[0].signing_algorithm(), expected, "{text}");
    }
    for alg in ["HS256", "none", "es256", "[ES256]"] {
        let problem = refused(&written(alg));
        assert!(problem.contains("clients[0].jwt_configuration.alg") && problem.contains("line 5"), "{problem}");
    }
    Ok(())
}

#[test]
fn a_client_proves_itself_with_a_secret_or_a_key() {
    let methods = |alg: &str, pem: &str| {
        with(
            &format!(
                "client_authentication_methods: {{private_key_jwt: {{credentials: [{{alg: {alg}, pem: {pem}}}]}}}}"
            ),
            "",
        )
    };
    let at = "line 5: clients[0].client_authentication_methods.private_key_jwt.credentials";
    for (text, problem) in [
        (methods("HS256", "x"), format!("{at}[0].alg: must be RS256, RS384 or PS256")),
        (methods("RS256", "x"), format!("{at}[0].pem: is not a public key in PEM form (BEGIN PUBLIC KEY)")),
        (
            methods("RS256", r#""-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n""#),
            format!("{at}[0].pem: is not an RSA key of at least 2048 bits"),
        ),
        (
            with("client_authentication_methods: {private_key_jwt: {credentials: []}}", ""),
            format!("{at}: at least one public key is needed"),
        ),
        (
            with("token_endpoint_auth_method: private_key_jwt", ""),
            "line 2: clients[0].client_authentication_methods: is missing; private_key_jwt needs a key".to_owned(),
        ),
    ] {
        assert_eq!(refused(&text), problem);
    }
}

#[test]
fn an_api_is_for_all_unless_a_grant_names_it() -> Result<(), ConfigError> {
    let base = "clients: [{name: One, client_id: one, client_secret: s}, {name: Two, client_id: two, client_secret: s}]\n\
                connections: [{name: sms, strategy: sms}]\n\
                resourceServers: [{name: A, identifier: a}, {name: B, identifier: b}]\n";
    let (config, unknown) = parse(&format!("{base}clientGrants: [{{client_id: Two, audience: b}}]"))?;
    assert_eq!(unknown, Vec::<String>::new());
    let allowed =
        |id: &str, audience| config.client(id).is_some_and(|client| config.check_audience(client, audience).is_ok());
    for (client, audience, expected) in
        [("one", "a", true), ("two", "a", true), ("one", "b", false), ("two", "b", true), ("two", "c", false)]
    {
        assert_eq!(allowed(client, audience), expected, "{client} {audience}");
    }
    assert!(config.to_string().contains("API b\n  clients: Two\n"), "{config}");
    for (grant, problem) in [
        ("{client_id: Three, audience: b}", "line 4: clientGrants[0].client_id: is the name of no client"),
        ("{client_id: one, audience: c}", "line 4: clientGrants[0].audience: is the identifier of no resource server"),
    ] {
        let said = parse(&format!("{base}clientGrants: [{grant}]")).err().map(|error| error.to_string());
        assert_eq!(said.as_deref(), Some(problem));
    }
    Ok(())
}
