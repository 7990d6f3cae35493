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

/// What clients are asked to wait before another try, in seconds.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 5;

impl StoreError {
    /// Whether another try may succeed: the database is away, full, locked or busy.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.code().is_some_and(|code| is_temporary(&code)),
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    // A server that is going away breaks off, which is no protocol.
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            ),
            Self::Malformed(_) => false,
        }
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>, <https://www.sqlite.org/rescode.html>
fn is_temporary(code: &str) -> bool {
    // Busy, locked, I/O error, full, cannot be opened; extended codes have one of these in their last byte.
    let of_sqlite = |code: u32| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14);
    // Connection, resources, operator; a lock that was not had, a deadlock, a conflict.
    let of_postgres = ["08", "53", "57", "55P03", "40"];
    if code.len() == 5 && of_postgres.iter().any(|class| code.starts_with(class)) {
        return true;
    }
    code.len() < 5 && code.parse().is_ok_and(of_sqlite)
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
