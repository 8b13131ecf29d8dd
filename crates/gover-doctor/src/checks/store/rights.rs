//! Who may change the store: its user, all users of a group, or everyone.

use crate::language::counted;

use crate::snapshot::disk::Owner;
use crate::{Evidence, Finding, MachinePath, Snapshot, Words, text};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let parts = parts(snapshot);
    let home = &snapshot.gover.home;
    let open = everyone(snapshot, &parts);
    // Where the system has access lists instead, nothing is known about owners.
    let Some(rights) = snapshot.disk.rights(home) else {
        return denied(snapshot, &parts).into_iter().collect();
    };
    if rights.is_shared {
        // The group may write what others own. Whatever is not writable is replaced by a rename.
        return open.into_iter().collect();
    }
    let user = snapshot.home.clone();
    let is_below_own_home = home.is_inside(&user) && snapshot.is_own(&user);
    let standing = if rights.owner == Owner::Own || is_below_own_home {
        own(snapshot, &parts)
    } else if snapshot.system.is_root {
        as_root(snapshot)
    } else {
        (!snapshot.disk.is_writable(home)).then(|| of_others(snapshot))
    };
    let at_work =
        if snapshot.system.is_root && rights.owner == Owner::Own { root_in_home(snapshot) } else { None };
    open.into_iter().chain(standing).chain(at_work).collect()
}

/// The directories and files that gover writes, with what decides which program runs.
fn parts(snapshot: &Snapshot<'_>) -> Vec<MachinePath> {
    let home = &snapshot.gover.home;
    let mut parts = vec![home.clone()];
    for name in snapshot.disk.list(home) {
        let part = home.join(&name);
        let is_directory = DIRECTORIES.contains(&name.as_str());
        if !is_directory && !FILES.contains(&name.as_str()) {
            continue;
        }
        if is_directory {
            parts.extend(snapshot.disk.list(&part).iter().map(|name| part.join(name)));
        }
        if name == "versions" {
            for toolchain in snapshot.disk.list(&part) {
                let bin = part.join(toolchain).join("bin");
                parts.extend([bin.join("go"), bin.join("gofmt"), bin]);
            }
        }
        parts.push(part);
    }
    parts.retain(|part| snapshot.exists(part));
    parts.sort();
    parts
}

/// What gover writes.
const DIRECTORIES: &[&str] =
    &["bin", "bisect", "cache", "doctor", "locks", "receipts", "sessions", "staging", "versions"];
const FILES: &[&str] = &["config.toml", "default", "shim.state"];

fn everyone(snapshot: &Snapshot<'_>, parts: &[MachinePath]) -> Option<Finding> {
    let is_open =
        |part: &&MachinePath| snapshot.disk.rights(part).is_some_and(|rights| rights.everyone_may_write);
    let open: Vec<&MachinePath> = parts.iter().filter(is_open).collect();
    if open.is_empty() {
        return None;
    }
    let what = text!(
        en "every user of this machine can write to {parts}",
        zh "本机的所有用户都能写入 {parts}",
        parts = named(snapshot, &open),
    );
    let why = text!(
        en "anyone who can log in here can replace the `go` that you run",
        zh "能登录本机的人，都能替换你运行的 `go`",
    );
    let evidence = open.iter().map(|part| Evidence::path(part, "is writable by everyone"));
    let home = &snapshot.gover.home;
    let chmod = format!("chmod -R o-w {}", snapshot.word(home));
    // Its owner may change it, and root.
    let command = match snapshot.other_owner(home) {
        None => chmod,
        Some(_) => format!("sudo {chmod}"),
    };
    Some(Finding::error(what, why).shown_by(evidence).command(command))
}

/// Parts of the user's own store that the user may not change.
fn own(snapshot: &Snapshot<'_>, parts: &[MachinePath]) -> Option<Finding> {
    let rights = |part: &&MachinePath| snapshot.disk.rights(part);
    let foreign: Vec<&MachinePath> =
        parts.iter().filter(|part| rights(part).is_some_and(|rights| rights.owner != Owner::Own)).collect();
    let home = snapshot.word(&snapshot.gover.home);
    if !foreign.is_empty() {
        let evidence = foreign.iter().map(|part| {
            let owner = snapshot.other_owner(part).unwrap_or_default();
            Evidence::path(part, format!("belongs to {owner}"))
        });
        let what = text!(en "{parts} not yours", zh "{parts}不是你的", parts = are(snapshot, &foreign));
        let is_of_root = |part: &&MachinePath| rights(part).is_some_and(|rights| rights.owner == Owner::Root);
        let why = if foreign.iter().any(is_of_root) { WHY_OF_ROOT } else { WHY };
        let finding = Finding::error(what, why).shown_by(evidence);
        return Some(finding.command(format!("sudo chown -R \"$(id -u):$(id -g)\" {home}")));
    }
    let locked: Vec<&MachinePath> = written(snapshot, parts).collect();
    if locked.is_empty() {
        return None;
    }
    let evidence = locked.iter().map(|part| Evidence::path(part, "is not writable"));
    let what = text!(en "{parts} read-only", zh "{parts}是只读的", parts = are(snapshot, &locked));
    let finding = Finding::error(what, WHY).shown_by(evidence);
    // If the permissions allow it, the file system or an access list does not.
    let is_by_mode = |part: &&MachinePath| rights(part).is_some_and(|rights| !rights.owner_may_write);
    let words: Vec<String> =
        locked.iter().filter(|part| is_by_mode(part)).map(|part| snapshot.word(part)).collect();
    Some(finding.commands((!words.is_empty()).then(|| format!("chmod u+w {}", words.join(" ")))))
}

/// Directories and files at the top that gover cannot change. A toolchain may be read-only.
fn written<'p>(snapshot: &Snapshot<'_>, parts: &'p [MachinePath]) -> impl Iterator<Item = &'p MachinePath> {
    let home = snapshot.gover.home.clone();
    let is_top = move |part: &MachinePath| *part == home || part.parent().is_some_and(|above| above == home);
    parts.iter().filter(move |part| is_top(part) && !snapshot.disk.is_writable(part))
}

fn denied(snapshot: &Snapshot<'_>, parts: &[MachinePath]) -> Option<Finding> {
    let locked: Vec<&MachinePath> = written(snapshot, parts).collect();
    if locked.is_empty() {
        return None;
    }
    let home = &snapshot.gover.home;
    if !home.is_inside(&snapshot.home) {
        return Some(of_others(snapshot));
    }
    let evidence = locked.iter().map(|part| Evidence::path(part, "is not writable"));
    let what = text!(en "{parts} not writable", zh "{parts}不可写", parts = are(snapshot, &locked));
    let finding = Finding::error(what, WHY);
    Some(finding.shown_by(evidence).command(format!("takeown /F {} /R /D Y", snapshot.word(home))))
}

/// A store that an administrator or another user keeps. That is how one store serves all users.
fn of_others(snapshot: &Snapshot<'_>) -> Finding {
    let home = &snapshot.gover.home;
    let (fact, who) = match snapshot.other_owner(home) {
        Some(owner) => (
            text!(en "belongs to {owner}", zh "属于 {owner}", owner = owner),
            text!(en "its owner", zh "它的所有者"),
        ),
        None => (
            text!(en "is not writable", zh "不可写").into(),
            text!(en "a user who can write to it", zh "对它有写权限的用户"),
        ),
    };
    let what = text!(
        en "{home} {fact}; you can use its toolchains but not change them",
        zh "{home} {fact}；里面的工具链你能用，但不能改",
        home = snapshot.short(home), fact = fact,
    );
    let why = text!(
        en "only {who} can run `gover install` and `gover default`; set GOVER_VERSION or pin a version to choose one",
        zh "只有{who}能运行 `gover install` 和 `gover default`；要选择版本，请设置 GOVER_VERSION 或固定版本",
        who = who,
    );
    Finding::note(what, why).shown_by([Evidence::path(home, fact.en)])
}

/// Root, in a store that belongs to another user.
fn as_root(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let home = &snapshot.gover.home;
    let owner = snapshot.other_owner(home)?;
    let what = text!(
        en "you are root, and {home} belongs to {owner}",
        zh "你是 root，而 {home} 属于 {owner}",
        home = snapshot.short(home), owner = owner,
    );
    let why = text!(
        en "{owner} cannot change or remove what root installs there",
        zh "root 装在那里的东西，{owner} 改不了，也删不掉",
        owner = owner,
    );
    Some(Finding::warning(what, why).shown_by([Evidence::path(home, format!("belongs to {owner}"))]))
}

/// `sudo gover` with the HOME of another user creates a store of root there.
fn root_in_home(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let (home, user) = (&snapshot.gover.home, &snapshot.home);
    if !home.is_inside(user) || user.is_empty() {
        return None;
    }
    let owner = snapshot.other_owner(user)?;
    let what = text!(
        en "{home} belongs to root, in the home of {owner}",
        zh "{home} 在 {owner} 的主目录里，却属于 root",
        home = snapshot.short(home), owner = owner,
    );
    let why = text!(
        en "{owner} cannot install, change or remove anything there",
        zh "{owner} 在那里不能安装、改动或删除任何东西",
        owner = owner,
    );
    let evidence =
        [Evidence::path(user, format!("belongs to {owner}")), Evidence::path(home, "belongs to root")];
    Some(Finding::warning(what, why).shown_by(evidence))
}

/// The only part by its name, several by their number.
fn named(snapshot: &Snapshot<'_>, parts: &[&MachinePath]) -> Words {
    match parts {
        [part] => text!(en "{part}", zh "{part}", part = snapshot.short(part)),
        parts => text!(
            en "{parts} of gover's directory",
            zh "gover 目录里的 {parts} 处",
            parts = counted(parts.len(), "part"),
        ),
    }
}

fn are(snapshot: &Snapshot<'_>, parts: &[&MachinePath]) -> Words {
    let Words { en, zh } = named(snapshot, parts);
    let is_one = parts.len() == 1;
    Words {
        en: format!("{en} {}", if is_one { "is" } else { "are" }),
        zh: zh + if is_one { " " } else { "" },
    }
}

const WHY: Words<&str> = text!(
    en "installing, `gover default` and `gover setup` fail with `permission denied`",
    zh "安装、`gover default` 和 `gover setup` 会报 `permission denied`",
);
const WHY_OF_ROOT: Words<&str> = text!(
    en "installing, `gover default` and `gover setup` fail with `permission denied`. `sudo gover` creates such files",
    zh "安装、`gover default` 和 `gover setup` 会报 `permission denied`。这样的文件是 `sudo gover` 造成的",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    #[test]
    fn files_of_root_are_given_back_by_a_command() {
        let findings = Machine::linux().owned("~/.gover/versions/go1.22.5", Owner::Root).findings("store");
        assert_eq!(findings[0].severity, Severity::Error);
        assert!(findings[0].what.en.ends_with("parts of gover's directory are not yours"), "{findings:?}");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/home/ann/.gover/versions/go1.22.5: belongs to root"
        );
        assert_eq!(findings[0].fix.commands, ["sudo chown -R \"$(id -u):$(id -g)\" /home/ann/.gover"]);
        assert!(findings[0].why.en.ends_with("`permission denied`. `sudo gover` creates such files"));
        let of_eve = Machine::linux().owned("~/.gover/versions/go1.22.5", Owner::Other("eve".to_owned()));
        assert!(!of_eve.findings("store")[0].why.en.contains("sudo"), "{of_eve:?}");
        let findings = Machine::linux().owned("~/.gover", Owner::Root).findings("store");
        assert!(findings[0].fix.commands[0].starts_with("sudo chown"), "{findings:?}");
        let findings = Machine::windows().read_only(r"~/.gover").findings("store");
        assert!(findings[0].what.en.contains("parts of gover's directory"), "{findings:?}");
        assert_eq!(findings[0].fix.commands, [r"takeown /F C:\Users\ann\.gover /R /D Y"]);
    }

    #[test]
    fn what_is_only_read_only_gets_the_command_that_helps() {
        let machine = Machine::linux().read_only("~/.gover/versions");
        let findings = machine.findings("store");
        assert_eq!(findings[0].what.en, "~/.gover/versions is read-only");
        assert!(!findings[0].why.en.contains("sudo"), "{findings:?}");
        // A file system that is mounted read-only.
        assert_eq!(findings[0].fix.commands, Vec::<String>::new());
        let machine = machine.with_rights("~/.gover/versions", |rights| rights.owner_may_write = false);
        assert_eq!(machine.findings("store")[0].fix.commands, ["chmod u+w /home/ann/.gover/versions"]);
    }

    fn elsewhere(owner: Owner) -> Machine {
        let mut machine = Machine::linux();
        machine.gover.home = machine.system.path("/opt/gover");
        machine
            .without("~/.gover/versions")
            .toolchain("/opt/gover/versions/go1.22.5", "go1.22.5")
            .file("/opt/gover/receipts/go1.22.5.json", "{}")
            .owned("/opt/gover", owner)
    }

    #[test]
    fn an_administrators_store_gets_no_command() {
        for (owner, name) in [(Owner::Root, "root"), (Owner::Other("eve".to_owned()), "eve")] {
            let findings = elsewhere(owner).findings("store");
            assert!(findings.iter().all(|finding| finding.severity == Severity::Note), "{findings:?}");
            assert!(findings.iter().all(|finding| finding.fix.commands.is_empty()), "{findings:?}");
            assert!(
                findings[0].what.en.starts_with(&format!("/opt/gover belongs to {name};")),
                "{findings:?}"
            );
        }
    }

    #[test]
    fn where_no_owner_is_known_none_is_named() {
        let mut machine = Machine::windows().directory(r"D:\gover").read_only(r"D:\gover");
        machine.gover.home = machine.system.path(r"D:\gover");
        let findings = machine.findings("store");
        let what = r"D:\gover is not writable; you can use its toolchains but not change them";
        assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Note, what));
        assert_eq!(findings[0].evidence[0].to_string(), r"D:\gover: is not writable");
        assert!(findings[0].why.en.starts_with("only a user who can write to it"), "{findings:?}");
    }

    #[test]
    fn a_store_that_a_group_shares_is_fine() {
        let machine = elsewhere(Owner::Root).with_rights("/opt/gover", |rights| rights.is_shared = true);
        let findings = machine.findings("store");
        assert!(findings.iter().all(|finding| finding.what.en.contains("also a store")), "{findings:?}");
    }

    #[test]
    fn what_everyone_may_write_is_an_error() {
        let open = |path: &str| Machine::linux().with_rights(path, |rights| rights.everyone_may_write = true);
        let findings = open("~/.gover/versions/go1.22.5/bin/go").findings("store");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Error, "every user of this machine can write to ~/.gover/versions/go1.22.5/bin/go")
        );
        assert_eq!(findings[0].fix.commands, ["chmod -R o-w /home/ann/.gover"]);
        let findings = open("~/.gover").findings("store");
        assert!(findings[0].what.en.contains("parts of gover's directory"), "{findings:?}");
        for owner in [Owner::Root, Owner::Other("eve".to_owned())] {
            let of_other = elsewhere(owner).with_rights("/opt/gover", |rights| {
                rights.everyone_may_write = true;
            });
            let findings = of_other.findings("store");
            assert_eq!(findings[0].severity, Severity::Error);
            assert_eq!(findings[0].fix.commands, ["sudo chmod -R o-w /opt/gover"]);
        }
    }

    #[test]
    fn root_in_the_home_of_another_user_is_a_warning() {
        let other = || Owner::Other("ann".to_owned());
        let at_work = |path: &str| {
            let mut machine = Machine::linux().with_rights(path, |rights| rights.owner = other());
            machine.system.is_root = true;
            machine
        };
        let findings = at_work("/home/ann").findings("store");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].what.en, "you are root, and ~/.gover belongs to ann");
        assert_eq!(findings[0].fix.commands, Vec::<String>::new());
        let machine = at_work("/home/ann").with_rights("~/.gover", |rights| rights.owner = Owner::Own);
        let findings = machine.findings("store");
        assert_eq!(findings[0].what.en, "~/.gover belongs to root, in the home of ann");
    }
}
