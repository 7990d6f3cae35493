/// The signed-in user, as the browser knows them; the server's `CurrentUser` knows more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The user id at the tenant (`sub`): `sms|` and 24 hex digits.
    pub user_id: String,
    /// The name; at Auth0 the phone number, until the user gets another.
    pub name: String,
    /// The phone number, if the scope `phone` was granted.
    pub phone_number: Option<String>,
}

impl User {
    #[cfg(feature = "ssr")]
    pub(crate) fn new(user_id: String, name: String, phone_number: Option<String>) -> Self {
        Self { user_id, name, phone_number }
    }
}
