//! Serves a router at a socket, with timeouts for slow clients and limits on connections.

use crate::{
    config::ConnectionArgs,
    drain,
    phase::{Phase, Phases},
};
use axum::{Router, extract::ConnectInfo, middleware::from_fn, response::Response};
use http::{
    HeaderValue, Request,
    header::{CONNECTION, CONTENT_TYPE},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use leptos_passwordless::server::{TrustedProxies, network};
use std::{
    collections::HashMap,
    convert::Infallible,
    future::ready,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt;

/// The response to a connection over the limit.
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// How long sending it may take, and to how many clients at once; further ones are closed without a response.
const REFUSAL: Duration = Duration::from_secs(1);
const MAX_REFUSALS: usize = 100;
/// How long clients have for another request on connections that they hold open, and whose response says that it is the
/// last: closed at once, such a connection could lose a request that is on its way.
const LINGER: Duration = Duration::from_millis(300);
/// Before the next try where the system gives out no connection, mostly for want of open files.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves until the phase in which it closes, and then until the requests under way are answered.
pub(crate) async fn serve(
    (listener, router): (TcpListener, Router),
    limits: ConnectionArgs,
    proxies: TrustedProxies,
    mut phases: Phases,
    closes_in: Phase,
) {
    let mut server = Server {
        router: router.layer(from_fn(drain::rest_of_body)),
        places: Arc::new(Places { limits, proxies, taken: Mutex::default() }),
        refusals: Arc::new(Semaphore::new(MAX_REFUSALS)),
        has_warned: false,
        connections: JoinSet::new(),
        phases: phases.clone(),
        closes_in,
    };
    loop {
        tokio::select! {
            (stream, peer) = accept(&listener) => server.take(stream, peer),
            () = phases.reach(closes_in) => break,
            Some(_) = server.connections.join_next() => {}
        }
    }
    // Those whom the system has connected meanwhile; further ones are refused by it.
    while let Some((stream, peer)) = waiting(&listener).await {
        server.take(stream, peer);
    }
    drop(listener);
    while server.connections.join_next().await.is_some() {}
}

/// A connection that is there already.
async fn waiting(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    tokio::select! {
        biased;
        accepted = listener.accept() => accepted.ok(),
        () = ready(()) => None,
    }
}

/// One router, and the connections to it.
struct Server {
    router: Router,
    places: Arc<Places>,
    refusals: Arc<Semaphore>,
    has_warned: bool,
    connections: JoinSet<()>,
    phases: Phases,
    closes_in: Phase,
}

impl Server {
    /// Takes a connection, or refuses it if there are too many.
    fn take(&mut self, stream: TcpStream, peer: SocketAddr) {
        if let Some(place) = self.places.take(peer.ip()) {
            let phases = (self.phases.clone(), self.closes_in);
            self.connections.spawn(answer(stream, peer, self.router.clone(), place, phases));
            return;
        }
        if !std::mem::replace(&mut self.has_warned, true) {
            tracing::warn!(%peer, "MAX_CONNECTIONS or MAX_CONNECTIONS_PER_ADDRESS is reached, so clients are refused");
        }
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            self.connections.spawn(async move {
                drop(timeout(REFUSAL, refuse(stream)).await);
                drop(permit);
            });
        }
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                #[expect(clippy::disallowed_methods, reason = "the system gives no event for this")]
                sleep(AFTER_ERROR).await;
            }
        }
    }
}

/// Answers the requests of one client. Its first one has to be there soon; the next ones may wait a little, and what has not
/// come by then does not come.
async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: Place,
    (mut phases, closes_in): (Phases, Phase),
) {
    let limits = place.places.limits;
    let (asked, is_endless) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let service = {
        let (asked, is_endless, phases) = (Arc::clone(&asked), Arc::clone(&is_endless), phases.clone());
        service_fn(move |mut request: Request<Incoming>| {
            asked.notify_one();
            request.extensions_mut().insert(ConnectInfo(peer));
            let response = router.clone().oneshot(request);
            let (is_endless, phases) = (Arc::clone(&is_endless), phases.clone());
            async move {
                let mut response = response.await?;
                is_endless.store(is_event_stream(&response), Ordering::Relaxed);
                if phases.now() != Phase::Serving {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        })
    };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle_timeout);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut first_request = pin!(timeout(limits.head_timeout, asked.notified()));
    let mut linger_is_over = pin!(async {
        phases.reach(closes_in).await;
        #[expect(clippy::disallowed_methods, reason = "clients give no sign that they will not ask again")]
        sleep(LINGER).await;
    });
    let (mut has_asked, mut is_stopping) = (false, false);
    loop {
        tokio::select! {
            // Errors of the client's making are not logged.
            _ = connection.as_mut() => break,
            in_time = first_request.as_mut(), if !has_asked => match in_time {
                Ok(()) => has_asked = true,
                Err(_) => break,
            },
            () = linger_is_over.as_mut(), if !is_stopping => {
                if is_endless.load(Ordering::Relaxed) {
                    break;
                }
                connection.as_mut().graceful_shutdown();
                is_stopping = true;
            }
        }
    }
}

/// Whether a response goes on until its client leaves.
fn is_event_stream(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// Hears a client out, so that it does not take the answer for that to another question.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let mut bytes = [0; 1024];
    if stream.read(&mut bytes).await? > 0 {
        stream.write_all(BUSY).await?;
        stream.shutdown().await?;
        // Closed with bytes unread, the connection would be reset, and the answer be lost with it.
        while stream.read(&mut bytes).await? > 0 {}
    }
    Ok(())
}

/// The connections that there may be at one socket.
struct Places {
    limits: ConnectionArgs,
    proxies: TrustedProxies,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

impl Places {
    fn take(self: &Arc<Self>, client: IpAddr) -> Option<Place> {
        let network = network(client);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_network = taken.by_network.get(&network).copied().unwrap_or_default();
        let has_enough = of_network >= self.limits.max_connections_per_address.get() && !self.is_shared(client);
        if taken.all >= self.limits.max_connections.get() || has_enough {
            return None;
        }
        taken.all += 1;
        taken.by_network.insert(network, of_network + 1);
        Some(Place { places: Arc::clone(self), network })
    }

    /// Whether many users share one address.
    fn is_shared(&self, client: IpAddr) -> bool {
        client.to_canonical().is_loopback() || self.proxies.trusts(client)
    }

    fn give_back(&self, network: IpAddr) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        match taken.by_network.get_mut(&network) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.by_network.remove(&network)),
        }
    }
}

/// One of them, until it is dropped.
struct Place {
    places: Arc<Places>,
    network: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.give_back(self.network);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    fn places(max: usize, per_address: usize) -> Arc<Places> {
        let limits = ConnectionArgs {
            max_connections: NonZeroUsize::new(max).unwrap_or(NonZeroUsize::MIN),
            max_connections_per_address: NonZeroUsize::new(per_address).unwrap_or(NonZeroUsize::MIN),
            head_timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
        };
        let proxies = TrustedProxies::new("10.0.0.0/8".parse().ok());
        Arc::new(Places { limits, proxies, taken: Mutex::default() })
    }

    fn taken(places: &Arc<Places>, clients: &[&str]) -> Vec<Place> {
        clients.iter().filter_map(|client| places.take(client.parse().ok()?)).collect()
    }

    #[test]
    fn an_address_has_so_many_places_and_no_more() {
        let places = places(100, 2);
        let mine = taken(&places, &["203.0.113.1", "203.0.113.1", "203.0.113.1", "::ffff:203.0.113.1"]);
        assert_eq!(mine.len(), 2);
        assert_eq!(taken(&places, &["203.0.113.2", "203.0.113.2"]).len(), 2, "another address has its own");
        drop(mine);
        assert_eq!(taken(&places, &["203.0.113.1", "203.0.113.1"]).len(), 2, "they were given back");
        assert_eq!(taken(&places, &["2001:db8::1", "2001:db8::2", "2001:db8::3"]).len(), 2, "a household");
    }

    #[test]
    fn proxies_and_this_machine_have_all_of_them() {
        let places = places(5, 1);
        for shared in ["10.0.0.1", "::ffff:10.0.0.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(taken(&places, &[shared; 9]).len(), 5, "{shared}");
        }
    }

    #[test]
    fn nothing_is_kept_of_who_has_gone() {
        let places = places(100, 2);
        drop(taken(&places, &["203.0.113.1", "203.0.113.1", "2001:db8::1"]));
        let taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!((taken.all, taken.by_network.len()), (0, 0));
    }
}
