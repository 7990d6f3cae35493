//! The login as a pure state machine, and its events; independent of any UI.

mod flash_message;
mod lock_event;
mod state;

pub use flash_message::{FlashKind, FlashMessage};
pub use lock_event::LockEvent;
pub use state::{Command, Event, Notice, Request, Screen, Search, State};
