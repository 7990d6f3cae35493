//! `make attack`: runs the attacks, and prints what they cost.

use attack::{
    AttackError, Elsewhere, Ours, bounds,
    report::{self, Format},
    run::{Outcome, run},
    scenario::Scenario,
};
use clap::Parser;
use http::HeaderName;
use server::telemetry;
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};
use tokio::task::{JoinSet, LocalSet};
use url::Url;

/// Simulates SMS pumping against this program, or against another login on this machine.
#[derive(Clone, Debug, Parser)]
struct Args {
    /// Of the random numbers: the same seed gives the same attack
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One of the attacks, by its name in --list
    #[arg(long)]
    only: Option<String>,
    /// Names the attacks, and runs none
    #[arg(long)]
    list: bool,
    /// Prints the table as Markdown
    #[arg(long)]
    markdown: bool,
    /// The exit code does not say whether the wanted bounds hold
    #[arg(long)]
    no_bounds: bool,
    /// Another login on this machine: the URL that sends a code
    #[arg(long)]
    url: Option<Url>,
    /// Its body, in which {number} stands for the number
    #[arg(long, default_value = r#"{"phoneNumber":"{number}"}"#)]
    body: String,
    /// A header of its requests, `name: value`
    #[arg(long)]
    header: Vec<String>,
    /// The header in which it reads the client's address
    #[arg(long, default_value = "x-forwarded-for")]
    address_header: HeaderName,
    /// How long an hour of the attack takes there
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Flags of `passwordless`, after `--`: what its settings change
    #[arg(last = true)]
    settings: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let _telemetry = env::var_os("RUST_LOG").map(|_| telemetry::init());
    match attack(&Args::parse(), &mut io::stdout(), &mut io::stderr()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // There is nowhere else to say so.
            let _ = writeln!(io::stderr(), "{}", telemetry::chain(&error));
            ExitCode::from(2)
        }
    }
}

/// Runs what was asked for; returns whether the bounds hold, or do not matter.
async fn attack(args: &Args, output: &mut impl Write, progress: &mut impl Write) -> Result<bool, AttackError> {
    let scenarios = chosen(args)?;
    if args.list {
        for scenario in scenarios {
            writeln!(output, "{:<16}{}", scenario.id, scenario.name)?;
        }
        return Ok(true);
    }
    let outcomes = if args.url.is_some() {
        elsewhere(args, &scenarios, progress).await?
    } else {
        LocalSet::new().run_until(ours(args, scenarios, progress)).await?
    };
    let format = if args.markdown { Format::Markdown } else { Format::Plain };
    writeln!(output, "seed {}\n\n{}", args.seed, report::table(&outcomes, format))?;
    if args.no_bounds || args.url.is_some() {
        return Ok(true);
    }
    let mut holds = true;
    for (outcome, fault) in
        outcomes.iter().flat_map(|one| bounds::broken(one).into_iter().map(move |fault| (one, fault)))
    {
        writeln!(output, "out of bounds: {}: {fault}", outcome.id)?;
        holds = false;
    }
    Ok(holds)
}

fn chosen(args: &Args) -> Result<Vec<Scenario>, AttackError> {
    let Some(id) = &args.only else { return Ok(Scenario::all()) };
    let one = Scenario::all().into_iter().find(|scenario| scenario.id == id);
    Ok(vec![one.ok_or_else(|| AttackError::NoScenario(id.clone()))?])
}

/// Each attack has a program of its own, so that all run at once.
async fn ours(args: &Args, scenarios: Vec<Scenario>, progress: &mut impl Write) -> Result<Vec<Outcome>, AttackError> {
    let mut running = JoinSet::new();
    for (index, scenario) in scenarios.into_iter().enumerate() {
        let args = args.clone();
        running.spawn_local(async move {
            let mut target = Ours::start(&args.settings).await?;
            Ok::<_, AttackError>((index, run(&scenario, &mut target, args.seed).await?))
        });
    }
    let mut outcomes = Vec::new();
    while let Some(done) = running.join_next().await {
        let (index, outcome) = done.map_err(io::Error::other)??;
        writeln!(progress, "done: {}", outcome.name)?;
        outcomes.push((index, outcome));
    }
    outcomes.sort_by_key(|(index, _)| *index);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// One after the other, in real time.
async fn elsewhere(
    args: &Args,
    scenarios: &[Scenario],
    progress: &mut impl Write,
) -> Result<Vec<Outcome>, AttackError> {
    let mut outcomes = Vec::new();
    for scenario in scenarios {
        let Some(url) = args.url.clone() else { break };
        let hour = Duration::from_secs(args.seconds);
        let header = args.address_header.clone();
        let mut target = Elsewhere::new(url, args.body.clone(), &args.header, header, hour)?;
        outcomes.push(run(scenario, &mut target, args.seed).await?);
        writeln!(progress, "done: {}", scenario.name)?;
    }
    Ok(outcomes)
}
