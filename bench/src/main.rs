//! `make bench`: how fast a login is and what it costs, beside other programs that do the same. `docs/benchmarks.md` says what
//! came of it.

mod better_auth;
mod browser;
mod codes;
mod counts;
mod document;
mod error;
mod express;
mod instances;
mod load;
mod login;
mod ours;
mod place;
mod plot;
mod process;
mod profile;
mod report;
mod round;
mod signature;
mod usage;

use clap::{Parser, ValueEnum};
use counts::Counts;
use error::BenchError;
use instances::Scaled;
use login::Login;
use place::Place;
use profile::Profile;
use report::Measured;
use round::{Amount, Cost};
use signature::Signatures;
use std::{
    error::Error,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};
use tempfile::TempDir;

/// Enough to count by, as each login does the same.
const COUNTED_LOGINS: usize = 200;
/// One more than there are cores for.
const MOST_INSTANCES: u8 = 3;

/// Measures logins: ours, and those of other programs in turn with it.
#[derive(Clone, Debug, Parser)]
struct Args {
    /// Logins in a round, and pages
    #[arg(long, default_value_t = 2000)]
    logins: usize,
    /// How often each program has its turn
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// People who sign in at a time
    #[arg(long, default_value_t = 8)]
    people: usize,
    /// Measures this alone
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Ours alone
    #[arg(long)]
    ours: bool,
    /// Writes the tables into docs/benchmarks.md, and the plots beside it
    #[arg(long)]
    document: bool,
    /// Our program
    #[arg(long, default_value = "target/release/passwordless")]
    program: PathBuf,
    /// The folder of the other programs
    #[arg(long, default_value = "bench/peers")]
    peers: PathBuf,
    /// An empty PostgreSQL on this machine for several instances, which are left out without it
    #[arg(long, env = "TEST_DATABASE_URL")]
    postgres: Option<String>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Whole logins
    Logins,
    /// A page about the user
    Profile,
    /// One signature of a token
    Signatures,
    /// Several instances on PostgreSQL
    Instances,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Bench::new(Args::parse()).run(&mut io::stdout(), &mut io::stderr()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere else to say so.
            let _ = writeln!(io::stderr(), "{}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and what caused it.
fn chain(error: &dyn Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", chain(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}

/// A run.
struct Bench {
    args: Args,
    amount: Amount,
}

impl Bench {
    fn new(args: Args) -> Self {
        let amount = Amount { people: args.people, logins: args.logins };
        Self { args, amount }
    }

    async fn run(&self, output: &mut impl Write, progress: &mut impl Write) -> Result<(), BenchError> {
        let wants = |part| self.args.only.is_none_or(|only| only == part);
        let mut ratio = None;
        if wants(Part::Logins) {
            let measured = self.logins(progress).await?;
            self.report("logins", &report::logins(&measured), output)?;
            self.plot(&measured)?;
            ratio = report::ratio(&measured);
        }
        if wants(Part::Profile) {
            let profiles = self.profiles(progress).await?;
            self.report("profile", &report::profiles(&profiles), output)?;
        }
        if wants(Part::Signatures) {
            self.report("signatures", &report::signatures(Signatures::measure()?), output)?;
        }
        if let Some(database) = self.args.postgres.as_deref().filter(|_| wants(Part::Instances)) {
            let (scaled, statements) = self.instances(database, progress).await?;
            self.report("instances", &report::instances(&scaled, statements), output)?;
        }
        if let Some(ratio) = ratio {
            writeln!(output, "ratio to better-auth: {ratio:.2}")?;
        }
        Ok(())
    }

    /// A B A B, so that what else the machine does falls on all of them.
    async fn logins(&self, progress: &mut impl Write) -> Result<Vec<Measured>, BenchError> {
        let mut turns = Vec::new();
        for login in Login::ALL.into_iter().filter(|login| !self.args.ours || *login != Login::BetterAuth) {
            writeln!(progress, "counting: {}", login.name())?;
            // The first start makes the database.
            let (folder, place) = self.place()?;
            let counts = Counts::of(login, &place, self.few()).await?;
            turns.push((folder, place, Measured { login, cost: Cost::default(), counts }));
        }
        for round in 1..=self.args.rounds {
            for (_, place, measured) in &mut turns {
                writeln!(progress, "round {round} of {}: {}", self.args.rounds, measured.login.name())?;
                measured.cost.add(round::measure(measured.login, place, self.amount).await?);
            }
        }
        Ok(turns.into_iter().map(|(_, _, measured)| measured).collect())
    }

    async fn profiles(&self, progress: &mut impl Write) -> Result<Vec<(Profile, Cost)>, BenchError> {
        let mut costs = Vec::new();
        for profile in Profile::ALL.into_iter().filter(|profile| !self.args.ours || *profile == Profile::Ours) {
            let (folder, place) = self.place()?;
            costs.push((folder, place, profile, Cost::default()));
        }
        for round in 1..=self.args.rounds {
            for (_, place, profile, cost) in &mut costs {
                writeln!(progress, "round {round} of {}: {}", self.args.rounds, profile.name())?;
                cost.add(profile.measure(place, self.amount).await?);
            }
        }
        Ok(costs.into_iter().map(|(_, _, profile, cost)| (profile, cost)).collect())
    }

    async fn instances(&self, database: &str, progress: &mut impl Write) -> Result<(Vec<Scaled>, f64), BenchError> {
        let (_folder, place) = self.place()?;
        let statements = instances::statements(database, &place, self.few()).await?;
        let mut scaled = Vec::new();
        for count in 1..=MOST_INSTANCES {
            writeln!(progress, "instances on PostgreSQL: {count}")?;
            scaled.push(Scaled::measure(count, database, &place, self.amount).await?);
        }
        Ok((scaled, statements))
    }

    fn few(&self) -> Amount {
        Amount { logins: self.amount.logins.min(COUNTED_LOGINS), ..self.amount }
    }

    /// On the disk of the repository: elsewhere may be no disk.
    fn place(&self) -> Result<(TempDir, Place), BenchError> {
        let folder = tempfile::tempdir_in("target")?;
        let (ours, peers) = (self.args.program.clone(), self.args.peers.clone());
        let place = Place { ours, peers, folder: folder.path().to_owned() };
        Ok((folder, place))
    }

    fn report(&self, name: &str, table: &str, output: &mut impl Write) -> Result<(), BenchError> {
        writeln!(output, "{table}")?;
        if self.args.document {
            document::write_table(name, table)?;
        }
        Ok(())
    }

    fn plot(&self, measured: &[Measured]) -> Result<(), BenchError> {
        if self.args.document {
            for (name, title, bars) in report::plots(measured) {
                document::write_plot(name, title, &bars)?;
            }
        }
        Ok(())
    }
}
