//! Traces: what the program exports by OTLP.

use crate::support::{PHONE, process::Process};
use axum::{Router, body::Bytes, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message;
use std::{
    future::ready,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// The trace that a proxy of ours began, in W3C's form.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const OF_PROXY: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A collector, and what it got.
struct Collector {
    url: String,
    got: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

impl Collector {
    async fn start() -> Self {
        let got = Arc::<Mutex<Vec<_>>>::default();
        let (listener, kept) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Arc::clone(&got));
        let url = format!("http://{}", listener.local_addr().unwrap());
        let take = move |body: Bytes| {
            kept.lock().unwrap().push(Message::decode(body).unwrap());
            ready(())
        };
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, got }
    }

    fn spans(&self) -> Vec<Span> {
        let got = self.got.lock().unwrap();
        let of_program = got.iter().flat_map(|request| &request.resource_spans);
        let scopes = of_program.flat_map(|of_program| &of_program.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let value = attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()?;
    match value.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

fn find<'a>(spans: &'a [Span], name: &str, path: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name && text(&span.attributes, "path") == Some(path));
    found.unwrap_or_else(|| panic!("{name} {path}: {spans:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_one_trace_through_app_and_tenant() {
    let collector = Collector::start().await;
    let trusting = ["--trusted-proxies", "127.0.0.0/8"];
    let mut process = Process::both(&trusting, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url)]).await;
    let browser = process.browser();
    let fields = [("phone_number", PHONE), ("country", "US")];
    browser.call("start").form(&fields).header("traceparent", OF_PROXY).send().await.unwrap();
    let code = process.code_sent_to(PHONE).await;
    process.terminate();
    assert!(process.wait().success());

    let spans = collector.spans();
    let of_app = find(&spans, "request", "/api/passwordless/start");
    let call = find(&spans, "tenant", "/passwordless/start");
    let of_tenant = find(&spans, "request", "/passwordless/start");
    let sms = spans.iter().find(|span| span.name == "sms").unwrap();
    for (span, parent) in [(call, of_app), (sms, of_tenant)] {
        assert_eq!(span.parent_span_id, parent.span_id, "{span:?}");
    }
    // Whatever the app's call of the tenant is a part of, the trace is the proxy's.
    for span in [of_app, call, of_tenant, sms] {
        assert_eq!(span.trace_id, hex(TRACE), "{span:?}");
    }
    assert_eq!(text(&of_app.attributes, "part"), Some("app"));
    assert_eq!(text(&of_tenant.attributes, "part"), Some("tenant"));
    let id = text(&of_app.attributes, "request_id").unwrap();
    assert_eq!(text(&of_tenant.attributes, "request_id"), Some(id));
    let exported = format!("{:?}", collector.got.lock().unwrap());
    assert!(exported.contains(r#"StringValue("passwordless")"#), "its name: {exported}");
    assert!(!exported.contains(&PHONE[1..]) && !exported.contains(&code), "{exported}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_joins_no_trace() {
    let collector = Collector::start().await;
    let mut process = Process::both(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url)]).await;
    let login = format!("{}/login", process.app);
    reqwest::Client::new().get(login).header("traceparent", OF_PROXY).send().await.unwrap();
    process.terminate();
    assert!(process.wait().success());
    let spans = collector.spans();
    assert_ne!(find(&spans, "request", "/login").trace_id, hex(TRACE));
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_go_on_without_the_collector() {
    let process = Process::both(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")]).await;
    process.browser().call("start").form(&[("phone_number", PHONE), ("country", "US")]).send().await.unwrap();
    process.code_sent_to(PHONE).await;
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
