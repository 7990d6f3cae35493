//! The login as a pure state machine and the events that it tells the app of; owned by no UI.

mod flash_message;
mod lock_event;
mod state;

pub use flash_message::{FlashKind, FlashMessage};
pub use lock_event::LockEvent;
pub use state::{Command, Event, Notice, Request, Screen, Search, State};
