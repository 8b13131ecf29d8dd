//! The C compiler that cgo would use here, by the rules of `cmd/go/internal/cfg`.

use gover_core::platform;

use crate::checks::words;
use crate::snapshot::system::PackageManager;
use crate::{Evidence, MachinePath, Os, Snapshot, Words, text};

pub(super) struct Cgo {
    /// Whether `CGO_ENABLED=1` requires it.
    pub(super) is_forced: bool,
    /// Whether CC chooses the compiler.
    pub(super) is_chosen: bool,
    /// The compiler's name and the arguments in CC.
    pub(super) words: Vec<String>,
    pub(super) program: Option<MachinePath>,
    pub(super) arch: String,
}

/// `None` if no toolchain is selected, cgo is off, or CC cannot be parsed.
pub(super) fn cgo(snapshot: &Snapshot<'_>) -> Option<Cgo> {
    let bin = snapshot.selection.bin.as_ref()?;
    let go = bin.program("go");
    // The toolchain's own architecture counts: an amd64 toolchain on an arm64 Mac needs amd64 code.
    let own = platform::architectures(&snapshot.disk.head(&go, 1024));
    let own = own.first().map_or(snapshot.system.arch.as_str(), |arch| arch.as_str());
    let arch = snapshot.go_setting("GOARCH").unwrap_or_else(|| own.to_owned());
    let os = snapshot.go_setting("GOOS");
    let is_native = arch == own && os.is_none_or(|os| Some(os.as_str()) == snapshot.system.go_os());
    let is_forced = match snapshot.go_setting("CGO_ENABLED").as_deref() {
        Some("0") => return None,
        Some("1") => true,
        _ => false,
    };
    // Cross-compiling needs a cross-compiler, which only the user can choose.
    if !is_native {
        return None;
    }
    let chosen = snapshot.go_setting("CC");
    let words = words::split(chosen.as_deref().unwrap_or(default_compiler(snapshot))).ok()?;
    let program = snapshot.program(words.first()?);
    Some(Cgo { is_forced, is_chosen: chosen.is_some(), words, program, arch })
}

pub(super) fn settings(snapshot: &Snapshot<'_>) -> Vec<Evidence> {
    ["CGO_ENABLED", "CC"].map(|name| snapshot.go_setting_evidence(name)).concat()
}

/// `DefaultCC` of the go command.
pub(super) fn default_compiler(snapshot: &Snapshot<'_>) -> &'static str {
    match snapshot.system.os {
        Os::Linux | Os::Windows => "gcc",
        Os::MacOs | Os::Other => "clang",
    }
}

/// Whether it is one of the programs in /usr/bin of macOS that ask to install the developer tools.
/// Starting one opens a window.
pub(super) fn is_stub(snapshot: &Snapshot<'_>, program: &MachinePath) -> bool {
    let tools = [
        "/Applications/Xcode.app",
        "/var/db/xcode_select_link",
        "/Library/Developer/CommandLineTools/usr/bin/clang",
    ];
    snapshot.system.os == Os::MacOs
        && program.parent() == Some(snapshot.system.path("/usr/bin"))
        && snapshot.variable("DEVELOPER_DIR").is_none()
        && tools.iter().all(|path| !snapshot.exists(&snapshot.system.path(*path)))
}

/// The command that installs a C compiler.
pub(super) fn install(snapshot: &Snapshot<'_>) -> Option<&'static str> {
    Some(match snapshot.system.os {
        Os::MacOs => "xcode-select --install",
        Os::Windows => "winget install -e --id BrechtSanders.WinLibs.POSIX.UCRT",
        Os::Other => return None,
        Os::Linux => match snapshot.system.package_manager()? {
            PackageManager::Apt => "sudo apt install build-essential",
            PackageManager::Apk => "sudo apk add build-base",
            PackageManager::Dnf => "sudo dnf install gcc glibc-devel",
            PackageManager::Pacman => "sudo pacman -S --needed base-devel",
            PackageManager::Zypper => "sudo zypper install gcc glibc-devel",
            PackageManager::Xbps => "sudo xbps-install base-devel",
            PackageManager::Portage => "sudo emerge --ask sys-devel/gcc",
        },
    })
}

pub(super) const CGO_FAILS: Words<&str> = text!(
    en "builds that use cgo fail, on Linux also those of packages such as net",
    zh "用到 cgo 的构建会失败，Linux 上 net 等包也一样",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn cgo_is_off_where_go_switches_it_off() {
        let is_on = |machine: Machine| machine.snapshot(|snapshot| cgo(snapshot).is_some());
        assert!(is_on(Machine::linux()));
        assert!(!is_on(Machine::linux().var("CGO_ENABLED", "0")));
        assert!(!is_on(Machine::linux().var("GOOS", "windows")));
        assert!(!is_on(Machine::linux().var("GOARCH", "arm64")));
        assert!(is_on(Machine::linux().var("GOARCH", "amd64").var("GOOS", "linux")));
    }
}
