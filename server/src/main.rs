//! `passwordless serve`, `passwordless app`, `passwordless tenant`, and the errands of operators.

use clap::Parser;
use server::{
    config::Cli,
    startup::{Application, Clocks, Listeners, StartupError, stop_signal},
    telemetry,
};
use std::{io, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::init();
    let result = match cli.errand() {
        Some(errand) => errand.run(&cli.config, &mut io::stdout()).await.map_err(|error| telemetry::chain(&error)),
        None => run(cli).await.map_err(|error| telemetry::chain(&error)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
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
