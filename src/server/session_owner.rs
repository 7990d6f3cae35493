use super::{CurrentUser, current_user, repeats, tokens};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::HashMap, hash::BuildHasher};

/// The id at the tenant of the user that the data of a session belong to
/// ([`Record::data`](tower_sessions::session::Record)), if it belongs to one. It also reads what a login stores with the
/// sessions: for a minute so that its last step can be repeated, and its tokens.
///
/// For stores that can end all sessions of a user, in a column of their own:
///
/// ```
/// use leptos_passwordless::server::user_id_of;
/// use tower_sessions::session::Record;
///
/// fn column(record: &Record) -> Option<&str> {
///     user_id_of(&record.data)
/// }
/// ```
pub fn user_id_of<S: BuildHasher>(data: &HashMap<String, Value, S>) -> Option<&str> {
    owner(data)?.get("user_id")?.as_str()
}

fn owner<S: BuildHasher>(data: &HashMap<String, Value, S>) -> Option<&Value> {
    let user = data.get(current_user::KEY).or_else(|| data.get(repeats::KEY)?.get("user"));
    user.or_else(|| data.get(tokens::KEY))
}

/// The session at the tenant (`sid`) that the data of a session began with, if the tenant named one, as it does where the browser
/// went through it. Like [`user_id_of`], for stores that can end sessions, in a column of their own.
pub fn sid_of<S: BuildHasher>(data: &HashMap<String, Value, S>) -> Option<&str> {
    owner(data)?.get("sid")?.as_str()
}

/// The signed-in user that the data of a session hold, for lists of a user's sessions. A session of nobody has none, and nor
/// has what a login stores beside its session.
pub fn current_user_of<S: BuildHasher>(data: &HashMap<String, Value, S>) -> Option<CurrentUser> {
    CurrentUser::deserialize(data.get(current_user::KEY)?).ok()
}
