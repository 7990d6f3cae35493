//! What browsers may keep, and that they get it compressed.

use crate::support::{
    PHONE,
    program::Program,
    site::{HASH, PARTS},
};
use reqwest::{Response, StatusCode};

const FOR_EVER: &str = "public, max-age=31536000, immutable";

async fn get(program: &Program, path: &str, accept_encoding: &str) -> Response {
    let request = reqwest::Client::new().get(program.browser().url(path)).header("accept-encoding", accept_encoding);
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn hashed_client_files_are_immutable() {
    let program = Program::both(&[]).await;
    let page = program.browser().open("/login").await.text;
    let kinds = ["text/javascript", "application/wasm", "text/css"];
    for (part, kind) in PARTS.into_iter().zip(kinds) {
        let path = format!("/pkg/client.{HASH}.{part}");
        assert!(page.contains(&format!(r#"href="{path}""#)), "{path}");
        for (accepted, encoding, suffix) in
            [("gzip, deflate, br", "br", ".br"), ("gzip", "gzip", ".gz"), ("identity", "", "")]
        {
            let response = get(&program, &path, accepted).await;
            assert_eq!(response.status(), StatusCode::OK, "{path} {accepted}");
            assert_eq!(header(&response, "content-encoding"), encoding, "{path} {accepted}");
            assert_eq!(header(&response, "vary"), "accept-encoding", "{path} {accepted}");
            assert_eq!(header(&response, "cache-control"), FOR_EVER, "{path} {accepted}");
            assert_eq!(header(&response, "content-type"), kind, "{path} {accepted}");
            assert_eq!(response.text().await.unwrap(), format!("pkg/client.{HASH}.{part}{suffix}"));
        }
    }
}

#[tokio::test]
async fn unhashed_files_are_revalidated() {
    let program = Program::both(&[]).await;
    for path in ["/logo.svg", "/pkg/other.js"] {
        let response = get(&program, path, "br").await;
        assert_eq!(header(&response, "content-encoding"), "br", "{path}");
        assert_eq!(header(&response, "cache-control"), "no-cache", "{path}");

        let tag = header(&response, "etag");
        let again = reqwest::Client::new().get(response.url().clone()).header("accept-encoding", "br");
        let again = again.header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(header(&again, "cache-control"), "no-cache", "{path}: it may still be kept");
    }
}

#[tokio::test]
async fn pages_and_api_responses_are_not_cached() {
    let program = Program::both(&[]).await;
    let call = program.browser().call("start").form(&[("phone_number", PHONE)]).send().await.unwrap();
    assert!(header(&call, "content-type").starts_with("application/json"));
    assert_eq!((call.status(), header(&call, "cache-control")), (StatusCode::OK, "no-store"));
    for path in ["/login", "/profile", "/callback", "/healthz", "/nothing.json"] {
        let response = program.browser().get(path).await;
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn outdated_client_file_is_not_found_and_not_cached() {
    let program = Program::both(&[]).await;
    let path = format!("/pkg/client.{}.js", HASH.replace('A', "Z"));
    let response = get(&program, &path, "br").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&response, "cache-control"), "no-store");
}
