//! `passwordless --check`: whether the configuration works, here and at the tenant, a line a check. Nothing is started.

mod at_tenant;

use crate::{
    cli::Cli,
    config::{Config, Mode},
    database::{self, DatabaseError},
    site::{Site, SiteError},
    startup::{self, StartupError},
    telemetry, tenant_settings,
};
use at_tenant::{Probe, TenantFault};
use leptos_passwordless::server::AuthConfig;
use passwordless_tenant::Weakness;
use std::{
    error::Error,
    fmt::Display,
    io::{self, Write},
};
use thiserror::Error;

/// A check failed, or the output cannot be written.
#[derive(Debug, Error)]
pub enum CheckError {
    /// The number of failed checks; each printed its reason.
    #[error("checks that failed: {0}")]
    Failed(u32),
    /// The output cannot be written.
    #[error("the answer cannot be written")]
    Write(#[from] io::Error),
}

/// Checks everything that can be checked without starting, and writes what it found.
///
/// # Errors
/// [`CheckError`] if anything is not as it should be.
pub async fn run(cli: &Cli, out: &mut impl Write) -> Result<(), CheckError> {
    let mut report = Report { out, failed: 0 };
    let setup = Setup::of(cli);
    report.say("configuration", setup.as_ref().map(Setup::text))?;
    if let Ok(Setup { mode, external_tenant, weaknesses }) = setup {
        report.warn(cli.config.warnings(mode))?;
        report.warn(weaknesses)?;
        report.say("database", database(&cli.config).await)?;
        report.say("site", site(&cli.config))?;
        if let Some(auth) = external_tenant {
            at_tenant(&auth, &mut report).await?;
        }
    }
    if report.failed == 0 { Ok(()) } else { Err(CheckError::Failed(report.failed)) }
}

/// The output so far.
struct Report<'a, W> {
    out: &'a mut W,
    failed: u32,
}

impl<W: Write> Report<'_, W> {
    /// Says what works, and is not as it should be.
    fn warn(&mut self, warnings: impl IntoIterator<Item = impl Display>) -> io::Result<()> {
        warnings.into_iter().try_for_each(|warning| writeln!(self.out, "warning {warning}"))
    }

    fn say(&mut self, what: &str, result: Result<impl Display, impl Error>) -> io::Result<()> {
        match result {
            Ok(text) => writeln!(self.out, "ok      {what}: {text}"),
            Err(error) => {
                self.failed += 1;
                writeln!(self.out, "FAILED  {what}: {}", telemetry::chain(&error))
            }
        }
    }
}

/// The result of reading the configuration.
struct Setup {
    mode: Mode,
    /// How the app would log in at an external tenant.
    external_tenant: Option<AuthConfig>,
    /// Of the embedded tenant's file.
    weaknesses: Vec<Weakness>,
}

impl Setup {
    fn of(cli: &Cli) -> Result<Self, StartupError> {
        let (config, mode) = (&cli.config, cli.mode()?);
        if mode == Mode::App {
            return Ok(Self {
                mode,
                external_tenant: Some(startup::auth_config(config, None)?),
                weaknesses: Vec::new(),
            });
        }
        let (tenant, _) = tenant_settings::without_store(config)?;
        tenant_settings::operator_keys(config)?;
        if let (Mode::Both, Some(tenant)) = (mode, &tenant) {
            startup::auth_config(config, Some(tenant))?;
        }
        let weaknesses = tenant.map(|tenant| tenant.weaknesses()).unwrap_or_default();
        Ok(Self { mode, external_tenant: None, weaknesses })
    }

    const fn text(&self) -> &'static str {
        match self.mode {
            Mode::Both => "the app and its own tenant",
            Mode::App => "the app, with a tenant elsewhere",
            Mode::Tenant => "the tenant",
        }
    }
}

async fn database(config: &Config) -> Result<&'static str, DatabaseError> {
    database::open(&config.database).await?.close().await;
    Ok("can be opened")
}

fn site(config: &Config) -> Result<String, SiteError> {
    Site::open(&config.leptos_site_root).map(|site| format!("{} is packed", site.root().display()))
}

/// Without metadata there is no tenant, and nothing more to check.
async fn at_tenant(auth: &AuthConfig, report: &mut Report<'_, impl Write>) -> io::Result<()> {
    let asked = async {
        let probe = Probe::new(auth)?;
        let metadata = probe.metadata().await?;
        Ok::<_, TenantFault>((probe, metadata))
    };
    match asked.await {
        Ok((probe, metadata)) => {
            report.say("issuer", probe.issuer(&metadata))?;
            report.say("signing keys", probe.keys(&metadata).await)?;
            report.say("credentials", probe.credentials().await)
        }
        Err(fault) => report.say("tenant", Err::<&str, _>(fault)),
    }
}
