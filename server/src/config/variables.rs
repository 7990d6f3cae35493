//! The environment, looked through before clap reads it: an empty variable is unset, and one that holds more than was
//! meant stops the start.

use clap::{Arg, Command, builder::Resettable};
use std::env;
use thiserror::Error;

/// A variable holds more than was meant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VariableError {
    /// Docker's `--env-file` passes them on as they stand in the file.
    #[error("{0} is in quotes, which would be part of its value: remove the quotes")]
    Quoted(String),
    /// A file from Windows has a carriage return at the end of each line.
    #[error("{0} begins or ends with a space or a line break, which would be part of its value: remove it")]
    Padded(String),
}

/// The command without the variables that are empty, so that their defaults apply.
///
/// # Errors
/// [`VariableError`] if a variable is in quotes or padded.
pub(crate) fn without_empty(command: Command) -> Result<Command, VariableError> {
    command.get_arguments().filter_map(variable).try_for_each(|(name, value)| check(&name, &value))?;
    Ok(command.mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg }))
}

/// Refuses a value in quotes or with spaces around it.
pub(crate) fn check(name: &str, value: &str) -> Result<(), VariableError> {
    let text = value.trim();
    let is_in = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if is_in('"') || is_in('\'') {
        Err(VariableError::Quoted(name.to_owned()))
    } else if !text.is_empty() && text != value {
        Err(VariableError::Padded(name.to_owned()))
    } else {
        Ok(())
    }
}

fn is_empty(arg: &Arg) -> bool {
    variable(arg).is_some_and(|(_, value)| value.trim().is_empty())
}

/// The variable of a flag; clap itself names one that is no text.
fn variable(arg: &Arg) -> Option<(String, String)> {
    let name = arg.get_env()?.to_str()?;
    Some((name.to_owned(), env::var(name).ok()?))
}
