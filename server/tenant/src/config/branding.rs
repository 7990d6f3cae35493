//! `branding`: the looks of the login page, as Auth0's Universal Login has them.
//!
//! <https://auth0.com/docs/customize/login-pages/universal-login/customize-themes>

use serde::Deserialize;
use url::Url;

use super::{ConfigError, invalid};
use crate::{login_page::Branding, origin::is_loopback};

#[derive(Default, Deserialize)]
pub(super) struct BrandingEntry {
    #[serde(default)]
    colors: Colors,
    logo_url: Option<String>,
    /// Auth0 exports these two as well; they have no effect here.
    #[serde(rename = "favicon_url")]
    _favicon_url: Option<String>,
    #[serde(rename = "font")]
    _font: Option<serde_json::Value>,
}

#[derive(Default, Deserialize)]
struct Colors {
    primary: Option<String>,
    #[serde(rename = "page_background")]
    _page_background: Option<serde_json::Value>,
}

impl BrandingEntry {
    pub(super) fn check(self) -> Result<Branding, ConfigError> {
        let primary_color = self.colors.primary;
        if primary_color.as_deref().is_some_and(|color| !is_color(color)) {
            return Err(invalid("branding.colors.primary", "must be a colour such as #0059d6"));
        }
        Ok(Branding { primary_color, logo_url: self.logo_url.as_deref().map(logo).transpose()? })
    }
}

fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Pages under https load nothing over http.
fn logo(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| invalid("branding.logo_url", error.to_string()))?;
    let is_fine = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if is_fine { Ok(url) } else { Err(invalid("branding.logo_url", "must be an https URL")) }
}
