//! `GET /v2/logout`.

use rstest::rstest;

use crate::support::{TenantOptions, TestTenant, is_signed_in, location};

#[rstest]
#[case::client_and_return_to(
    &[("client_id", "web"), ("returnTo", "http://localhost:3000/bye")], "http://localhost:3000/bye"
)]
#[case::client_only(&[("client_id", "web")], "http://localhost:3000/")]
#[tokio::test]
async fn v2_logout_ends_session_and_redirects(#[case] parameters: &[(&str, &str)], #[case] target: &str) {
    let tenant = TestTenant::start().await;
    let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
    assert!(is_signed_in(&tenant, &cookie).await);
    let request = tenant.get("/v2/logout").query(parameters).header("cookie", &cookie);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(location(&response), target);
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(!is_signed_in(&tenant, &cookie).await);
}

#[tokio::test]
async fn v2_logout_without_parameters_is_ok() {
    let tenant = TestTenant::start().await;
    let response = tenant.get("/v2/logout").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), "OK");
}

#[rstest]
#[case::unregistered(&[("client_id", "web"), ("returnTo", "https://evil.example/")], 400)]
#[case::of_another_client(&[("client_id", "public"), ("returnTo", "http://localhost:3000/bye")], 400)]
#[case::of_a_client_that_is_not_named(&[("returnTo", "http://localhost:3000/bye")], 400)]
#[case::client_id_empty(&[("client_id", ""), ("returnTo", "https://evil.example/")], 400)]
#[case::client_unknown(&[("client_id", "who")], 403)]
#[tokio::test]
async fn v2_logout_refuses_unregistered_return_to(#[case] parameters: &[(&str, &str)], #[case] status: u16) {
    let tenant = TestTenant::start().await;
    let response = tenant.get("/v2/logout").query(parameters).send().await.unwrap();
    assert_eq!(response.status(), status);
    assert!(!response.headers().contains_key("location"));
}

/// Without a client, the URLs of the tenant count; with one, its own.
#[rstest]
#[case::first(&[], Some("https://example.com/bye"))]
#[case::registered(&[("returnTo", "https://example.com/again")], Some("https://example.com/again"))]
#[case::of_a_client(&[("returnTo", "http://localhost:3000/bye")], None)]
#[case::client_with_url_of_the_tenant(&[("client_id", "web"), ("returnTo", "https://example.com/bye")], None)]
#[case::client_without_return_to(&[("client_id", "web")], Some("http://localhost:3000/"))]
#[tokio::test]
async fn v2_logout_without_client_returns_to_urls_of_the_tenant(
    #[case] parameters: &[(&str, &str)],
    #[case] target: Option<&str>,
) {
    let tenant_logout_urls = r#""https://example.com/bye", "https://example.com/again""#;
    let tenant = TestTenant::with(TenantOptions { tenant_logout_urls, ..TenantOptions::default() }).await;
    let response = tenant.get("/v2/logout").query(parameters).send().await.unwrap();
    assert_eq!(response.status(), if target.is_some() { 302 } else { 400 });
    assert_eq!(response.headers().contains_key("location").then(|| location(&response)).as_deref(), target);
}

/// The two endpoints, and their parameter for the URL.
const V2: (&str, &str) = ("/v2/logout", "returnTo");
const OIDC: (&str, &str) = ("/oidc/logout", "post_logout_redirect_uri");

#[rstest]
#[case::registered_with_slash("web", "http://localhost:3000")]
#[case::registered_with_slash_and_sent_with_it("web", "http://localhost:3000/")]
#[case::registered_without_slash("implicit", "http://localhost:6000")]
#[case::registered_without_slash_and_sent_with_it("implicit", "http://localhost:6000/")]
#[tokio::test]
async fn logout_url_that_is_an_origin_matches_with_or_without_slash(
    #[values(V2, OIDC)] endpoint: (&str, &str),
    #[case] client_id: &str,
    #[case] url: &str,
) {
    let tenant = TestTenant::start().await;
    let (path, name) = endpoint;
    let response = tenant.get(path).query(&[("client_id", client_id), (name, url)]).send().await.unwrap();
    assert!([200, 302].contains(&response.status().as_u16()));
}

#[rstest]
#[case::two_slashes("http://localhost:3000//")]
#[case::path_with_slash("http://localhost:3000/bye/")]
#[case::without_port("http://localhost")]
#[case::without_port_with_slash("http://localhost/")]
#[tokio::test]
async fn logout_url_that_only_resembles_a_registered_one_is_refused(
    #[values(V2, OIDC)] endpoint: (&str, &str),
    #[case] url: &str,
) {
    let tenant = TestTenant::start().await;
    let (path, name) = endpoint;
    let response = tenant.get(path).query(&[("client_id", "web"), (name, url)]).send().await.unwrap();
    assert_eq!(response.status(), 400);
}
