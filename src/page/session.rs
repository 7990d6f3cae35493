use crate::user::User;

/// The user of a page, and the paths by which its browser reaches the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) user: Option<User>,
    /// The page that shows the dialog.
    pub(crate) login_page: String,
    /// Where a form signs out.
    pub(crate) logout: String,
    /// What the server's endpoints are below.
    pub(crate) api: String,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            user: None,
            login_page: "/login".to_owned(),
            logout: crate::paths::SIGN_OUT_PATH.to_owned(),
            api: crate::paths::API_PATH.to_owned(),
        }
    }
}
