//! Usage: what an agent says that it spent; its own word, recorded as such.

use serde::{Deserialize, Serialize};

/// Tokens and money that an agent reported; what it did not report is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens that went in.
    pub input_tokens: Option<u64>,
    /// Tokens that came out.
    pub output_tokens: Option<u64>,
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: Option<u64>,
    /// Turns of the conversation.
    pub turns: Option<u64>,
}

impl Usage {
    /// Tells whether the agent reported nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
