//! A valid request with changes.

use serde_json::Value;

/// The parameters with some changed, added or (empty) left out.
pub(crate) fn changed_form<'a>(
    valid: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let unchanged = valid.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    unchanged.chain(changes.iter().filter(|(_, value)| !value.is_empty())).copied().collect()
}

/// The JSON object with some members changed, added or (null) left out.
pub(crate) fn changed_json(mut valid: Value, changes: &Value) -> Value {
    let members = valid.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    valid
}
