//! The command line.

use crate::{
    commands::{Command, keys::Keys, logs::Logs, users::Users},
    config::{Config, ConfigError, Mode, VariableError, without_empty},
};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

/// Sign in by SMS: the reference application and an embedded, Auth0-compatible tenant.
#[derive(Debug, Parser)]
#[command(name = "passwordless", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Subcommand>,
    /// Says, a line a check, whether the configuration works, here and at the tenant; starts nothing
    #[arg(long, global = true)]
    pub check: bool,
    /// Every flag that configures the program.
    #[command(flatten)]
    pub config: Config,
}

#[derive(Clone, Debug, Default, clap::Subcommand)]
enum Subcommand {
    /// The app, and the embedded tenant unless `AUTH0_DOMAIN` is set (the default)
    #[default]
    Serve,
    /// The app alone, for a tenant elsewhere
    App,
    /// The embedded tenant alone
    Tenant {
        #[command(subcommand)]
        command: Option<TenantSubcommand>,
    },
    /// Lists the messages that the SMS provider accepted, newest first, and their delivery status
    Messages {
        /// How many
        #[arg(default_value_t = 20)]
        count: u32,
    },
    /// Manages users; phone numbers are masked
    #[command(subcommand)]
    Users(Users),
    /// Shows the tenant's audit log, newest first
    Logs(Logs),
    /// Manages the keys that sign tokens, and those that codes are hashed with
    #[command(subcommand)]
    Keys(Keys),
}

#[derive(Clone, Debug, clap::Subcommand)]
enum TenantSubcommand {
    /// Validates a tenant.yaml: prints the resulting configuration, or each mistake and its line
    Check {
        /// The file
        file: PathBuf,
    },
}

impl Cli {
    /// Reads the command line and the environment; ends the program where that is all there is to do, as for `--help`.
    ///
    /// # Errors
    /// [`VariableError`] if a variable holds more than was meant.
    pub fn read() -> Result<Self, VariableError> {
        let matches = without_empty(Self::command())?.get_matches();
        Ok(Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
    }

    /// The operator command to run instead of serving, if there is one.
    pub fn operator_command(&self) -> Option<Command> {
        match self.command.as_ref()? {
            Subcommand::Tenant { command: Some(TenantSubcommand::Check { file }) } => {
                Some(Command::CheckTenant(file.clone()))
            }
            Subcommand::Messages { count } => Some(Command::Messages(*count)),
            Subcommand::Users(users) => Some(Command::Users(users.clone())),
            Subcommand::Logs(logs) => Some(Command::Logs(*logs)),
            Subcommand::Keys(keys) => Some(Command::Keys(*keys)),
            Subcommand::Serve | Subcommand::App | Subcommand::Tenant { command: None } => None,
        }
    }

    /// The mode to run in.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration names no tenant for the app, or cannot be run safely.
    pub fn mode(&self) -> Result<Mode, ConfigError> {
        let mode = match (self.command.as_ref(), &self.config.auth0_domain) {
            (None | Some(Subcommand::Serve), None) => Mode::Both,
            (None | Some(Subcommand::Serve | Subcommand::App), Some(_)) => Mode::App,
            (Some(Subcommand::App), None) => return Err(ConfigError::NoTenant),
            (Some(_), _) => Mode::Tenant,
        };
        self.config.check(mode)?;
        Ok(mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(arguments: &[&str]) -> Result<Mode, String> {
        let arguments = ["passwordless"].iter().chain(arguments);
        Cli::try_parse_from(arguments).map_err(|e| e.to_string())?.mode().map_err(|e| e.to_string())
    }

    #[test]
    fn with_nothing_it_runs_both() {
        assert_eq!(mode(&[]), Ok(Mode::Both));
        assert_eq!(mode(&["serve"]), Ok(Mode::Both));
    }

    #[test]
    fn with_a_domain_it_runs_the_app_and_asks_for_credentials() {
        let auth0 = ["--auth0-domain", "demo.eu.auth0.com"];
        assert!(mode(&auth0).is_err_and(|error| error.contains("AUTH0_CLIENT_SECRET")));
        let complete = [&auth0[..], &["--auth0-client-id", "id", "--auth0-client-secret", "secret"]].concat();
        assert_eq!(mode(&complete), Ok(Mode::App));
    }

    #[test]
    fn the_app_alone_needs_a_tenant_and_the_tenant_alone_a_client() {
        assert!(mode(&["app"]).is_err_and(|error| error.contains("AUTH0_DOMAIN")));
        assert!(mode(&["tenant"]).is_err_and(|error| error.contains("TENANT_CONFIG")));
        assert_eq!(mode(&["tenant", "--tenant-config", "tenant.yaml"]), Ok(Mode::Tenant));
    }

    #[test]
    fn the_scope_has_to_ask_who_signed_in() {
        for scope in ["profile phone", "", "openid2"] {
            assert!(mode(&["--auth0-scope", scope]).is_err_and(|error| error.contains("openid")), "{scope}");
        }
        assert_eq!(mode(&["--auth0-scope", "phone openid"]), Ok(Mode::Both));
    }

    #[test]
    fn a_base_url_is_an_origin_and_nothing_more() {
        for more in ["/app", "/?a=b", "/#top", "?", "#"] {
            for (flag, name) in [("--app-base-url", "APP_BASE_URL"), ("--tenant-public-url", "TENANT_PUBLIC_URL")] {
                let url = format!("https://app.example.com{more}");
                assert!(mode(&[flag, &url]).is_err_and(|error| error.contains(name)), "{url}");
            }
        }
        for user in ["me@", "me:hush@", ":hush@"] {
            let url = format!("https://{user}app.example.com");
            let error = mode(&["--app-base-url", &url]).err().unwrap_or_default();
            assert!(error.contains("APP_BASE_URL") && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn limits_are_lifted_on_loopback_only() {
        assert_eq!(mode(&["--limit-starts-per-ip-hour", "0"]), Ok(Mode::Both));
        for public in [["--leptos-site-addr", "0.0.0.0:3000"], ["--app-base-url", "https://app.example.com"]] {
            let arguments = [&public[..], &["--limit-starts-per-ip-hour", "0"]].concat();
            assert!(mode(&arguments).is_err_and(|error| error.contains("loopback")), "{public:?}");
        }
    }

    #[test]
    fn the_outbox_is_shown_on_loopback_only() {
        let outbox = |arguments: &[&str]| {
            let cli = Cli::try_parse_from(["passwordless"].iter().chain(arguments)).map_err(|e| e.to_string())?;
            cli.config.check_outbox().map_err(|e| e.to_string())
        };
        assert_eq!(outbox(&[]), Ok(()));
        assert_eq!(outbox(&["--tenant-addr", "[::1]:3001", "--tenant-public-url", "http://127.0.0.1:3001"]), Ok(()));
        for public in [["--tenant-addr", "0.0.0.0:3001"], ["--tenant-public-url", "https://login.example.com"]] {
            assert!(outbox(&public).is_err_and(|error| error.contains("outbox")), "{public:?}");
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let cli = Cli::try_parse_from(["passwordless", "--auth0-client-secret", "hush"]);
        assert!(cli.is_ok_and(|cli| !format!("{cli:?}").contains("hush")));
    }
}
