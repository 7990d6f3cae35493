//! Secrets from files, as Docker, Kubernetes and systemd hand them over: each setting `X` that is a secret is also `X_FILE`.

use super::{Config, VariableError, check_variable};
use secrecy::SecretString;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// A secret cannot be had from its file.
#[derive(Debug, Error)]
pub enum SecretFileError {
    /// It is not there, or not for this user.
    #[error("{name}: {} cannot be read: check the path and its permissions", path.display())]
    Read {
        /// The setting.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("{name}: {} is empty: write the secret into it", path.display())]
    Empty {
        /// The setting.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// More is in it than was meant.
    #[error("the content of {0}")]
    Content(String, #[source] VariableError),
}

impl Config {
    /// Reads the secrets that are in files.
    ///
    /// # Errors
    /// [`SecretFileError`] if one of them cannot be had.
    pub fn read_secret_files(&mut self) -> Result<(), SecretFileError> {
        let Self { auth0_client_secret, auth0_client_secret_file, database, keys, twilio, .. } = self;
        if let Some(path) = &database.database_url_file {
            database.database_url = read("DATABASE_URL_FILE", path)?;
        }
        for (name, secret, file) in [
            ("AUTH0_CLIENT_SECRET_FILE", auth0_client_secret, auth0_client_secret_file),
            ("TENANT_SIGNING_KEY_FILE", &mut keys.tenant_signing_key, &mut keys.tenant_signing_key_file),
            ("TENANT_CODE_KEY_FILE", &mut keys.tenant_code_key, &mut keys.tenant_code_key_file),
            ("TWILIO_AUTH_TOKEN_FILE", &mut twilio.twilio_auth_token, &mut twilio.twilio_auth_token_file),
        ] {
            if let Some(path) = file {
                *secret = Some(read(name, path)?);
            }
        }
        Ok(())
    }
}

/// A variable of `tenant.yaml`, or what is in the file that the variable with `_FILE` after its name is the path of.
pub(crate) fn variable_or_file(name: &str) -> Option<String> {
    let from_file = || {
        let path = PathBuf::from(env::var_os(format!("{name}_FILE"))?);
        fs::read_to_string(path).ok().map(|text| without_line_end(&text).to_owned())
    };
    env::var(name).ok().or_else(from_file)
}

fn read(name: &str, path: &Path) -> Result<SecretString, SecretFileError> {
    let (setting, file) = (|| name.to_owned(), || path.to_owned());
    let text =
        fs::read_to_string(path).map_err(|source| SecretFileError::Read { name: setting(), path: file(), source })?;
    let text = without_line_end(&text);
    if text.trim().is_empty() {
        return Err(SecretFileError::Empty { name: setting(), path: file() });
    }
    check_variable("it", text).map_err(|error| SecretFileError::Content(setting(), error))?;
    Ok(text.into())
}

/// Editors end the last line, too.
fn without_line_end(text: &str) -> &str {
    text.trim_end_matches(['\r', '\n'])
}
