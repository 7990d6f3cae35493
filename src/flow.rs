//! The login as a pure state machine, and its events; independent of any UI.

mod flash_message;
mod lock_event;
mod state;

pub use flash_message::{FlashKind, FlashMessage};
pub use lock_event::LockEvent;
pub(crate) use state::{Command, Event, Search, State};
pub use state::{Notice, Request, Screen};
