//! Several instances of the program on one database, behind a load balancer.

use crate::support::{
    browser::Browser,
    program::{Program, code_in},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use test_database::TestDatabase;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

pub struct Cluster {
    /// Where browsers reach the app, whichever instance answers.
    pub app: String,
    pub instances: Vec<Program>,
    /// How many connections the app of each instance has served.
    pub served: Arc<Vec<AtomicUsize>>,
}

impl Cluster {
    pub async fn of(count: usize, arguments: &[&str]) -> Self {
        let database = Arc::new(TestDatabase::empty().await);
        let fronts = [front().await, front().await];
        let [app, tenant] = fronts.each_ref().map(|(_, origin)| origin.clone());
        let public = ["--app-base-url", &app, "--tenant-public-url", &tenant];
        let mut instances = Vec::new();
        for _ in 0..count {
            let database = Arc::clone(&database);
            instances.push(Program::on_database(database, &[&public[..], arguments].concat()).await);
        }
        let backends = |origin: fn(&Program) -> &str| instances.iter().map(|one| origin(one).to_owned()).collect();
        let [(app_front, _), (tenant_front, _)] = fronts;
        let counters = || Arc::new(instances.iter().map(|_| AtomicUsize::new(0)).collect());
        let served = counters();
        tokio::spawn(balance(app_front, backends(|one| &one.app), Arc::clone(&served)));
        tokio::spawn(balance(tenant_front, backends(|one| &one.tenant), counters()));
        Self { app, instances, served }
    }

    /// A browser that opens a connection for each request, so that the next instance answers it.
    pub fn browser(&self) -> Browser {
        Browser::without_keep_alive(&self.app)
    }

    /// The codes of all SMS to a number; each instance has an outbox of its own.
    pub async fn codes_sent_to(&self, phone_number: &str) -> Vec<String> {
        let mut messages = Vec::new();
        for instance in &self.instances {
            messages.extend(instance.messages_to(phone_number).await);
        }
        messages.sort_by_key(|message| message["at"].to_string());
        messages.iter().map(code_in).collect()
    }

    /// The code of the newest SMS to a number.
    pub async fn code_sent_to(&self, phone_number: &str) -> String {
        self.codes_sent_to(phone_number).await.pop().unwrap()
    }
}

async fn front() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    (listener, origin)
}

/// Gives each connection to the next instance.
async fn balance(front: TcpListener, backends: Vec<String>, served: Arc<Vec<AtomicUsize>>) {
    for (backend, served) in backends.iter().zip(served.iter()).cycle() {
        let (mut incoming, _) = front.accept().await.unwrap();
        served.fetch_add(1, Ordering::Relaxed);
        let address = backend.strip_prefix("http://").unwrap().replace("localhost", "127.0.0.1");
        tokio::spawn(async move {
            let mut outgoing = TcpStream::connect(address).await.unwrap();
            // Whoever hangs up, the connection is over.
            let _ = copy_bidirectional(&mut incoming, &mut outgoing).await;
        });
    }
}
