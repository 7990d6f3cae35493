//! Bodies that are larger than anything is meant to be: the response arrives, and the connection can be used again.

use crate::support::program::Program;
use rstest::rstest;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const MB: usize = 1_000_000;

async fn connect(origin: &str) -> TcpStream {
    TcpStream::connect(origin.trim_start_matches("http://")).await.unwrap()
}

/// The head of a response, in small letters; its body is read too.
async fn response(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    connection.read_exact(&mut vec![0; length.parse().unwrap()]).await.unwrap();
    head
}

async fn is_usable(connection: &mut TcpStream) -> bool {
    connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    response(connection).await.starts_with("http/1.1 200 ok\r\n")
}

fn head(path: &str, more: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{more}\r\n\r\n")
}

/// A body of this size: with its length in front, or in chunks.
fn request(path: &str, size: usize, is_chunked: bool) -> Vec<u8> {
    if !is_chunked {
        return [head(path, &format!("content-length: {size}")).into_bytes(), vec![b'x'; size]].concat();
    }
    let chunk = [b"2710\r\n".to_vec(), vec![b'x'; 10_000], b"\r\n".to_vec()].concat();
    [head(path, "transfer-encoding: chunked").into_bytes(), chunk.repeat(size / 10_000), b"0\r\n\r\n".to_vec()].concat()
}

/// The app's server functions call it a bad request, and what nobody reads is not looked at.
#[rstest]
#[case::tenant("/oauth/token", "413 payload too large")]
#[case::page_of_the_tenant("/u/login/17/start", "413 payload too large")]
#[case::nothing_of_the_tenant("/nowhere", "404 not found")]
#[case::app("/api/passwordless/start", "400 bad request")]
#[tokio::test(flavor = "multi_thread")]
async fn connection_is_usable_after_a_large_body(
    #[case] path: &str,
    #[case] status: &str,
    #[values(false, true)] is_chunked: bool,
) {
    let program = Program::both(&[]).await;
    let origin = if path.starts_with("/api") { &program.app } else { &program.tenant };
    let mut connection = connect(origin).await;
    for _ in 0..2 {
        connection.write_all(&request(path, MB, is_chunked)).await.unwrap();
        let response = response(&mut connection).await;
        assert!(response.starts_with(&format!("http/1.1 {status}\r\n")), "{response}");
        assert!(!response.contains("connection: close"), "{response}");
    }
    assert!(is_usable(&mut connection).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_is_closed_after_a_body_that_is_too_large_to_be_thrown_away() {
    let program = Program::both(&[]).await;
    for (origin, path) in [(&program.tenant, "/oauth/token"), (&program.app, "/api/passwordless/start")] {
        let (mut reading, mut writing) = connect(origin).await.into_split();
        let sent = tokio::spawn(async move {
            let length = 100 * MB;
            writing.write_all(head(path, &format!("content-length: {length}")).as_bytes()).await.unwrap();
            let chunk = vec![b'x'; MB];
            let mut sent = 0;
            while sent < length && writing.write_all(&chunk).await.is_ok() {
                sent += MB;
            }
            sent
        });
        let mut answer = Vec::new();
        drop(reading.read_to_end(&mut answer).await);
        assert!(sent.await.unwrap() < 100 * MB, "{path}");
    }
}

/// RFC 9110 section 10.1.1: the response comes without the body being asked for.
#[tokio::test(flavor = "multi_thread")]
async fn large_body_that_waits_to_be_asked_for_is_refused_unread() {
    let program = Program::both(&[]).await;
    for (origin, path) in [(&program.tenant, "/oauth/token"), (&program.app, "/api/passwordless/start")] {
        let mut connection = connect(origin).await;
        let head = head(path, &format!("content-length: {MB}\r\nexpect: 100-continue"));
        connection.write_all(head.as_bytes()).await.unwrap();
        let response = response(&mut connection).await;
        assert!(response.starts_with("http/1.1 413 payload too large\r\n"), "{response}");
        assert!(response.contains("connection: close\r\n"), "{response}");
        assert_eq!(connection.read(&mut [0]).await.unwrap(), 0, "it is closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn small_body_that_waits_to_be_asked_for_is_asked_for() {
    let program = Program::both(&[]).await;
    let mut connection = connect(&program.tenant).await;
    let head = head("/oauth/token", "content-length: 2\r\nexpect: 100-continue");
    connection.write_all(head.as_bytes()).await.unwrap();
    assert!(response(&mut connection).await.starts_with("http/1.1 100 continue\r\n"));
    connection.write_all(b"{}").await.unwrap();
    assert!(response(&mut connection).await.starts_with("http/1.1 400 bad request\r\n"));
    assert!(is_usable(&mut connection).await);
}
