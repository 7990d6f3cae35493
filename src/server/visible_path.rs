//! The pages of the app as its browsers see them, below the path of its base URL.

use super::{AuthConfig, paths::Paths, return_to::ReturnTo};
use axum::extract::OriginalUri;
use http::request::Parts;

impl AuthConfig {
    /// The path of [`app_base_url`](Self::app_base_url), without a slash at its end.
    pub(super) fn base(&self) -> &str {
        self.app_base_url.path().trim_end_matches('/')
    }

    /// A path of the app as browsers see it.
    pub(super) fn visible(&self, path: &str) -> String {
        [self.base(), path].concat()
    }

    /// A requested path without the base, which a nested router or a proxy may have removed.
    pub(super) fn below_base<'a>(&self, path: &'a str) -> &'a str {
        let below = path.strip_prefix(self.base()).filter(|below| below.is_empty() || below.starts_with('/'));
        match below {
            Some("") => "/",
            Some(below) => below,
            None => path,
        }
    }

    /// The page that shows the dialog, as browsers see it.
    pub(super) fn login_page(&self) -> String {
        self.visible(&self.paths.login)
    }

    /// The app's first page.
    pub(super) fn home(&self) -> ReturnTo {
        ReturnTo::parse(&self.visible("/"))
    }

    /// Takes a path of the app to return to; anything else, and a step of the login itself, becomes the first page.
    pub(super) fn return_to(&self, text: &str) -> ReturnTo {
        self.page(ReturnTo::same_origin(text)).unwrap_or_else(|| self.home())
    }

    /// The path of a URL of the app, such as a Referer.
    pub(super) fn path_of(&self, url: &str) -> Option<ReturnTo> {
        self.page(ReturnTo::path_of(url))
    }

    /// Returning to a step of the login would log in again, or out.
    fn page(&self, path: Option<ReturnTo>) -> Option<ReturnTo> {
        path.filter(|page| !self.is_of_the_login(page.path()))
    }

    fn is_of_the_login(&self, path: &str) -> bool {
        let Paths { hosted_login, callback, logout, api, .. } = &self.paths;
        let path = self.below_base(path);
        [callback, hosted_login, logout].contains(&&path.to_owned())
            || path.strip_prefix(api.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Path and query of a request as its browser sees them: a nested router has removed the beginning of the path, another layer
/// perhaps a slash at its end.
pub(super) fn visible(config: &AuthConfig, parts: &Parts) -> String {
    let original = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
    let path = original.path();
    let path = if parts.uri.path().ends_with('/') { path } else { path.trim_end_matches('/') };
    let path = config.visible(config.below_base(path));
    match original.query() {
        Some(query) => [&path, "?", query].concat(),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base: &str) -> AuthConfig {
        let (base, tenant) = (base.parse().unwrap(), "demo.auth0.com".parse().unwrap());
        AuthConfig::new(base, tenant, "client".to_owned(), "secret".into())
    }

    #[test]
    fn a_step_of_the_login_is_no_page_to_return_to() {
        let config = config("https://app.example");
        for path in ["/callback", "/callback?code=1", "/login/hosted", "/logout", "/api/passwordless/start"] {
            assert_eq!(config.return_to(path).as_str(), "/", "{path}");
        }
        for path in ["/logout-help", "/api/passwordless-docs", "/", "/login", "/callback/of-mine"] {
            assert_eq!(config.return_to(path).as_str(), path);
        }
    }

    #[test]
    fn the_base_may_be_there_or_removed() {
        let mut config = config("https://app.example/auth/");
        "/done".clone_into(&mut config.paths.callback);
        assert_eq!(config.callback_url(), "https://app.example/auth/done");
        assert_eq!(config.login_page(), "/auth/login");
        for (requested, below) in
            [("/auth/login", "/login"), ("/login", "/login"), ("/auth", "/"), ("/author", "/author"), ("/auth/", "/")]
        {
            assert_eq!(config.below_base(requested), below);
        }
        for (from, to) in
            [("https://evil.example", "/auth/"), ("/auth/done", "/auth/"), ("/auth/callback", "/auth/callback")]
        {
            assert_eq!(config.return_to(from).as_str(), to, "{from}");
        }
    }
}
