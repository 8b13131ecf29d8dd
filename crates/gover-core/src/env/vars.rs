//! Every environment variable that gover reads or sets. docs/reference/environment.md is made from
//! [`VARIABLES`].

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    pub owner: Owner,
    pub meaning: &'static str,
}

/// Who defined a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Gover,
    Go,
    /// The operating system, its shells, or a convention that many programs follow.
    System,
}

/// What programs take as the proxy of their connections. Either case counts.
pub const PROXIES: [&str; 8] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

macro_rules! variables {
    ($($owner:ident { $($constant:ident = $name:literal: $meaning:literal;)* })*) => {
        $($(
            #[doc = $meaning]
            pub const $constant: &str = $name;
        )*)*

        pub const VARIABLES: &[Variable] = &[$($(
            Variable { name: $name, owner: Owner::$owner, meaning: $meaning },
        )*)*];
    };
}

variables! {
    Gover {
        GOVER_HOME = "GOVER_HOME": "The directory where gover keeps everything. Default: the home in whose `bin` the program is, else `~/.gover`.";
        GOVER_VERSION = "GOVER_VERSION": "The request for this shell, set by `gover use`.";
        GOVER_AUTO_INSTALL = "GOVER_AUTO_INSTALL": "`0` stops the shim from installing a missing toolchain.";
        GOVER_OFFLINE = "GOVER_OFFLINE": "`1` forbids the network.";
        GOVER_SOURCES = "GOVER_SOURCES": "Sources in order, separated by commas.";
        GOVER_ARCH = "GOVER_ARCH": "The architecture whose toolchains are installed, by Go's name (`amd64`). Default: the machine's.";
        GOVER_GODEV_URL = "GOVER_GODEV_URL": "Base URL of the release site, for tests and private copies: an https address, or one of this machine. Default: `https://go.dev`.";
        GOVER_REQUIRE_SUMDB = "GOVER_REQUIRE_SUMDB": "`1` requires a record in the checksum database for archives too.";
        GOVER_VERIFY_BEFORE_UNPACK = "GOVER_VERIFY_BEFORE_UNPACK": "`1` unpacks a download only once it is complete and its checksum is known.";
        GOVER_LANG = "GOVER_LANG": "The language of `gover doctor`: `en` or `zh`. Default: by `LC_ALL`, `LC_MESSAGES` and LANG; if none is set, the display language of Windows.";
        GOVER_SHIM_DEPTH = "GOVER_SHIM_DEPTH": "Set by the shim for the program it starts, so that the shim cannot start itself forever.";
        GOVER_CI_VERSION = "GOVER_CI_VERSION": "Set by `gover ci` for later steps, except in GitHub Actions: the Go version without `go`.";
        GOVER_CI_GOROOT = "GOVER_CI_GOROOT": "Set by it too: the directory of the toolchain.";
        GOVER_CI_CACHE_KEY = "GOVER_CI_CACHE_KEY": "Set by it too: a key for the cache of the build service.";
        GOVER_SHELL = "GOVER_SHELL": "Set by the function that `gover init` prints, so that `gover use` can change that shell.";
    }
    Go {
        GOROOT = "GOROOT": "The GOROOT of the toolchain that runs.";
        GOTOOLCHAIN = "GOTOOLCHAIN": "Go's own choice of toolchain.";
        GOENV = "GOENV": "The user's go/env file, or `off`.";
        GOWORK = "GOWORK": "`off`, a go.work file, or empty.";
        GO111MODULE = "GO111MODULE": "`on`, `off` or `auto`.";
        GODEBUG = "GODEBUG": "`toolchaintrace=1` shows how Go, or the shim in its place, selects the toolchain.";
        GOPROXY = "GOPROXY": "The module proxies, as Go reads them.";
        GOSUMDB = "GOSUMDB": "The checksum database, as Go reads it.";
        GOPRIVATE = "GOPRIVATE": "Patterns of private modules, as Go reads them: the default of GONOPROXY and GONOSUMDB.";
        GONOPROXY = "GONOPROXY": "Patterns of modules that Go gets from their repository, which `gover mirror --modules` leaves out.";
        GONOSUMDB = "GONOSUMDB": "Patterns of modules that the checksum database does not know.";
        GOVULNDB = "GOVULNDB": "The Go vulnerability database: an `http`, `https` or `file` address. Default: by the setting `sources`.";
        GOBIN = "GOBIN": "Where `go install` puts programs, which `gover audit --tools` reads. Default: `bin` in GOPATH.";
        GOPATH = "GOPATH": "Go's own directories. Default: `go` in the home directory.";
        GOCACHE = "GOCACHE": "Go's build cache, which `gover exec --isolated` sets.";
        GOMODCACHE = "GOMODCACHE": "Go's module cache, which `gover exec --isolated` sets.";
        GOTMPDIR = "GOTMPDIR": "Where Go writes temporary files, which `gover exec --isolated` sets unless it is set.";
        GOOS = "GOOS": "The operating system that Go builds for, which `gover exec --target` sets.";
        GOARCH = "GOARCH": "The architecture that Go builds for, which `gover exec --target` sets.";
        CGO_ENABLED = "CGO_ENABLED": "Whether Go uses cgo. `gover exec --target` sets it to 0, unless it or CC is set.";
        CC = "CC": "The C compiler that cgo uses.";
        GOAUTH = "GOAUTH": "How to get credentials for `https` URLs, as Go reads it. Default: `netrc`.";
        SWITCH_VERSION = "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION": "Set by the go command when it switches toolchains: the toolchain that must run.";
        SWITCH_COUNT = "GOTOOLCHAIN_INTERNAL_SWITCH_COUNT": "Set by the go command when it switches toolchains: the number of switches so far.";
    }
    System {
        NETRC = "NETRC": "The file that `GOAUTH=netrc` reads. Default: `.netrc` in the home directory, or `_netrc` on Windows.";
        SSL_CERT_FILE = "SSL_CERT_FILE": "A file of certificates that replaces the system's, as Go reads it on Unix. gover reads it on macOS and Windows too.";
        SSL_CERT_DIR = "SSL_CERT_DIR": "Directories of certificate files that replace the system's, separated as in PATH.";
        PATH = "PATH": "The directories in which programs are found.";
        PWD = "PWD": "The working directory as the shell knows it.";
        TMPDIR = "TMPDIR": "The directory for temporary files on Unix.";
        HOME = "HOME": "The user's home directory on Unix.";
        USERPROFILE = "USERPROFILE": "The user's home directory on Windows.";
        APPDATA = "APPDATA": "The user's configuration on Windows.";
        PROGRAM_FILES = "ProgramFiles": "Where programs are on Windows; Go's installer puts Go there.";
        PROGRAM_FILES_X86 = "ProgramFiles(x86)": "The same for 32-bit programs.";
        SYSTEM_DRIVE = "SystemDrive": "The drive of Windows, where older installers of Go put Go.";
        XDG_CONFIG_HOME = "XDG_CONFIG_HOME": "The user's configuration on Linux.";
        CI = "CI": "Set by build services. There `go version` and `go env` install a missing toolchain, too.";
        GITHUB_ACTIONS = "GITHUB_ACTIONS": "Set by GitHub Actions, and by Gitea and Forgejo, which `gover ci` recognizes by it.";
        GITHUB_PATH = "GITHUB_PATH": "The file to which `gover ci` adds the PATH entries of later steps in GitHub Actions.";
        GITHUB_ENV = "GITHUB_ENV": "The file to which it adds their variables.";
        GITHUB_OUTPUT = "GITHUB_OUTPUT": "The file to which it adds the outputs of the step.";
        RUNNER_TEMP = "RUNNER_TEMP": "Where `gover ci` writes the problem matchers of GitHub Actions.";
        RUNNER_TOOL_CACHE = "RUNNER_TOOL_CACHE": "The tool cache of a GitHub runner, whose toolchains `gover ci` and `gover import` can take over.";
        AGENT_TOOLSDIRECTORY = "AGENT_TOOLSDIRECTORY": "The same of an agent of Azure Pipelines.";
        GITLAB_CI = "GITLAB_CI": "Set by GitLab, which `gover ci` recognizes by it.";
        JENKINS_URL = "JENKINS_URL": "Set by Jenkins, which `gover ci` recognizes by it.";
        TF_BUILD = "TF_BUILD": "Set by Azure Pipelines, which `gover ci` recognizes by it.";
        COLUMNS = "COLUMNS": "The width at which text breaks, if it is exported. Default: the width of the terminal.";
        LC_ALL = "LC_ALL": "The locale for everything. One in Chinese is for `gover doctor`.";
        LC_MESSAGES = "LC_MESSAGES": "The locale of messages, if `LC_ALL` is not set.";
        LANG = "LANG": "The locale, if neither is set.";
        NO_COLOR = "NO_COLOR": "Any value turns colour off.";
        SHELL = "SHELL": "The login shell.";
        MSYSTEM = "MSYSTEM": "The name of the environment in shells of MSYS2 and Git Bash.";
        ZDOTDIR = "ZDOTDIR": "The directory of zsh's startup files.";
        TERM = "TERM": "The kind of terminal; `dumb` has no colour. Without it there is none, except on Windows.";
    }
}
