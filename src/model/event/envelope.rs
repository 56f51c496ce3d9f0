//! Envelopes: the members that every event has, read without touching its payload.

use super::{
    Error, SCHEMA_VERSION,
    fields::{Fields, unquoted},
};
use crate::model::{canonical::Member, hash::Hash};

/// What every event says, besides its texts and its payload.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) seq_id: u64,
    pub(super) success: bool,
    pub(super) duration_ms: u64,
    /// Ascending; the last one is `triggered_by`.
    pub(super) causes: Vec<u64>,
    pub(super) prev_hash: Hash,
    pub(super) entry_hash: Hash,
    /// Which member `entry_hash` is, counted from 0.
    pub(super) entry_hash_at: usize,
}

impl Envelope {
    /// Reads the members of a canonical line; unknown ones are passed over.
    pub(super) fn read(line: &str, members: &[Member]) -> Result<Self, Error> {
        let mut fields = Fields::new(line, members);
        fields.object("args")?;
        let causes = fields.take("causes");
        let duration_ms = fields.count("duration_ms")?;
        let entry_hash = fields.hash("entry_hash")?;
        let entry_hash_at = fields.passed() - 1;
        let prev_hash = fields.hash("prev_hash")?;
        fields.object("result")?;
        require_version(fields.text("schema_version")?)?;
        let seq_id = fields.count("seq_id")?;
        fields.text("source_agent")?;
        let success = fields.bool("success")?;
        fields.take("time").map_or(Ok(()), require_time)?;
        fields.text("tool_name")?;
        let causes = read_causes(causes, fields.take("triggered_by"))?;
        require_earlier(&causes, seq_id)?;
        Ok(Self { seq_id, success, duration_ms, causes, prev_hash, entry_hash, entry_hash_at })
    }
}

fn require_version(version: &str) -> Result<(), Error> {
    let want = "the version \"1.0\"";
    if version == SCHEMA_VERSION { Ok(()) } else { Err(Error::Schema { key: "schema_version", want }) }
}

fn require_time(raw: &str) -> Result<(), Error> {
    let want = "a time such as 2026-11-20T14:25:01.000Z";
    let fits = unquoted(raw).is_some_and(is_time);
    if fits { Ok(()) } else { Err(Error::Schema { key: "time", want }) }
}

/// Tells whether a text is RFC 3339 in UTC with milliseconds, in its one spelling.
fn is_time(time: &str) -> bool {
    let shape = b"0000-00-00T00:00:00.000Z";
    let same = |(byte, place): (u8, &u8)| {
        if *place == b'0' { byte.is_ascii_digit() } else { byte == *place }
    };
    time.len() == shape.len() && time.bytes().zip(shape).all(same) && time.parse::<jiff::Timestamp>().is_ok()
}

fn read_causes(causes: Option<&str>, trigger: Option<&str>) -> Result<Vec<u64>, Error> {
    let trigger = trigger.map(str::parse::<u64>).transpose();
    let trigger = trigger.map_err(|_| Error::Cause("'triggered_by' is not the seq_id of an event"))?;
    let Some(raw) = causes else { return Ok(trigger.into_iter().collect()) };
    let causes = numbers(raw).ok_or(Error::Cause("'causes' is not a list of seq_ids"))?;
    if !causes.is_sorted_by(|one, two| one < two) {
        return Err(Error::Cause("'causes' do not ascend"));
    }
    if causes.last() != trigger.as_ref() {
        return Err(Error::Cause("'triggered_by' is not the greatest of 'causes'"));
    }
    Ok(causes)
}

fn numbers(raw: &str) -> Option<Vec<u64>> {
    let list = raw.strip_prefix('[')?.strip_suffix(']')?;
    if list.is_empty() {
        return Some(Vec::new());
    }
    list.split(',').map(|number| number.parse().ok()).collect()
}

/// Since `seq_id` has no gaps, an event exists before this one exactly where its number is from 1 to one less.
fn require_earlier(causes: &[u64], seq_id: u64) -> Result<(), Error> {
    let earlier = causes.iter().all(|cause| (1..seq_id).contains(cause));
    if earlier { Ok(()) } else { Err(Error::Cause("a cause is not an earlier event")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_spelling_and_is_in_the_calendar() {
        assert!(is_time("2026-11-20T14:25:01.000Z"));
        for time in ["2026-11-20T14:25:01Z", "2026-11-20T14:25:01.000+00:00", "2026-11-20 14:25:01.000Z", "", "now"] {
            assert!(!is_time(time), "{time}");
        }
        for time in ["2026-13-20T14:25:01.000Z", "2026-02-30T14:25:01.000Z", "2026-11-20T25:25:01.000Z"] {
            assert!(!is_time(time), "{time}");
        }
    }

    #[test]
    fn the_trigger_is_the_greatest_of_the_causes_and_each_is_a_number() {
        assert_eq!(read_causes(None, None).unwrap(), [] as [u64; 0]);
        assert_eq!(read_causes(Some("[]"), None).unwrap(), [] as [u64; 0]);
        assert_eq!(read_causes(None, Some("4")).unwrap(), [4]);
        assert_eq!(read_causes(Some("[1,4]"), Some("4")).unwrap(), [1, 4]);
        let lists =
            [("[1,4]", None), ("[1,4]", Some("1")), ("[4,1]", Some("4")), ("[4,4]", Some("4")), ("[]", Some("4"))];
        let types =
            [("4", Some("4")), ("null", None), (r#"["4"]"#, Some("4")), ("[[4]]", Some("4")), ("[-4]", Some("-4"))];
        for (causes, trigger) in lists.into_iter().chain(types) {
            assert!(read_causes(Some(causes), trigger).is_err(), "{causes} {trigger:?}");
        }
        for trigger in [r#""4""#, "null", "-1", "[4]", "true"] {
            assert!(read_causes(None, Some(trigger)).is_err(), "{trigger}");
        }
    }

    #[test]
    fn only_events_from_the_first_to_the_last_can_be_causes() {
        assert!(require_earlier(&[1, 3], 4).is_ok());
        for causes in [&[0][..], &[4], &[5], &[0, 3]] {
            assert!(require_earlier(causes, 4).is_err(), "{causes:?}");
        }
    }
}
