//! How many codes may be requested.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    backoff::AT_ONCE,
    bucket::{Bucket, Site, number_key},
    budget::{Charge, OverBudget},
    conversion::{Recipient, Unentered},
    gcra::Gcra,
    settings::Limits,
};
use crate::{clock::Millis, http::client_ip::RequestSource, phone_number::PhoneNumber};

/// Codes an hour for a number that no table lists as in service: enough for its owner, as such numbers are rare.
const UNLISTED_PER_PHONE_HOUR: u32 = 3;

/// Codes an hour for all such numbers together: SMS pumping prefers unused ranges.
const UNLISTED_HOUR: u32 = 60;

/// Codes an hour for which someone of an address waited instead of calculating: enough for a person without JavaScript, and
/// for an attacker less than calculating gives them.
const WAITS_PER_ADDRESS_HOUR: u32 = 3;

/// The same for all addresses together, as an attacker can have many.
const WAITS_HOUR: u32 = 5;

/// A limit that a request for a code counts against.
#[derive(Debug)]
pub(crate) struct StartLimit {
    /// What it counts, as the metrics name it.
    pub(crate) name: &'static str,
    pub(crate) bucket: Bucket,
    pub(crate) gcra: Gcra,
    /// Whether clients see how much is left; the operator's own caps are not disclosed.
    pub(crate) is_disclosed: bool,
}

impl StartLimit {
    /// So many an hour; `None` if nothing is counted, or the limit is lifted.
    fn per_hour(name: &'static str, bucket: Option<Bucket>, count: u32, is_disclosed: bool) -> Option<Self> {
        Some(Self { name, bucket: bucket?, gcra: Gcra::per_hour(count)?, is_disclosed })
    }
}

/// The limits of a request for a code.
#[derive(Debug)]
pub(crate) struct StartLimits {
    /// The number whose codes are delayed more and more, as [`number_key`]; `None` where the delay is lifted.
    pub(crate) backoff: Option<String>,
    /// In the order in which rows are locked, the most shared one last. Of the disclosed ones, clients see the last.
    pub(crate) limits: Vec<StartLimit>,
}

impl StartLimits {
    /// Those of a request that waited instead of calculating, besides its others.
    pub(crate) fn of_waits(source: &RequestSource) -> Self {
        let address = source.end_user().map(Bucket::waits_from);
        let all = [
            StartLimit::per_hour("waits_of_address", address, WAITS_PER_ADDRESS_HOUR, false),
            StartLimit::per_hour("waits", Some(Bucket::all_waits()), WAITS_HOUR, false),
        ];
        Self { backoff: None, limits: all.into_iter().flatten().collect() }
    }

    pub(crate) fn of(limits: &Limits, phone_number: &PhoneNumber, source: &RequestSource, is_known: bool) -> Self {
        let entry = StartLimit::per_hour;
        let per_phone = limits.starts_per_phone_hour;
        let is_unlisted = per_phone > 0 && !phone_number.is_valid();
        let per_phone = if is_unlisted { per_phone.min(UNLISTED_PER_PHONE_HOUR) } else { per_phone };
        let country = (limits.starts_per_country_hour > 0).then(|| Bucket::starts_to_country_of(phone_number));
        let per_site = limits.starts_per_ip_hour.saturating_mul(Site::NETWORKS);
        let site = source.end_user().and_then(Site::of);
        let all = [
            entry("number", Some(Bucket::starts_for(phone_number, is_known)), per_phone, true),
            entry("address", source.end_user().map(Bucket::starts_from), limits.starts_per_ip_hour, true),
            entry("site", site.map(Bucket::starts_from_site), per_site, false),
            entry("country", country, limits.starts_per_country_hour, false),
            entry("unlisted", is_unlisted.then(Bucket::unlisted_starts), UNLISTED_HOUR, false),
            entry("total", Some(Bucket::all_starts()), limits.starts_total_hour, false),
        ];
        let backoff = (per_phone > 0).then(|| number_key(phone_number, is_known));
        Self { backoff, limits: all.into_iter().flatten().collect() }
    }
}

/// What a request for a code has to pass.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) limits: StartLimits,
    /// Whom the breaker counts it for.
    pub(crate) counted: Option<Recipient>,
    /// Whether who asks has done what those have to do who are slowed.
    pub(crate) passes_slowed: bool,
    /// What the message costs, if that is limited.
    pub(crate) charge: Option<Charge>,
}

/// What a request for a code did not pass.
#[derive(Debug)]
pub(crate) enum StartRefusal {
    TooMany(TooManyStarts),
    Unentered(Unentered),
    OverBudget(OverBudget),
}

impl From<TooManyStarts> for StartRefusal {
    fn from(too_many: TooManyStarts) -> Self {
        Self::TooMany(too_many)
    }
}

impl From<OverBudget> for StartRefusal {
    fn from(over_budget: OverBudget) -> Self {
        Self::OverBudget(over_budget)
    }
}

impl From<Unentered> for StartRefusal {
    fn from(unentered: Unentered) -> Self {
        Self::Unentered(unentered)
    }
}

/// The state of a limit, in Auth0's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimit {
    limit: i64,
    remaining: i64,
    /// Unix seconds.
    reset: i64,
}

impl RateLimit {
    /// After a token was taken: how many are left, and when the bucket will be full again.
    pub(crate) fn after_taking(gcra: Gcra, tat: Millis, now: Millis) -> Self {
        Self { limit: gcra.burst, remaining: gcra.left(tat, now), reset: ceil_seconds(tat) }
    }

    /// The bucket is empty until `free`.
    pub(crate) fn exceeded(gcra: Gcra, free: Millis) -> Self {
        Self { limit: gcra.burst, remaining: 0, reset: ceil_seconds(free) }
    }

    /// The number has to wait for its next code until `free`.
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

/// No code was sent: too many were requested.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("too many codes were asked for")]
pub(crate) struct TooManyStarts {
    pub(crate) retry_after: u64,
    pub(crate) rate: RateLimit,
    /// The name of the limit that has to be waited for.
    pub(crate) limit: &'static str,
}

impl TooManyStarts {
    pub(crate) fn until(free: Millis, rate: RateLimit, limit: &'static str, now: Millis) -> Self {
        Self { retry_after: now.seconds_until(free).max(1), rate, limit }
    }
}
