//! How far the program is on its way to its end.

use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Serving,
    /// It still takes connections, and tells those who ask that it will not for long.
    Leaving,
    /// The app takes no more of them; the tenant does, as the app's requests under way may need it.
    Closing,
    /// Nothing does.
    Closed,
}

/// Watches the phase.
#[derive(Clone, Debug)]
pub(crate) struct Phases(watch::Receiver<Phase>);

impl Phases {
    /// And what sets it.
    pub(crate) fn new() -> (watch::Sender<Phase>, Self) {
        let (sender, receiver) = watch::channel(Phase::Serving);
        (sender, Self(receiver))
    }

    pub(crate) fn now(&self) -> Phase {
        *self.0.borrow()
    }

    /// Waits for a phase, or a later one.
    pub(crate) async fn reach(&mut self, wanted: Phase) {
        drop(self.0.wait_for(|phase| *phase >= wanted).await);
    }
}
