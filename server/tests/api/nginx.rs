use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
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
    server {
        listen ADDRESS;
        location / {
            proxy_pass BEHIND;
            proxy_set_header HEADER VALUE;
        }
    }
}
";

/// A reverse proxy that sets one header, and passes on the others.
pub struct Nginx {
    pub origin: String,
    folder: PathBuf,
    process: Child,
}

impl Nginx {
    /// It inherits its socket, so that it is reached from the start.
    pub fn in_front_of(behind: &str, header: &str, value: &str) -> Self {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let folder = new_folder();
        let behind = behind.replace("localhost", "127.0.0.1");
        let folder_name = folder.display().to_string();
        let config = [("FOLDER", &folder_name), ("ADDRESS", &address), ("BEHIND", &behind)];
        let config = config.iter().fold(CONFIG.to_owned(), |config, (name, value)| config.replace(name, value));
        fs::write(folder.join("nginx.conf"), config.replace("HEADER", header).replace("VALUE", value)).unwrap();

        let process = nginx(&folder).env("NGINX", "0;").stdin(OwnedFd::from(socket)).spawn();
        let process = process.expect("nginx; `make test` installs it, or says what is missing");
        Self { origin: format!("http://{address}"), folder, process }
    }
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
