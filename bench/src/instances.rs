//! Several instances of our program on one PostgreSQL: all of them on one core, the database and who signs in on another.

use crate::{
    counts,
    error::BenchError,
    load::Load,
    login::Login,
    ours,
    place::{HOST, Place},
    process::{Program, Server},
    round::{Amount, sign_in, warm_up},
    usage::Cpu,
};
use std::{fs, net::Ipv4Addr, path::Path, process::Command};

const LOGIN: Login = Login::Redirect;

/// What logins at so many instances have cost.
#[derive(Clone, Debug)]
pub(crate) struct Scaled {
    pub(crate) instances: u8,
    pub(crate) load: Load,
    /// Of all instances.
    pub(crate) cpu: Cpu,
    pub(crate) database: Cpu,
}

impl Scaled {
    /// Each person stays with one instance.
    pub(crate) async fn measure(
        instances: u8,
        database: &str,
        place: &Place,
        amount: Amount,
    ) -> Result<Self, BenchError> {
        let hosts: Vec<_> = (1..=instances).map(|last| Ipv4Addr::new(127, 0, 0, last)).collect();
        let mut servers = Vec::new();
        for host in &hosts {
            servers.push(Server::start(&program(place, *host, database), &place.folder).await?);
        }
        warm_up(LOGIN, amount, &hosts).await?;
        let postmaster = postmaster(database)?;
        let used = || {
            let each: Result<Vec<_>, _> = servers.iter().map(Server::cpu).collect();
            Ok::<_, BenchError>((Cpu::sum_of(each?), Cpu::of_children(postmaster)?))
        };
        let before = used()?;
        let load = sign_in(LOGIN, amount, &hosts).await?;
        let after = used()?;
        let (cpu, database) = (after.0.since(before.0), after.1.since(before.1));
        Ok(Self { instances, load, cpu, database })
    }
}

/// Statements of one login on PostgreSQL.
pub(crate) async fn statements(database: &str, place: &Place, amount: Amount) -> Result<f64, BenchError> {
    counts::statements(LOGIN, program(place, HOST, database), place, amount).await
}

fn program(place: &Place, host: Ipv4Addr, database: &str) -> Program {
    ours::instance("instance", "redirect", place, (host, database))
}

/// The process whose children serve the connections.
fn postmaster(database: &str) -> Result<u32, BenchError> {
    let output = Command::new("psql").args([database, "-Atc", "SHOW data_directory"]).output();
    let output = output.map_err(|source| BenchError::Start { program: "psql".to_owned(), source })?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let file = Path::new(&folder).join("postmaster.pid");
    let text = fs::read_to_string(&file)?;
    let process = text.lines().next().and_then(|line| line.parse().ok());
    process.ok_or_else(|| BenchError::Proc(file.display().to_string()))
}
