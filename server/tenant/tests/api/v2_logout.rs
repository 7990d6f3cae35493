//! `GET /v2/logout`.

use crate::support::{TestTenant, is_signed_in, location};

#[tokio::test]
async fn v2_logout_ends_session_and_redirects() {
    let tenant = TestTenant::start().await;
    for (parameters, target) in [
        (&[("client_id", "web"), ("returnTo", "http://localhost:3000/bye")][..], "http://localhost:3000/bye"),
        (&[("client_id", "web")], "http://localhost:3000/"),
        (&[("returnTo", "http://localhost:3000/bye")], "http://localhost:3000/bye"),
    ] {
        let (_, cookie) = tenant.sign_in_by_redirect(&[]).await;
        assert!(is_signed_in(&tenant, &cookie).await);
        let request = tenant.get("/v2/logout").query(parameters).header("cookie", &cookie);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(location(&response), target);
        assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert!(!is_signed_in(&tenant, &cookie).await);
    }
    let response = tenant.get("/v2/logout").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), "OK");
}

#[tokio::test]
async fn v2_logout_refuses_unregistered_return_to() {
    let tenant = TestTenant::start().await;
    for parameters in [
        [("client_id", "web"), ("returnTo", "https://evil.example/")],
        [("client_id", "public"), ("returnTo", "http://localhost:3000/bye")],
        [("client_id", ""), ("returnTo", "https://evil.example/")],
    ] {
        let response = tenant.get("/v2/logout").query(&parameters).send().await.unwrap();
        assert_eq!(response.status(), 400);
        assert!(!response.headers().contains_key("location"));
    }
    let response = tenant.get("/v2/logout").query(&[("client_id", "who")]).send().await.unwrap();
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn logout_url_that_is_an_origin_matches_with_or_without_slash() {
    let tenant = TestTenant::start().await;
    for (path, name) in [("/v2/logout", "returnTo"), ("/oidc/logout", "post_logout_redirect_uri")] {
        for (client_id, url) in [
            ("web", "http://localhost:3000"),
            ("web", "http://localhost:3000/"),
            ("implicit", "http://localhost:6000"),
            ("implicit", "http://localhost:6000/"),
        ] {
            let response = tenant.get(path).query(&[("client_id", client_id), (name, url)]).send().await.unwrap();
            assert!([200, 302].contains(&response.status().as_u16()), "{path} {url}");
        }
        for url in ["http://localhost:3000//", "http://localhost:3000/bye/", "http://localhost", "http://localhost/"] {
            let response = tenant.get(path).query(&[("client_id", "web"), (name, url)]).send().await.unwrap();
            assert_eq!(response.status(), 400, "{path} {url}");
        }
    }
}
