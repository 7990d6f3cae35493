//! Protects pages by their paths.

use super::{CurrentUser, current_user::require_login};
use axum::{
    extract::{Request, State},
    middleware::{FromFn, Next, from_fn_with_state},
    response::Response,
};
use percent_encoding::percent_decode_str;
use std::{pin::Pin, sync::Arc};
use tower::Layer;

/// A legitimate path is encoded once, or twice behind a proxy that encodes it again.
const MAX_DECODINGS: usize = 3;

/// A layer for all pages below these paths: without a login they redirect to the login page, as with [`require_login`].
///
/// Put it around all routes, with [`Router::layer`](axum::Router::layer) after their fallback, and inside of
/// [`install`](super::install): then it covers every handler, and every spelling of a path that a handler or proxy may treat
/// as the same: with a slash at the end or two in between, with dot segments, percent-encoded, with parameters (`;a=b`), in
/// upper case. The login page itself must not be below them.
///
/// ```
/// use axum::{Router, routing::get};
/// use leptos_passwordless::server::require_login_below;
///
/// let pages: Router = Router::new()
///     .route("/account/{*page}", get(|| async { "only for you" }))
///     .fallback(|| async { "nothing here" })
///     .layer(require_login_below(["/account", "/profile"]));
/// ```
pub fn require_login_below<P: AsRef<str>>(paths: impl IntoIterator<Item = P>) -> RequireLoginBelow {
    RequireLoginBelow(paths.into_iter().map(|path| spelt_out(path.as_ref())).collect())
}

/// See [`require_login_below`].
#[derive(Clone, Debug)]
pub struct RequireLoginBelow(Arc<[Vec<String>]>);

type Guard = fn(State<RequireLoginBelow>, Request, Next) -> GuardFuture;
type GuardFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

impl<S> Layer<S> for RequireLoginBelow {
    type Service = FromFn<Guard, Self, S, (State<Self>, Request)>;

    fn layer(&self, inner: S) -> Self::Service {
        let guard: Guard = |State(private), request, next| {
            if private.covers(request.uri().path()) {
                Box::pin(async move {
                    let (parts, body) = request.into_parts();
                    let user = CurrentUser::of_request(&parts).await;
                    require_login(user, Request::from_parts(parts, body), next).await
                })
            } else {
                Box::pin(next.run(request))
            }
        };
        from_fn_with_state(self.clone(), guard).layer(inner)
    }
}

impl RequireLoginBelow {
    /// Whether a path passes through one of ours: also `/account/../about`, as not every handler resolves the dots.
    fn covers(&self, path: &str) -> bool {
        let Some(path) = decoded(path) else { return true };
        let mut here = Vec::new();
        segments(&path).any(|segment| {
            match segment {
                ".." => here.truncate(here.len().saturating_sub(1)),
                name => here.push(name),
            }
            self.0.iter().any(|private| *private == here)
        })
    }
}

/// The segments of a path as it was meant.
fn spelt_out(path: &str) -> Vec<String> {
    segments(&path.to_lowercase()).map(str::to_owned).collect()
}

/// In lower case and without percent-encoding, however often it was encoded; `None` if that was too often.
fn decoded(path: &str) -> Option<String> {
    let mut path = path.to_owned();
    for _ in 0..=MAX_DECODINGS {
        let once = percent_decode_str(&path).decode_utf8_lossy().into_owned();
        if once == path {
            return Some(path.replace(char::is_control, "").to_lowercase());
        }
        path = once;
    }
    None
}

/// The segments of a path, without parameters and empty ones.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let names = path.split(['/', '\\']).filter_map(|segment| segment.split([';', '?', '#']).next());
    names.map(str::trim).filter(|name| !matches!(*name, "" | "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn guard() -> RequireLoginBelow {
        require_login_below(["/profile", "/My/Account/"])
    }

    #[test]
    fn every_spelling_of_a_private_path_is_covered() {
        for path in [
            "/profile",
            "/profile/",
            "//profile",
            "/profile/picture",
            "/./profile",
            "/x/../profile",
            "/../profile",
            "/x/%2e%2E/profile",
            "/profile/../about",
            "/%70rofile",
            "/%2570rofile",
            "/profile%2F",
            "/%2fprofile",
            "/%5cprofile",
            "/profile;v=1",
            "/profile;v=1/picture",
            "/..;/profile",
            "/profile%3Ftab=a",
            "/profile%23top",
            "/profile%00",
            "/pro%09file",
            "/profile%20",
            "/PROFILE",
            "/my/account",
            "/my//ACCOUNT/1",
        ] {
            assert!(guard().covers(path), "{path}");
        }
    }

    #[test]
    fn other_paths_are_not() {
        for path in
            ["/", "", "/login", "/profiles", "/profile.css", "/my", "/my/accounts", "/x/profile", "/pro/file", "*"]
        {
            assert!(!guard().covers(path), "{path}");
        }
    }

    #[test]
    fn what_is_encoded_again_and_again_is_not_looked_into() {
        assert!(guard().covers(&format!("/about%{}41", "25".repeat(10_000))));
        assert!(!guard().covers("/100%"));
    }

    /// A name with some of its letters in another form.
    fn spelling() -> impl Strategy<Value = String> {
        let letters = "profile".chars().map(|letter| {
            let byte = u32::from(letter);
            let forms = [
                letter.to_string(),
                letter.to_uppercase().to_string(),
                format!("%{byte:02x}"),
                format!("%25{byte:02X}"),
            ];
            prop::sample::select(forms.to_vec())
        });
        letters.collect::<Vec<_>>().prop_map(|letters| letters.concat())
    }

    /// Every path that a browser resolves to a private one is covered; the guard may cover more.
    #[test]
    fn fuzz_paths() {
        let pieces: &[&str] = &[
            "/",
            "//",
            "\\",
            ".",
            "..",
            "%2e",
            "%2F",
            "%5c",
            "%25",
            "profile",
            "PROFILE",
            "%70rofile",
            "x",
            ";",
            ";a=b",
            "%3f",
            "%23",
            "%00",
            "%20",
            "%",
            "%ff",
        ];
        let base = url::Url::parse("https://app.example/").expect("a URL");
        bolero::check!().with_generator(crate::server::fuzz::texts(pieces)).for_each(|text| {
            let path = format!("/{text}");
            let Ok(url) = base.join(&path) else { return };
            let is_private = url.path().split('/').nth(1) == Some("profile");
            assert!(!is_private || guard().covers(url.path()), "{path}");
            assert!(guard().covers(&format!("/profile/{text}")), "{path}");
        });
    }

    proptest! {
        #[test]
        fn no_spelling_gets_around_it(
            before in "(/|/\\.|/x/\\.\\.|/%2e|/y/%2E\\.|%5C){0,4}", name in spelling(), after in "(;a=b|%20)?(/.*)?",
        ) {
            let path = format!("{before}/{name}{after}");
            prop_assert!(guard().covers(&path), "{}", path);
        }
    }
}
