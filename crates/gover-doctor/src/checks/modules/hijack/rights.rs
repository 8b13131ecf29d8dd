//! Places that decide which programs run, and that other users may write.

use crate::language::counted;

use crate::snapshot::disk::Owner;
use crate::{Evidence, Finding, MachinePath, Snapshot, text};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    // Nobody else is in a container, where images let everyone write.
    if CONTAINER.iter().any(|path| snapshot.exists(&snapshot.system.path(*path))) {
        return Vec::new();
    }
    let places = places(snapshot);
    let rights = |place: &MachinePath| snapshot.disk.rights(place);
    let (open, rest): (Vec<MachinePath>, Vec<MachinePath>) =
        places.into_iter().partition(|place| rights(place).is_some_and(|rights| rights.everyone_may_write));
    let foreign =
        rest.into_iter().filter(|place| matches!(rights(place), Some(rights) if is_other(&rights.owner)));
    writable(snapshot, &open)
        .into_iter()
        .chain(foreign.filter_map(|place| of_other(snapshot, &place)))
        .collect()
}

fn is_other(owner: &Owner) -> bool {
    matches!(owner, Owner::Other(_))
}

/// What comes before gover on PATH, where `go install` puts programs, and the file of `go env -w`.
fn places(snapshot: &Snapshot<'_>) -> Vec<MachinePath> {
    let path = snapshot.path();
    let before = path.iter().take_while(|entry| **entry != snapshot.gover.bin);
    let gobin = snapshot.gobin().filter(|gobin| path.contains(gobin));
    let file = snapshot.go_env.path.clone();
    let directory = file.as_ref().and_then(MachinePath::parent);
    let mut places: Vec<MachinePath> = Vec::new();
    for place in before.cloned().chain(gobin).chain(file).chain(directory) {
        // `store` examines gover's own. Drives of Windows have no owners in WSL.
        let is_known = places.contains(&place) || place.is_inside(&snapshot.gover.home);
        let is_foreign =
            || matches!(snapshot.disk.file_system(&place).kind.as_str(), "9p" | "drvfs" | "v9fs");
        if place.is_absolute() && snapshot.exists(&place) && !is_known && !is_foreign() {
            places.push(place);
        }
    }
    places
}

fn writable(snapshot: &Snapshot<'_>, open: &[MachinePath]) -> Option<Finding> {
    let named = match open {
        [] => return None,
        [place] => text!(en "{place}", zh " {place}", place = snapshot.short(place)),
        places => text!(
            en "{places} that decide which programs run",
            zh " {places} 个决定运行哪些程序的位置",
            places = counted(places.len(), "place"),
        ),
    };
    let what = text!(
        en "every user of this machine can write to {named}",
        zh "本机的所有用户都能写入{named}",
        named = named,
    );
    let why = text!(
        en "anyone who can log in here can decide which programs you run, or how go builds",
        zh "能登录本机的人，都能决定你运行哪些程序，或者 go 怎样构建",
    );
    let evidence = open
        .iter()
        .map(|place| Evidence::path(place, format!("is writable by everyone{}", role(snapshot, place))));
    let chmod = |place: &MachinePath| {
        let command = format!("chmod o-w {}", snapshot.word(place));
        // Its owner may change it, and root.
        match snapshot.other_owner(place) {
            None => command,
            Some(_) => format!("sudo {command}"),
        }
    };
    Some(Finding::error(what, why).shown_by(evidence).commands(open.iter().map(chmod)))
}

fn of_other(snapshot: &Snapshot<'_>, place: &MachinePath) -> Option<Finding> {
    let owner = snapshot.other_owner(place)?;
    let what = text!(
        en "{place} belongs to {owner}",
        zh "{place} 属于 {owner}",
        place = snapshot.short(place), owner = owner,
    );
    let why = text!(
        en "{owner} can decide which programs you run, or how go builds",
        zh "{owner} 能决定你运行哪些程序，或者 go 怎样构建",
        owner = owner,
    );
    let evidence = Evidence::path(place, format!("belongs to {owner}{}", role(snapshot, place)));
    Some(Finding::note(what, why).shown_by([evidence]))
}

fn role(snapshot: &Snapshot<'_>, place: &MachinePath) -> &'static str {
    if snapshot.path().contains(place) { ", and is on PATH" } else { ", and holds settings of go" }
}

/// Files that Docker and Podman make.
const CONTAINER: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];
