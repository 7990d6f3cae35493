//! Counts down to the next code and to the end of this one.

use super::Passwordless;
use crate::flow::Event;
use leptos::prelude::*;
use std::time::Duration;

/// Ticks until the dialog is unmounted.
pub(super) fn start(passwordless: Passwordless) {
    begin_anew(passwordless);
    if let Ok(interval) = set_interval_with_handle(move || tick(passwordless), Duration::from_millis(500)) {
        on_cleanup(move || interval.clear());
    }
}

/// Starts the first second now.
pub(super) fn begin_anew(passwordless: Passwordless) {
    passwordless.background.try_update_value(|background| background.since = now());
}

/// Milliseconds of a monotonic clock.
fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Measures time instead of counting ticks: browsers throttle the timers of hidden tabs.
fn tick(passwordless: Passwordless) {
    let seconds = passwordless.background.try_update_value(|background| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from floats saturate")]
        let seconds = ((now() - background.since) / 1000.0) as u32;
        background.since += f64::from(seconds) * 1000.0;
        seconds
    });
    if let Some(seconds @ 1..) = seconds {
        passwordless.dispatch(Event::TimePassed(seconds));
    }
}
