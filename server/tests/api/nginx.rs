use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::atomic::{AtomicU32, Ordering},
};

/// Each path is in a folder of its own, so that anyone can run it.
const CONFIG: &str = "
daemon off;
pid FOLDER/pid;
error_log FOLDER/error.log;
events {}
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    SERVERS
}
";

const SERVER: &str = "
    server {
        listen ADDRESS;
        location / {
            proxy_pass BEHIND;
            proxy_set_header HEADER VALUE;
        }
    }
";

/// A reverse proxy.
pub struct Nginx {
    pub origin: String,
    /// Where the origin is.
    pub address: SocketAddr,
    /// Where the servers without TLS are.
    pub plain: SocketAddr,
    folder: PathBuf,
    process: Child,
}

impl Nginx {
    /// One that sets one header, and passes on the others.
    pub fn in_front_of(behind: &str, header: &str, value: &str) -> Self {
        let behind = behind.replace("localhost", "127.0.0.1");
        Self::with_servers(&SERVER.replace("BEHIND", &behind).replace("HEADER", header).replace("VALUE", value))
    }

    /// One with these servers, which listen at `ADDRESS`, and those without TLS at `PLAIN`. It inherits its sockets, so that it
    /// is reached from the start.
    pub fn with_servers(servers: &str) -> Self {
        let [socket, plain] = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let [address, plain_address] = [&socket, &plain].map(|socket| {
            socket.set_nonblocking(true).unwrap();
            socket.local_addr().unwrap()
        });
        let folder = new_folder();
        let values = [
            ("SERVERS", servers.to_owned()),
            ("FOLDER", folder.display().to_string()),
            ("ADDRESS", address.to_string()),
            ("PLAIN", plain_address.to_string()),
        ];
        let config = values.iter().fold(CONFIG.to_owned(), |config, (name, value)| config.replace(name, value));
        fs::write(folder.join("nginx.conf"), &config).unwrap();
        let mut command = nginx(&folder);
        command.env("NGINX", "0;").stdin(OwnedFd::from(socket));
        // What inherits a socket that no server listens at does not start.
        if servers.contains("PLAIN") {
            certificate(&folder);
            command.env("NGINX", "0;1;").stdout(OwnedFd::from(plain));
        }
        let process = command.spawn().expect("nginx; `make test` installs it, or says what is missing");
        Self { origin: format!("http://{address}"), address, plain: plain_address, folder, process }
    }
}

/// Makes `key.pem` and `cert.pem`, which nobody trusts.
fn certificate(folder: &Path) {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "key.pem"]);
    let made = openssl.args(["-out", "cert.pem"]).current_dir(folder).output();
    assert!(made.expect("openssl; `make test` installs it, or says what is missing").status.success());
}

fn nginx(folder: &Path) -> Command {
    let mut command = Command::new("nginx");
    command.args(["-e", "error.log", "-c", "nginx.conf", "-p"]).arg(folder);
    command
}

impl Drop for Nginx {
    fn drop(&mut self) {
        nginx(&self.folder).args(["-s", "stop"]).status().and_then(|_| self.process.wait()).unwrap();
    }
}

fn new_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("nginx-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}
