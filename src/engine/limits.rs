//! Limits: how long and how many, as users write them.

use std::time::Duration;

pub use crate::model::duration::parse as parse_duration;

/// Reads an age such as `14d`, `2w`, `12h` or `0`.
#[must_use]
pub fn parse_age(text: &str) -> Option<Duration> {
    let text = text.trim();
    let days = text.strip_suffix('d').map(|days| (days, 1)).or(text.strip_suffix('w').map(|weeks| (weeks, 7)));
    let days = days.and_then(|(number, unit)| number.parse::<u64>().ok()?.checked_mul(unit * 24 * 60 * 60));
    let nothing = || (text == "0").then_some(Duration::ZERO);
    days.map(Duration::from_secs).or_else(nothing).or_else(|| parse_duration(text))
}

/// Returns a time in milliseconds, as it is recorded; none where it is too long to count.
#[must_use]
pub fn milliseconds(time: Duration) -> Option<u64> {
    u64::try_from(time.as_millis()).ok()
}

/// Returns how many workers run at once by default: as many as there are cores.
#[must_use]
pub fn cores() -> u16 {
    std::thread::available_parallelism().map_or(1, |cores| u16::try_from(cores.get()).unwrap_or(u16::MAX))
}

/// Calls a function for each item on up to `jobs` threads; the next begins the moment one ends. What the calls return comes
/// in the order of the items.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], jobs: u16, act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let take = || {
        let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        items.get(at).map(|item| (at, act(item)))
    };
    let lane = || std::iter::from_fn(take).collect::<Vec<_>>();
    let mut results = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..usize::from(jobs).min(items.len())).map(|_| scope.spawn(lane)).collect();
        let ended =
            lanes.into_iter().flat_map(|lane| lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        ended.collect::<Vec<_>>()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_in_days_and_weeks_too() {
        for (text, hours) in [("0", 0), ("0d", 0), ("14d", 336), ("2w", 336), ("12h", 12)] {
            assert_eq!(parse_age(text), Some(Duration::from_secs(hours * 3600)), "{text}");
        }
        for text in ["", "d", "-1d", "1.5d", "999999999999999999d", "old"] {
            assert_eq!(parse_age(text), None, "{text}");
        }
    }

    #[test]
    fn each_item_is_acted_on_once() {
        let items: Vec<u32> = (0..100).collect();
        let sum = std::sync::atomic::AtomicU32::new(0);
        let results = in_parallel(&items, 7, |item| {
            sum.fetch_add(*item, std::sync::atomic::Ordering::Relaxed);
            *item
        });
        assert_eq!(results, items);
        assert_eq!(sum.into_inner(), 4950);
    }
}
