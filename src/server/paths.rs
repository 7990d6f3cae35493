//! The paths of the login among those of the app.

/// The paths that the login takes, relative to [`AuthConfig::app_base_url`](super::AuthConfig::app_base_url). They come before an app's own routes.
///
/// ```
/// use leptos_passwordless::server::{AuthConfig, Paths};
///
/// fn with_other_paths(mut config: AuthConfig) -> AuthConfig {
///     let mut paths = Paths::default();
///     "/sign-in".clone_into(&mut paths.login);
///     "/sign-in/done".clone_into(&mut paths.callback);
///     config.paths = paths;
///     config
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paths {
    /// The page of the app that shows [`Lock`](crate::Lock): `/login`.
    pub login: String,
    /// Starts a login on the tenant's own page: `/login/hosted`.
    pub hosted_login: String,
    /// Where the tenant sends the browser back: `/callback`. It is part of the application's Allowed Callback URLs.
    pub callback: String,
    /// Where a form signs out with POST: `/logout`.
    pub logout: String,
    /// Where a form ends one of the user's sessions with POST: `/logout/session`. It is served with
    /// [`Setup::list_sessions`](super::Setup::list_sessions).
    pub end_session: String,
    /// Where a form ends all of them with POST: `/logout/everywhere`.
    pub end_all_sessions: String,
    /// Where the tenant says that sessions have ended: `/backchannel-logout`. It is the application's Back-Channel Logout URI,
    /// and served with [`Setup::end_sessions`](super::Setup::end_sessions).
    pub backchannel_logout: String,
    /// What the forms of the dialog post to is below it: `/api/passwordless`.
    pub api: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            login: "/login".to_owned(),
            hosted_login: "/login/hosted".to_owned(),
            callback: "/callback".to_owned(),
            logout: "/logout".to_owned(),
            end_session: "/logout/session".to_owned(),
            end_all_sessions: "/logout/everywhere".to_owned(),
            backchannel_logout: "/backchannel-logout".to_owned(),
            api: "/api/passwordless".to_owned(),
        }
    }
}
