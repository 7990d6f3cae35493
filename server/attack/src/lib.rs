//! A simulator of SMS pumping: someone has a login send messages to numbers that pay him, with honest people among them.
//! `docs/abuse.md` says what it shows.

mod attacker;
pub mod bounds;
mod clock;
pub mod country;
mod elsewhere;
mod error;
mod ledger;
mod ours;
mod person;
mod proof_of_work;
mod provider;
mod random;
pub mod report;
pub mod run;
pub mod scenario;
mod target;
mod visitor;

pub use elsewhere::Elsewhere;
pub use error::AttackError;
pub use ours::Ours;
pub use target::{Asked, Entered, Target, Way};
