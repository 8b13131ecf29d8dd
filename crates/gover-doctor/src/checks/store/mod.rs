//! Problems of gover's own directory.

mod file_system;
mod rights;
mod roaming;
mod second;
mod toolchains;

use crate::language::counted;
use gover_core::display::mebibytes;

use crate::snapshot::manager::Leftover;
use crate::{Check, Evidence, Finding, Severity, Snapshot, scope, text};

pub(crate) const CHECKS: &[Check] = &[Check {
    name: "store",
    summary: text!(
        en "damage, leftovers, wrong permissions, an unsuitable disk or a second store",
        zh "损坏、残留、权限不对、磁盘不合适，或者还有第二个 gover 目录",
    ),
    symptom: text!(
        en "`cannot execute …/versions/go1.22.5/bin/go`, `package fmt is not in std`, `permission denied` \
            below `~/.gover`, or toolchains that `gover list` shows in one terminal but not in another.",
        zh "`cannot execute …/versions/go1.22.5/bin/go`、`package fmt is not in std`、`~/.gover` 下报 \
            `permission denied`，或者 `gover list` 在一个终端里有某些工具链，在另一个终端里却没有。",
    ),
    cause: text!(
        en "A crash or a full disk during an install, `sudo gover install`, files deleted by hand, a umask of \
            000, a GOVER_HOME that only some programs have, a disk that is remote or does not allow programs, or \
            a roaming profile of Windows. An administrator's store for all users, or one that a group shares (setgid), is fine.",
        zh "安装时崩溃或磁盘满了，用过 `sudo gover install`，手工删过文件，umask 是 000，只有部分程序设置\
            了 GOVER_HOME，磁盘是远程的或不允许运行程序，或者在 Windows 的漫游配置文件里。管理员为所有用户\
            准备的目录，以及一组人共用的目录（setgid），都没有问题。",
    ),
    repair: text!(
        en "`gover prune` removes unused files, `gover install --force VERSION` reinstalls a toolchain, \
            `chown` makes you the owner of files of root in your own store, and `chmod` takes the right to \
            write from others. `--fix` does none of it. For a store of root, the commands start with `sudo`. For \
            a store of another user, none is shown.",
        zh "`gover prune` 删除没有用的文件，`gover install --force VERSION` 重装一个工具链，`chown` 把你自\
            己目录里 root 的文件改成你的，`chmod` 收回他人的写权限。这些 `--fix` 都不做。目录属于 root 时，\
            命令以 `sudo` 开头；属于别的用户时，不列出命令。",
    ),
    scope: |snapshot| {
        scope::given(
            snapshot.exists(&snapshot.gover.home),
            text!(en "GOVER_HOME does not exist", zh "GOVER_HOME 不存在"),
        )
    },
    run,
}];

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings = rights::findings(snapshot);
    findings.extend(file_system::finding(snapshot));
    findings.extend(roaming::finding(snapshot));
    findings.extend(toolchains::findings(snapshot));
    findings.extend(leftovers(snapshot, true));
    findings.extend(leftovers(snapshot, false));
    findings.extend(second::finding(snapshot));
    findings.extend(large_cache(snapshot));
    findings
}

/// Files that `gover prune` removes: damage, or the rest.
fn leftovers(snapshot: &Snapshot<'_>, is_damage: bool) -> Option<Finding> {
    let store = snapshot.store.as_ref()?;
    let found: Vec<&Leftover> =
        store.leftovers.iter().filter(|leftover| leftover.is_damage == is_damage).collect();
    found.first()?;
    let (severity, what, why) = if is_damage {
        let what = match found.len() {
            1 => {
                text!(en "1 entry of versions/ is not a toolchain", zh "versions/ 里有 1 项不是工具链").into()
            }
            count => text!(
                en "{count} entries of versions/ are not toolchains",
                zh "versions/ 里有 {count} 项不是工具链",
                count = count,
            ),
        };
        let why = text!(
            en "it is never selected, and gover installs such a version again",
            zh "永远不会选用它，要用那个版本时 gover 会重新安装",
        );
        (Severity::Warning, what, why)
    } else {
        let size = mebibytes(found.iter().map(|leftover| leftover.bytes).sum());
        let what = text!(
            en "{leftovers} of crashes or closed shells, {size}",
            zh "崩溃或关掉的 shell 留下了 {leftovers} 项残留，共 {size}",
            leftovers = counted(found.len(), "leftover"), size = size,
        );
        (Severity::Note, what, text!(en "unused; safe to delete", zh "没有用，可以放心删除"))
    };
    let evidence = found.iter().take(SHOWN).map(|leftover| {
        Evidence::path(&leftover.path, format!("{}, {}", leftover.what, mebibytes(leftover.bytes)))
    });
    Some(Finding::new(severity, what, why).shown_by(evidence).command("gover prune"))
}

fn large_cache(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let cache = snapshot.store.as_ref().map(|store| store.cache).filter(|cache| *cache >= LARGE)?;
    let what = text!(
        en "gover's cache uses {size}",
        zh "gover 的缓存占了 {size}",
        size = mebibytes(cache),
    );
    let why = text!(en "everything in it can be downloaded again", zh "里面的东西都可以重新下载");
    let evidence = Evidence::path(snapshot.gover.home.join("cache"), mebibytes(cache));
    let finding = Finding::note(what, why);
    Some(finding.shown_by([evidence]).command("gover cache clean"))
}

const SHOWN: usize = 5;

/// Twice the size of indexes, tree heads and one unfinished download.
const LARGE: u64 = 512 << 20;

#[cfg(test)]
mod tests;
