//! One login under load, once and several times.

use crate::{
    browser::client,
    codes::Codes,
    error::BenchError,
    load::Load,
    login::Login,
    place::{HOST, NUMBERS, Place, Visit, number},
    process::Server,
    usage::Cpu,
};
use std::{net::Ipv4Addr, time::Duration};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount {
    /// People at a time.
    pub(crate) people: usize,
    pub(crate) logins: usize,
}

/// What a login has cost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) load: Load,
    pub(crate) cpu: Cpu,
    /// KiB.
    pub(crate) peak_memory: u64,
    pub(crate) start_up: Duration,
}

impl Cost {
    /// The round after those before it: times and CPU add up, memory is that of the worst, the start that of the fastest.
    pub(crate) fn add(&mut self, round: Self) {
        let is_first = self.load.each.is_empty();
        self.load.add(round.load);
        self.cpu.user += round.cpu.user;
        self.cpu.system += round.cpu.system;
        self.peak_memory = self.peak_memory.max(round.peak_memory);
        self.start_up = if is_first { round.start_up } else { self.start_up.min(round.start_up) };
    }
}

/// People sign in, each time as another of the known numbers, and at the next of the instances.
pub(crate) async fn sign_in(login: Login, amount: Amount, hosts: &[Ipv4Addr]) -> Result<Load, BenchError> {
    let http = client()?;
    let (mut doors, mut readers) = (Vec::new(), Vec::new());
    for host in hosts {
        let (codes, reader) = Codes::open(&http, &login.outbox(*host)).await?;
        doors.push((*host, codes));
        readers.push(reader);
    }
    let visit = move |index: usize| {
        let (host, codes) = doors[index % doors.len()].clone();
        let visit = Visit { http: http.clone(), codes, host, number: number(index) };
        async move { login.sign_in(&visit).await }
    };
    Load::run(amount.people, amount.logins, visit).await
}

/// Every number signs in once, so that it is known, and the server is in its stride.
pub(crate) async fn warm_up(login: Login, amount: Amount, hosts: &[Ipv4Addr]) -> Result<(), BenchError> {
    sign_in(login, Amount { logins: NUMBERS, ..amount }, hosts).await.map(drop)
}

/// Starts the server, warms it up, and has people sign in.
pub(crate) async fn measure(login: Login, place: &Place, amount: Amount) -> Result<Cost, BenchError> {
    let server = Server::start(&login.program(place), &place.folder).await?;
    warm_up(login, amount, &[HOST]).await?;
    let before = server.cpu()?;
    let load = sign_in(login, amount, &[HOST]).await?;
    let cpu = server.cpu()?.since(before);
    Ok(Cost { load, cpu, peak_memory: server.peak_memory()?, start_up: server.start_up })
}
