//! Directories that Go writes to: not writable, noexec, full, or on a network drive.

use crate::snapshot::disk::FileSystem;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "cache",
    summary: text!(
        en "GOCACHE, GOMODCACHE or GOTMPDIR is not writable, noexec, full or on a network drive",
        zh "GOCACHE、GOMODCACHE 或 GOTMPDIR 不可写、带 noexec、已满或在网络驱动器上",
    ),
    symptom: text!(
        en "`failed to initialize build cache at …: permission denied`, `build cache is disabled by \
            GOCACHE=off, but required as of Go 1.12`, `go: creating work dir: stat …: no such file or \
            directory`, `fork/exec /tmp/go-build…: permission denied` with `go run` and `go test`, `no \
            space left on device`; or builds that take minutes.",
        zh "`failed to initialize build cache at …: permission denied`、`build cache is disabled by \
            GOCACHE=off, but required as of Go 1.12`、`go: creating work dir: stat …: no such file or \
            directory`、运行 `go run` 和 `go test` 时报 `fork/exec /tmp/go-build…: permission denied`、`no \
            space left on device`；或者构建一次要好几分钟。",
    ),
    cause: text!(
        en "A `sudo go build` left files of root in the cache, `/tmp` is mounted with `noexec`, the disk is \
            full, or the home directory is on a server.",
        zh "用过 `sudo go build`，缓存里留下了 root 的文件；`/tmp` 挂载时带了 `noexec`；磁盘满了；或者主目\
            录在服务器上。",
    ),
    repair: text!(
        en "`--fix` removes a setting that cannot work. Otherwise a command restores permissions, empties \
            the cache, or moves it to a local disk.",
        zh "`--fix` 去掉不可能有效的设置。其他情况，列出的命令会改回权限、清空缓存，或者把缓存移到本地磁\
            盘。",
    ),
    scope: scope::anywhere,
    run,
};

/// A directory and the setting that moves it.
struct Place {
    setting: &'static str,
    path: MachinePath,
    what: Words<&'static str>,
}

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    places(snapshot).iter().filter_map(|place| examine(snapshot, place)).collect()
}

fn places(snapshot: &Snapshot<'_>) -> Vec<Place> {
    // `gopath` reports a GOPATH that is not writable.
    let gopath_works = snapshot.gopath().first().is_some_and(|entry| snapshot.can_write(entry));
    let modules =
        snapshot.gomodcache().filter(|_| gopath_works || snapshot.go_setting("GOMODCACHE").is_some());
    let places = [
        ("GOCACHE", snapshot.gocache(), text!(en "the build cache", zh "构建缓存")),
        ("GOMODCACHE", modules, text!(en "the module cache", zh "模块缓存")),
        (
            "GOTMPDIR",
            snapshot.go_temporary(),
            text!(en "the directory for temporary files", zh "临时文件的目录"),
        ),
    ];
    let place = |(setting, path, what): (_, Option<_>, _)| Some(Place { setting, path: path?, what });
    places.into_iter().filter_map(place).collect()
}

fn examine(snapshot: &Snapshot<'_>, place: &Place) -> Option<Finding> {
    let Place { setting, path, what } = place;
    if *setting == "GOCACHE" && path.as_str() == "off" {
        let what = text!(en "GOCACHE=off switches the build cache off", zh "GOCACHE=off 关掉了构建缓存");
        let why = text!(
            en "every build fails with `build cache is disabled by GOCACHE=off, but required as of Go 1.12`",
            zh "每次构建都报 `build cache is disabled by GOCACHE=off, but required as of Go 1.12`",
        );
        return Some(removed(snapshot, place, what.into(), why));
    }
    if !path.is_absolute() {
        if *setting == "GOTMPDIR" {
            return None;
        }
        let what = text!(
            en "{setting} is the relative path `{path}`",
            zh "{setting} 是相对路径 `{path}`",
            setting = *setting, path = *path,
        );
        let why = text!(
            en "go commands fail, since the path must be absolute",
            zh "go 命令会失败，因为这里必须是绝对路径",
        );
        return Some(removed(snapshot, place, what, why));
    }
    let shown = snapshot.short(path);
    if *setting == "GOTMPDIR" && !snapshot.exists(path) {
        // go does not create GOTMPDIR itself. The system's own directory is not reported.
        snapshot.go_setting("GOTMPDIR")?;
        let what = text!(en "GOTMPDIR {path} does not exist", zh "GOTMPDIR {path} 不存在", path = shown);
        return Some(removed(snapshot, place, what, NO_WORK_DIRECTORY));
    }
    if !snapshot.can_write(path) {
        return Some(unwritable(snapshot, place));
    }
    let system = snapshot.disk.file_system(path);
    let finding = |severity, problem: Words<&str>, why: Words<&str>, fact: String| {
        let what = text!(
            en "{what}, {path}, is {problem}",
            zh "{what} {path} {problem}",
            what = *what, path = shown, problem = problem,
        );
        Finding::new(severity, what, why)
            .shown_by(snapshot.go_setting_evidence(setting))
            .shown_by([Evidence::path(path, fact)])
    };
    if system.forbids_programs
        && let Some((severity, why)) = starts_programs(snapshot, setting)
    {
        let problem =
            text!(en "on a file system that does not allow programs", zh "所在的文件系统不允许运行程序");
        return Some(moved(snapshot, finding(severity, problem, why, mounted(&system)), place));
    }
    if let Some(available) = system.available
        && available < LITTLE
    {
        let severity = if available < NOTHING { Severity::Error } else { Severity::Warning };
        let why = text!(
            en "builds or downloads fail with `no space left on device`",
            zh "构建或下载会报 `no space left on device`",
        );
        let problem = text!(en "on a disk that is almost full", zh "所在的磁盘快满了");
        let fact = format!("{} MiB left", available >> 20);
        let finding = finding(severity, problem, why, fact);
        let command = if *setting == "GOMODCACHE" { "go clean -modcache" } else { "go clean -cache" };
        return Some(finding.command(command));
    }
    if system.is_remote && *setting != "GOTMPDIR" {
        // Other directories are slow once; the build cache is read and written all the time.
        let severity = if *setting == "GOCACHE" { Severity::Warning } else { Severity::Note };
        let why = text!(
            en "builds read and write thousands of small files there, which is many times slower than on a local \
                disk",
            zh "构建要在那里读写成千上万个小文件，比本地磁盘慢很多倍",
        );
        let problem = text!(en "on a network drive", zh "在网络驱动器上");
        return Some(moved(snapshot, finding(severity, problem, why, mounted(&system)), place));
    }
    None
}

/// What fails if programs cannot be started there; `None` if go starts none there.
fn starts_programs(snapshot: &Snapshot<'_>, setting: &str) -> Option<(Severity, Words<&'static str>)> {
    let selected = snapshot.selection.version.as_ref();
    // Go 1.24 release notes: executables of `go run` and `go tool` are cached.
    let keeps_programs = || selected.and_then(|name| name.version().minor()).is_none_or(|minor| minor >= 24);
    let why = match setting {
        "GOTMPDIR" => text!(
            en "`go run` and `go test` build and start programs there, and fail with `fork/exec …: permission \
                denied`",
            zh "`go run` 和 `go test` 在那里编译并启动程序，会报 `fork/exec …: permission denied`",
        ),
        "GOCACHE" if keeps_programs() => text!(
            en "`go run` and `go tool` keep programs there, and fail with `fork/exec …: permission denied` from the \
                second time on",
            zh "`go run` 和 `go tool` 把程序存在那里，从第二次起会报 `fork/exec …: permission denied`",
        ),
        "GOMODCACHE" => text!(
            en "toolchains that go itself downloads are there and do not start; gover's do",
            zh "go 自己下载的工具链放在那里，无法启动；gover 的可以",
        ),
        _ => return None,
    };
    Some((if setting == "GOMODCACHE" { Severity::Note } else { Severity::Error }, why))
}

/// A setting that cannot work. Without it the default applies.
fn removed(snapshot: &Snapshot<'_>, place: &Place, what: Words, why: Words<&str>) -> Finding {
    let finding = Finding::error(what, why).shown_by(snapshot.setting_evidence(place.setting));
    snapshot.corrected(finding, place.setting, None)
}

fn unwritable(snapshot: &Snapshot<'_>, place: &Place) -> Finding {
    let Place { setting, path, what } = place;
    let fact = "is not writable by you";
    let why = match *setting {
        "GOCACHE" => text!(
            en "every build fails with `failed to initialize build cache`",
            zh "每次构建都报 `failed to initialize build cache`",
        ),
        "GOMODCACHE" => text!(
            en "module downloads fail with `permission denied`",
            zh "下载模块会报 `permission denied`",
        ),
        _ => NO_WORK_DIRECTORY,
    };
    let existing = snapshot.nearest_existing(path).unwrap_or_else(|| path.clone());
    let what = text!(
        en "{what}, {path}, is not writable by you",
        zh "你没有权限写入{what} {path}",
        what = *what, path = snapshot.short(path),
    );
    let finding = Finding::error(what, why)
        .shown_by(snapshot.go_setting_evidence(setting))
        .shown_by([Evidence::path(&existing, fact)]);
    if existing.is_inside(&snapshot.home) {
        finding.command(snapshot.take_back(&existing))
    } else if snapshot.go_setting(setting).is_some() {
        super::gopath::commands_only(snapshot.corrected(finding, setting, None))
    } else {
        moved(snapshot, finding, place)
    }
}

const NO_WORK_DIRECTORY: Words<&str> = text!(
    en "every build fails with `go: creating work dir`",
    zh "每次构建都报 `go: creating work dir`",
);

/// Adds the commands that move the directory to a local disk.
fn moved(snapshot: &Snapshot<'_>, finding: Finding, place: &Place) -> Finding {
    let user = snapshot.home.file_name();
    // Every user can write to /var/tmp, so the directory must be new and private.
    let (create, local) = match (place.setting, snapshot.system.is_windows()) {
        ("GOTMPDIR", false) => ("mkdir -p", snapshot.home.join(".cache/go-tmp").to_string()),
        ("GOCACHE", false) => ("mkdir -m 700", format!("/var/tmp/{user}-go-build")),
        (_, false) => ("mkdir -m 700", format!("/var/tmp/{user}-go-mod")),
        ("GOTMPDIR", true) => ("mkdir", r"C:\go-cache\tmp".to_owned()),
        ("GOCACHE", true) => ("mkdir", r"C:\go-cache\build".to_owned()),
        (_, true) => ("mkdir", r"C:\go-cache\mod".to_owned()),
    };
    finding
        .command(format!("{create} {}", snapshot.word(&local)))
        .commands(snapshot.set_by_hand(place.setting, Some(&local)))
}

fn mounted(system: &FileSystem) -> String {
    match (system.kind.as_str(), system.forbids_programs) {
        ("", false) => "is on a network drive".to_owned(),
        ("", true) => "is mounted with noexec".to_owned(),
        (kind, false) => format!("is on {kind}"),
        (kind, true) => format!("is on {kind} mounted with noexec"),
    }
}

/// One large build writes more.
const LITTLE: u64 = 512 << 20;
/// Almost any build writes more.
const NOTHING: u64 = 32 << 20;

#[cfg(test)]
mod tests;
