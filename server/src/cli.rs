//! The command line.

use crate::{
    commands::{Command, keys::Keys, logs::Logs, users::Users},
    config::{Config, ConfigError, Mode, SecretFileError, VariableError, without_empty},
};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;
use thiserror::Error;

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

/// The command line and the environment cannot be read.
#[derive(Debug, Error)]
pub enum CliError {
    /// A variable holds more than was meant.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// A secret cannot be had from its file.
    #[error(transparent)]
    SecretFile(#[from] SecretFileError),
}

impl Cli {
    /// Reads the command line and the environment; ends the program where that is all there is to do, as for `--help`.
    ///
    /// # Errors
    /// [`CliError`] if a variable holds more than was meant, or a secret cannot be had from its file.
    pub fn read() -> Result<Self, CliError> {
        let matches = without_empty(Self::command())?.get_matches();
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        cli.config.read_secret_files()?;
        Ok(cli)
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
        for limit in ["--limit-starts-per-ip-hour", "--limit-starts-per-phone-hour"] {
            assert_eq!(mode(&[limit, "0"]), Ok(Mode::Both));
            for public in [
                ["--leptos-site-addr", "0.0.0.0:3000"],
                ["--tenant-addr", "0.0.0.0:3001"],
                ["--tenant-public-url", "https://login.example.com"],
            ] {
                let error = mode(&[&public[..], &[limit, "0"]].concat()).err().unwrap_or_default();
                assert!(error.contains("loopback") && error.contains("set LIMIT_STARTS_PER"), "{public:?}: {error}");
            }
        }
    }

    #[test]
    fn the_internet_is_for_https() {
        let tenant = |url: &str| mode(&["tenant", "--tenant-config", "tenant.yaml", "--tenant-public-url", url]);
        for public in ["app.example.com", "203.0.113.1", "[2001:db8::1]:3000", "example.com:3000"] {
            let url = format!("http://{public}");
            for (mode, name) in [(mode(&["--app-base-url", &url]), "APP_BASE_URL"), (tenant(&url), "TENANT_PUBLIC_URL")]
            {
                let error = mode.err().unwrap_or_default();
                assert!(error.contains(name) && error.contains("set") && error.contains("https"), "{url}: {error}");
            }
        }
        for private in
            ["localhost:3001", "login", "login.internal", "nas.local", "10.0.0.1", "192.168.1.2", "[fd00::1]"]
        {
            assert_eq!(tenant(&format!("http://{private}")), Ok(Mode::Tenant), "{private}");
        }
        assert_eq!(tenant("https://login.example.com"), Ok(Mode::Tenant));
    }

    #[test]
    fn browsers_elsewhere_are_sent_to_no_tenant_on_their_own_machine() {
        let app = ["--app-base-url", "https://app.example.com"];
        let external = ["--auth0-client-id", "id", "--auth0-client-secret", "hush", "--auth0-domain"];
        let local = [&external[..], &["http://localhost:3001"]].concat();
        for (tenant, name) in [(&[][..], "TENANT_PUBLIC_URL"), (&local, "AUTH0_DOMAIN")] {
            let error = mode(&[&app[..], tenant].concat()).err().unwrap_or_default();
            assert!(error.contains(name) && error.contains("set") && error.contains("AUTH0_LOGIN_FLOW"), "{error}");
            assert!(mode(&[&app[..], tenant, &["--auth0-login-flow", "token"]].concat()).is_ok());
        }
        assert!(mode(&[&app[..], &["--tenant-public-url", "https://login.example.com"]].concat()).is_ok());
        assert!(mode(&[&app[..], &external, &["demo.eu.auth0.com"]].concat()).is_ok());
        assert!(mode(&local).is_ok());
    }

    #[test]
    fn the_secret_of_the_examples_is_for_loopback() {
        let own = ["--auth0-client-id", "examples", "--auth0-client-secret", "the-secret-of-the-examples"];
        assert!(mode(&own).is_ok());
        let public = [&own[..], &["--tenant-addr", "0.0.0.0:3001"]].concat();
        assert!(mode(&public).is_err_and(|error| error.contains("random")));
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
