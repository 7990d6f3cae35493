//! The browser and the system of a user, in words.

use http::{HeaderMap, header::USER_AGENT};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use tower_sessions::{Session, session};

/// In the session.
const KEY: &str = "passwordless.device";

/// What names each browser in `User-Agent`. The first that is there counts: most name others as well.
const BROWSERS: [(&str, &str); 21] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("OPiOS/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Focus/", "Firefox Focus"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("AppleWebKit/", "Safari"),
];

/// The same for systems.
const SYSTEMS: [(&str, &str); 10] = [
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPod", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Unix"),
];

/// Where a session began, as its browser named itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Device {
    /// The browser, such as `Firefox`.
    pub browser: Option<String>,
    /// The system, or the device where it names it, such as `Windows` or `iPhone`.
    pub system: Option<String>,
}

impl Device {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self { browser: first(&BROWSERS, agent), system: first(&SYSTEMS, agent) }
    }

    /// In the session that begins.
    pub(super) async fn keep(&self, session: &Session) -> Result<(), session::Error> {
        session.insert(KEY, self).await
    }

    /// Of a session with these data.
    pub(super) fn stored(data: &HashMap<String, Value>) -> Self {
        data.get(KEY).and_then(|value| Self::deserialize(value).ok()).unwrap_or_default()
    }

    /// Both in one line, such as `Firefox · Windows`; `None` if neither is known.
    pub fn name(&self) -> Option<String> {
        let parts: Vec<_> = [&self.browser, &self.system].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}

fn first(names: &[(&str, &str)], agent: &str) -> Option<String> {
    names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn name(agent: &str) -> Option<String> {
        Device::of(&HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_str(agent).unwrap())])).name()
    }

    #[test]
    fn browsers_are_named_and_not_what_they_pretend_to_be() {
        const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
        const WEBKIT: &str = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (agent, expected) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0".to_owned(), "Firefox · Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0".to_owned(), "Firefox · Linux"),
            (format!("{MAC} {WEBKIT} Version/18.0 Safari/605.1.15"), "Safari · macOS"),
            (format!("{MAC} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"), "Chrome · macOS"),
            (format!("{MAC} AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"), "Edge · macOS"),
            (format!("{MAC} AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 OPR/122.0.0.0"), "Opera · macOS"),
            (
                format!("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} Version/18.0 Mobile/15E148 Safari/604.1"),
                "Safari · iPhone",
            ),
            (format!("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) {WEBKIT} CriOS/141.0 Mobile/15E148 Safari/604.1"), "Chrome · iPad"),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36".to_owned(),
                "Chrome · Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36"
                    .to_owned(),
                "Samsung Internet · Android",
            ),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36".to_owned(), "Chrome · ChromeOS"),
            ("SomeApp/1.0 (Linux)".to_owned(), "Linux"),
        ] {
            assert_eq!(name(&agent).as_deref(), Some(expected), "{agent}");
        }
        assert_eq!(name("curl/8.0"), None);
        assert_eq!(Device::of(&HeaderMap::new()), Device::default());
    }
}
