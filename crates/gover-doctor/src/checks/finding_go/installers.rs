//! Which installer a `go` comes from, recognized by its path.

use crate::snapshot::system::PackageManager;
use crate::snapshot::system::{Os, System};
use crate::{MachinePath, Snapshot};

/// Something that installs Go.
#[derive(Debug)]
pub(crate) struct Installer {
    pub(crate) name: &'static str,
    /// Parts that only its paths have: in lower case, with `/` between names.
    parts: &'static [&'static str],
    /// Variables that name its directory.
    variables: &'static [&'static str],
    on: Where,
    /// Whether its `go` is a wrapper that chooses between versions.
    pub(crate) is_manager: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    Anywhere,
    Unix,
    Windows,
}

/// The installer of a `go`, recognized by its path on PATH or by the path with links followed;
/// `None` if it is not known.
pub(crate) fn installed_by(snapshot: &Snapshot<'_>, program: &MachinePath) -> Option<&'static str> {
    let real = snapshot.disk.real(program);
    let paths = [Some(program), real.as_ref()];
    // The link's target comes last: a wrapper of goenv may be a link into Homebrew's directory.
    let name = paths.into_iter().flatten().find_map(|path| find(snapshot, path)).map(|found| found.name);
    let is_go_own = name == Some(GO_OWN_WINDOWS);
    let chocolatey = snapshot.system.path(r"C:\ProgramData\chocolatey\lib\golang");
    if is_go_own && snapshot.is_directory(&chocolatey) {
        // Chocolatey runs Go's own package.
        return Some("Chocolatey");
    }
    if name == Some(GO_OWN_UNIX) && snapshot.system.os == Os::MacOs {
        let is_package = snapshot.exists(&snapshot.system.path("/etc/paths.d/go"));
        return Some(if is_package { "Go's own package" } else { GO_OWN_UNIX });
    }
    name.or_else(|| real.and_then(|real| of_system(&snapshot.system, &real)))
}

/// Whether the program is a wrapper of another version manager, which is slow to answer.
pub(crate) fn is_wrapper(snapshot: &Snapshot<'_>, program: &MachinePath) -> bool {
    find(snapshot, program).is_some_and(|found| found.is_manager)
        && program.parent().is_some_and(|directory| directory.as_str().ends_with("shims"))
}

fn find(snapshot: &Snapshot<'_>, path: &MachinePath) -> Option<&'static Installer> {
    let system = &snapshot.system;
    let text = format!("{}/", path.key().to_lowercase());
    INSTALLERS.iter().find(|installer| {
        let is_here = match installer.on {
            Where::Anywhere => true,
            Where::Unix => !system.is_windows(),
            Where::Windows => system.is_windows(),
        };
        let by_variable = || {
            let named = installer.variables.iter().filter_map(|name| snapshot.variable(name));
            named.into_iter().any(|directory| path.is_inside(&system.path(directory)))
        };
        is_here && (installer.parts.iter().any(|part| text.contains(part)) || by_variable())
    })
}

/// Which package manager of the system installed a program.
fn of_system(system: &System, real: &MachinePath) -> Option<&'static str> {
    if system.os != Os::Linux {
        return None;
    }
    let places = ["/usr/lib/", "/usr/lib64/", "/usr/bin/", "/bin/", "/usr/share/", "/usr/libexec/"];
    if !places.iter().any(|place| real.as_str().starts_with(place)) {
        return None;
    }
    Some(system.package_manager().map_or("the system's packages", PackageManager::name))
}

const fn package(name: &'static str, on: Where, parts: &'static [&'static str]) -> Installer {
    Installer { name, parts, variables: &[], on, is_manager: false }
}

const fn manager(
    name: &'static str,
    variables: &'static [&'static str],
    parts: &'static [&'static str],
) -> Installer {
    Installer { name, parts, variables, on: Where::Anywhere, is_manager: true }
}

const GO_OWN_WINDOWS: &str = "Go's MSI package, alone or through winget";
const GO_OWN_UNIX: &str = "Go's tarball";

/// Version managers come first: their wrappers may be in, or link to, what another one installed.
const INSTALLERS: &[Installer] = &[
    manager("gvm", &["GVM_ROOT"], &["/.gvm/"]),
    manager("goenv", &["GOENV_ROOT"], &["/.goenv/", "/.go-env-win/"]),
    manager("asdf", &["ASDF_DATA_DIR", "ASDF_DIR"], &["/.asdf/", "/asdf/shims/"]),
    manager(
        "mise",
        &["MISE_DATA_DIR"],
        &["/mise/shims/", "/mise/installs/", "/.mise/", "/rtx/shims/", "/rtx/installs/"],
    ),
    manager("gobrew", &["GOBREW_ROOT"], &["/.gobrew/"]),
    manager("g", &["G_HOME"], &["/.g/go/", "/.g/versions/"]),
    package("golang.org/dl", Where::Anywhere, &["/sdk/go1", "/sdk/gotip/"]),
    package("Nix", Where::Unix, &["/nix/store/", "/.nix-profile/", "/run/current-system/"]),
    package("conda", Where::Anywhere, &["/miniconda3/", "/anaconda3/", "/miniforge3/", "/mambaforge/"]),
    package("Scoop", Where::Windows, &["/scoop/"]),
    package("Chocolatey", Where::Windows, &["/chocolatey/"]),
    package("winget", Where::Windows, &["/microsoft/winget/"]),
    package("MSYS2", Where::Windows, &["/mingw64/", "/mingw32/", "/ucrt64/", "/clang64/", "/clangarm64/"]),
    package(GO_OWN_WINDOWS, Where::Windows, &["/program files/go/", "/program files (x86)/go/"]),
    package("Go's archive or an old MSI package", Where::Windows, &[":/go/"]),
    package("Homebrew", Where::Unix, &["/cellar/", "/opt/homebrew/", "/.linuxbrew/", "/usr/local/opt/go"]),
    package("MacPorts", Where::Unix, &["/opt/local/"]),
    package("snap", Where::Unix, &["/snap/"]),
    package(GO_OWN_UNIX, Where::Unix, &["/usr/local/go/"]),
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
