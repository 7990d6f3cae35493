//! The tenant through its real HTTP surface.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a step that fails is a test that fails")]

mod attempts;
mod audit;
mod authorize;
mod bodies;
mod concurrency;
mod cross_origin;
mod delivery;
mod discovery;
mod errors;
mod helpers;
mod hosted_login;
mod keys;
mod limits;
mod lock_assets;
mod log;
mod logout;
mod oidc_logout;
mod otp_grant;
mod outbox;
mod phone_numbers;
mod private_key_jwt;
mod refresh_token;
mod repeat;
mod resend;
mod responses;
mod revoke;
mod secrecy;
mod session;
mod sign_up;
mod start;
mod sweep;
mod twilio;
mod userinfo;
mod verify;
mod verify_redirect;
