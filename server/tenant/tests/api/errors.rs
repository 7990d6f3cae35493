//! Every documented error: for each endpoint the precondition, the change to a valid request, and the expected status,
//! `error` and `error_description`.
//!
//! In the changes null leaves a parameter out, `$wrong` is another code than the right one, and `$origin` is the origin of
//! the page, or empty for a server. A status of 302 takes
//! the error back to the application; an empty `error` stands for an error page.
//!
//! Errors about e-mail, passwords, captchas, MFA, rules and other tenants are left out: this tenant has none of these.

mod check;

use rstest::rstest;
use serde_json::{Value, json};

use self::check::{
    Endpoint::{
        self, Authorize, CoAuthenticate, CodeGrant, OidcLogout, OtpChallenge, OtpGrant, RefreshGrant, ResourceOwner,
        Revoke, Start, Userinfo, V2Logout, Verify, VerifyRedirect,
    },
    Given::{
        self, After, Blocked, Deleted, Gateway, Nothing, OverBudget, ProofNeeded, Secret, Stopped, TooManyAttempts,
        TooManyStarts, Twilio, Used, UsedUp,
    },
    check,
};

use crate::support::{
    CHALLENGE, CODE_EXPIRED, CODE_USED_UP, SMS_PAUSED, TOO_MANY_ATTEMPTS, TOO_MANY_REQUESTS, UNKNOWN_REFRESH_TOKEN,
    WRONG_CODE,
};

const PATTERN: &str = r"String does not match pattern: ^\+[0-9]{1,15}$";
const NOT_E164: &str = "The number is not in E.164 form, or has too few or too many digits for its country";
const OTP_NOT_ALLOWED: &str =
    "Grant type 'http://auth0.com/oauth/grant-type/passwordless/otp' not allowed for the client.";
const CODE_NOT_ALLOWED: &str = "Grant type 'authorization_code' not allowed for the client.";
const REFRESH_NOT_ALLOWED: &str = "Grant type 'refresh_token' not allowed for the client.";
const CO_BODY: &str =
    "Invalid request body. All and only of client_id, credential_type, username, otp, realm are required.";
const CO_NOT_ALLOWED: &str = "Cross origin login not allowed.";
const RO: &str = "OIDC conformant clients cannot use /oauth/ro";
const PROOF_NEEDED: &str = "Suspicious request requires verification";
const NO_CONNECTION: &str = "The connection does not exist, or is not enabled for the client";
const PROOF_MISSING: &str = "This client has a secret: send client_secret or client_assertion from its server, or list the \
                             page's origin in web_origins";
const ORIGIN_OF_ANOTHER: &str = "Origin https://evil.example is not the client's: list it in web_origins";
const INVALID_CODE: &str = "Invalid authorization code";
const REDIRECT_URI_MISMATCH: &str =
    "The redirect URI is wrong. You sent http://localhost:3000/x and we expected http://localhost:3000/callback";
const USER_DELETED: &str = "The refresh_token was generated for a user who doesn't exist anymore.";
const RETURN_TO_NOT_ALLOWED: &str = "The returnTo address is not one of the allowed logout URLs.";

fn codeless() -> Value {
    json!({"client_id": "codeless", "client_secret": "codeless-secret"})
}

fn public() -> Value {
    json!({"client_id": "public", "redirect_uri": "http://localhost:4000/callback"})
}

/// With a parameter `connection` that the client `public` may not use.
fn public_with_members() -> Value {
    json!({
        "client_id": "public", "redirect_uri": "http://localhost:4000/callback", "connection": "members",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    })
}

fn challenge(challenge: &str, method: &str) -> Value {
    json!({"code_challenge": challenge, "code_challenge_method": method})
}

/// `POST /passwordless/start`.
#[rstest]
#[case::client_id_missing(json!({"client_id": null}), 400, "bad.client_id", "Missing required property: client_id")]
#[case::client_id_empty(json!({"client_id": ""}), 400, "bad.client_id", "Missing required property: client_id")]
#[case::client_id_number(
    json!({"client_id": 7}), 400, "bad.client_id", "error in client_id - invalid type: number (expected string)"
)]
#[case::client_unknown(json!({"client_id": "who"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_wrong(json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_missing_at_a_server(
    json!({"client_secret": null, "$origin": ""}), 401, "invalid_client", PROOF_MISSING
)]
#[case::client_secret_missing_at_a_callback(json!({"client_secret": null}), 401, "invalid_client", PROOF_MISSING)]
#[case::client_assertion_missing(
    json!({"client_id": "signer", "client_secret": null}), 401, "invalid_client", PROOF_MISSING
)]
#[case::origin_of_another(json!({"$origin": "https://evil.example"}), 403, "access_denied", ORIGIN_OF_ANOTHER)]
#[case::origin_of_another_at_a_public_client(
    json!({"client_id": "public", "client_secret": null, "$origin": "https://evil.example"}),
    403, "access_denied", ORIGIN_OF_ANOTHER
)]
#[case::origin_opaque(
    json!({"client_id": "public", "client_secret": null, "$origin": "null"}),
    403, "access_denied", "Origin null is not the client's: list it in web_origins"
)]
#[case::grant_not_allowed(codeless(), 403, "unauthorized_client", OTP_NOT_ALLOWED)]
#[case::connection_missing(json!({"connection": null}), 400, "bad.connection", "Missing required property: connection")]
#[case::connection_unknown(json!({"connection": "email"}), 400, "bad.connection", "Connection does not exist")]
#[case::connection_disabled(
    json!({"client_id": "public", "client_secret": null, "connection": "members", "$origin": ""}),
    400, "bad.connection", "Connection is disabled"
)]
#[case::connection_not_passwordless(
    json!({"connection": "Username-Password-Authentication"}),
    400, "bad.connection", "Invalid connection strategy. It must either be a passwordless connection"
)]
#[case::auth_params_string(
    json!({"authParams": "x"}),
    400, "bad.authParams", "error in authParams - invalid type: string (expected object)"
)]
#[case::callback_unknown(
    json!({
        "client_secret": null, "authParams": {"redirect_uri": "http://localhost:3000/else"},
        "$origin": "http://localhost:5000",
    }),
    400, "bad.authParams",
    "Callback URL mismatch: http://localhost:3000/else is not among the callbacks of the client"
)]
#[case::unknown_properties(
    json!({"foo": 1, "bar": 2}), 400, "bad.request", "the following properties are not allowed: bar, foo"
)]
#[case::phone_number_missing(
    json!({"phone_number": null}), 400, "bad.phone_number", "Missing required property: phone_number"
)]
#[case::phone_number_without_plus(json!({"phone_number": "4155552671"}), 400, "bad.phone_number", PATTERN)]
#[case::phone_number_with_spaces(json!({"phone_number": "+1 415 555 2671"}), 400, "bad.phone_number", PATTERN)]
#[case::phone_number_of_16_digits(json!({"phone_number": "+1234567890123456"}), 400, "bad.phone_number", PATTERN)]
#[case::phone_number_with_trunk_prefix(json!({"phone_number": "+4407911123456"}), 400, "bad.phone_number", NOT_E164)]
#[case::phone_number_too_short(json!({"phone_number": "+1415555267"}), 400, "bad.phone_number", NOT_E164)]
#[case::phone_number_of_no_country(json!({"phone_number": "+999999999999999"}), 400, "bad.phone_number", NOT_E164)]
#[case::phone_number_array(
    json!({"phone_number": ["+1"]}),
    400, "bad.phone_number", "error in phone_number - invalid type: array (expected string)"
)]
#[case::send_link(json!({"send": "link"}), 400, "bad.send", "send must be code for an SMS connection")]
#[tokio::test]
async fn start(#[case] changes: Value, #[case] status: u16, #[case] error: &str, #[case] description: &str) {
    check(Start, Nothing, changes, status, error, description).await;
}

#[tokio::test]
async fn start_too_often() {
    check(Start, TooManyStarts, json!({}), 429, "too_many_requests", TOO_MANY_REQUESTS).await;
}

#[tokio::test]
async fn start_for_a_country_whose_codes_nobody_enters() {
    check(Start, Stopped, json!({}), 429, "too_many_requests", SMS_PAUSED).await;
}

#[tokio::test]
async fn start_over_budget() {
    check(Start, OverBudget, json!({"connection": "priced"}), 429, "too_many_requests", SMS_PAUSED).await;
}

#[tokio::test]
async fn start_without_proof_of_work() {
    check(Start, ProofNeeded, json!({}), 401, "requires_verification", PROOF_NEEDED).await;
}

#[rstest]
#[case::invalid_to_number(400, 21211, "bad.phone_number", "Said by Twilio (Code: 21211)")]
#[case::region_not_permitted(400, 21408, "sms_provider_error", "Said by Twilio (Code: 21408)")]
#[case::from_number_not_capable(400, 21606, "sms_provider_error", "Said by Twilio (Code: 21606)")]
#[case::trial_number_unverified(400, 21608, "sms_provider_error", "Said by Twilio (Code: 21608)")]
#[case::recipient_unsubscribed(400, 21610, "sms_provider_error", "Said by Twilio (Code: 21610)")]
#[case::from_number_queue_full(400, 21611, "sms_provider_error", "Said by Twilio (Code: 21611)")]
#[case::to_number_unreachable(400, 21612, "sms_provider_error", "Said by Twilio (Code: 21612)")]
#[case::to_number_not_mobile(400, 21614, "sms_provider_error", "Said by Twilio (Code: 21614)")]
#[case::account_suspended(400, 30002, "sms_provider_error", "Said by Twilio (Code: 30002)")]
#[case::delivery_blocked(400, 30450, "sms_provider_error", "Said by Twilio (Code: 30450)")]
#[case::not_authenticated(401, 20003, "sms_provider_error", "Said by Twilio (Code: 20003)")]
#[case::not_authorized(403, 70051, "sms_provider_error", "Said by Twilio (Code: 70051)")]
#[case::not_found(404, 20404, "sms_provider_error", "Said by Twilio (Code: 20404)")]
#[case::too_many_requests(429, 20429, "sms_provider_error", "Said by Twilio (Code: 20429)")]
#[case::internal_server_error(500, 20500, "sms_provider_error", "Said by Twilio (Code: 20500)")]
#[tokio::test]
async fn start_refused_by_twilio(
    #[case] twilio_status: u16,
    #[case] twilio_code: i64,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(Start, Twilio(twilio_status, twilio_code), json!({}), 400, error, description).await;
}

#[rstest]
#[case::not_authenticated(401, "Authentication failed while calling the SMS gateway: 401")]
#[case::internal_server_error(500, "Unexpected response while calling the SMS gateway: 500")]
#[tokio::test]
async fn start_refused_by_gateway(#[case] gateway_status: u16, #[case] description: &str) {
    let changes = json!({"connection": "gateway"});
    check(Start, Gateway(gateway_status), changes, 400, "sms_provider_error", description).await;
}

/// `POST /otp/challenge`.
#[rstest]
#[case::client_id_missing(json!({"client_id": null}), 400, "invalid_request", "missing client_id parameter")]
#[case::client_id_empty(json!({"client_id": ""}), 400, "invalid_request", "missing client_id parameter")]
#[case::client_id_number(
    json!({"client_id": 7}), 400, "bad.client_id", "error in client_id - invalid type: number (expected string)"
)]
#[case::client_unknown(json!({"client_id": "who"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_wrong(json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_missing(json!({"client_secret": null}), 401, "invalid_client", "Unauthorized")]
#[case::client_assertion_of_unknown_type(
    json!({"client_assertion": "x", "client_assertion_type": "y"}),
    400, "invalid_request", "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)]
#[case::grant_not_allowed(codeless(), 403, "unauthorized_client", OTP_NOT_ALLOWED)]
#[case::connection_missing(json!({"connection": null}), 400, "invalid_request", "missing connection parameter")]
#[case::connection_number(json!({"connection": 1}), 400, "invalid_request", "connection parameter must be a string")]
#[case::connection_unknown(json!({"connection": "email"}), 400, "invalid_connection", NO_CONNECTION)]
#[case::connection_disabled(
    json!({"client_id": "public", "client_secret": null, "connection": "members", "$origin": ""}),
    400, "invalid_connection", NO_CONNECTION
)]
#[case::origin_of_another(json!({"$origin": "https://evil.example"}), 403, "access_denied", ORIGIN_OF_ANOTHER)]
#[case::connection_not_passwordless(
    json!({"connection": "Username-Password-Authentication"}), 400, "invalid_connection", NO_CONNECTION
)]
#[case::phone_number_missing(json!({"phone_number": null}), 400, "invalid_request", "missing phone_number parameter")]
#[case::phone_number_array(
    json!({"phone_number": ["+1"]}), 400, "invalid_request", "phone_number parameter must be a string"
)]
#[case::phone_number_without_plus(json!({"phone_number": "4155552671"}), 400, "invalid_request", NOT_E164)]
#[case::phone_number_with_spaces(json!({"phone_number": "+1 415 555 2671"}), 400, "invalid_request", NOT_E164)]
#[case::phone_number_too_short(json!({"phone_number": "+1415555267"}), 400, "invalid_request", NOT_E164)]
#[case::allow_signup_word(
    json!({"allow_signup": "yes"}), 400, "invalid_request", "allow_signup parameter must be a boolean"
)]
#[case::allow_signup_number(
    json!({"allow_signup": 1}), 400, "invalid_request", "allow_signup parameter must be a boolean"
)]
#[case::delivery_method_voice(
    json!({"delivery_method": "voice"}), 400, "invalid_request", "delivery_method must be text"
)]
#[case::delivery_method_number(
    json!({"delivery_method": 1}), 400, "invalid_request", "delivery_method parameter must be a string"
)]
#[tokio::test]
async fn otp_challenge(#[case] changes: Value, #[case] status: u16, #[case] error: &str, #[case] description: &str) {
    check(OtpChallenge, Nothing, changes, status, error, description).await;
}

#[tokio::test]
async fn otp_challenge_without_proof_of_work() {
    check(OtpChallenge, ProofNeeded, json!({}), 401, "requires_verification", PROOF_NEEDED).await;
}

#[tokio::test]
async fn otp_challenge_too_often() {
    check(OtpChallenge, TooManyStarts, json!({}), 429, "too_many_requests", TOO_MANY_REQUESTS).await;
}

/// `POST /passwordless/verify`, in both of its forms.
#[rstest]
#[case::connection_missing(
    Nothing, json!({"connection": null}), 400, "invalid_request", "missing connection parameter"
)]
#[case::connection_unknown(
    Nothing, json!({"connection": "email"}), 400, "invalid_request", "the connection was not found"
)]
#[case::connection_not_passwordless(
    Nothing, json!({"connection": "Username-Password-Authentication"}),
    400, "invalid_request", "specified strategy does not support requested operation"
)]
#[case::connection_disabled(
    Nothing, json!({"connection": "members", "client_id": "public"}),
    400, "invalid_request", "the connection was disabled"
)]
#[case::phone_number_missing(
    Nothing, json!({"phone_number": null}), 400, "invalid_request", "missing phone_number parameter"
)]
#[case::code_empty(
    Nothing, json!({"verification_code": ""}), 400, "invalid_request", "missing verification_code parameter"
)]
#[case::code_number(
    Nothing, json!({"verification_code": 1}), 400, "invalid_request", "verification_code parameter must be a string"
)]
#[case::client_unknown(
    Nothing, json!({"client_id": "who", "verification_code": "1"}), 403, "unauthorized_client", "invalid client"
)]
#[case::phone_number_invalid(
    Nothing, json!({"phone_number": "415", "verification_code": "1"}), 401, "invalid_user_password", WRONG_CODE
)]
#[case::code_never_sent(Nothing, json!({"verification_code": "123456"}), 401, "invalid_user_password", WRONG_CODE)]
#[case::code_wrong(Secret, json!({"verification_code": "$wrong"}), 401, "invalid_user_password", WRONG_CODE)]
#[case::code_used(Used, json!({}), 401, "invalid_user_password", WRONG_CODE)]
#[case::code_expired(After(180), json!({}), 401, "invalid_user_password", CODE_EXPIRED)]
#[case::code_used_up(UsedUp, json!({}), 401, "invalid_user_password", CODE_USED_UP)]
#[case::user_blocked(Blocked, json!({}), 401, "unauthorized", "user is blocked")]
#[case::too_many_attempts(TooManyAttempts, json!({}), 429, "too_many_attempts", TOO_MANY_ATTEMPTS)]
#[case::username_empty(
    Nothing, json!({"grant_type": "password", "username": ""}), 400, "invalid_request", "missing username parameter"
)]
#[tokio::test]
async fn verify(
    #[case] given: Given,
    #[case] changes: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(Verify, given, changes, status, error, description).await;
}

/// `POST /oauth/ro`, the older form of verify.
#[rstest]
#[case::username_missing(json!({"username": null}), "missing username parameter")]
#[case::password_missing(json!({"password": null}), "missing password parameter")]
#[case::connection_missing(json!({"connection": null}), "missing connection parameter")]
#[case::client_id_missing(json!({"client_id": null}), "missing client_id parameter")]
#[case::scope_number(json!({"scope": 1}), "scope parameter must be a string")]
#[case::valid_request(json!({}), RO)]
#[tokio::test]
async fn resource_owner(#[case] changes: Value, #[case] description: &str) {
    check(ResourceOwner, Secret, changes, 400, "invalid_request", description).await;
}

/// `POST /oauth/token` with the OTP grant.
#[rstest]
#[case::grant_type_empty(
    Nothing, json!({"grant_type": ""}), 400, "invalid_request", "missing grant_type parameter"
)]
#[case::grant_type_unsupported(
    Nothing, json!({"grant_type": "password"}), 403, "unsupported_grant_type", "Unsupported grant type: password"
)]
#[case::grant_not_allowed(Nothing, codeless(), 403, "unauthorized_client", OTP_NOT_ALLOWED)]
#[case::client_id_empty(Nothing, json!({"client_id": ""}), 400, "invalid_request", "missing client_id parameter")]
#[case::client_unknown(Nothing, json!({"client_id": "who"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_wrong(Nothing, json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_missing(Nothing, json!({"client_secret": null}), 401, "invalid_client", "Unauthorized")]
#[case::username_empty(Nothing, json!({"username": ""}), 400, "invalid_request", "missing username parameter")]
#[case::username_object(
    Nothing, json!({"username": {}}), 400, "invalid_request", "username parameter must be a string"
)]
#[case::otp_empty(Nothing, json!({"otp": ""}), 400, "invalid_request", "missing otp parameter")]
#[case::realm_empty(Secret, json!({"realm": ""}), 400, "invalid_request", "missing realm parameter")]
#[case::realm_unknown(Secret, json!({"realm": "email"}), 400, "invalid_request", "Unknown realm email.")]
#[case::scope_array(Secret, json!({"scope": [1]}), 400, "invalid_request", "scope parameter must be a string")]
#[case::username_not_a_phone_number(Secret, json!({"username": "someone"}), 403, "invalid_grant", WRONG_CODE)]
#[case::username_of_another(Secret, json!({"username": "+14155550000"}), 403, "invalid_grant", WRONG_CODE)]
#[case::otp_wrong(Secret, json!({"otp": "$wrong"}), 403, "invalid_grant", WRONG_CODE)]
#[case::otp_used(Used, json!({}), 403, "invalid_grant", WRONG_CODE)]
#[case::otp_expired(After(180), json!({}), 403, "invalid_grant", CODE_EXPIRED)]
#[case::otp_used_up(UsedUp, json!({}), 403, "invalid_grant", CODE_USED_UP)]
#[case::user_blocked(Blocked, json!({}), 403, "unauthorized", "user is blocked")]
#[case::too_many_attempts(TooManyAttempts, json!({}), 429, "too_many_attempts", TOO_MANY_ATTEMPTS)]
#[tokio::test]
async fn otp_grant(
    #[case] given: Given,
    #[case] changes: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(OtpGrant, given, changes, status, error, description).await;
}

/// `POST /oauth/token` with an authorization code.
#[rstest]
#[case::code_missing(Secret, json!({"code": null}), 400, "invalid_request", "missing code parameter")]
#[case::redirect_uri_missing(
    Secret, json!({"redirect_uri": null}), 400, "invalid_request", "missing redirect_uri parameter"
)]
#[case::client_secret_wrong(Secret, json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized")]
#[case::grant_not_allowed(
    Secret, json!({"client_id": "browserless", "client_secret": "browserless-secret"}),
    403, "unauthorized_client", CODE_NOT_ALLOWED
)]
#[case::code_unknown(Secret, json!({"code": "unknown"}), 403, "invalid_grant", INVALID_CODE)]
#[case::code_of_another_client(Secret, codeless(), 403, "invalid_grant", INVALID_CODE)]
#[case::redirect_uri_mismatch(
    Secret, json!({"redirect_uri": "http://localhost:3000/x"}), 403, "invalid_grant", REDIRECT_URI_MISMATCH
)]
#[case::code_verifier_unexpected(
    Secret, json!({"code_verifier": "x"}), 403, "invalid_grant", "Failed to verify code verifier"
)]
#[case::code_used(Used, json!({}), 403, "invalid_grant", INVALID_CODE)]
#[case::code_expired(After(60), json!({}), 403, "invalid_grant", INVALID_CODE)]
#[case::user_deleted(Deleted, json!({}), 403, "invalid_grant", INVALID_CODE)]
#[case::user_blocked(Blocked, json!({}), 403, "unauthorized", "user is blocked")]
#[tokio::test]
async fn authorization_code_grant(
    #[case] given: Given,
    #[case] changes: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(CodeGrant, given, changes, status, error, description).await;
}

/// `POST /oauth/token` with a refresh token.
#[rstest]
#[case::token_missing(
    Secret, json!({"refresh_token": null}), 400, "invalid_request", "missing refresh_token parameter"
)]
#[case::scope_object(Secret, json!({"scope": {}}), 400, "invalid_request", "scope parameter must be a string")]
#[case::client_secret_missing(Secret, json!({"client_secret": null}), 401, "invalid_client", "Unauthorized")]
#[case::grant_not_allowed(Secret, codeless(), 403, "unauthorized_client", REFRESH_NOT_ALLOWED)]
#[case::token_unknown(Secret, json!({"refresh_token": "unknown"}), 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN)]
#[case::token_of_another_client(
    Secret, json!({"client_id": "public", "client_secret": null}), 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN
)]
#[case::token_used(Used, json!({}), 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN)]
#[case::token_expired(After(2_592_001), json!({}), 403, "invalid_grant", UNKNOWN_REFRESH_TOKEN)]
#[case::user_deleted(Deleted, json!({}), 403, "invalid_grant", USER_DELETED)]
#[case::user_blocked(Blocked, json!({}), 403, "unauthorized", "user is blocked")]
#[tokio::test]
async fn refresh_token_grant(
    #[case] given: Given,
    #[case] changes: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(RefreshGrant, given, changes, status, error, description).await;
}

/// `POST /co/authenticate`.
#[rstest]
#[case::unknown_property(Secret, json!({"scope": "openid"}), 400, "invalid_request", CO_BODY)]
#[case::otp_empty(Secret, json!({"otp": ""}), 400, "invalid_request", CO_BODY)]
#[case::otp_number(Secret, json!({"otp": 123_456}), 400, "invalid_request", CO_BODY)]
#[case::client_id_missing(Secret, json!({"client_id": null}), 400, "invalid_request", CO_BODY)]
#[case::username_missing(Secret, json!({"username": null}), 400, "invalid_request", CO_BODY)]
#[case::realm_missing(Secret, json!({"realm": null}), 400, "invalid_request", CO_BODY)]
#[case::credential_type_missing(Secret, json!({"credential_type": null}), 400, "invalid_request", CO_BODY)]
#[case::credential_type_unsupported(
    Secret, json!({"credential_type": "password"}),
    400, "unsupported_credential_type", "Unknown credential type parameter."
)]
#[case::realm_unknown(Secret, json!({"realm": "email"}), 400, "invalid_request", "Unknown realm email.")]
#[case::client_unknown(Secret, json!({"client_id": "who"}), 401, "unauthorized_client", CO_NOT_ALLOWED)]
#[case::grant_not_allowed(Secret, json!({"client_id": "codeless"}), 401, "unauthorized_client", CO_NOT_ALLOWED)]
#[case::username_not_a_phone_number(Secret, json!({"username": "someone"}), 403, "access_denied", WRONG_CODE)]
#[case::otp_wrong(Secret, json!({"otp": "$wrong"}), 403, "access_denied", WRONG_CODE)]
#[case::otp_used(Used, json!({}), 403, "access_denied", WRONG_CODE)]
#[case::otp_expired(After(180), json!({}), 403, "access_denied", CODE_EXPIRED)]
#[case::otp_used_up(UsedUp, json!({}), 403, "access_denied", CODE_USED_UP)]
#[case::user_blocked(Blocked, json!({}), 403, "blocked_user", "Blocked user")]
#[case::too_many_attempts(TooManyAttempts, json!({}), 429, "too_many_attempts", TOO_MANY_ATTEMPTS)]
#[case::origin_not_allowed(
    Secret, json!({"client_id": "public"}),
    403, "origin_not_allowed", "Origin http://localhost:3000 is not allowed."
)]
#[tokio::test]
async fn co_authenticate(
    #[case] given: Given,
    #[case] changes: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(CoAuthenticate, given, changes, status, error, description).await;
}

/// `GET /passwordless/verify_redirect`.
#[rstest]
#[case::code_wrong(Secret, json!({"verification_code": "$wrong"}), "unauthorized", WRONG_CODE)]
#[case::phone_number_invalid(Secret, json!({"phone_number": "415"}), "unauthorized", WRONG_CODE)]
#[case::code_used(Used, json!({"nonce": "another"}), "unauthorized", WRONG_CODE)]
#[case::code_expired(After(180), json!({}), "unauthorized", CODE_EXPIRED)]
#[case::code_used_up(UsedUp, json!({}), "unauthorized", CODE_USED_UP)]
#[case::user_blocked(Blocked, json!({}), "unauthorized", "user is blocked")]
#[case::too_many_attempts(TooManyAttempts, json!({}), "too_many_attempts", TOO_MANY_ATTEMPTS)]
#[case::phone_number_missing(
    Nothing, json!({"phone_number": null}), "invalid_request", "missing phone_number parameter"
)]
#[case::code_missing(
    Nothing, json!({"verification_code": null}), "invalid_request", "missing verification_code parameter"
)]
#[tokio::test]
async fn verify_redirect(#[case] given: Given, #[case] changes: Value, #[case] error: &str, #[case] description: &str) {
    check(VerifyRedirect, given, changes, 302, error, description).await;
}

/// `GET /authorize`.
#[rstest]
#[case::prompt_none(json!({"prompt": "none"}), "login_required", "Login required")]
#[case::prompt_none_and_another(
    json!({"prompt": "none login"}), "invalid_request", "prompt none cannot be combined with another"
)]
#[case::prompt_unknown(json!({"prompt": "dance"}), "invalid_request", "Unknown prompt")]
#[case::max_age_not_a_number(json!({"max_age": "soon"}), "invalid_request", "max_age must be a number of seconds")]
#[case::login_ticket_unknown(json!({"login_ticket": "unknown"}), "access_denied", "Unknown or invalid login ticket.")]
#[tokio::test]
async fn authorize(#[case] changes: Value, #[case] error: &str, #[case] description: &str) {
    check(Authorize, Nothing, changes, 302, error, description).await;
}

/// Errors that `/authorize` and `/passwordless/verify_redirect` share.
#[rstest]
#[case::client_id_missing(json!({"client_id": null}), 400, "", "Missing required parameter: client_id")]
#[case::client_unknown(json!({"client_id": "who"}), 403, "", "Unknown client: who")]
#[case::redirect_uri_missing(json!({"redirect_uri": null}), 400, "", "Missing required parameter: redirect_uri")]
#[case::redirect_uri_mismatch(json!({"redirect_uri": "https://evil.example"}), 403, "", "Callback URL mismatch.")]
#[case::response_type_missing(
    json!({"response_type": null}), 302, "invalid_request", "Missing required parameter: response_type"
)]
#[case::response_type_unsupported(
    json!({"response_type": "none"}), 302, "unsupported_response_type", "Unsupported response type: none"
)]
#[case::response_mode_unsupported(
    json!({"response_mode": "pigeon"}), 302, "invalid_request", "Unsupported response mode"
)]
#[case::request_object(json!({"request": "x"}), 302, "invalid_request", "Request objects are not supported")]
#[case::connection_unknown(json!({"connection": "email"}), 302, "invalid_request", "the connection was not found")]
#[case::connection_disabled(public_with_members(), 302, "invalid_request", "the connection was disabled")]
#[case::code_challenge_method_plain(
    challenge(CHALLENGE, "plain"),
    302,
    "invalid_request",
    "Parameter 'code_challenge_method' must be S256"
)]
#[case::code_challenge_too_short(
    challenge("x", "S256"),
    302,
    "invalid_request",
    "Parameter 'code_challenge' must be a base64url SHA-256 hash"
)]
#[case::code_challenge_missing(
    public(),
    302,
    "invalid_request",
    "Parameter 'code_challenge' is required for this client"
)]
#[case::grant_not_allowed(json!({"client_id": "browserless"}), 302, "unauthorized_client", CODE_NOT_ALLOWED)]
#[tokio::test]
async fn authorization_request(
    #[values(Authorize, VerifyRedirect)] endpoint: Endpoint,
    #[case] changes: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(endpoint, Nothing, changes, status, error, description).await;
}

/// `/userinfo`.
#[tokio::test]
async fn userinfo_without_token() {
    check(Userinfo, Nothing, json!({}), 401, "invalid_token", "Unauthorized").await;
}

/// `POST /oauth/revoke`.
#[rstest]
#[case::client_id_missing(
    Nothing, json!({"client_id": null}), 400, "invalid_request", "missing client_id parameter"
)]
#[case::token_missing(Nothing, json!({"token": null}), 400, "invalid_request", "missing token parameter")]
#[case::client_unknown(Secret, json!({"client_id": "who"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_wrong(Secret, json!({"client_secret": "wrong"}), 401, "invalid_client", "Unauthorized")]
#[case::client_secret_missing(Secret, json!({"client_secret": null}), 401, "invalid_client", "Unauthorized")]
#[tokio::test]
async fn revoke(
    #[case] given: Given,
    #[case] changes: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] description: &str,
) {
    check(Revoke, given, changes, status, error, description).await;
}

/// `/v2/logout` and `/oidc/logout`.
#[rstest]
#[case::v2_client_unknown(V2Logout, json!({"client_id": "who"}), 403, "Unknown client: who")]
#[case::v2_return_to_not_allowed(V2Logout, json!({"returnTo": "https://evil.example/"}), 400, RETURN_TO_NOT_ALLOWED)]
#[case::oidc_client_unknown(OidcLogout, json!({"client_id": "who"}), 403, "Unknown client: who")]
#[case::oidc_redirect_uri_not_allowed(
    OidcLogout, json!({"client_id": "web", "post_logout_redirect_uri": "https://evil.example/"}),
    400, RETURN_TO_NOT_ALLOWED
)]
#[tokio::test]
async fn logout(#[case] endpoint: Endpoint, #[case] changes: Value, #[case] status: u16, #[case] description: &str) {
    check(endpoint, Nothing, changes, status, "", description).await;
}
