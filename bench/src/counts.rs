//! What a login makes the server do: statements of its database, and system calls. Counting slows a server down, so that each is
//! counted in a run of its own.

use crate::{
    error::BenchError,
    load::count,
    login::Login,
    place::{HOST, Place},
    process::{Program, Server},
    round::{Amount, sign_in, warm_up},
};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Of one login.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) statements: f64,
    /// Unless `strace` is missing, or may not be used.
    pub(crate) system_calls: Option<f64>,
}

impl Counts {
    pub(crate) async fn of(login: Login, place: &Place, amount: Amount) -> Result<Self, BenchError> {
        Ok(Self {
            statements: statements(login, login.program(place), place, amount).await?,
            system_calls: system_calls(login, place, amount).await?,
        })
    }
}

/// Statements of one login at a server of this login.
pub(crate) async fn statements(
    login: Login,
    mut program: Program,
    place: &Place,
    amount: Amount,
) -> Result<f64, BenchError> {
    program.environment.extend(login.statements().iter().map(|(name, value)| (*name, (*value).to_owned())));
    let server = Server::start(&program, &place.folder).await?;
    warm_up(login, amount, &[HOST]).await?;
    let before = server.logged()?;
    sign_in(login, amount, &[HOST]).await?;
    Ok(count(server.logged()? - before) / count(amount.logins))
}

async fn system_calls(login: Login, place: &Place, amount: Amount) -> Result<Option<f64>, BenchError> {
    let server = Server::start(&login.program(place), &place.folder).await?;
    warm_up(login, amount, &[HOST]).await?;
    let summary = place.folder.join("system-calls");
    let Some(strace) = attach(server.process(), &summary)? else { return Ok(None) };
    sign_in(login, amount, &[HOST]).await?;
    // It writes its summary when it is interrupted.
    Command::new("kill").args(["-INT", &strace.id().to_string()]).status()?;
    strace.wait_with_output()?;
    let calls = total_calls(&fs::read_to_string(summary)?);
    Ok(calls.map(|calls| count(calls) / count(amount.logins)))
}

/// Counts the system calls of a process, once it has said that it does; `None` if it cannot.
fn attach(process: u32, summary: &Path) -> Result<Option<Child>, BenchError> {
    let mut strace = Command::new("strace");
    strace.args(["-c", "-f", "-p", &process.to_string(), "-o"]).arg(summary).stderr(Stdio::piped());
    let Ok(mut strace) = strace.spawn() else { return Ok(None) };
    let mut said = String::new();
    if let Some(output) = strace.stderr.take() {
        BufReader::new(output).read_line(&mut said)?;
    }
    if said.contains("attached") {
        return Ok(Some(strace));
    }
    strace.wait()?;
    Ok(None)
}

/// The line `total` of the summary: percent, seconds, microseconds of each, calls, perhaps errors.
fn total_calls(summary: &str) -> Option<usize> {
    let total = summary.lines().rfind(|line| line.ends_with(" total"))?;
    total.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::total_calls;

    #[test]
    fn calls_are_read_from_the_line_of_their_sum() {
        let summary = "% time     seconds  usecs/call     calls    errors syscall\n\
            ------ ----------- ----------- --------- --------- ----------------\n \
            60.00    0.000021          21         1           read\n\
            ------ ----------- ----------- --------- --------- ----------------\n\
            100.00    0.000035           1        26         4 total\n";
        assert_eq!(total_calls(summary), Some(26));
        assert_eq!(total_calls(""), None);
    }
}
