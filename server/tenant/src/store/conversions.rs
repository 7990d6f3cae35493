//! Codes that were sent and entered, by prefix. Rows are locked in the order number, block, country, whole.

use std::collections::HashMap;

use super::{Connection, Store};
use crate::{
    clock::Millis,
    error::StoreError,
    phone_number::PhoneNumber,
    rate_limit::conversion::{self, Prefix, Recipient, Scope, Tallies, Tally, Unentered, Window},
};

/// What a change does to a prefix's counts: to those of people, and to those of messages.
#[derive(Clone, Copy, Default)]
struct Change {
    people: i64,
    messages: i64,
}

impl Change {
    fn to(self, prefix: &Prefix) -> i64 {
        if prefix.scope == Scope::Whole { self.messages } else { self.people }
    }
}

/// Adds to the counts of a number's prefixes in a slot.
async fn add(
    connection: &mut Connection,
    recipient: &Recipient,
    slot: i64,
    sent: Change,
    entered: Change,
) -> Result<(), StoreError> {
    let query = "INSERT INTO tenant_conversions (prefix, slot, sent, entered, known) \
         VALUES ($1, $4, $5, $6, 0), ($2, $4, $7, $8, 0), ($3, $4, $9, $10, 0) \
         ON CONFLICT (prefix, slot) DO UPDATE SET \
         sent = tenant_conversions.sent + excluded.sent, entered = tenant_conversions.entered + excluded.entered";
    let mut query = sqlx::query(query);
    for prefix in &recipient.prefixes {
        query = query.bind(&prefix.name);
    }
    query = query.bind(slot);
    for prefix in &recipient.prefixes {
        query = query.bind(sent.to(prefix)).bind(entered.to(prefix));
    }
    query.execute(connection).await?;
    Ok(())
}

/// Counts a code, unless too many of one of the number's prefixes are not entered; a rollback uncounts it. A prefix that is only
/// slowed lets the code pass if `passes_slowed` is set.
pub(super) async fn count_sent(
    connection: &mut Connection,
    recipient: &Recipient,
    passes_slowed: bool,
    now: Millis,
) -> Result<Result<(), Unentered>, StoreError> {
    if recipient.signed_in_before && spare(connection, &recipient.phone_number, now).await? {
        return Ok(Ok(()));
    }
    // Codes of an hour count as one person, in the slot of the first.
    let (slot, sent): (i64, i64) = sqlx::query_as(
        "INSERT INTO tenant_new_numbers (phone_number, slot, sent) VALUES ($1, $2, 1) \
         ON CONFLICT (phone_number) DO UPDATE SET \
         sent = CASE WHEN tenant_new_numbers.slot > $3 THEN tenant_new_numbers.sent + 1 ELSE 1 END, \
         slot = CASE WHEN tenant_new_numbers.slot > $3 THEN tenant_new_numbers.slot ELSE $2 END \
         RETURNING slot, sent",
    )
    .bind(recipient.phone_number.as_str())
    .bind(conversion::slot(now).0)
    .bind(Window::Hour.after(now).0)
    .fetch_one(&mut *connection)
    .await?;
    let change = Change { people: i64::from(sent == 1), messages: 1 };
    add(connection, recipient, slot, change, Change::default()).await?;
    let tallies = tallies(connection, recipient, now).await?;
    // Another code is judged as another person's would be, so that the first ones to ask do not go on where others are slowed.
    let again = Change { people: 1 - change.people, messages: 0 };
    let tallies = |prefix: &Prefix| tallies.get(&prefix.name).copied().unwrap_or_default().plus_sent(again.to(prefix));
    let unentered = Unentered::strictest(recipient, tallies);
    Ok(unentered.filter(|unentered| unentered.is_stopped || !passes_slowed).map_or(Ok(()), Err))
}

/// Whether a code to a number that signed in before does not count: it is the first in a day, or since one was entered.
async fn spare(connection: &mut Connection, phone_number: &PhoneNumber, now: Millis) -> Result<bool, StoreError> {
    let spared = sqlx::query(
        "INSERT INTO tenant_spared_codes (phone_number, sent_at) VALUES ($1, $2) ON CONFLICT (phone_number) \
         DO UPDATE SET sent_at = excluded.sent_at WHERE tenant_spared_codes.sent_at <= $3",
    )
    .bind(phone_number.as_str())
    .bind(now.0)
    .bind(Window::Day.after(now).0)
    .execute(connection)
    .await?;
    Ok(spared.rows_affected() == 1)
}

/// Forgets the code that did not count.
async fn forget_spared(connection: &mut Connection, phone_number: &PhoneNumber) -> Result<(), StoreError> {
    let delete = sqlx::query("DELETE FROM tenant_spared_codes WHERE phone_number = $1");
    delete.bind(phone_number.as_str()).execute(connection).await?;
    Ok(())
}

type TallyRow = (String, i64, i64, i64, i64, i64, i64);

async fn tallies(
    connection: &mut Connection,
    recipient: &Recipient,
    now: Millis,
) -> Result<HashMap<String, Tallies>, StoreError> {
    let mut query = sqlx::query_as(
        "SELECT prefix, CAST(SUM(CASE WHEN slot > $5 THEN sent ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN slot > $5 THEN entered ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN slot > $5 THEN known ELSE 0 END) AS BIGINT), \
         CAST(SUM(sent) AS BIGINT), CAST(SUM(entered) AS BIGINT), CAST(SUM(known) AS BIGINT) \
         FROM tenant_conversions WHERE prefix IN ($1, $2, $3) AND slot > $4 GROUP BY prefix",
    );
    for prefix in &recipient.prefixes {
        query = query.bind(&prefix.name);
    }
    query = query.bind(Window::Day.after(now).0).bind(Window::Hour.after(now).0);
    let rows: Vec<TallyRow> = query.fetch_all(connection).await?;
    let tallies = |(prefix, sent, entered, known, day_sent, day_entered, day_known): TallyRow| {
        let hour = Tally { sent, entered, known };
        (prefix, Tallies { hour, day: Tally { sent: day_sent, entered: day_entered, known: day_known } })
    };
    Ok(rows.into_iter().map(tallies).collect())
}

impl Store {
    /// Uncounts a code that was not sent after all.
    pub(crate) async fn uncount_sent(&self, recipient: &Recipient) -> Result<(), StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let row: Option<(i64, i64)> = sqlx::query_as(
            "UPDATE tenant_new_numbers SET sent = sent - 1 WHERE phone_number = $1 AND sent > 0 RETURNING slot, sent",
        )
        .bind(recipient.phone_number.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
        match row {
            Some((slot, left)) => {
                let change = Change { people: -i64::from(left == 0), messages: -1 };
                add(&mut transaction, recipient, slot, change, Change::default()).await?;
            }
            None => forget_spared(&mut transaction, &recipient.phone_number).await?,
        }
        transaction.commit().await?;
        Ok(())
    }

    /// A number entered a code: all that it was sent count as entered. If none of them counted, it is a sign-in of a known
    /// number.
    pub(crate) async fn count_entered(&self, phone_number: &PhoneNumber, now: Millis) -> Result<(), StoreError> {
        let recipient = Recipient::of(phone_number, true);
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        forget_spared(&mut transaction, phone_number).await?;
        let row: Option<(i64, i64)> =
            sqlx::query_as("DELETE FROM tenant_new_numbers WHERE phone_number = $1 AND sent > 0 RETURNING slot, sent")
                .bind(phone_number.as_str())
                .fetch_optional(&mut *transaction)
                .await?;
        match row {
            Some((slot, messages)) => {
                let change = Change { people: 1, messages };
                add(&mut transaction, &recipient, slot, Change::default(), change).await?;
            }
            None => count_known(&mut transaction, &recipient, now).await?,
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The newest slot of which codes are not entered.
    pub(crate) async fn newest_unentered(&self, prefix: &Prefix) -> Result<Option<Millis>, StoreError> {
        let slot: Option<i64> = sqlx::query_scalar(
            "SELECT slot FROM tenant_conversions WHERE prefix = $1 AND sent > entered ORDER BY slot DESC LIMIT 1",
        )
        .bind(&prefix.name)
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        Ok(slot.map(Millis))
    }

    /// Whether an alarm is to be given, which it then counts as until that moment: of several instances, one gives it.
    pub(crate) async fn raise_alarm(&self, name: &str, until: Millis, now: Millis) -> Result<bool, StoreError> {
        let raised = sqlx::query(
            "INSERT INTO tenant_alarms (name, until) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE tenant_alarms.until <= $3",
        )
        .bind(name)
        .bind(until.0)
        .bind(now.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(raised.rows_affected() == 1)
    }
}

async fn count_known(connection: &mut Connection, recipient: &Recipient, now: Millis) -> Result<(), StoreError> {
    let [_, country, _] = &recipient.prefixes;
    sqlx::query(
        "INSERT INTO tenant_conversions (prefix, slot, sent, entered, known) VALUES ($1, $2, 0, 0, 1) \
         ON CONFLICT (prefix, slot) DO UPDATE SET known = tenant_conversions.known + 1",
    )
    .bind(&country.name)
    .bind(conversion::slot(now).0)
    .execute(connection)
    .await?;
    Ok(())
}
