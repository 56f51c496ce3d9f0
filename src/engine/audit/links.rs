//! Links: the chain of a journal that is read line by line.

use crate::{
    model::{
        canonical,
        chain::{self, Broken, Chain, Form, Kind, Tip},
        event::{self, Event},
        finding::{Code, Finding},
    },
    process::stop::Stop,
};

/// After how many events it is asked whether the user still wants to know.
const STRIDE: u64 = 1024;

/// The chain of a journal that is being read.
pub(super) struct Links {
    pub(super) chain: Chain,
    form: Form,
    pub(super) broken: Option<Finding>,
}

impl Links {
    pub(super) fn new(form: Form) -> Self {
        Self { chain: Chain::new(Form::Canonical), form, broken: None }
    }

    /// Reads a whole journal and hands each event on that holds as a link.
    pub(super) fn follow(journal: &[u8], stop: Option<&Stop>, mut take: impl FnMut(&Event<'_>)) -> Self {
        let mut links = Self::new(Form::Canonical);
        for line in chain::lines(journal) {
            if links.chain.tip().count.is_multiple_of(STRIDE) && stop.is_some_and(Stop::is_set) {
                break;
            }
            let event = line.map_err(|broken| links.end(&broken)).ok().and_then(|line| links.push(line));
            let Some(event) = event else { break };
            take(&event);
        }
        links
    }

    /// Takes the next line without its newline; none where the chain ends with it.
    pub(super) fn push<'l>(&mut self, line: &'l [u8]) -> Option<Event<'l>> {
        let pushed = match self.chain.push(line) {
            // Others' lines mostly are canonical too, which is looked at three times as fast.
            Err(Broken { kind: Kind::Event(event::Error::Canonical(_)), .. }) if self.form == Form::Foreign => {
                self.push_foreign(line)
            }
            pushed => pushed,
        };
        pushed.map_err(|broken| self.end(&broken)).ok()
    }

    fn push_foreign(&mut self, line: &[u8]) -> Result<Event<'static>, Broken> {
        let broken = |error: canonical::Error| Broken {
            line: self.chain.tip().count + 1,
            seq_id: None,
            kind: event::Error::from(error).into(),
        };
        let text = canonical::from_json(line).map_err(broken)?;
        self.chain.push(text.as_bytes()).map(Event::into_owned)
    }

    /// Ends with what breaks the chain.
    pub(super) fn end(&mut self, broken: &Broken) {
        let finding = Finding::broken(Code::from(broken), broken.to_string());
        self.broken = Some(finding.at(broken.seq_id.unwrap_or(broken.line)));
    }

    /// Tells what holds, or what does not.
    pub(super) fn finish(&mut self) -> Vec<Finding> {
        if self.broken.is_none()
            && let Err(broken) = self.chain.clone().finish()
        {
            self.end(&broken);
        }
        self.broken.clone().map_or_else(|| self.holds(), |broken| vec![broken])
    }

    fn holds(&self) -> Vec<Finding> {
        let Tip { count, hash } = self.chain.tip();
        let head = hash.to_string();
        let canonical = Finding::holds(Code::Canonical, format!("{count} events are in canonical bytes"));
        let chain = format!("each event names the hash of the one before, up to {}", &head[..12]);
        let mut findings: Vec<Finding> = (self.form == Form::Canonical).then_some(canonical).into_iter().collect();
        findings.push(Finding::holds(Code::Chain, chain));
        findings.push(Finding::holds(Code::Numbering, format!("events are numbered 1 to {count}")));
        findings.push(Finding::holds(Code::Causes, "each event follows from earlier ones only"));
        findings
    }
}
