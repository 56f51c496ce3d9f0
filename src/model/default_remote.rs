//! Default remotes: where git pushes to and fetches from when nobody says where.

/// Chooses a remote from git's settings (git-push(1), git-fetch(1)); none where none is configured.
///
/// `settings` are in git's order, the last value of a key being the one that counts; `branch` is the one checked out.
#[must_use]
pub fn choose(settings: &[(String, String)], branch: Option<&str>, is_push: bool) -> Option<String> {
    let get = |key: &str| settings.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.clone());
    let of_branch = |key| get(&format!("branch.{}.{key}", branch?));
    let to_push = || of_branch("pushremote").or_else(|| get("remote.pushdefault"));
    let named = is_push.then(to_push).flatten().or_else(|| of_branch("remote"));
    // A branch that follows another one here has this repository itself as its remote, which knows nothing else.
    named.filter(|name| name != ".").or_else(|| only_or_origin(&remotes(settings)))
}

/// Lists the remotes that have an address.
fn remotes(settings: &[(String, String)]) -> Vec<&str> {
    let name = |key: &'static str| {
        move |(name, _): &'_ (String, String)| name.strip_prefix("remote.")?.strip_suffix(key).map(str::len)
    };
    let (url, push_url) = (name(".url"), name(".pushurl"));
    let mut names: Vec<&str> = Vec::new();
    for setting in settings {
        let length = url(setting).or_else(|| push_url(setting));
        names.extend(length.map(|length| &setting.0["remote.".len()..][..length]));
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn only_or_origin(remotes: &[&str]) -> Option<String> {
    let chosen = if let [only] = remotes { Some(only) } else { remotes.iter().find(|name| **name == "origin") };
    chosen.map(|name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_goes_first_then_the_default_then_the_only_one_then_origin() {
        let origin = "remote.origin.url=o";
        let cases: [(&[&str], Option<&str>, Option<&str>); 9] = [
            (&[], None, None),
            (&["branch.other.remote=x"], None, None),
            (&["remote.hub.url=h"], Some("hub"), Some("hub")),
            (&["remote.hub.pushurl=h", "remote.hub.fetch=+a:b"], Some("hub"), Some("hub")),
            (&[origin, "remote.hub.url=h"], Some("origin"), Some("origin")),
            (&["remote.a.b.url=h", "remote.hub.url=h"], None, None),
            (&[origin, "branch.main.remote=up"], Some("up"), Some("up")),
            (&[origin, "branch.main.remote=up", "remote.pushdefault=mine"], Some("mine"), Some("up")),
            (
                &[origin, "remote.pushdefault=mine", "branch.main.pushremote=x", "branch.main.remote=."],
                Some("x"),
                Some("origin"),
            ),
        ];
        for (settings, push, fetch) in cases {
            let pairs: Vec<_> = settings.iter().filter_map(|text| text.split_once('=')).collect();
            let pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            assert_eq!(choose(&pairs, Some("main"), true).as_deref(), push, "{settings:?}");
            assert_eq!(choose(&pairs, Some("main"), false).as_deref(), fetch, "{settings:?}");
        }
    }

    #[test]
    fn without_a_branch_the_default_to_push_to_still_counts() {
        let settings = [("remote.pushdefault".to_owned(), "mine".to_owned())];
        assert_eq!(choose(&settings, None, true).as_deref(), Some("mine"));
        assert_eq!(choose(&settings, None, false), None);
    }
}
