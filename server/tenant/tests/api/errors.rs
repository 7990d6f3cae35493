//! Every documented error: endpoint, what was done before, input, status, `error`, `error_description`.
//!
//! Not here, because there is nothing here that they could be about: e-mail, passwords, captchas, second factors, rules, and
//! tenants beside this one.

use passwordless_tenant::{Limits, Sms};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{
    CALLBACK, CHALLENGE, CODE_EXPIRED, CODE_USED_UP, OTP_GRANT, TOO_MANY_ATTEMPTS, TOO_MANY_REQUESTS, TenantOptions,
    TestTenant, UNKNOWN_REFRESH_TOKEN, WRONG_CODE, assert_error, changed_json, location, query, twilio_config,
    wrong_code,
};

const PATTERN: &str = r"String does not match pattern: ^\+[0-9]{1,15}$";
const NOT_E164: &str = "The number is not in E.164 form, or has too few or too many digits for its country";
const OTP_NOT_ALLOWED: &str =
    "Grant type 'http://auth0.com/oauth/grant-type/passwordless/otp' not allowed for the client.";
const CO_BODY: &str =
    "Invalid request body. All and only of client_id, credential_type, username, otp, realm are required.";
const CO_NOT_ALLOWED: &str = "Cross origin login not allowed.";
const RO: &str = "OIDC conformant clients cannot use /oauth/ro";
const NOT_RETURNABLE: &str = "The returnTo address is not one of the allowed logout URLs.";
const ELSEWHERE: &str =
    "The redirect URI is wrong. You sent http://localhost:3000/x and we expected http://localhost:3000/callback";

/// The endpoints, each with a request that succeeds once its secret is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    Start,
    Verify,
    ResourceOwner,
    VerifyRedirect,
    CoAuthenticate,
    Authorize,
    OtpGrant,
    CodeGrant,
    RefreshGrant,
    Userinfo,
    Revoke,
    V2Logout,
    OidcLogout,
}

use Endpoint::{
    Authorize, CoAuthenticate, CodeGrant, OidcLogout, OtpGrant, RefreshGrant, ResourceOwner, Revoke, Start, Userinfo,
    V2Logout, Verify, VerifyRedirect,
};

impl Endpoint {
    fn path(self) -> &'static str {
        match self {
            Start => "/passwordless/start",
            Verify => "/passwordless/verify",
            ResourceOwner => "/oauth/ro",
            VerifyRedirect => "/passwordless/verify_redirect",
            CoAuthenticate => "/co/authenticate",
            Authorize => "/authorize",
            OtpGrant | CodeGrant | RefreshGrant => "/oauth/token",
            Userinfo => "/userinfo",
            Revoke => "/oauth/revoke",
            V2Logout => "/v2/logout",
            OidcLogout => "/oidc/logout",
        }
    }

    fn is_for_browsers(self) -> bool {
        matches!(self, VerifyRedirect | Authorize | V2Logout | OidcLogout)
    }

    fn request(self, phone: &str, secret: &str) -> Value {
        let web = json!({"client_id": "web", "client_secret": "web-secret"});
        let browser = json!({"client_id": "web", "redirect_uri": CALLBACK, "response_type": "code", "state": "s"});
        match self {
            Start => changed_json(web, &json!({"connection": "sms", "phone_number": phone})),
            Verify => json!({"connection": "sms", "phone_number": phone, "verification_code": secret}),
            ResourceOwner => json!({
                "grant_type": "password", "client_id": "web", "connection": "sms", "username": phone,
                "password": secret, "scope": "openid",
            }),
            VerifyRedirect => {
                changed_json(browser, &json!({"connection": "sms", "phone_number": phone, "verification_code": secret}))
            }
            CoAuthenticate => json!({
                "client_id": "web", "credential_type": OTP_GRANT, "username": phone, "otp": secret, "realm": "sms",
            }),
            Authorize => browser,
            OtpGrant => {
                changed_json(web, &json!({"grant_type": OTP_GRANT, "username": phone, "otp": secret, "realm": "sms"}))
            }
            CodeGrant => changed_json(
                web,
                &json!({"grant_type": "authorization_code", "code": secret, "redirect_uri": CALLBACK}),
            ),
            RefreshGrant => changed_json(web, &json!({"grant_type": "refresh_token", "refresh_token": secret})),
            Revoke => changed_json(web, &json!({"token": secret})),
            Userinfo | OidcLogout => json!({}),
            V2Logout => json!({"client_id": "web"}),
        }
    }

    async fn send(self, tenant: &TestTenant, request: &Value) -> Response {
        let method = if self.is_for_browsers() { Method::GET } else { Method::POST };
        let call = tenant.http.request(method, tenant.url(self.path())).header("origin", "http://localhost:3000");
        // Tries are counted where it is known whose they are.
        let call = if self == OtpGrant { call.header("auth0-forwarded-for", "127.0.0.1") } else { call };
        let call = if self.is_for_browsers() { call.query(&request) } else { call.json(&request) };
        call.send().await.unwrap()
    }
}

/// What happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Nothing,
    /// What the endpoint takes: a code, an authorization code, a refresh token.
    Secret,
    /// It was taken already.
    Used,
    /// So much time passed, in seconds.
    Late(u64),
    /// Three wrong tries.
    UsedUp,
    /// Ten of them, on several codes.
    TooManyTries,
    /// Codes were asked for as often as may be.
    TooManyStarts,
    /// An operator blocked the person.
    Blocked,
    /// An operator removed the person.
    Gone,
    /// The SMS provider answers so: status and error code.
    Twilio(u16, i64),
    /// The gateway answers so.
    Gateway(u16),
}

use Given::{Blocked, Gateway, Gone, Late, Nothing, Secret, TooManyStarts, TooManyTries, Twilio, Used, UsedUp};

/// One error: what is changed in the good request (null: left out; `$wrong`: another code), and the answer.
type Row = (Endpoint, Given, Value, u16, &'static str, &'static str);

/// A1: `POST /passwordless/start`.
fn start() -> Vec<Row> {
    let type_of = |name: &str| match name {
        "client_id" => "error in client_id - invalid type: number (expected string)",
        _ => "error in phone_number - invalid type: array (expected string)",
    };
    let codeless = json!({"client_id": "codeless", "client_secret": "codeless-secret"});
    let members = json!({"client_id": "public", "client_secret": null, "connection": "members"});
    let other = json!({"connection": "Username-Password-Authentication"});
    let gateway = json!({"connection": "gateway"});
    vec![
        (Start, Nothing, json!({"client_id": null}), 400, "bad.client_id", "Missing required property: client_id"),
        (Start, Nothing, json!({"client_id": ""}), 400, "bad.client_id", "Missing required property: client_id"),
        (Start, Nothing, json!({"client_id": 7}), 400, "bad.client_id", type_of("client_id")),
        (Start, Nothing, json!({"client_id": "who"}), 401, "invalid_client", "Unauthorized"),
        (Start, Nothing, json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized"),
        (Start, Nothing, codeless, 403, "unauthorized_client", OTP_NOT_ALLOWED),
        (Start, Nothing, json!({"connection": null}), 400, "bad.connection", "Missing required property: connection"),
        (Start, Nothing, json!({"connection": "email"}), 400, "bad.connection", "Connection does not exist"),
        (Start, Nothing, members, 400, "bad.connection", "Connection is disabled"),
        (
            Start,
            Nothing,
            other,
            400,
            "bad.connection",
            "Invalid connection strategy. It must either be a passwordless connection",
        ),
        (
            Start,
            Nothing,
            json!({"authParams": "x"}),
            400,
            "bad.authParams",
            "error in authParams - invalid type: string (expected object)",
        ),
        (
            Start,
            Nothing,
            json!({"foo": 1, "bar": 2}),
            400,
            "bad.request",
            "the following properties are not allowed: bar, foo",
        ),
        (
            Start,
            Nothing,
            json!({"phone_number": null}),
            400,
            "bad.phone_number",
            "Missing required property: phone_number",
        ),
        (Start, Nothing, json!({"phone_number": "4155552671"}), 400, "bad.phone_number", PATTERN),
        (Start, Nothing, json!({"phone_number": "+1 415 555 2671"}), 400, "bad.phone_number", PATTERN),
        (Start, Nothing, json!({"phone_number": "+1234567890123456"}), 400, "bad.phone_number", PATTERN),
        (Start, Nothing, json!({"phone_number": "+4407911123456"}), 400, "bad.phone_number", NOT_E164),
        (Start, Nothing, json!({"phone_number": "+1415555267"}), 400, "bad.phone_number", NOT_E164),
        (Start, Nothing, json!({"phone_number": "+999999999999999"}), 400, "bad.phone_number", NOT_E164),
        (Start, Nothing, json!({"phone_number": ["+1"]}), 400, "bad.phone_number", type_of("phone_number")),
        (Start, Nothing, json!({"send": "link"}), 400, "bad.send", "send must be code for an SMS connection"),
        (Start, TooManyStarts, json!({}), 429, "too_many_requests", TOO_MANY_REQUESTS),
        (Start, Twilio(400, 21211), json!({}), 400, "bad.phone_number", "Said by Twilio (Code: 21211)"),
        (Start, Twilio(400, 21408), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 21408)"),
        (Start, Twilio(400, 21606), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 21606)"),
        (Start, Twilio(400, 21608), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 21608)"),
        (Start, Twilio(400, 21610), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 21610)"),
        (Start, Twilio(400, 21611), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 21611)"),
        (Start, Twilio(400, 21612), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 21612)"),
        (Start, Twilio(400, 21614), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 21614)"),
        (Start, Twilio(400, 30002), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 30002)"),
        (Start, Twilio(400, 30450), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 30450)"),
        (Start, Twilio(401, 20003), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 20003)"),
        (Start, Twilio(403, 70051), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 70051)"),
        (Start, Twilio(404, 20404), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 20404)"),
        (Start, Twilio(429, 20429), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 20429)"),
        (Start, Twilio(500, 20500), json!({}), 400, "sms_provider_error", "Said by Twilio (Code: 20500)"),
        (
            Start,
            Gateway(401),
            gateway.clone(),
            400,
            "sms_provider_error",
            "Authentication failed while calling the SMS gateway: 401",
        ),
        (
            Start,
            Gateway(500),
            gateway,
            400,
            "sms_provider_error",
            "Unexpected response while calling the SMS gateway: 500",
        ),
    ]
}

/// A3: `POST /passwordless/verify` in both contracts, and `/oauth/ro`, which has the second one.
fn verify() -> Vec<Row> {
    let other = json!({"connection": "Username-Password-Authentication"});
    let disabled = json!({"connection": "members", "client_id": "public"});
    let (invalid, wrong) = ("invalid_request", "invalid_user_password");
    let mut rows = vec![
        (Verify, Nothing, json!({"connection": null}), 400, invalid, "missing connection parameter"),
        (Verify, Nothing, json!({"connection": "email"}), 400, invalid, "the connection was not found"),
        (Verify, Nothing, other, 400, invalid, "specified strategy does not support requested operation"),
        (Verify, Nothing, disabled, 400, invalid, "the connection was disabled"),
        (Verify, Nothing, json!({"phone_number": null}), 400, invalid, "missing phone_number parameter"),
        (Verify, Nothing, json!({"verification_code": ""}), 400, invalid, "missing verification_code parameter"),
        (
            Verify,
            Nothing,
            json!({"verification_code": 1}),
            400,
            invalid,
            "verification_code parameter must be a string",
        ),
        (
            Verify,
            Nothing,
            json!({"client_id": "who", "verification_code": "1"}),
            403,
            "unauthorized_client",
            "invalid client",
        ),
        (Verify, Nothing, json!({"phone_number": "415", "verification_code": "1"}), 401, wrong, WRONG_CODE),
        (Verify, Nothing, json!({"verification_code": "123456"}), 401, wrong, WRONG_CODE),
        (Verify, Secret, json!({"verification_code": "$wrong"}), 401, wrong, WRONG_CODE),
        (Verify, Used, json!({}), 401, wrong, WRONG_CODE),
        (Verify, Late(180), json!({}), 401, wrong, CODE_EXPIRED),
        (Verify, UsedUp, json!({}), 401, wrong, CODE_USED_UP),
        (Verify, Blocked, json!({}), 401, "unauthorized", "user is blocked"),
        (Verify, TooManyTries, json!({}), 429, "too_many_attempts", TOO_MANY_ATTEMPTS),
        (
            Verify,
            Nothing,
            json!({"grant_type": "password", "username": ""}),
            400,
            invalid,
            "missing username parameter",
        ),
    ];
    for (input, description) in [
        (json!({"username": null}), "missing username parameter"),
        (json!({"password": null}), "missing password parameter"),
        (json!({"connection": null}), "missing connection parameter"),
        (json!({"client_id": null}), "missing client_id parameter"),
        (json!({"scope": 1}), "scope parameter must be a string"),
        (json!({}), RO),
    ] {
        rows.push((ResourceOwner, Secret, input, 400, invalid, description));
    }
    rows
}

/// A2a: the OTP grant.
fn otp_grant() -> Vec<Row> {
    let codeless = json!({"client_id": "codeless", "client_secret": "codeless-secret"});
    let invalid = "invalid_request";
    vec![
        (OtpGrant, Nothing, json!({"grant_type": ""}), 400, invalid, "missing grant_type parameter"),
        (
            OtpGrant,
            Nothing,
            json!({"grant_type": "password"}),
            403,
            "unsupported_grant_type",
            "Unsupported grant type: password",
        ),
        (OtpGrant, Nothing, codeless, 403, "unauthorized_client", OTP_NOT_ALLOWED),
        (OtpGrant, Nothing, json!({"client_id": ""}), 400, invalid, "missing client_id parameter"),
        (OtpGrant, Nothing, json!({"client_id": "who"}), 401, "invalid_client", "Unauthorized"),
        (OtpGrant, Nothing, json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized"),
        (OtpGrant, Nothing, json!({"client_secret": null}), 401, "invalid_client", "Unauthorized"),
        (OtpGrant, Nothing, json!({"username": ""}), 400, invalid, "missing username parameter"),
        (OtpGrant, Nothing, json!({"username": {}}), 400, invalid, "username parameter must be a string"),
        (OtpGrant, Nothing, json!({"otp": ""}), 400, invalid, "missing otp parameter"),
        (OtpGrant, Secret, json!({"realm": ""}), 400, invalid, "missing realm parameter"),
        (OtpGrant, Secret, json!({"realm": "email"}), 400, invalid, "Unknown realm email."),
        (OtpGrant, Secret, json!({"scope": [1]}), 400, invalid, "scope parameter must be a string"),
        (OtpGrant, Secret, json!({"username": "someone"}), 403, "invalid_grant", WRONG_CODE),
        (OtpGrant, Secret, json!({"username": "+14155550000"}), 403, "invalid_grant", WRONG_CODE),
        (OtpGrant, Secret, json!({"otp": "$wrong"}), 403, "invalid_grant", WRONG_CODE),
        (OtpGrant, Used, json!({}), 403, "invalid_grant", WRONG_CODE),
        (OtpGrant, Late(180), json!({}), 403, "invalid_grant", CODE_EXPIRED),
        (OtpGrant, UsedUp, json!({}), 403, "invalid_grant", CODE_USED_UP),
        (OtpGrant, Blocked, json!({}), 403, "unauthorized", "user is blocked"),
        (OtpGrant, TooManyTries, json!({}), 429, "too_many_attempts", TOO_MANY_ATTEMPTS),
    ]
}

/// A2b and A2c: the grants for an authorization code and a refresh token.
fn other_grants() -> Vec<Row> {
    let codeless = || json!({"client_id": "codeless", "client_secret": "codeless-secret"});
    let browserless = json!({"client_id": "browserless", "client_secret": "browserless-secret"});
    let not_allowed = |grant: &str| match grant {
        "code" => "Grant type 'authorization_code' not allowed for the client.",
        _ => "Grant type 'refresh_token' not allowed for the client.",
    };
    let (invalid, code) = ("invalid_request", "Invalid authorization code");
    let gone = "The refresh_token was generated for a user who doesn't exist anymore.";
    vec![
        (CodeGrant, Secret, json!({"code": null}), 400, invalid, "missing code parameter"),
        (CodeGrant, Secret, json!({"redirect_uri": null}), 400, invalid, "missing redirect_uri parameter"),
        (CodeGrant, Secret, json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized"),
        (CodeGrant, Secret, browserless, 403, "unauthorized_client", not_allowed("code")),
        (CodeGrant, Secret, json!({"code": "unknown"}), 403, "invalid_grant", code),
        (CodeGrant, Secret, codeless(), 403, "invalid_grant", code),
        (CodeGrant, Secret, json!({"redirect_uri": "http://localhost:3000/x"}), 403, "invalid_grant", ELSEWHERE),
        (CodeGrant, Secret, json!({"code_verifier": "x"}), 403, "invalid_grant", "Failed to verify code verifier"),
        (CodeGrant, Used, json!({}), 403, "invalid_grant", code),
        (CodeGrant, Late(60), json!({}), 403, "invalid_grant", code),
        (CodeGrant, Gone, json!({}), 403, "invalid_grant", code),
        (CodeGrant, Blocked, json!({}), 403, "unauthorized", "user is blocked"),
        (RefreshGrant, Secret, json!({"refresh_token": null}), 400, invalid, "missing refresh_token parameter"),
        (RefreshGrant, Secret, json!({"scope": {}}), 400, invalid, "scope parameter must be a string"),
        (RefreshGrant, Secret, json!({"client_secret": null}), 401, "invalid_client", "Unauthorized"),
        (RefreshGrant, Secret, codeless(), 403, "unauthorized_client", not_allowed("refresh")),
        (RefreshGrant, Secret, json!({"refresh_token": "unknown"}), 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN),
        (
            RefreshGrant,
            Secret,
            json!({"client_id": "public", "client_secret": null}),
            403,
            "invalid_grant",
            UNKNOWN_REFRESH_TOKEN,
        ),
        (RefreshGrant, Used, json!({}), 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN),
        (RefreshGrant, Late(2_592_001), json!({}), 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN),
        (RefreshGrant, Gone, json!({}), 403, "invalid_grant", gone),
        (RefreshGrant, Blocked, json!({}), 403, "unauthorized", "user is blocked"),
    ]
}

/// A5: `POST /co/authenticate`.
fn cross_origin() -> Vec<Row> {
    let invalid = "invalid_request";
    let credential = json!({"credential_type": "password"});
    let unknown = "Unknown credential type parameter.";
    vec![
        (CoAuthenticate, Secret, json!({"scope": "openid"}), 400, invalid, CO_BODY),
        (CoAuthenticate, Secret, json!({"otp": ""}), 400, invalid, CO_BODY),
        (CoAuthenticate, Secret, json!({"otp": 123_456}), 400, invalid, CO_BODY),
        (CoAuthenticate, Secret, json!({"client_id": null}), 400, invalid, CO_BODY),
        (CoAuthenticate, Secret, json!({"username": null}), 400, invalid, CO_BODY),
        (CoAuthenticate, Secret, json!({"realm": null}), 400, invalid, CO_BODY),
        (CoAuthenticate, Secret, json!({"credential_type": null}), 400, invalid, CO_BODY),
        (CoAuthenticate, Secret, credential, 400, "unsupported_credential_type", unknown),
        (CoAuthenticate, Secret, json!({"realm": "email"}), 400, invalid, "Unknown realm email."),
        (CoAuthenticate, Secret, json!({"client_id": "who"}), 401, "unauthorized_client", CO_NOT_ALLOWED),
        (CoAuthenticate, Secret, json!({"client_id": "codeless"}), 401, "unauthorized_client", CO_NOT_ALLOWED),
        (CoAuthenticate, Secret, json!({"username": "someone"}), 403, "access_denied", WRONG_CODE),
        (CoAuthenticate, Secret, json!({"otp": "$wrong"}), 403, "access_denied", WRONG_CODE),
        (CoAuthenticate, Used, json!({}), 403, "access_denied", WRONG_CODE),
        (CoAuthenticate, Late(180), json!({}), 403, "access_denied", CODE_EXPIRED),
        (CoAuthenticate, UsedUp, json!({}), 403, "access_denied", CODE_USED_UP),
        (CoAuthenticate, Blocked, json!({}), 403, "blocked_user", "Blocked user"),
        (CoAuthenticate, TooManyTries, json!({}), 429, "too_many_attempts", TOO_MANY_ATTEMPTS),
        (
            CoAuthenticate,
            Secret,
            json!({"client_id": "public"}),
            403,
            "origin_not_allowed",
            "Origin http://localhost:3000 is not allowed.",
        ),
    ]
}

/// A4 and A6: what browsers are sent to; 302 takes the error back to the application, others are a page.
fn by_browser() -> Vec<Row> {
    let invalid = "invalid_request";
    let plain = json!({"code_challenge": CHALLENGE, "code_challenge_method": "plain"});
    let short = json!({"code_challenge": "x", "code_challenge_method": "S256"});
    let public = json!({"client_id": "public", "redirect_uri": "http://localhost:4000/callback"});
    let members = changed_json(
        public.clone(),
        &json!({"connection": "members", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}),
    );
    let not_allowed = "Grant type 'authorization_code' not allowed for the client.";
    let mut rows = vec![
        (VerifyRedirect, Secret, json!({"verification_code": "$wrong"}), 302, "unauthorized", WRONG_CODE),
        (VerifyRedirect, Secret, json!({"phone_number": "415"}), 302, "unauthorized", WRONG_CODE),
        (VerifyRedirect, Used, json!({"nonce": "another"}), 302, "unauthorized", WRONG_CODE),
        (VerifyRedirect, Late(180), json!({}), 302, "unauthorized", CODE_EXPIRED),
        (VerifyRedirect, UsedUp, json!({}), 302, "unauthorized", CODE_USED_UP),
        (VerifyRedirect, Blocked, json!({}), 302, "unauthorized", "user is blocked"),
        (VerifyRedirect, TooManyTries, json!({}), 302, "too_many_attempts", TOO_MANY_ATTEMPTS),
        (VerifyRedirect, Nothing, json!({"phone_number": null}), 302, invalid, "missing phone_number parameter"),
        (
            VerifyRedirect,
            Nothing,
            json!({"verification_code": null}),
            302,
            invalid,
            "missing verification_code parameter",
        ),
        (Authorize, Nothing, json!({"prompt": "none"}), 302, "login_required", "Login required"),
        (
            Authorize,
            Nothing,
            json!({"prompt": "none login"}),
            302,
            invalid,
            "prompt none cannot be combined with another",
        ),
        (Authorize, Nothing, json!({"prompt": "dance"}), 302, invalid, "Unknown prompt"),
        (Authorize, Nothing, json!({"max_age": "soon"}), 302, invalid, "max_age must be a number of seconds"),
        (
            Authorize,
            Nothing,
            json!({"login_ticket": "unknown"}),
            302,
            "access_denied",
            "Unknown or invalid login ticket.",
        ),
    ];
    for endpoint in [Authorize, VerifyRedirect] {
        rows.extend([
            (endpoint, Nothing, json!({"client_id": null}), 400, "", "Missing required parameter: client_id"),
            (endpoint, Nothing, json!({"client_id": "who"}), 403, "", "Unknown client: who"),
            (endpoint, Nothing, json!({"redirect_uri": null}), 400, "", "Missing required parameter: redirect_uri"),
            (endpoint, Nothing, json!({"redirect_uri": "https://evil.example"}), 403, "", "Callback URL mismatch."),
            (
                endpoint,
                Nothing,
                json!({"response_type": null}),
                302,
                invalid,
                "Missing required parameter: response_type",
            ),
            (
                endpoint,
                Nothing,
                json!({"response_type": "none"}),
                302,
                "unsupported_response_type",
                "Unsupported response type: none",
            ),
            (endpoint, Nothing, json!({"response_mode": "pigeon"}), 302, invalid, "Unsupported response mode"),
            (endpoint, Nothing, json!({"request": "x"}), 302, invalid, "Request objects are not supported"),
            (endpoint, Nothing, json!({"connection": "email"}), 302, invalid, "the connection was not found"),
            (endpoint, Nothing, members.clone(), 302, invalid, "the connection was disabled"),
            (endpoint, Nothing, plain.clone(), 302, invalid, "Parameter 'code_challenge_method' must be S256"),
            (
                endpoint,
                Nothing,
                short.clone(),
                302,
                invalid,
                "Parameter 'code_challenge' must be a base64url SHA-256 hash",
            ),
            (endpoint, Nothing, public.clone(), 302, invalid, "Parameter 'code_challenge' is required for this client"),
            (endpoint, Nothing, json!({"client_id": "browserless"}), 302, "unauthorized_client", not_allowed),
        ]);
    }
    rows
}

/// A7 and A10: `/userinfo`, revocation and the logouts.
fn afterwards() -> Vec<Row> {
    let web_at = |url: &str| json!({"client_id": "web", "post_logout_redirect_uri": url});
    vec![
        (Userinfo, Nothing, json!({}), 401, "invalid_token", "Unauthorized"),
        (Revoke, Nothing, json!({"client_id": null}), 400, "invalid_request", "missing client_id parameter"),
        (Revoke, Nothing, json!({"token": null}), 400, "invalid_request", "missing token parameter"),
        (Revoke, Secret, json!({"client_id": "who"}), 401, "invalid_client", "Unauthorized"),
        (Revoke, Secret, json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized"),
        (Revoke, Secret, json!({"client_secret": null}), 401, "invalid_client", "Unauthorized"),
        (V2Logout, Nothing, json!({"client_id": "who"}), 403, "", "Unknown client: who"),
        (V2Logout, Nothing, json!({"returnTo": "https://evil.example/"}), 400, "", NOT_RETURNABLE),
        (OidcLogout, Nothing, json!({"client_id": "who"}), 403, "", "Unknown client: who"),
        (OidcLogout, Nothing, web_at("https://evil.example/"), 400, "", NOT_RETURNABLE),
    ]
}

#[tokio::test]
async fn every_documented_error_has_its_status_name_and_sentence() {
    let usual = TestTenant::start().await;
    let tables = [start(), verify(), otp_grant(), other_grants(), cross_origin(), by_browser(), afterwards()];
    for (number, row) in tables.into_iter().flatten().enumerate() {
        // Each row has a number of its own, so that none feels what another one did.
        let phone = format!("+1415555{number:04}");
        let other = another_tenant(row.1).await;
        check(other.as_ref().map_or(&usual, |(tenant, _double)| tenant), &phone, row).await;
    }
}

async fn check(tenant: &TestTenant, phone: &str, row: Row) {
    let (endpoint, given, changes, status, error, description) = row;
    let about = format!("{endpoint:?} {given:?} {changes}");
    let secret = prepare(tenant, endpoint, given, phone).await;
    let mut request = changed_json(endpoint.request(phone, &secret), &changes);
    for value in request.as_object_mut().unwrap().values_mut().filter(|value| **value == "$wrong") {
        *value = wrong_code(&secret).into();
    }
    let response = endpoint.send(tenant, &request).await;
    assert_eq!(response.status(), status, "{about}");
    if error.is_empty() || error == "origin_not_allowed" {
        assert!(!response.headers().contains_key("location"), "{about}");
        assert!(response.text().await.unwrap().contains(description), "{about}");
    } else if status == 302 {
        let answer = location(&response);
        let found = ["error", "error_description", "state"].map(|name| query(&answer, name));
        assert_eq!(found, [error, description, "s"].map(|text| Some(text.to_owned())), "{about}");
    } else {
        assert_eq!(response.headers().contains_key("www-authenticate"), endpoint == Userinfo, "{about}");
        assert_eq!(response.headers().contains_key("retry-after"), error == "too_many_requests", "{about}");
        assert_error(response, status, error, description).await;
    }
    if endpoint == Start && given == Nothing {
        assert!(tenant.messages().await.iter().all(|message| message["to"] != phone), "{about}");
    }
}

/// A tenant of its own, and a provider for it, where the row needs another one than the usual.
async fn another_tenant(given: Given) -> Option<(TestTenant, MockServer)> {
    let double = MockServer::start().await;
    let answers = async |status, body: Value| {
        Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&double).await;
    };
    let options = match given {
        TooManyStarts => {
            let limits = Limits { starts_per_phone_hour: 1, ..TenantOptions::default().limits };
            TenantOptions { limits, ..TenantOptions::default() }
        }
        Twilio(status, code) => {
            answers(status, json!({"code": code, "message": "Said by Twilio"})).await;
            TenantOptions { sms: Sms::Twilio(twilio_config(&double.uri())), ..TenantOptions::default() }
        }
        Gateway(status) => {
            answers(status, json!({})).await;
            TenantOptions { gateway_url: double.uri(), ..TenantOptions::default() }
        }
        _ => return None,
    };
    Some((TestTenant::with(options).await, double))
}

/// Does what is to have happened, and returns the secret that the request then shows.
async fn prepare(tenant: &TestTenant, endpoint: Endpoint, given: Given, phone: &str) -> String {
    match given {
        Nothing | Twilio(..) | Gateway(_) => return String::new(),
        TooManyStarts => {
            assert_eq!(tenant.request_code("sms", phone).await.status(), 200);
            return String::new();
        }
        TooManyTries => {
            for _ in 0..10 {
                let guess = Verify.request(phone, &wrong_code(&tenant.code_for("sms", phone).await));
                assert_eq!(Verify.send(tenant, &guess).await.status(), 401);
            }
        }
        Blocked if endpoint != CodeGrant && endpoint != RefreshGrant => {
            let code = tenant.code_for("sms", phone).await;
            assert_eq!(OtpGrant.send(tenant, &OtpGrant.request(phone, &code)).await.status(), 200);
        }
        _ => {}
    }
    let secret = secret(tenant, endpoint, phone).await;
    match given {
        Used => {
            // A code that is only checked stays good.
            let user = if endpoint == Verify { OtpGrant } else { endpoint };
            user.send(tenant, &user.request(phone, &secret)).await;
        }
        UsedUp => {
            for _ in 0..3 {
                let guess = Verify.request(phone, &wrong_code(&secret));
                assert_eq!(Verify.send(tenant, &guess).await.status(), 401);
            }
        }
        Late(seconds) => tenant.clock.advance(seconds),
        Blocked => change(tenant, "UPDATE tenant_users SET blocked = TRUE WHERE phone_number = $1", phone).await,
        Gone => change(tenant, "DELETE FROM tenant_users WHERE phone_number = $1", phone).await,
        _ => {}
    }
    secret
}

/// What the endpoint takes.
async fn secret(tenant: &TestTenant, endpoint: Endpoint, phone: &str) -> String {
    let code = tenant.code_for("sms", phone).await;
    match endpoint {
        CodeGrant => {
            let request =
                changed_json(VerifyRedirect.request(phone, &code), &json!({"scope": "openid offline_access"}));
            query(&location(&VerifyRedirect.send(tenant, &request).await), "code").unwrap()
        }
        RefreshGrant | Revoke => {
            let request = changed_json(OtpGrant.request(phone, &code), &json!({"scope": "offline_access"}));
            let body: Value = OtpGrant.send(tenant, &request).await.json().await.unwrap();
            body["refresh_token"].as_str().unwrap().to_owned()
        }
        _ => code,
    }
}

async fn change(tenant: &TestTenant, sql: &'static str, phone: &str) {
    let done = sqlx::query(sql).bind(phone).execute(&tenant.pool).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
}
