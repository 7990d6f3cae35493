//! Scripts and endpoints that Auth0 Lock loads besides the API.

use passwordless_tenant::Limits;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TenantOptions, TestTenant};

#[rstest]
#[case::with_members("web", true)]
#[case::without_members("public", false)]
#[tokio::test]
async fn client_js_lists_connections_of_client(#[case] client_id: &str, #[case] has_members: bool) {
    let tenant = TestTenant::start().await;
    let response = tenant.get(&format!("/client/{client_id}.js")).query(&[("t", "1")]).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/javascript"));
    let script = response.text().await.unwrap();
    let about = script.strip_prefix("Auth0.setClient(").unwrap().strip_suffix(");").unwrap();
    let about: Value = serde_json::from_str(about).unwrap();
    assert_eq!(about["id"], client_id);
    assert_eq!(about["strategies"][0]["name"], "sms");
    let connections = about["strategies"][0]["connections"].as_array().unwrap();
    assert!(connections.contains(&json!({"name": "sms"})), "{about}");
    assert_eq!(connections.contains(&json!({"name": "members"})), has_members, "{about}");
}

#[rstest]
#[case::client_unknown("/client/who.js")]
#[case::client_without_extension("/client/web")]
#[case::lock_script("/js/lock/14.3.0/en.js")]
#[tokio::test]
async fn unknown_asset_is_not_found(#[case] path: &str) {
    let tenant = TestTenant::start().await;
    assert_eq!(tenant.get(path).send().await.unwrap().status(), 404);
}

#[rstest]
#[case::first_with_country(None, "en-GB,de-CH", Some("GB"))]
#[case::without_country(None, "de", None)]
#[case::first_allowed(Some(&["AT", "CH"][..]), "en-GB,de-CH;q=0.5", Some("CH"))]
#[case::none_allowed(Some(&["AT", "CH"][..]), "fr", Some("AT"))]
#[tokio::test]
async fn geoloc_country_comes_from_accept_language(
    #[case] allowed: Option<&[&str]>,
    #[case] languages: &str,
    #[case] country: Option<&str>,
) {
    let options = match allowed {
        None => TenantOptions::default(),
        Some(allowed) => {
            let countries = Some(allowed.iter().map(|&country| country.to_owned()).collect());
            TenantOptions { limits: Limits { countries, ..Limits::default() }, ..TenantOptions::default() }
        }
    };
    let tenant = TestTenant::with(options).await;
    let request = tenant.get("/user/geoloc/country").header("accept-language", languages);
    let response = request.header("origin", "http://localhost:5000").send().await.unwrap();
    assert_eq!(response.status(), if country.is_some() { 200 } else { 404 });
    assert_eq!(response.headers()["access-control-allow-origin"], "http://localhost:5000");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["country_code"].as_str(), country);
}

#[rstest]
#[case::passwordless("/passwordless/challenge")]
#[case::username_and_password("/usernamepassword/challenge")]
#[tokio::test]
async fn captcha_is_never_required(#[case] path: &str) {
    let tenant = TestTenant::start().await;
    let response = tenant.post(path, &json!({"state": "s"})).send().await.unwrap();
    assert_eq!(response.json::<Value>().await.unwrap(), json!({"required": false}));
}
