//! Candidates: which commit stands for what a worker left.

use super::oid::Oid;

/// What is known of a worktree once its agent ended.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// The commit that the worktree started at.
    pub base: Oid,
    /// That commit's tree.
    pub base_tree: Oid,
    /// The tree of everything that is there now.
    pub tree: Oid,
    /// The commit that the agent's HEAD is at, with its tree, where there is one.
    pub head: Option<Head>,
}

/// The agent's HEAD.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// The commit.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// Whether its first parents lead to base.
    pub leads_to_base: bool,
}

/// Which commit to take, or to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// This one as it is.
    Existing(Oid),
    /// A new one with the worktree's tree and these parents.
    New(Vec<Oid>),
}

impl Left {
    /// Decides on the candidate: its first parents lead to base, and the agent's own commits stay reachable from it.
    #[must_use]
    pub fn candidate(&self) -> Candidate {
        match self.head.filter(|head| head.commit != self.base) {
            None if self.tree == self.base_tree => Candidate::Existing(self.base),
            None => Candidate::New(vec![self.base]),
            Some(head) if !head.leads_to_base => Candidate::New(vec![self.base, head.commit]),
            Some(head) if head.tree == self.tree => Candidate::Existing(head.commit),
            Some(head) => Candidate::New(vec![head.commit]),
        }
    }
}

/// Returns the first line of a task that says something.
#[must_use]
pub fn title(task: &str) -> &str {
    task.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no task")
}

/// Writes the message of a commit made for a worker: what it was for, and whose it is.
#[must_use]
pub fn message(task: &str, trailers: &[(&str, String)]) -> String {
    let line = title(task);
    // git takes no NUL, and nothing in a log may steer a terminal.
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut subject: String = line.chars().take(72).map(shown).collect();
    if line.chars().nth(72).is_some() {
        subject.push('…');
    }
    format!("{subject}\n\n{}", self::trailers(trailers))
}

/// Adds trailers to a message of the user's own: to the trailers that it ends with, or as a paragraph.
#[must_use]
pub fn with_trailers(message: &str, trailers: &[(&str, String)]) -> String {
    let message = message.trim_end();
    let gap = if ends_with_trailers(message) { "\n" } else { "\n\n" };
    format!("{message}{gap}{}", self::trailers(trailers))
}

/// Tells whether the last paragraph, not being the only one, consists of lines such as `Fixes: #1`.
fn ends_with_trailers(message: &str) -> bool {
    let Some((_, last)) = message.rsplit_once("\n\n") else { return false };
    let is_trailer = |line: &str| {
        let (name, _) = line.split_once(": ").unwrap_or_default();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    last.lines().all(is_trailer)
}

/// Returns the value of a trailer that a message ends with.
#[must_use]
pub fn trailer<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    last.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Writes trailers, a line each (git-interpret-trailers(1)).
#[must_use]
pub fn trailers(trailers: &[(&str, String)]) -> String {
    trailers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Oid {
        format!("{number:040x}").parse().unwrap()
    }

    fn candidate(tree: Oid, head: Option<(Oid, Oid, bool)>) -> Candidate {
        let head = head.map(|(commit, tree, leads_to_base)| Head { commit, tree, leads_to_base });
        Left { base: id(1), base_tree: id(2), tree, head }.candidate()
    }

    #[test]
    fn a_worktree_as_it_was_is_base_itself() {
        assert_eq!(candidate(id(2), Some((id(1), id(2), true))), Candidate::Existing(id(1)));
        assert_eq!(candidate(id(2), None), Candidate::Existing(id(1)));
    }

    #[test]
    fn what_is_not_committed_goes_on_top_of_what_is() {
        assert_eq!(candidate(id(3), Some((id(1), id(2), true))), Candidate::New(vec![id(1)]));
        assert_eq!(candidate(id(3), Some((id(5), id(3), true))), Candidate::Existing(id(5)));
        assert_eq!(candidate(id(4), Some((id(5), id(3), true))), Candidate::New(vec![id(5)]));
        assert_eq!(candidate(id(2), Some((id(5), id(3), true))), Candidate::New(vec![id(5)]), "undone again");
    }

    #[test]
    fn a_head_that_does_not_come_from_base_is_kept_as_second_parent() {
        assert_eq!(candidate(id(3), Some((id(5), id(3), false))), Candidate::New(vec![id(1), id(5)]));
        assert_eq!(candidate(id(2), Some((id(5), id(3), false))), Candidate::New(vec![id(1), id(5)]));
    }

    #[test]
    fn trailers_join_those_that_a_message_ends_with() {
        let trailers = [("Par-Worker", "w1".to_owned())];
        for (message, expected) in [
            ("subject", "subject\n\nPar-Worker: w1\n"),
            ("Fixes: it", "Fixes: it\n\nPar-Worker: w1\n"),
            ("subject\n\nbody: of words\nno trailer\n", "subject\n\nbody: of words\nno trailer\n\nPar-Worker: w1\n"),
            ("subject\n\nFixes: it\nSigned-off-by: A\n\n", "subject\n\nFixes: it\nSigned-off-by: A\nPar-Worker: w1\n"),
        ] {
            assert_eq!(with_trailers(message, &trailers), expected);
        }
    }

    #[test]
    fn what_steers_a_terminal_is_not_in_a_subject() {
        assert_eq!(message("a\0\u{1b}[31mb", &[]), "a\u{fffd}\u{fffd}[31mb\n\n");
    }

    #[test]
    fn a_long_task_makes_a_short_subject() {
        let text = message(&"é".repeat(100), &[("Par-Worker", "w1".to_owned())]);
        assert_eq!(text, format!("{}…\n\nPar-Worker: w1\n", "é".repeat(72)));
    }
}
