//! Errors of the store, and of building a tenant.

/// The store could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the tenant's database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A row holds what this program never writes.
    #[error("the tenant's database holds a malformed {0}")]
    Malformed(&'static str),
}

/// The tenant could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing key could not be made or read back.
    #[error("the signing key cannot be used: {0}")]
    SigningKey(&'static str),
    /// The secret that codes are to be hashed under is too short to be random.
    #[error("the code key must be at least 32 random bytes, in base64url")]
    CodeKey,
    /// The key that cookies are encrypted under could not be made.
    #[error("cookies cannot be encrypted")]
    SealKey,
    /// The HTTP client for the SMS provider could not be built.
    #[error("no HTTP client for the SMS provider: {0}")]
    HttpClient(#[source] reqwest::Error),
    /// The API base of Twilio cannot take a path.
    #[error("the API base URL of Twilio must be an http or https URL")]
    TwilioUrl,
    /// The public URL has no origin that a browser would name.
    #[error("the public URL must be an http or https origin, such as https://login.example.com")]
    PublicUrl,
}
