//! `passwordless serve`, `passwordless app`, `passwordless tenant`, and the operator commands.

use server::{
    check,
    cli::Cli,
    commands::CommandError,
    startup::{Application, Clocks, Listeners, StartupError, stop_signal},
    telemetry,
};
use std::{error::Error, io, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let telemetry = telemetry::init();
    let code = match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", telemetry::chain(&*error));
            error.downcast_ref().map_or(ExitCode::FAILURE, CommandError::exit_code)
        }
    };
    telemetry.end();
    code
}

async fn run() -> Result<(), Box<dyn Error>> {
    let cli = Cli::read()?;
    match cli.operator_command() {
        _ if cli.check => check::run(&cli, &mut io::stdout()).await?,
        Some(command) => command.run(&cli.config, &mut io::stdout()).await?,
        None => serve(cli).await?,
    }
    Ok(())
}

async fn serve(cli: Cli) -> Result<(), StartupError> {
    let mode = cli.mode()?;
    let mut stop = Box::pin(stop_signal());
    let listeners = Listeners::bind(mode, &cli.config).await?;
    let application = tokio::select! {
        built = Application::build(mode, cli.config, listeners, Clocks::system()) => built?,
        () = &mut stop => return Ok(()),
    };
    application.run_until(stop).await
}
