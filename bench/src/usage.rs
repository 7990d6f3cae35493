//! What a process has used so far, as Linux counts it.

use crate::error::BenchError;
use std::{fs, time::Duration};

/// Of `/proc/PID/stat`: the unit in which Linux tells every program CPU time (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);
/// The fields of `/proc/PID/stat` after the name, which may contain spaces: the state is the first.
const USER_TICKS: usize = 11;

/// CPU time of all threads, by where it was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cpu {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
}

impl Cpu {
    pub(crate) fn of(process: u32) -> Result<Self, BenchError> {
        let path = format!("/proc/{process}/stat");
        let text = fs::read_to_string(&path)?;
        Self::parse(&text).ok_or(BenchError::Proc(path))
    }

    /// Of the processes that another has started, and that still run.
    pub(crate) fn of_children(parent: u32) -> Result<Self, BenchError> {
        let of_parent = |stat: &String| parent_in(stat) == Some(parent);
        // A process may end between the listing and the reading.
        let stats = fs::read_dir("/proc")?.filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
        Ok(Self::sum_of(stats.filter(of_parent).filter_map(|stat| Self::parse(&stat))))
    }

    pub(crate) fn sum_of(all: impl IntoIterator<Item = Self>) -> Self {
        let add = |sum: Self, one: Self| Self { user: sum.user + one.user, system: sum.system + one.system };
        all.into_iter().fold(Self::default(), add)
    }

    fn parse(stat: &str) -> Option<Self> {
        let (_, fields) = stat.rsplit_once(')')?;
        let mut ticks = fields.split_whitespace().skip(USER_TICKS).map(str::parse::<u32>);
        let mut next = || Some(TICK * ticks.next()?.ok()?);
        Some(Self { user: next()?, system: next()? })
    }

    pub(crate) fn sum(self) -> Duration {
        self.user + self.system
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self { user: self.user.saturating_sub(before.user), system: self.system.saturating_sub(before.system) }
    }
}

/// Who has started a process: the field after its state.
fn parent_in(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}

/// The most memory that a process has had, in KiB.
pub(crate) fn peak_memory(process: u32) -> Result<u64, BenchError> {
    let path = format!("/proc/{process}/status");
    let text = fs::read_to_string(&path)?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).ok_or(BenchError::Proc(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_behind_a_name_with_spaces_and_brackets() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 155 89 0 0 20 0 4 0 1000";
        let expected = Cpu { user: Duration::from_millis(1550), system: Duration::from_millis(890) };
        assert_eq!(Cpu::parse(stat), Some(expected));
        assert_eq!(parent_in(stat), Some(1));
        assert_eq!(Cpu::parse("7 (a) S 1"), None);
    }

    #[test]
    fn own_process_uses_memory() {
        assert!(peak_memory(std::process::id()).unwrap() > 0);
    }
}
