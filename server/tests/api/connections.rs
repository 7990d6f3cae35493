//! Clients that take their time, and too many of them.

use crate::support::program::Program;
use reqwest::StatusCode;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn connect(origin: &str) -> TcpStream {
    TcpStream::connect(origin.trim_start_matches("http://")).await.unwrap()
}

/// Long after the program has closed a connection, here where it is in a hurry.
const TOO_LATE: Duration = Duration::from_secs(30);

/// Everything that comes until the other side closes.
async fn all_of(mut connection: impl AsyncRead + Unpin) -> String {
    let mut answer = Vec::new();
    // Closed with something of ours unread is closed too.
    drop(timeout(TOO_LATE, connection.read_to_end(&mut answer)).await.expect("the other side closes"));
    String::from_utf8(answer).unwrap()
}

async fn ask(connection: &mut TcpStream) -> String {
    connection.write_all(REQUEST).await.unwrap();
    let mut answer = [0; 1024];
    let length = connection.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn slow_clients_are_closed_and_delay_no_other() {
    let program = Program::in_a_hurry(&[]).await;
    program.browser().get("/login").await;
    let mut clients = JoinSet::new();
    for number in 0..300 {
        let mut client = connect(if number % 2 == 0 { &program.app } else { &program.tenant }).await;
        clients.spawn(async move {
            match number % 3 {
                0 => {}
                1 => client.write_all(b"GET /healthz HTT").await.unwrap(),
                _ => client.write_all(b"GET /healthz HTTP/1.1\r\nx-slow: ").await.unwrap(),
            }
            all_of(client).await
        });
    }
    let mut waits = Vec::new();
    for origin in [&program.app, &program.tenant].repeat(3) {
        #[expect(clippy::disallowed_methods, reason = "how long an answer takes is what is tested")]
        let begin = Instant::now();
        assert_eq!(reqwest::get(format!("{origin}/healthz")).await.unwrap().status(), StatusCode::OK);
        waits.push(begin.elapsed());
    }
    waits.sort();
    assert!(waits[waits.len() / 2] < Duration::from_millis(200), "{waits:?}");
    for answer in clients.join_all().await {
        assert_eq!(answer, "", "nobody was answered, and all are closed");
    }
}

#[tokio::test]
async fn trickling_client_is_closed() {
    let program = Program::in_a_hurry(&[]).await;
    for origin in [&program.app, &program.tenant] {
        let (reading, mut writing) = connect(origin).await.into_split();
        writing.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let drip = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(50));
            while writing.write_all(b"x: y\r\n").await.is_ok() {
                ticks.tick().await;
            }
        };
        let answer = tokio::select! {
            answer = all_of(reading) => answer,
            () = drip => String::new(),
        };
        assert_eq!(answer, "");
    }
}

#[tokio::test]
async fn keep_alive_connection_is_closed_when_idle() {
    let program = Program::in_a_hurry(&[]).await;
    for origin in [&program.app, &program.tenant] {
        let mut connection = connect(origin).await;
        for _ in 0..3 {
            assert!(ask(&mut connection).await.starts_with("HTTP/1.1 200 OK"));
        }
        assert_eq!(all_of(connection).await, "");
    }
}

#[tokio::test]
async fn connection_over_the_limit_gets_503_at_once() {
    let program = Program::in_a_hurry(&["--max-connections", "2"]).await;
    for origin in [&program.app, &program.tenant] {
        let (mut first, mut second) = (connect(origin).await, connect(origin).await);
        assert!(ask(&mut first).await.contains("200 OK") && ask(&mut second).await.contains("200 OK"));
        let mut third = connect(origin).await;
        third.write_all(REQUEST).await.unwrap();
        let answer = all_of(third).await;
        assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
        assert!(answer.contains("\r\nretry-after: 10\r\n") && answer.contains("\r\nconnection: close\r\n"), "{answer}");

        // The time for idle connections is over for both.
        assert_eq!((all_of(first).await, all_of(second).await), (String::new(), String::new()));
        assert!(ask(&mut connect(origin).await).await.contains("200 OK"));
    }
}
