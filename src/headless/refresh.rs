//! Completes a dialog that the browser rendered with the server's state.

#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(super) use in_browser::if_incomplete;
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(crate) use in_browser::refresh;

/// The server renders with its state, and renders all islands.
#[cfg(any(feature = "ssr", feature = "islands"))]
pub(super) fn if_incomplete(_: super::Passwordless) {}

#[cfg(not(any(feature = "ssr", feature = "islands")))]
mod in_browser {
    use crate::Login;
    use crate::flow::{Event, Notice, State};
    use crate::headless::{Passwordless, countdown};
    use crate::outcome::Refusal;
    use leptos::{prelude::*, task::spawn_local};

    /// Shown where not even the texts are known.
    const OUT_OF_DATE: &str = "This page is out of date. Please reload it.";

    pub(in crate::headless) fn if_incomplete(passwordless: Passwordless) {
        if passwordless.is_rendered_here() {
            refresh(passwordless);
        }
    }

    /// Asks the server for the state of the login, and takes it over unless the user has begun another one meanwhile.
    pub(crate) fn refresh(passwordless: Passwordless) {
        let id = passwordless.login(|login| login.id.clone());
        spawn_local(async move {
            match crate::page::refresh(id).await {
                Some(login) if login.is_of_another_version => passwordless.show_out_of_date(),
                Some(login) => passwordless.learn(login),
                // The dialog works with what it has.
                None => {}
            }
        });
    }

    impl Passwordless {
        /// Runs a view again when the login is replaced.
        pub(crate) fn track_login(self) {
            self.learned.track();
        }

        fn show_out_of_date(self) {
            let notice = Some(Notice::Refused(Refusal::Hook(OUT_OF_DATE.to_owned())));
            self.dispatch(Event::Learned(Box::new(State { notice, ..State::default() })));
        }

        fn learn(self, login: Login) {
            let state = login.state.clone();
            let is_there = self.background.try_update_value(|background| {
                let is_complete = background.login.is_complete;
                background.login = Login { is_complete, ..login };
            });
            if is_there.is_some() {
                self.learned.notify();
                self.dispatch(Event::Learned(Box::new(state)));
                countdown::begin_anew(self);
            }
        }
    }
}
