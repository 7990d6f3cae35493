use std::time::Duration;

use secrecy::ExposeSecret;

use super::{AuthMethod, ConfigError, SenderConfig, TenantConfig};
use crate::sms::TwilioFrom;

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
    assert_eq!(app.origins().collect::<Vec<_>>(), ["https://app.example", "https://app.example"]);
    assert_eq!(phone.auth_method, AuthMethod::None);
    assert_eq!(config.connection("sms").map(|sms| sms.code_lifetime), Some(Duration::from_mins(3)));
    assert!(config.uses_default_sender());
    Ok(())
}

#[test]
fn unknown_keys_are_named_by_their_path() -> Result<(), ConfigError> {
    let text = format!(
        "{}  - name: google\n    strategy: google-oauth2\nroles: []\ntenant:\n  friendly_name: Mine\n",
        with("foo: 1", "bar: {baz: 2}")
    );
    let (_, unknown) = parse(&text)?;
    assert_eq!(
        unknown,
        ["clients[0].foo", "connections[0].options.bar", "roles", "connections[1] (strategy google-oauth2)"]
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

#[test]
fn what_cannot_be_meant_is_said_with_its_place() {
    for (text, expected) in [
        ("", "clients: at least one client is needed"),
        (
            "clients: [{name: A, client_id: a, client_secret: s}]",
            "connections: at least one connection with strategy sms is needed",
        ),
        (&with("callbacks: [nowhere]", ""), "clients[0].callbacks[0]: relative URL without a base"),
        (&with("callbacks: ['https://a.example/#x']", ""), "clients[0].callbacks[0]: must not have a fragment"),
        (
            &with("callbacks: ['javascript:alert(1)']", ""),
            "clients[0].callbacks[0]: has a scheme that cannot be returned to",
        ),
        (&with("", "totp: {length: 3}"), "connections[0].options.totp.length: must be from 4 to 40"),
        (&with("", "totp: {time_step: 59}"), "connections[0].options.totp.time_step: must be from 60 to 36000 seconds"),
        (&with("", "twilio_sid: AC1"), "connections[0].options.twilio_token: is missing"),
        (
            &with("", "{twilio_sid: AC1, twilio_token: t}").replace("disable_signup: true", ""),
            "connections[0].options.twilio_sid: must be AC and 32 hexadecimal digits",
        ),
        (
            "clients: [{name: A, client_id: a}]\nconnections: []",
            "clients[0].client_secret: is missing; a public client says so with token_endpoint_auth_method: none",
        ),
    ] {
        let error = parse(text).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(error, Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn what_is_not_of_the_format_is_said_with_its_line_and_without_secrets() {
    for text in
        [with("app_type: game", ""), with("callbacks: 7", ""), with("client_id: twice", ""), with("", "totp: [")]
    {
        let error = parse(&text).map(|_| ()).map_err(|error| error.to_string());
        assert!(error.as_ref().is_err_and(|error| error.contains("line")), "{error:?}");
        assert!(error.is_err_and(|error| !error.contains("very-secret")));
    }
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }
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
    let at = "clients[0].client_authentication_methods.private_key_jwt.credentials";
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
            "clients[0].client_authentication_methods: is missing; private_key_jwt needs a key".to_owned(),
        ),
    ] {
        assert_eq!(parse(&text).err().map(|error| error.to_string()), Some(problem));
    }
}
