//! The configuration of an app from its environment.

use super::{AuthConfig, IdTokenAlg, InvalidTenant, LoginFlow, UnknownIdTokenAlg, UnknownLoginFlow};
use secrecy::SecretString;
use thiserror::Error;

/// The environment does not configure a login.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// A variable is not set, or not UTF-8.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// `APP_BASE_URL` is not a URL.
    #[error("APP_BASE_URL: {0}")]
    BaseUrl(#[from] url::ParseError),
    /// `AUTH0_DOMAIN` is not a tenant.
    #[error("AUTH0_DOMAIN: {0}")]
    Domain(#[from] InvalidTenant),
    /// `AUTH0_LOGIN_FLOW` is not a login flow.
    #[error("AUTH0_LOGIN_FLOW: {0}")]
    LoginFlow(#[from] UnknownLoginFlow),
    /// `AUTH0_ID_TOKEN_ALG` is not an algorithm of ID tokens.
    #[error("AUTH0_ID_TOKEN_ALG: {0}")]
    IdTokenAlg(#[from] UnknownIdTokenAlg),
}

impl AuthConfig {
    /// The configuration in `AUTH0_DOMAIN`, `AUTH0_CLIENT_ID`, `AUTH0_CLIENT_SECRET`, and if they are set `APP_BASE_URL`
    /// (`http://localhost:3000`), `AUTH0_LOGIN_FLOW` (`redirect`), `AUTH0_ID_TOKEN_ALG` (`RS256`), `AUTH0_AUDIENCE` and
    /// `AUTH0_SCOPE`.
    ///
    /// ```no_run
    /// use leptos_passwordless::server::{Auth, AuthConfig};
    ///
    /// let auth = Auth::new(AuthConfig::from_env()?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EnvironmentError`] if a variable is missing or cannot be read.
    pub fn from_env() -> Result<Self, EnvironmentError> {
        Self::from_variables(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let required = |name| variable(name).ok_or(EnvironmentError::Missing(name));
        let base = variable("APP_BASE_URL").unwrap_or_else(|| "http://localhost:3000".to_owned());
        let tenant = required("AUTH0_DOMAIN")?.parse()?;
        let secret = SecretString::from(required("AUTH0_CLIENT_SECRET")?);
        let mut config = Self::new(base.parse()?, tenant, required("AUTH0_CLIENT_ID")?, secret);
        if let Some(flow) = variable("AUTH0_LOGIN_FLOW") {
            config.login_flow = flow.parse::<LoginFlow>()?;
        }
        if let Some(alg) = variable("AUTH0_ID_TOKEN_ALG") {
            config.id_token_alg = alg.parse::<IdTokenAlg>()?;
        }
        if let Some(scope) = variable("AUTH0_SCOPE") {
            config.scope = scope;
        }
        config.audience = variable("AUTH0_AUDIENCE");
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<AuthConfig, EnvironmentError> {
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        AuthConfig::from_variables(value)
    }

    const REQUIRED: [(&str, &str); 3] =
        [("AUTH0_DOMAIN", "demo.eu.auth0.com"), ("AUTH0_CLIENT_ID", "id"), ("AUTH0_CLIENT_SECRET", "secret")];

    #[test]
    fn three_variables_are_enough() {
        let config = of(&REQUIRED).unwrap();
        assert_eq!(config.callback_url(), "http://localhost:3000/callback");
        assert_eq!((config.login_flow, config.audience), (LoginFlow::Redirect, None));
        assert_eq!(config.id_token_alg, IdTokenAlg::Rs256);
        let config = of(&[&REQUIRED[..], &[("AUTH0_ID_TOKEN_ALG", "ES256")]].concat()).unwrap();
        assert_eq!(config.id_token_alg, IdTokenAlg::Es256);
    }

    #[test]
    fn errors_name_the_variable() {
        let error = |variables: &[(&str, &str)]| of(variables).err().map(|error| error.to_string());
        assert_eq!(error(&REQUIRED[..2]).as_deref(), Some("AUTH0_CLIENT_SECRET is not set"));
        let with = |pair| [&REQUIRED[..], &[pair]].concat();
        assert!(error(&with(("APP_BASE_URL", "app"))).is_some_and(|error| error.starts_with("APP_BASE_URL: ")));
        assert!(error(&with(("AUTH0_LOGIN_FLOW", "x"))).is_some_and(|error| error.starts_with("AUTH0_LOGIN_FLOW: ")));
        let error = error(&with(("AUTH0_ID_TOKEN_ALG", "HS256")));
        assert!(error.is_some_and(|error| error.starts_with("AUTH0_ID_TOKEN_ALG: ")));
    }
}
