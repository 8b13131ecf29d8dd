//! Directories that Go writes to: not writable, noexec, full, or on a network drive.

use crate::snapshot::disk::FileSystem;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "cache",
    summary: crate::Words::english(
        "GOCACHE, GOMODCACHE or GOTMPDIR is not writable, noexec, full or on a network drive",
    ),
    symptom: crate::Words::english(
        "`failed to initialize build cache at …: permission denied`, `build cache is disabled by \
            GOCACHE=off, but required as of Go 1.12`, `go: creating work dir: stat …: no such file or \
            directory`, `fork/exec /tmp/go-build…: permission denied` with `go run` and `go test`, `no \
            space left on device`; or builds that take minutes.",
    ),
    cause: crate::Words::english(
        "A `sudo go build` left files of root in the cache, `/tmp` is mounted with `noexec`, the disk is \
            full, or the home directory is on a server.",
    ),
    repair: crate::Words::english(
        "`--fix` removes a setting that cannot work. Otherwise a command restores permissions, empties \
            the cache, or moves it to a local disk.",
    ),
    scope: scope::anywhere,
    run,
};

/// A directory and the setting that moves it.
struct Place {
    setting: &'static str,
    path: MachinePath,
    what: &'static str,
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
        ("GOCACHE", snapshot.gocache(), "the build cache"),
        ("GOMODCACHE", modules, "the module cache"),
        ("GOTMPDIR", snapshot.go_temporary(), "the directory for temporary files"),
    ];
    let place = |(setting, path, what): (_, Option<_>, _)| Some(Place { setting, path: path?, what });
    places.into_iter().filter_map(place).collect()
}

fn examine(snapshot: &Snapshot<'_>, place: &Place) -> Option<Finding> {
    let Place { setting, path, what } = place;
    if *setting == "GOCACHE" && path.as_str() == "off" {
        let why =
            "every build fails with `build cache is disabled by GOCACHE=off, but required as of Go 1.12`";
        return Some(removed(snapshot, place, "GOCACHE=off switches the build cache off", why));
    }
    if !path.is_absolute() {
        if *setting == "GOTMPDIR" {
            return None;
        }
        let what = format!("{setting} is the relative path `{path}`");
        return Some(removed(snapshot, place, &what, "go commands fail, since the path must be absolute"));
    }
    let shown = snapshot.short(path);
    if *setting == "GOTMPDIR" && !snapshot.exists(path) {
        // go does not create GOTMPDIR itself. The system's own directory is not reported.
        snapshot.go_setting("GOTMPDIR")?;
        let what = format!("GOTMPDIR {shown} does not exist");
        return Some(removed(snapshot, place, &what, "every build fails with `go: creating work dir`"));
    }
    if !snapshot.can_write(path) {
        return Some(unwritable(snapshot, place));
    }
    let system = snapshot.disk.file_system(path);
    let finding = |severity, problem: &str, why: &str, fact: String| {
        Finding::new(severity, format!("{what}, {shown}, is {problem}"), why)
            .shown_by(snapshot.go_setting_evidence(setting))
            .shown_by([Evidence::path(path, fact)])
    };
    if system.forbids_programs
        && let Some((severity, why)) = starts_programs(snapshot, setting)
    {
        let problem = "on a file system that does not allow programs";
        return Some(moved(snapshot, finding(severity, problem, why, mounted(&system)), place));
    }
    if let Some(available) = system.available
        && available < LITTLE
    {
        let severity = if available < NOTHING { Severity::Error } else { Severity::Warning };
        let why = "builds or downloads fail with `no space left on device`";
        let fact = format!("{} MiB left", available >> 20);
        let finding = finding(severity, "on a disk that is almost full", why, fact);
        let command = if *setting == "GOMODCACHE" { "go clean -modcache" } else { "go clean -cache" };
        return Some(finding.command(command));
    }
    if system.is_remote && *setting != "GOTMPDIR" {
        // Other directories are slow once; the build cache is read and written all the time.
        let severity = if *setting == "GOCACHE" { Severity::Warning } else { Severity::Note };
        let why = "builds read and write thousands of small files there, which is many times slower than on a local disk";
        return Some(moved(snapshot, finding(severity, "on a network drive", why, mounted(&system)), place));
    }
    None
}

/// What fails if programs cannot be started there; `None` if go starts none there.
fn starts_programs(snapshot: &Snapshot<'_>, setting: &str) -> Option<(Severity, &'static str)> {
    let selected = snapshot.selection.version.as_ref();
    // Go 1.24 release notes: executables of `go run` and `go tool` are cached.
    let keeps_programs = || selected.and_then(|name| name.version().minor()).is_none_or(|minor| minor >= 24);
    let why = match setting {
        "GOTMPDIR" => {
            "`go run` and `go test` build and start programs there, and fail with `fork/exec …: permission denied`"
        }
        "GOCACHE" if keeps_programs() => {
            "`go run` and `go tool` keep programs there, and fail with `fork/exec …: permission denied` from the second time on"
        }
        "GOMODCACHE" => "toolchains that go itself downloads are there and do not start; gover's do",
        _ => return None,
    };
    Some((if setting == "GOMODCACHE" { Severity::Note } else { Severity::Error }, why))
}

/// A setting that cannot work. Without it the default applies.
fn removed(snapshot: &Snapshot<'_>, place: &Place, what: &str, why: &str) -> Finding {
    let finding = Finding::error(what, why).shown_by(snapshot.setting_evidence(place.setting));
    snapshot.corrected(finding, place.setting, None)
}

fn unwritable(snapshot: &Snapshot<'_>, place: &Place) -> Finding {
    let Place { setting, path, what } = place;
    let fact = "is not writable by you";
    let why = match *setting {
        "GOCACHE" => "every build fails with `failed to initialize build cache`",
        "GOMODCACHE" => "module downloads fail with `permission denied`",
        _ => "every build fails with `go: creating work dir`",
    };
    let existing = snapshot.nearest_existing(path).unwrap_or_else(|| path.clone());
    let finding = Finding::error(format!("{what}, {}, {fact}", snapshot.short(path)), why)
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
