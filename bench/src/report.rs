//! What was found, as tables in Markdown.

use crate::{
    counts::Counts,
    instances::Scaled,
    load::{Load, count, millis},
    login::Login,
    plot::Bar,
    profile::Profile,
    round::Cost,
    signature::{Signature, Signatures},
    usage::Cpu,
};
use std::time::Duration;

/// What was found of a login.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) login: Login,
    pub(crate) cost: Cost,
    pub(crate) counts: Counts,
}

pub(crate) fn logins(all: &[Measured]) -> String {
    let heads = [
        "",
        "logins/s",
        "p50, ms",
        "p99, ms",
        "CPU per login, ms (user + system)",
        "peak memory, MB",
        "statements per login",
        "system calls per login",
        "start-up, ms",
    ];
    table(heads, all.iter().map(login))
}

fn login(Measured { login, cost, counts }: &Measured) -> [String; 9] {
    let [per_second, p50, p99] = speed(&cost.load);
    [
        login.name().to_owned(),
        per_second,
        p50,
        p99,
        cpu(cost.cpu, &cost.load),
        (cost.peak_memory / 1024).to_string(),
        format!("{:.1}", counts.statements),
        counts.system_calls.map_or_else(|| "not counted".to_owned(), |calls| format!("{calls:.0}")),
        format!("{:.0}", millis(cost.start_up)),
    ]
}

pub(crate) fn profiles(all: &[(Profile, Cost)]) -> String {
    let heads = ["", "pages/s", "p50, ms", "p99, ms", "CPU per page, ms (user + system)", "peak memory, MB"];
    table(
        heads,
        all.iter().map(|(profile, cost)| {
            let [per_second, p50, p99] = speed(&cost.load);
            let memory = (cost.peak_memory / 1024).to_string();
            [profile.name().to_owned(), per_second, p50, p99, cpu(cost.cpu, &cost.load), memory]
        }),
    )
}

pub(crate) fn signatures(signatures: Signatures) -> String {
    let rows = [("RS256, 2048 bits", signatures.rs256), ("ES256", signatures.es256)];
    let rows = rows.into_iter().map(|(name, Signature { made, verified })| {
        [name.to_owned(), format!("{made:.3}"), format!("{verified:.3}"), format!("{:.3}", made + verified)]
    });
    table(["one signature", "made: CPU, ms", "verified", "both"], rows)
}

/// How much of its core each side has used says what limits it.
pub(crate) fn instances(all: &[Scaled], statements: f64) -> String {
    let heads = [
        "instances",
        "logins/s",
        "p50, ms",
        "p99, ms",
        "CPU per login, ms (user + system)",
        "of PostgreSQL",
        "statements per login",
        "core of the instances busy",
    ];
    table(
        heads,
        all.iter().map(|scaled| {
            let [per_second, p50, p99] = speed(&scaled.load);
            let busy = 100.0 * scaled.cpu.sum().as_secs_f64() / scaled.load.took.as_secs_f64();
            [
                scaled.instances.to_string(),
                per_second,
                p50,
                p99,
                cpu(scaled.cpu, &scaled.load),
                cpu(scaled.database, &scaled.load),
                format!("{statements:.1}"),
                format!("{busy:.0} %"),
            ]
        }),
    )
}

fn speed(load: &Load) -> [String; 3] {
    let percentile = |percent| format!("{:.1}", millis(load.percentile(percent)));
    [format!("{:.0}", load.per_second()), percentile(50), percentile(99)]
}

fn cpu(cpu: Cpu, load: &Load) -> String {
    let each = |time: Duration| millis(time) / count(load.each.len());
    format!("{:.2} ({:.2} + {:.2})", each(cpu.sum()), each(cpu.user), each(cpu.system))
}

fn table<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: [String; N]| format!("| {} |\n", cells.join(" | "));
    let heads = [line(heads.map(str::to_owned)), format!("|{}\n", "---|".repeat(N))];
    heads.into_iter().chain(rows.map(line)).collect()
}

/// The plots of the logins: a file each, with its title.
pub(crate) fn plots(all: &[Measured]) -> [(&'static str, &'static str, Vec<Bar>); 4] {
    let bars = |value: fn(&Cost) -> f64| all.iter().map(|measured| bar(measured, value(&measured.cost))).collect();
    [
        ("logins", "Logins per second on one core", bars(|cost| cost.load.per_second())),
        ("cpu", "CPU per login, ms", bars(|cost| millis(cost.cpu.sum()) / count(cost.load.each.len()))),
        ("p99", "Time of a login, 99th percentile, ms", bars(|cost| millis(cost.load.percentile(99)))),
        ("memory", "Peak memory, MB", bars(|cost| count(usize::try_from(cost.peak_memory).unwrap_or(0)) / 1024.0)),
    ]
}

fn bar(measured: &Measured, value: f64) -> Bar {
    let name = measured.login.name().to_owned();
    Bar { name, value, is_ours: measured.login != Login::BetterAuth }
}

/// How many logins of ours, as Lock does it, take as long as one of Better Auth.
pub(crate) fn ratio(all: &[Measured]) -> Option<f64> {
    let of = |wanted| all.iter().find(|measured| measured.login == wanted);
    Some(of(Login::Redirect)?.cost.load.per_second() / of(Login::BetterAuth)?.cost.load.per_second())
}
