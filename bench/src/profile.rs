//! A page about who is signed in, rendered for each request: ours, and that of an Express app.

use crate::{
    browser::{Browser, client},
    codes::Codes,
    error::BenchError,
    express,
    load::Load,
    ours,
    place::{HOST, Place, Visit, number},
    process::Server,
    round::{Amount, Cost},
};

/// The first pages compile what the later ones use.
const WARM_UP: usize = 300;

/// Whose page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// `/profile` of the reference app, with the list of the user's sessions.
    Ours,
    /// A template in an Express app, with the user of a session in a cookie.
    Express,
}

impl Profile {
    pub(crate) const ALL: [Self; 2] = [Self::Ours, Self::Express];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours, /profile",
            Self::Express => "express-openid-connect",
        }
    }

    fn url(self) -> String {
        let app = match self {
            Self::Ours => ours::app(HOST),
            Self::Express => express::url(),
        };
        format!("{app}/profile")
    }

    /// Someone signs in, and loads the page again and again, several times at once.
    pub(crate) async fn measure(self, place: &Place, amount: Amount) -> Result<Cost, BenchError> {
        let _tenant = match self {
            Self::Ours => None,
            Self::Express => Some(Server::start(&express::tenant(place)?, &place.folder).await?),
        };
        let program = match self {
            Self::Ours => ours::program(self.name(), "token", place),
            Self::Express => express::program(self.name(), place),
        };
        let server = Server::start(&program, &place.folder).await?;
        let cookies = self.cookies().await?;
        self.load(&cookies, Amount { logins: WARM_UP, ..amount }).await?;
        let before = server.cpu()?;
        let load = self.load(&cookies, amount).await?;
        let cpu = server.cpu()?.since(before);
        Ok(Cost { load, cpu, peak_memory: server.peak_memory()?, start_up: server.start_up })
    }

    /// The cookies of someone who has signed in.
    async fn cookies(self) -> Result<String, BenchError> {
        let http = client()?;
        let (codes, _reader) = Codes::open(&http, &ours::outbox(HOST)).await?;
        let visit = Visit { http, codes, host: HOST, number: number(0) };
        let browser = match self {
            Self::Ours => ours::signed_in(&visit).await?,
            Self::Express => express::signed_in(&visit).await?,
        };
        Ok(browser.cookies())
    }

    async fn load(self, cookies: &str, amount: Amount) -> Result<Load, BenchError> {
        let (http, cookies) = (client()?, cookies.to_owned());
        let page = move |_| {
            let (http, cookies) = (http.clone(), cookies.clone());
            async move { Browser::with_cookies(&http, &cookies).get(&self.url()).await?.require(&number(0)) }
        };
        Load::run(amount.people, amount.logins, page).await
    }
}
