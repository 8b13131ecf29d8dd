//! Which installer a `go` comes from, recognized by its path.

use crate::snapshot::system::{Os, PackageManager};
use crate::{MachinePath, Snapshot};

/// Its name, how it is recognized, and the parts that only its paths have: in lower case, with `/`
/// between names.
type Installer = (&'static str, Kind, &'static [&'static str]);

enum Kind {
    /// A manager, whose `go` chooses between versions, and the variables that name its directory.
    Manager(&'static [&'static str]),
    Anywhere,
    Unix,
    Windows,
}

/// The installer of a `go`, known by its path on PATH or by the path with links followed.
pub(crate) fn installed_by(snapshot: &Snapshot<'_>, program: &MachinePath) -> Option<&'static str> {
    let (chocolatey, package) = (r"C:\ProgramData\chocolatey\lib\golang", "/etc/paths.d/go");
    let real = snapshot.disk.real(program);
    // The link's target comes last: a wrapper of goenv may be a link into Homebrew's directory.
    let found = [Some(program), real.as_ref()].into_iter().flatten().find_map(|path| find(snapshot, path));
    match found.map(|(name, ..)| *name) {
        // Chocolatey runs Go's own package.
        Some(GO_OWN_WINDOWS) if snapshot.is_directory(&snapshot.system.path(chocolatey)) => {
            Some("Chocolatey")
        }
        Some(GO_OWN_UNIX)
            if snapshot.system.os == Os::MacOs && snapshot.exists(&snapshot.system.path(package)) =>
        {
            Some("Go's own package")
        }
        None => of_system(snapshot, &real?),
        name => name,
    }
}

/// Whether the program is a wrapper of another version manager, which is slow to answer.
pub(crate) fn is_wrapper(snapshot: &Snapshot<'_>, program: &MachinePath) -> bool {
    find(snapshot, program).is_some_and(|(_, kind, _)| matches!(kind, Kind::Manager(_)))
        && program.parent().is_some_and(|directory| directory.as_str().ends_with("shims"))
}

fn find(snapshot: &Snapshot<'_>, path: &MachinePath) -> Option<&'static Installer> {
    let text = format!("{}/", path.key().to_lowercase());
    let is_windows = snapshot.system.is_windows();
    let is_named = |name: &&str| {
        snapshot.variable(name).is_some_and(|directory| path.is_inside(&snapshot.system.path(directory)))
    };
    INSTALLERS.iter().find(|(_, kind, parts)| {
        let has_part = parts.iter().any(|part| text.contains(part));
        match kind {
            Kind::Manager(variables) => has_part || variables.iter().any(is_named),
            Kind::Anywhere => has_part,
            Kind::Unix => has_part && !is_windows,
            Kind::Windows => has_part && is_windows,
        }
    })
}

/// Which package manager of the system installed a program.
fn of_system(snapshot: &Snapshot<'_>, real: &MachinePath) -> Option<&'static str> {
    let places = ["/usr/lib/", "/usr/lib64/", "/usr/bin/", "/bin/", "/usr/share/", "/usr/libexec/"];
    let is_packaged =
        snapshot.system.os == Os::Linux && places.iter().any(|place| real.as_str().starts_with(place));
    let manager = snapshot.system.package_manager();
    is_packaged.then(|| manager.map_or("the system's packages", PackageManager::name))
}

const GO_OWN_WINDOWS: &str = "Go's MSI package, alone or through winget";
const GO_OWN_UNIX: &str = "Go's tarball";

/// Version managers come first: their wrappers may be in, or link to, what another one installed.
const INSTALLERS: &[Installer] = &[
    ("gvm", Kind::Manager(&["GVM_ROOT"]), &["/.gvm/"]),
    ("goenv", Kind::Manager(&["GOENV_ROOT"]), &["/.goenv/", "/.go-env-win/"]),
    ("asdf", Kind::Manager(&["ASDF_DATA_DIR", "ASDF_DIR"]), &["/.asdf/", "/asdf/shims/"]),
    (
        "mise",
        Kind::Manager(&["MISE_DATA_DIR"]),
        &["/mise/shims/", "/mise/installs/", "/.mise/", "/rtx/shims/", "/rtx/installs/"],
    ),
    ("gobrew", Kind::Manager(&["GOBREW_ROOT"]), &["/.gobrew/"]),
    ("g", Kind::Manager(&["G_HOME"]), &["/.g/go/", "/.g/versions/"]),
    ("golang.org/dl", Kind::Anywhere, &["/sdk/go1", "/sdk/gotip/"]),
    ("Nix", Kind::Unix, &["/nix/store/", "/.nix-profile/", "/run/current-system/"]),
    ("conda", Kind::Anywhere, &["/miniconda3/", "/anaconda3/", "/miniforge3/", "/mambaforge/"]),
    ("Scoop", Kind::Windows, &["/scoop/"]),
    ("Chocolatey", Kind::Windows, &["/chocolatey/"]),
    ("winget", Kind::Windows, &["/microsoft/winget/"]),
    ("MSYS2", Kind::Windows, &["/mingw64/", "/mingw32/", "/ucrt64/", "/clang64/", "/clangarm64/"]),
    (GO_OWN_WINDOWS, Kind::Windows, &["/program files/go/", "/program files (x86)/go/"]),
    ("Go's archive or an old MSI package", Kind::Windows, &[":/go/"]),
    ("Homebrew", Kind::Unix, &["/cellar/", "/opt/homebrew/", "/.linuxbrew/", "/usr/local/opt/go"]),
    ("MacPorts", Kind::Unix, &["/opt/local/"]),
    ("snap", Kind::Unix, &["/snap/"]),
    (GO_OWN_UNIX, Kind::Unix, &["/usr/local/go/"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn every_installer_is_recognized_by_the_path_or_by_the_target_of_a_link() {
        let linux = Machine::linux()
            .program("/usr/lib/go-1.19/bin/go", "")
            .link("/usr/bin/go", "/usr/lib/go-1.19/bin/go")
            .program("/usr/local/go/bin/go", "")
            .link("/usr/local/bin/go", "/usr/local/go/bin/go");
        for (path, name) in [
            ("/usr/bin/go", Some("apt")),
            ("/usr/local/bin/go", Some("Go's tarball")),
            ("/snap/bin/go", Some("snap")),
            ("/home/ann/.gvm/gos/go1.21/bin/go", Some("gvm")),
            ("/home/ann/.goenv/shims/go", Some("goenv")),
            ("/home/ann/.asdf/shims/go", Some("asdf")),
            ("/home/ann/.local/share/mise/installs/go/1.22/bin/go", Some("mise")),
            ("/home/linuxbrew/.linuxbrew/bin/go", Some("Homebrew")),
            ("/home/ann/sdk/go1.21.0/bin/go", Some("golang.org/dl")),
            ("/home/ann/bin/go", None),
        ] {
            linux.snapshot(|snapshot| {
                assert_eq!(installed_by(snapshot, &snapshot.system.path(path)), name, "{path}");
            });
        }
        let alpine =
            Machine::alpine().program("/usr/lib/go/bin/go", "").link("/usr/bin/go", "/usr/lib/go/bin/go");
        alpine.snapshot(|snapshot| {
            assert_eq!(installed_by(snapshot, &snapshot.system.path("/usr/bin/go")), Some("apk"));
        });

        let macos = Machine::macos()
            .program("/usr/local/Cellar/go/1.22.5/libexec/bin/go", "")
            .link("/usr/local/bin/go", "/usr/local/Cellar/go/1.22.5/libexec/bin/go")
            .file("/etc/paths.d/go", "/usr/local/go/bin\n");
        for (path, name) in [
            ("/opt/homebrew/bin/go", "Homebrew"),
            ("/usr/local/bin/go", "Homebrew"),
            ("/opt/local/bin/go", "MacPorts"),
            ("/usr/local/go/bin/go", "Go's own package"),
        ] {
            macos.snapshot(|snapshot| {
                assert_eq!(installed_by(snapshot, &snapshot.system.path(path)), Some(name), "{path}");
            });
        }

        let windows = Machine::windows().var("MISE_DATA_DIR", r"D:\tools\m");
        for (path, name) in [
            (r"C:\Program Files\Go\bin\go.exe", GO_OWN_WINDOWS),
            (r"C:\Go\bin\go.exe", "Go's archive or an old MSI package"),
            (r"C:\Users\ann\scoop\shims\go.exe", "Scoop"),
            (r"C:\ProgramData\chocolatey\bin\go.exe", "Chocolatey"),
            (r"C:\Users\ann\AppData\Local\Microsoft\WinGet\Links\go.exe", "winget"),
            (r"D:\tools\m\installs\go\1.22\bin\go.exe", "mise"),
            (r"C:\msys64\ucrt64\bin\go.exe", "MSYS2"),
        ] {
            windows.snapshot(|snapshot| {
                assert_eq!(installed_by(snapshot, &snapshot.system.path(path)), Some(name), "{path}");
            });
        }
        let chocolatey = windows.directory(r"C:\ProgramData\chocolatey\lib\golang");
        chocolatey.snapshot(|snapshot| {
            let path = r"C:\Program Files\Go\bin\go.exe";
            assert_eq!(installed_by(snapshot, &snapshot.system.path(path)), Some("Chocolatey"));
        });
    }
}
