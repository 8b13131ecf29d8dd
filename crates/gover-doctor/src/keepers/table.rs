//! The table itself. The places are those that the programs use by default, and that their
//! variables name.

use super::{Keeper, Kind, Root};

/// Where a keeper writes which toolchain it uses where nothing else chooses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Chosen {
    Nowhere,
    /// The first line of a file below its root.
    Line(&'static str),
    /// A file below its root that sets this variable of the shell.
    Assignment(&'static str, &'static str),
    /// A link below its root, or a directory, that is the toolchain.
    Current(&'static str),
    /// The configuration of mise.
    Mise,
    /// `.tool-versions` in the home.
    ToolVersions,
}

const fn manager(
    name: &'static str,
    root: Root,
    goroots: &'static str,
    uninstall: &'static str,
    chosen: Chosen,
) -> Keeper {
    Keeper { name, root, goroots, kind: Kind::Manager, uninstall, chosen }
}

const fn other(name: &'static str, kind: Kind, root: Root, goroots: &'static str) -> Keeper {
    Keeper { name, root, goroots, kind, uninstall: "", chosen: Chosen::Nowhere }
}

const fn system(name: &'static str, root: Root, goroots: &'static str) -> Keeper {
    other(name, Kind::System, root, goroots)
}

/// Managers come first: a `go` of the system may be one of theirs.
pub(super) const KEEPERS: &[Keeper] = &[
    other("golang.org/dl", Kind::Downloads, Root::Own(&[], "sdk"), "*"),
    manager(
        "goenv",
        Root::Own(&[("GOENV_ROOT", "")], ".goenv"),
        "versions/*",
        "goenv uninstall ",
        Chosen::Line("version"),
    ),
    manager(
        "mise",
        Root::Own(&[("MISE_DATA_DIR", ""), ("XDG_DATA_HOME", "mise")], ".local/share/mise"),
        "installs/go/*",
        "mise uninstall go@",
        Chosen::Mise,
    ),
    manager(
        "mise",
        Root::Windows("LOCALAPPDATA", "mise"),
        "installs/go/*",
        "mise uninstall go@",
        Chosen::Mise,
    ),
    manager(
        "gvm",
        Root::Own(&[("GVM_ROOT", "")], ".gvm"),
        "gos/*",
        "gvm uninstall ",
        Chosen::Assignment("environments/default", "gvm_go_name"),
    ),
    manager(
        "asdf",
        Root::Own(&[("ASDF_DATA_DIR", "")], ".asdf"),
        "installs/golang/*/go",
        "asdf uninstall golang ",
        Chosen::ToolVersions,
    ),
    // By voidint.
    manager("g", Root::Own(&[("G_HOME", "")], ".g"), "versions/*", "g uninstall ", Chosen::Current("go")),
    // By stefanmaric. It copies the toolchain in use into the directory above.
    manager("g", Root::Own(&[], ".go"), ".versions/*", "g remove ", Chosen::Current("")),
    manager(
        "gobrew",
        Root::Own(&[("GOBREW_ROOT", ".gobrew")], ".gobrew"),
        "versions/*/go",
        "gobrew uninstall ",
        Chosen::Current("current"),
    ),
    // By owenthereal, and by thinkgos.
    manager("goup", Root::Own(&[], ".go"), "go1*", "", Chosen::Current("current")),
    manager("goup", Root::Own(&[("GOUP_HOME", "")], ".goup"), "go1*", "", Chosen::Current("current")),
    other("the go command", Kind::ModuleCache, Root::ModuleCache, "golang.org/toolchain@*"),
    system("a tarball", Root::Unix("/usr/local/go"), ""),
    system("Go's installer", Root::Windows("ProgramFiles", "Go"), ""),
    system("Go's installer", Root::Windows("SystemDrive", "Go"), ""),
    system("Go's installer", Root::Windows("LOCALAPPDATA", r"Programs\Go"), ""),
    system("Go's installer", Root::Windows("LOCALAPPDATA", "Go"), ""),
    system("Scoop", Root::Windows("SCOOP", ""), "apps/go*/*"),
    system("Scoop", Root::Windows("USERPROFILE", "scoop"), "apps/go*/*"),
    system("Homebrew", Root::Named("HOMEBREW_PREFIX", ""), "Cellar/go*/*/libexec"),
    system("Homebrew", Root::Unix("/opt/homebrew"), "Cellar/go*/*/libexec"),
    system("Homebrew", Root::Unix("/usr/local"), "Cellar/go*/*/libexec"),
    system("Homebrew", Root::Unix("/home/linuxbrew/.linuxbrew"), "Cellar/go*/*/libexec"),
    system("MacPorts", Root::Unix("/opt/local/lib/go"), ""),
    system("snap", Root::Unix("/snap/go"), "*"),
    system("system packages", Root::Unix("/usr/lib"), "go-*"),
    system("system packages", Root::Unix("/usr/lib/go"), ""),
    system("system packages", Root::Unix("/usr/lib/golang"), ""),
    system("tool cache", Root::Named("RUNNER_TOOL_CACHE", "go"), "*/*"),
    system("tool cache", Root::Named("AGENT_TOOLSDIRECTORY", "go"), "*/*"),
    system("tool cache", Root::Unix("/opt/hostedtoolcache/go"), "*/*"),
];
