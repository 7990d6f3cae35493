//! What messages cost, by connection, country and day.

use super::{Connection, Store};
use crate::{
    error::StoreError,
    rate_limit::budget::{Account, Charge, OverBudget},
};

/// Spends the price of a message, unless it is more than is left; a rollback takes it back.
pub(super) async fn spend(connection: &mut Connection, charge: &Charge) -> Result<Result<(), OverBudget>, StoreError> {
    for Account { country, limit } in &charge.accounts {
        let is_too_much = limit.is_some_and(|limit| charge.price > limit);
        if is_too_much || !add(connection, charge, country, limit.map_or(i64::MAX, |limit| limit.0)).await? {
            let limit = limit.unwrap_or(charge.price);
            let (connection, country) = (charge.connection.clone(), country.clone());
            return Ok(Err(OverBudget { connection, country, limit, free: charge.free() }));
        }
    }
    Ok(Ok(()))
}

async fn add(connection: &mut Connection, charge: &Charge, country: &str, limit: i64) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "INSERT INTO tenant_spending (connection, country, day, spent) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (connection, country, day) DO UPDATE SET spent = tenant_spending.spent + excluded.spent \
         WHERE tenant_spending.spent <= $5 - excluded.spent",
    )
    .bind(&charge.connection)
    .bind(country)
    .bind(charge.day.0)
    .bind(charge.price.0)
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(added.rows_affected() == 1)
}

impl Store {
    /// Takes the price of a message back that was not sent after all.
    pub(crate) async fn take_back(&self, charge: &Charge) -> Result<(), StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        for Account { country, .. } in &charge.accounts {
            sqlx::query(
                "UPDATE tenant_spending SET spent = spent - $1 WHERE connection = $2 AND country = $3 AND day = $4",
            )
            .bind(charge.price.0)
            .bind(&charge.connection)
            .bind(country)
            .bind(charge.day.0)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
