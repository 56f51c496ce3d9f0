//! Links: whether the ids of a plan are unique, and what its tasks need exists and comes to no circle.

use std::collections::{HashMap, HashSet};

use super::{
    fields::Fields,
    finding::{Code, Findings, Place, named},
    task::Task,
};

/// What one task says of itself and of others, whether that is right or not.
struct Ends<'v> {
    place: Place,
    id: Option<&'v str>,
    needs: Vec<(Place, &'v str)>,
}

/// Gathers whatever is wrong between tasks.
pub(super) fn check(tasks: &[Option<Fields<'_>>], findings: &Findings) {
    let ends: Vec<Ends<'_>> = tasks.iter().flatten().map(Ends::of).collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (at, task) in ends.iter().enumerate() {
        let Some(id) = task.id else { continue };
        if let Some(earlier) = first.get(id) {
            task.is_there((id, &ends[*earlier].place), findings);
        } else {
            first.insert(id, at);
        }
    }
    let needs: Vec<Vec<usize>> = ends.iter().map(|task| resolved(task, &first, findings)).collect();
    for circle in circles(&needs) {
        let names: Vec<String> = circle.iter().map(|at| ends[*at].id.unwrap_or_default().to_owned()).collect();
        let message = format!("these need each other in a circle: {} -> {}", names.join(" -> "), names[0]);
        findings.error(Code::Cycle, &ends[circle[0]].place.key("needs"), message);
    }
}

/// Gathers whatever is wrong between a task and those before it, which are as they should be.
pub(super) fn check_next(before: &[Task], task: &Fields<'_>, findings: &Findings) {
    let task = Ends::of(task);
    let mut first: HashMap<&str, usize> = before.iter().enumerate().map(|(at, task)| (task.id.as_str(), at)).collect();
    if let Some(id) = task.id {
        match first.get(id) {
            Some(earlier) => task.is_there((id, &Place::default().key("tasks").at(*earlier)), findings),
            None => drop(first.insert(id, before.len())),
        }
    }
    // Those before it need nothing that came later, so that there is no circle.
    resolved(&task, &first, findings);
}

impl<'v> Ends<'v> {
    fn of(task: &Fields<'v>) -> Self {
        let place = task.place.key("needs");
        let needs = task.value("needs").and_then(|value| value.as_array()).into_iter().flatten().enumerate();
        Self {
            place: task.place.clone(),
            id: task.value("id").and_then(|id| id.as_str()),
            needs: needs.filter_map(|(at, need)| Some((place.at(at), need.as_str()?))).collect(),
        }
    }
}

impl Ends<'_> {
    /// Gathers that another task has its id.
    fn is_there(&self, (id, earlier): (&str, &Place), findings: &Findings) {
        let message = format!("{} is a task already, at {earlier}", named(id));
        findings.error(Code::DuplicateId, &self.place.key("id"), message);
    }
}

/// Returns the tasks that a task needs, and gathers what it needs in vain.
fn resolved(task: &Ends<'_>, first: &HashMap<&str, usize>, findings: &Findings) -> Vec<usize> {
    let mut found = Vec::new();
    for (place, need) in &task.needs {
        match first.get(need) {
            _ if task.id == Some(*need) => {
                findings.error(Code::SelfNeed, place, format!("{} needs itself", named(need)));
            }
            Some(at) => found.push(*at),
            None => {
                let meant = findings.did_you_mean(need, first.keys().copied());
                findings.error(Code::UnknownNeed, place, format!("no task is called {}{meant}", named(need)));
            }
        }
    }
    found
}

/// Finds circles, at most one through each task.
fn circles(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut in_circle: HashSet<usize> = HashSet::new();
    let mut is_done = vec![false; needs.len()];
    for start in 0..needs.len() {
        // Each task on the way with how many of its needs have been followed.
        let mut way: Vec<(usize, usize)> = if is_done[start] { vec![] } else { vec![(start, 0)] };
        let mut on_way = vec![false; needs.len()];
        while let Some((task, followed)) = way.last_mut() {
            let task = *task;
            on_way[task] = true;
            let Some(next) = needs[task].get(*followed).copied() else {
                (is_done[task], on_way[task]) = (true, false);
                way.pop();
                continue;
            };
            *followed += 1;
            if on_way[next] {
                let circle: Vec<usize> = way.iter().map(|(task, _)| *task).skip_while(|task| *task != next).collect();
                if circle.iter().all(|task| !in_circle.contains(task)) {
                    in_circle.extend(&circle);
                    found.push(circle);
                }
            } else if !is_done[next] {
                way.push((next, 0));
            }
        }
    }
    found
}
