//! Tells systemd that the program is ready, and that it stops: the protocol of `sd_notify(3)`.

#[cfg(target_os = "linux")]
use std::{
    env,
    ffi::OsStr,
    io,
    os::{
        linux::net::SocketAddrExt,
        unix::{
            ffi::OsStrExt,
            net::{SocketAddr, UnixDatagram},
        },
    },
};

/// It takes connections.
pub(crate) fn ready() {
    notify("READY=1");
}

/// It was told to stop.
pub(crate) fn stopping() {
    notify("STOPPING=1");
}

#[cfg(target_os = "linux")]
fn notify(state: &str) {
    let Some(socket) = env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty()) else { return };
    if let Err(error) = send(state, &socket) {
        tracing::warn!(%error, state, "systemd cannot be told");
    }
}

#[cfg(not(target_os = "linux"))]
fn notify(_: &str) {}

/// A name that begins with @ is one of no file.
#[cfg(target_os = "linux")]
fn send(state: &str, socket: &OsStr) -> io::Result<()> {
    let address = match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(drop)
}
