//! From the command line to the embedded tenant's settings.

use crate::{
    config::{Config, ConfigError, KeyArgs, TwilioArgs, is_plain, variable_or_file},
    login_page::DialogPage,
    own_client, sample,
    site::Site,
};
use leptos_passwordless::{Country, server::is_loopback};
use passwordless_tenant::{
    BuildError, Entropy, Limits, OperatorKeys, Pool, Retries, Settings, Sms, StoreError, TenantConfig, TwilioConfig,
    TwilioFrom, default_client_secret,
};
use std::{io, path::Path, sync::Arc};
use thiserror::Error;
use url::Url;

const DEFAULT_CLIENT_ID: &str = "passwordless";
const APP_NAME: &str = "Passwordless";

/// The embedded tenant cannot be set up.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The configuration cannot be run.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// `TENANT_CONFIG` cannot be read.
    #[error("{0} cannot be read")]
    Read(String, #[source] io::Error),
    /// `TENANT_CONFIG` cannot be used.
    #[error("{0} cannot be used")]
    Parse(String, #[source] passwordless_tenant::ConfigError),
    /// A key of the operator's cannot be used.
    #[error("a key cannot be used")]
    Keys(#[from] BuildError),
    /// The store has the secret of the default client.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

pub(crate) async fn settings(
    config: &Config,
    pool: &Pool,
    entropy: &dyn Entropy,
    site: &Site,
) -> Result<Settings, SettingsError> {
    let (file, sms) = without_store(config)?;
    let tenant = match file {
        Some(tenant) => tenant,
        None => single_client(config, pool, entropy).await?,
    };
    let tenant = own_client::signed_for(config, tenant);
    for weakness in tenant.weaknesses() {
        tracing::warn!("{weakness}");
    }
    let limits = limits(config);
    let keys = operator_keys(config)?;
    let login_page = Arc::new(DialogPage::new(config, site));
    Ok(Settings { public_url: config.tenant_public_url.clone(), config: tenant, sms, limits, keys, login_page })
}

/// The settings that need no store: the clients and connections of the file, if there is one, and the default sender.
pub(crate) fn without_store(config: &Config) -> Result<(Option<TenantConfig>, Sms), SettingsError> {
    let file = config.tenant_config.as_deref().map(configured).transpose()?;
    if let Some(tenant) = &file {
        config.check_clients(tenant)?;
    }
    let sms = sms(&config.twilio)?;
    if matches!(sms, Sms::Outbox) && file.as_ref().is_none_or(TenantConfig::uses_default_sender) {
        config.check_outbox()?;
    }
    Ok((file, sms))
}

/// The keys that the operator configures.
pub(crate) fn operator_keys(config: &Config) -> Result<OperatorKeys, SettingsError> {
    let KeyArgs { tenant_signing_key, tenant_code_key, .. } = &config.keys;
    Ok(OperatorKeys::new(tenant_signing_key.clone(), tenant_code_key.clone())?)
}

/// The file's clients and connections; warns of keys that are not known here.
fn configured(path: &Path) -> Result<TenantConfig, SettingsError> {
    let (tenant, unknown) = from_file(path)?;
    for key in unknown {
        tracing::warn!(file = %path.display(), key, "this key is not known here and has no effect");
    }
    Ok(tenant)
}

/// The file's clients and connections, and the keys that are not known here.
pub(crate) fn from_file(path: &Path) -> Result<(TenantConfig, Vec<String>), SettingsError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| SettingsError::Read(name.clone(), error))?;
    let parsed = TenantConfig::from_yaml(&text, variable_or_file);
    parsed.map_err(|error| SettingsError::Parse(name, error))
}

async fn single_client(config: &Config, pool: &Pool, entropy: &dyn Entropy) -> Result<TenantConfig, SettingsError> {
    let id = config.auth0_client_id.clone().unwrap_or_else(|| DEFAULT_CLIENT_ID.to_owned());
    let secret = match &config.auth0_client_secret {
        Some(secret) => secret.clone(),
        None => default_client_secret(pool, entropy).await?,
    };
    let mut callback = config.app_base_url.clone();
    callback.set_path("/callback");
    let mut tenant = TenantConfig::single_client(APP_NAME, id, secret, &callback, &config.app_base_url);
    if is_loopback(&config.app_base_url) {
        let callback = sample::callback_url(&config.app_base_url);
        tenant = tenant.with_callback(&callback).with_script_origin(&config.app_base_url);
    }
    Ok(match &config.auth0_audience {
        Some(audience) => tenant.with_audience(audience),
        None => tenant,
    })
}

fn limits(config: &Config) -> Limits {
    let countries: Vec<_> = config.countries().iter().map(|country: &Country| country.iso().to_owned()).collect();
    Limits {
        starts_per_ip_hour: config.limit_starts_per_ip_hour,
        starts_per_phone_hour: config.limit_starts_per_phone_hour,
        starts_per_country_hour: config.cap_per_country(),
        starts_total_hour: config.cap(),
        countries: (!countries.is_empty()).then_some(countries),
        landlines: config.allow_landlines,
        pumping_breaker: config.sms_pumping_breaker,
        proof_of_work: config.proof_of_work,
    }
}

fn sms(twilio: &TwilioArgs) -> Result<Sms, ConfigError> {
    check_sid("TWILIO_ACCOUNT_SID", "AC", twilio.twilio_account_sid.as_deref())?;
    check_sid("TWILIO_MESSAGING_SERVICE_SID", "MG", twilio.twilio_messaging_service_sid.as_deref())?;
    let from = match (&twilio.twilio_from, &twilio.twilio_messaging_service_sid) {
        (Some(number), None) => Some(TwilioFrom::Number(number.clone())),
        (None, Some(sid)) => Some(TwilioFrom::MessagingService(sid.clone())),
        (None, None) => None,
        (Some(_), Some(_)) => return Err(ConfigError::IncompleteTwilio),
    };
    match (&twilio.twilio_account_sid, &twilio.twilio_auth_token, from) {
        (None, None, None) => Ok(Sms::Outbox),
        (Some(account_sid), Some(auth_token), Some(from)) => Ok(Sms::Twilio(TwilioConfig {
            account_sid: account_sid.clone(),
            auth_token: auth_token.clone(),
            from,
            api_base_url: base_url(twilio.twilio_api_base_url.as_ref())?,
            retries: Retries::default(),
        })),
        _ => Err(ConfigError::IncompleteTwilio),
    }
}

/// The prefix of Twilio's identifiers names their kind.
fn check_sid(name: &'static str, prefix: &'static str, sid: Option<&str>) -> Result<(), ConfigError> {
    if sid.is_none_or(|sid| sid.starts_with(prefix)) { Ok(()) } else { Err(ConfigError::OtherSid { name, prefix }) }
}

fn base_url(configured: Option<&Url>) -> Result<Url, ConfigError> {
    match configured {
        Some(url) if is_plain(url) => Err(ConfigError::PlainTwilio),
        Some(url) => Ok(url.clone()),
        None => Url::parse(TwilioConfig::API_BASE_URL).map_err(|_| ConfigError::IncompleteTwilio),
    }
}
