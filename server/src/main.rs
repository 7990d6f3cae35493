//! `passwordless serve`, `passwordless app`, `passwordless tenant`.

use clap::Parser;
use server::{
    config::Cli,
    startup::{Application, Clocks, Listeners, StartupError, stop_signal},
    telemetry,
};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::init();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", telemetry::chain(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), StartupError> {
    let part = cli.part()?;
    let listeners = Listeners::bind(part, &cli.config).await?;
    let application = Application::build(part, cli.config, listeners, Clocks::system()).await?;
    application.run_until(stop_signal()).await
}
