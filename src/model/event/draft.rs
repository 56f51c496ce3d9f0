//! Drafts: what the writer of an event says, before the chain adds its part.

use serde_json::{Map, Value, json};

use super::{Error, Event, SCHEMA_VERSION, SOURCE_AGENT};
use crate::model::{canonical, chain::Tip, hash::Hash};

/// An event that has no place in a chain yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The event's kind, such as `run_started`.
    pub tool_name: String,
    /// What was asked for.
    pub args: Map<String, Value>,
    /// What came of it.
    pub result: Map<String, Value>,
    /// Whether it went well.
    pub success: bool,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The `seq_id`s of the events that it follows from, in any order.
    pub causes: Vec<u64>,
    /// When it is written: RFC 3339, UTC, milliseconds.
    pub time: Option<String>,
}

impl Draft {
    /// Makes the event that follows `tip`.
    ///
    /// # Errors
    ///
    /// Refuses all that a reader would refuse: values without a canonical form, a cause that is not an earlier event, a time
    /// in another spelling, a line that is too long.
    pub fn seal(self, tip: &Tip) -> Result<Event<'static>, Error> {
        let preimage = canonical::to_string(&self.value(tip))?;
        let hash = Hash::of(&[preimage.as_bytes()]);
        Event::from_canonical(with_entry_hash(preimage, hash))
    }

    fn value(mut self, tip: &Tip) -> Value {
        self.causes.sort_unstable();
        self.causes.dedup();
        let mut value = json!({
            "schema_version": SCHEMA_VERSION,
            "seq_id": tip.count.saturating_add(1),
            "source_agent": SOURCE_AGENT,
            "tool_name": self.tool_name,
            "args": self.args,
            "result": self.result,
            "success": self.success,
            "duration_ms": self.duration_ms,
            "prev_hash": tip.hash,
        });
        if let Some(trigger) = self.causes.last() {
            value["triggered_by"] = json!(trigger);
            value["causes"] = json!(self.causes);
        }
        if let Some(time) = self.time {
            value["time"] = json!(time);
        }
        value
    }
}

/// Puts the hash into the line that it covers: its place is right before `prev_hash`.
fn with_entry_hash(mut preimage: String, hash: Hash) -> String {
    let members = canonical::check(preimage.as_bytes()).expect("it was written in canonical form");
    let next = members.iter().find(|member| &preimage[member.key.clone()] == "prev_hash");
    let quote = next.expect("every draft has a prev_hash").key.start - 1;
    preimage.insert_str(quote, &format!("\"entry_hash\":\"{hash}\","));
    preimage
}
