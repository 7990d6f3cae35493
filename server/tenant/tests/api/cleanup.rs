//! The cleanup deletes expired rows.

use passwordless_tenant::SystemEntropy;

use crate::support::{TestTenant, wrong_code};

const TABLES: [&str; 11] = [
    "SELECT COUNT(*) FROM tenant_otp_challenges",
    "SELECT COUNT(*) FROM tenant_replaced_codes",
    "SELECT COUNT(*) FROM tenant_redemptions",
    "SELECT COUNT(*) FROM tenant_authorization_codes",
    "SELECT COUNT(*) FROM tenant_refresh_families",
    "SELECT COUNT(*) FROM tenant_refresh_tokens",
    "SELECT COUNT(*) FROM tenant_access_tokens",
    "SELECT COUNT(*) FROM tenant_sso_sessions",
    "SELECT COUNT(*) FROM tenant_login_tickets",
    "SELECT COUNT(*) FROM tenant_limits",
    "SELECT COUNT(*) FROM tenant_sends",
];

async fn rows(tenant: &TestTenant) -> i64 {
    let mut rows = 0;
    for table in TABLES {
        rows += sqlx::query_scalar::<_, i64>(table).fetch_one(&tenant.pool).await.unwrap();
    }
    rows
}

async fn clean_up(tenant: &TestTenant) -> u64 {
    passwordless_tenant::cleanup_once(&tenant.pool, &*tenant.clock, &SystemEntropy).await.unwrap()
}

#[tokio::test]
async fn cleanup_deletes_expired_rows_only() {
    let tenant = TestTenant::start().await;
    tenant.sign_in_by_redirect(&[("state", "s")]).await;
    let code = tenant.code().await;
    tenant.verify(&wrong_code(&code)).await;
    assert_eq!(clean_up(&tenant).await, 0);
    assert_eq!(tenant.verify(&code).await.status(), 200);
    let before = rows(&tenant).await;
    tenant.clock.advance(2 * 60 * 60 + 1);
    // The redemption of the code and the authorization code; failed attempts are stored for three days.
    assert_eq!(clean_up(&tenant).await, 2);
    assert_eq!(rows(&tenant).await, before - 2);
    tenant.clock.advance(40 * 24 * 60 * 60);
    clean_up(&tenant).await;
    assert_eq!(rows(&tenant).await, 0);
    let users: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tenant_users").fetch_one(&tenant.pool).await.unwrap();
    assert_eq!(users, 1);
}

#[tokio::test]
async fn cleanup_deletes_access_tokens_after_a_day() {
    let tenant = TestTenant::start().await;
    let (code, _) = tenant.sign_in_by_redirect(&[]).await;
    assert_eq!(tenant.exchange(&code, &[]).await.status(), 200);
    let stored = async || {
        let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM tenant_access_tokens");
        count.fetch_one(&tenant.pool).await.unwrap()
    };
    tenant.clock.advance(24 * 60 * 60);
    clean_up(&tenant).await;
    assert_eq!(stored().await, 1);
    tenant.clock.advance(1);
    clean_up(&tenant).await;
    assert_eq!(stored().await, 0);
}

#[tokio::test]
async fn cleanup_deletes_many_rows_in_batches() {
    let tenant = TestTenant::start().await;
    for n in 0..1201 {
        let insert = sqlx::query("INSERT INTO tenant_limits (bucket, tat) VALUES ($1, 1)").bind(format!("b{n}"));
        insert.execute(&tenant.pool).await.unwrap();
    }
    assert_eq!(clean_up(&tenant).await, 1201);
}
