//! Several people at a time, each of whom begins again when done.

use crate::{error::BenchError, process::now};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

/// How long it took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    pub(crate) took: Duration,
    pub(crate) each: Vec<Duration>,
}

impl Load {
    /// Has `people` at a time do something, `count` times in all. The index is that of the time.
    pub(crate) async fn run<F, T>(people: usize, count: usize, visit: F) -> Result<Self, BenchError>
    where
        F: Fn(usize) -> T + Clone + Send + 'static,
        T: Future<Output = Result<(), BenchError>> + Send + 'static,
    {
        let began = now();
        let next = Arc::new(AtomicUsize::new(0));
        let mut running = JoinSet::new();
        for _ in 0..people {
            running.spawn(one_person(Arc::clone(&next), count, visit.clone()));
        }
        let mut load = Self::default();
        while let Some(done) = running.join_next().await {
            load.each.extend(done.map_err(std::io::Error::other)??);
        }
        load.took = began.elapsed();
        Ok(load)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.took += other.took;
        self.each.extend(other.each);
    }

    pub(crate) fn per_second(&self) -> f64 {
        count(self.each.len()) / self.took.as_secs_f64()
    }

    /// The time that so many of a hundred stay below.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.each.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

async fn one_person<F, T>(next: Arc<AtomicUsize>, count: usize, visit: F) -> Result<Vec<Duration>, BenchError>
where
    F: Fn(usize) -> T,
    T: Future<Output = Result<(), BenchError>>,
{
    let mut each = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= count {
            return Ok(each);
        }
        let began = now();
        visit(index).await?;
        each.push(began.elapsed());
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Counts are far below the numbers that a float cannot hold.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
pub(crate) fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(millis: impl Iterator<Item = u64>) -> Load {
        Load { took: Duration::from_secs(2), each: millis.map(Duration::from_millis).collect() }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let load = load((1..=200).rev());
        assert_eq!(load.percentile(50), Duration::from_millis(100));
        assert_eq!(load.percentile(99), Duration::from_millis(198));
        assert_eq!(Load::default().percentile(50), Duration::ZERO);
    }

    #[test]
    fn times_of_several_rounds_add_up() {
        let mut sum = load(1..=10);
        sum.add(load(1..=30));
        assert!((sum.per_second() - 10.0).abs() < 1e-9);
    }

    #[tokio::test]
    async fn each_time_is_done_once_by_one_of_the_people() {
        let (times, received) = std::sync::mpsc::channel();
        let visit = move |index| {
            let times = times.clone();
            async move {
                times.send(index).unwrap();
                Ok(())
            }
        };
        assert_eq!(Load::run(8, 20, visit).await.unwrap().each.len(), 20);
        let mut done: Vec<_> = received.iter().collect();
        done.sort_unstable();
        assert_eq!(done, (0..20).collect::<Vec<_>>());
    }
}
