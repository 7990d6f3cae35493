//! `passwordless users import` and `export`.

use crate::{commands::CommandError, session_store::DatabaseSessions};
use leptos_passwordless::server::{CurrentUser, EndSessions};
use passwordless_tenant::{
    Imported, LineError, PersonalData, Pool, SystemClock, export_users, import_users, personal_data,
};
use serde::Serialize;
use serde_json::Value;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};
use time::OffsetDateTime;

pub(super) async fn import(pool: &Pool, file: &Path, out: &mut impl Write) -> Result<(), CommandError> {
    let report = |number: u64, error: LineError| {
        // Where nobody listens, the number of skipped lines at the end has to do.
        let _ = writeln!(io::stderr(), "line {number} {error}");
    };
    let Imported { new, known, skipped, newly_blocked } = import_users(pool, &SystemClock, open(file)?, report).await?;
    if !newly_blocked.is_empty() {
        let sessions = DatabaseSessions::new(pool.clone());
        for user_id in &newly_blocked {
            sessions.end_all_of_user(user_id).await?;
        }
    }
    writeln!(out, "{new} new, {known} known, {skipped} skipped")?;
    if skipped > 0 { Err(CommandError::LinesSkipped(skipped)) } else { Ok(()) }
}

fn open(file: &Path) -> Result<Box<dyn BufRead + Send>, CommandError> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let opened = File::open(file).map_err(|source| CommandError::Open { path: file.to_owned(), source })?;
    Ok(Box::new(BufReader::new(opened)))
}

pub(super) async fn export(pool: &Pool, out: &mut impl Write) -> Result<(), CommandError> {
    let mut out = BufWriter::new(out);
    export_users(pool, &mut out).await?;
    Ok(out.flush()?)
}

/// All that is stored about one person, by the tenant and by the app.
#[derive(Serialize)]
struct Everything {
    #[serde(flatten)]
    tenant: PersonalData,
    app_sessions: Vec<AppSession>,
}

/// A session, without what opens it.
#[derive(Serialize)]
struct AppSession {
    user_id: String,
    name: String,
    phone_number: Option<String>,
    /// Of the app's own `on_sign_in`.
    data: Option<Value>,
    accepted_terms: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    signed_in_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl AppSession {
    fn new(user: CurrentUser, expires_at: OffsetDateTime) -> Self {
        let data = user.data();
        let CurrentUser { user_id, name, phone_number, consent, signed_in_at, .. } = user;
        let accepted_terms = consent.map(|consent| consent.version);
        Self { user_id, name, phone_number, data, accepted_terms, signed_in_at, expires_at }
    }
}

pub(super) async fn export_person(pool: &Pool, number: &str, out: &mut impl Write) -> Result<(), CommandError> {
    let data = personal_data(pool, number).await?;
    let tenant = data.ok_or_else(|| CommandError::NobodyFound(number.to_owned()))?;
    let sessions = DatabaseSessions::new(pool.clone());
    let mut app_sessions = Vec::new();
    for user_id in tenant.user_ids() {
        let sessions = sessions.all_of(user_id).await?;
        app_sessions.extend(sessions.into_iter().map(|(user, expires_at)| AppSession::new(user, expires_at)));
    }
    let json = serde_json::to_string_pretty(&Everything { tenant, app_sessions })?;
    Ok(writeln!(out, "{json}")?)
}
