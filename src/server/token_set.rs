use secrecy::SecretString;
use time::OffsetDateTime;

/// The tokens of a login; `Debug` does not show them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenSet {
    /// The access token: for the API of [`AuthConfig::audience`](super::AuthConfig::audience), or without one for the
    /// tenant's `/userinfo`.
    pub access_token: SecretString,
    /// When it expires, if the tenant stated it.
    pub expires_at: Option<OffsetDateTime>,
    /// The refresh token, if the scope `offline_access` was granted. The library uses it for
    /// [`CurrentUser::access_token`](super::CurrentUser::access_token), and a tenant that rotates refresh tokens accepts
    /// each of them once: use it yourself only if you do not call that.
    pub refresh_token: Option<SecretString>,
}
