//! Login tickets of `/co/authenticate`: a page of an application verified a code, and takes the ticket to `/authorize`.
//!
//! <https://auth0.com/docs/authenticate/login/cross-origin-authentication>

use std::sync::Arc;

use cookie::Cookie;
use http::HeaderMap;

use super::arrival::Arrival;
use crate::{
    clock::Clock,
    config::Client,
    entropy::{self, Entropy},
    error::StoreError,
    http::cookies::CookiePolicy,
    store::{LoginTicket, Store, User},
};

/// The page goes to `/authorize` at once.
const TICKET_SECONDS: i64 = 60;

const COOKIE: &str = "tenant_co";

/// Issues and redeems login tickets.
#[derive(Clone)]
pub(crate) struct LoginTickets {
    pub(crate) store: Store,
    pub(crate) cookies: CookiePolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LoginTickets {
    /// A ticket, and the cookie that ties it to the browser.
    pub(crate) async fn issue(&self, client: &Client, user: User) -> Result<(String, Cookie<'static>), StoreError> {
        let ticket = entropy::token(&*self.entropy);
        let cookie = entropy::token(&*self.entropy);
        let stored = LoginTicket {
            client_id: client.client_id.clone(),
            user_id: user.id,
            cookie: cookie.clone(),
            expires_at: self.clock.millis().plus_seconds(TICKET_SECONDS),
        };
        self.store.put_login_ticket(&ticket, &stored).await?;
        Ok((ticket, self.cookies.set_cross_site(COOKIE, cookie, TICKET_SECONDS)))
    }

    /// The user whom the ticket signs in, once, and how the browser arrived. A cookie of `/co/authenticate` must be the
    /// ticket's; browsers that block cookies of cross-site requests send none, and anyone can have sent them here.
    pub(crate) async fn redeem(
        &self,
        headers: &HeaderMap,
        client: &Client,
        ticket: &str,
    ) -> Result<Option<(User, Arrival)>, StoreError> {
        let taken = self.store.take_login_ticket(ticket, &client.client_id, self.clock.millis()).await?;
        let Some(taken) = taken else { return Ok(None) };
        let arrival = match self.cookies.read(headers, COOKIE) {
            Some(cookie) if taken.came_with(&cookie) => Arrival::FromPage,
            Some(_) => return Ok(None),
            None => Arrival::of(client, headers),
        };
        Ok(self.store.user(&taken.user_id).await?.map(|user| (user, arrival)))
    }
}
