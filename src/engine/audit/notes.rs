//! Notes: on base the journal, on each candidate what is rendered from it, and nothing else.

use std::collections::BTreeMap;

use super::{
    scene::Scene,
    tally::{Tally, count, unreadable},
};
use crate::{
    model::{
        chronicle::Chronicle,
        finding::{Code, Finding},
        oid::Oid,
    },
    repo::objects,
};

const CODE: Code = Code::Notes;

/// Holds the notes to what a journal makes of them, which stands on its base itself.
pub(super) fn check(scene: &Scene<'_>, history: &impl Chronicle) -> Vec<Finding> {
    let mut tally = Tally::new(CODE);
    let source = &scene.source;
    let (Some(notes), Some(base), Some(journal)) = (&source.notes, history.base(), &source.journal) else {
        tally.remark("the notes are not here; the journal is the seal's");
        return tally.done("no note contradicts the journal");
    };
    let texts = history.notes();
    let mut expected: BTreeMap<String, (Oid, &[u8])> =
        texts.iter().map(|(commit, text)| (commit.to_string(), (*commit, text.as_bytes()))).collect();
    expected.insert(base.to_string(), (base, journal));
    for (name, blob) in scene.each(notes) {
        match expected.remove(name) {
            Some((object, text)) => tally.extend(judge(scene, (object, *blob), text)),
            None => tally.add(Finding::broken(CODE, format!("the note on {name} is none of the run's")).on(*blob)),
        }
    }
    for (object, _) in expected.into_values() {
        tally.add(Finding::broken(CODE, format!("the note on {object} is gone")).on(object));
    }
    tally.done(format!("the journal and {} for people, rendered again", count(texts.len(), "note")))
}

fn judge(scene: &Scene<'_>, (object, blob): (Oid, Oid), text: &[u8]) -> Option<Finding> {
    // One that is longer is another, and is not read for it.
    match scene.repository.blob(blob, text.len() as u64) {
        Ok(found) if found == text => None,
        Ok(_) | Err(objects::Error::TooLarge { .. }) => {
            Some(Finding::broken(CODE, format!("the note on {object} is not what the journal makes of it")).on(blob))
        }
        Err(error) => Some(unreadable(CODE, &error, &format!("note on {object}"))),
    }
}
