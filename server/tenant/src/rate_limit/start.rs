//! How many codes may be asked for: what a start has to pass.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    backoff::AT_ONCE,
    settings::{Bucket, Gcra, Limits},
};
use crate::{clock::Millis, http::client_ip::Source, phone_number::PhoneNumber};

/// Codes an hour for a number that no table has in service: enough for its owner, of whom there are few.
const UNLISTED_PER_PHONE_HOUR: u32 = 3;

/// Codes an hour for all such numbers together: ranges that nobody has begun to use are what SMS pumping likes best.
const UNLISTED_HOUR: u32 = 60;

/// A bucket that a start takes from.
#[derive(Debug)]
pub(crate) struct StartLimit {
    pub(crate) bucket: Bucket,
    pub(crate) gcra: Gcra,
    /// Whether those who ask are told how much is left; the tenant's own caps are its own business.
    pub(crate) is_told: bool,
}

/// What counts for a start.
#[derive(Debug)]
pub(crate) struct StartLimits<'a> {
    /// Whose codes are to follow each other more and more slowly; `None` where that is lifted.
    pub(crate) paced: Option<Paced<'a>>,
    /// In the order in which rows are locked, the most shared one last. Of those that are told, the last one is.
    pub(crate) limits: Vec<StartLimit>,
}

/// A number, as it is asked for by strangers or by browsers that are known to be its owner's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paced<'a> {
    pub(crate) phone_number: &'a PhoneNumber,
    pub(crate) is_known: bool,
}

impl<'a> StartLimits<'a> {
    pub(crate) fn of(limits: &Limits, phone_number: &'a PhoneNumber, source: &Source, is_known: bool) -> Self {
        let entry = |bucket: Option<Bucket>, count, is_told| {
            let (bucket, gcra) = (bucket?, Gcra::per_hour(count)?);
            Some(StartLimit { bucket, gcra, is_told })
        };
        let per_phone = limits.starts_per_phone_hour;
        let is_unlisted = per_phone > 0 && !phone_number.is_valid();
        let per_phone = if is_unlisted { per_phone.min(UNLISTED_PER_PHONE_HOUR) } else { per_phone };
        let country = (limits.starts_per_country_hour > 0).then(|| Bucket::starts_to_country_of(phone_number));
        let all = [
            entry(Some(Bucket::starts_for(phone_number, is_known)), per_phone, true),
            entry(source.end_user().map(Bucket::starts_from), limits.starts_per_ip_hour, true),
            entry(country, limits.starts_per_country_hour, false),
            entry(is_unlisted.then(Bucket::unlisted_starts), UNLISTED_HOUR, false),
            entry(Some(Bucket::all_starts()), limits.starts_total_hour, false),
        ];
        let paced = (per_phone > 0).then_some(Paced { phone_number, is_known });
        Self { paced, limits: all.into_iter().flatten().collect() }
    }
}

/// What a client is told of a limit, in Auth0's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimit {
    limit: i64,
    remaining: i64,
    /// Unix seconds.
    reset: i64,
}

impl RateLimit {
    /// After a token was taken: how many are left, and when all of them will be there again.
    pub(crate) fn after_taking(gcra: Gcra, tat: Millis, now: Millis) -> Self {
        Self { limit: gcra.burst, remaining: gcra.left(tat, now), reset: ceil_seconds(tat) }
    }

    /// Nothing is left of the bucket until `free`.
    pub(crate) fn exceeded(gcra: Gcra, free: Millis) -> Self {
        Self { limit: gcra.burst, remaining: 0, reset: ceil_seconds(free) }
    }

    /// The number's codes came too fast.
    pub(crate) fn too_fast(free: Millis) -> Self {
        Self { limit: AT_ONCE.into(), remaining: 0, reset: ceil_seconds(free) }
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        let named = |name, value: i64| (HeaderName::from_static(name), HeaderValue::from(value));
        HeaderMap::from_iter([
            named("x-ratelimit-limit", self.limit),
            named("x-ratelimit-remaining", self.remaining),
            named("x-ratelimit-reset", self.reset),
        ])
    }
}

fn ceil_seconds(moment: Millis) -> i64 {
    moment.0.div_euclid(1000) + i64::from(moment.0.rem_euclid(1000) > 0)
}

/// No code was sent: too many were asked for.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("too many codes were asked for")]
pub(crate) struct TooManyStarts {
    pub(crate) retry_after: u64,
    pub(crate) rate: RateLimit,
}

impl TooManyStarts {
    pub(crate) fn until(free: Millis, rate: RateLimit, now: Millis) -> Self {
        Self { retry_after: now.seconds_until(free).max(1), rate }
    }
}
