//! What Lock loads beside the API.

use passwordless_tenant::Limits;
use serde_json::{Value, json};

use crate::support::{TenantOptions, TestTenant};

#[tokio::test]
async fn client_js_lists_connections_of_client() {
    let tenant = TestTenant::start().await;
    for (client_id, is_member) in [("web", true), ("public", false)] {
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
        assert_eq!(connections.contains(&json!({"name": "members"})), is_member, "{about}");
    }
    for path in ["/client/who.js", "/client/web", "/js/lock/14.3.0/en.js"] {
        assert_eq!(tenant.get(path).send().await.unwrap().status(), 404, "{path}");
    }
}

#[tokio::test]
async fn geoloc_country_comes_from_accept_language() {
    let everywhere = TestTenant::start().await;
    let countries = Some(vec!["AT".to_owned(), "CH".to_owned()]);
    let limits = Limits { countries, ..Limits::default() };
    let here = TestTenant::with(TenantOptions { limits, ..TenantOptions::default() }).await;
    for (tenant, languages, country) in [
        (&everywhere, "en-GB,de-CH", Some("GB")),
        (&everywhere, "de", None),
        (&here, "en-GB,de-CH;q=0.5", Some("CH")),
        (&here, "fr", Some("AT")),
    ] {
        let request = tenant.get("/user/geoloc/country").header("accept-language", languages);
        let response = request.header("origin", "http://localhost:5000").send().await.unwrap();
        assert_eq!(response.status(), if country.is_some() { 200 } else { 404 });
        assert_eq!(response.headers()["access-control-allow-origin"], "http://localhost:5000");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["country_code"].as_str(), country);
    }
}

#[tokio::test]
async fn captcha_is_never_required() {
    let tenant = TestTenant::start().await;
    for path in ["/passwordless/challenge", "/usernamepassword/challenge"] {
        let response = tenant.post(path, &json!({"state": "s"})).send().await.unwrap();
        assert_eq!(response.json::<Value>().await.unwrap(), json!({"required": false}));
    }
}
