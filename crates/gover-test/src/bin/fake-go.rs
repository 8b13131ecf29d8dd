//! Stands for `go` and `gofmt` in tests: a real program of one file that needs nothing but `std`.
//!
//! Like the real one it knows its GOROOT from its own place, prints the version in that tree's
//! `VERSION`, refuses a wrong GOROOT, obeys the switch protocol and `-C DIR`. Beyond that it
//! answers what a test wants to know:
//!
//! ```text
//! go version                   go version go1.22.5 linux/amd64
//! go env NAME…                 one value a line; GOROOT, GOVERSION, GOOS, GOARCH, GOPATH, else the variable
//! go tool compile -V           compile version go1.22.5
//! go fake-report ARGUMENTS…    program, arguments, directory, variables that matter, one a line
//! go install PACKAGE@VERSION   puts a file into GOBIN that says how it was built; some packages of example.org fail
//! go fake-install NAME TEXT    writes a program as `go install` does, and something read-only into GOMODCACHE
//! go fake-exit CODE            ends with that code (32 bits on Windows)
//! go fake-cases CASE…          prints `tested VERSION` and ends with the code of the first case that fits its
//!                              own version: `1.90.4:7`, or `1.90.4..:1` for that one and newer ones; else with 0
//! go fake-meet COUNT DIR       ends when COUNT of them have started with that directory
//! go fake-cat                  copies stdin to stdout
//! go fake-wait                 prints `ready`, then waits for the end of stdin, then prints `done`
//! go fake-run PROGRAM ARGS…    starts a program from PATH and passes its code on
//! go fake-line ARGUMENTS…       Windows: its command line as it is, one hexadecimal UTF-16 unit a line
//! go fake-handle NUMBER TEXT   Windows: writes to a handle it inherited
//! go fake-trap                 Windows: prints `ready` and the console event it gets; ends with 7
//! go fake-console              Windows: prints whether it has a console
//! go fake-signal GROUP         Windows: sends Ctrl-Break to the console processes of that group
//! go fake-switch NAME ARGS…    starts NAME from PATH by Go's switch protocol, as cmd/go does
//! ```
#![expect(clippy::disallowed_methods, reason = "stands alone, as the go command does")]

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

const SWITCH_VERSION: &str = "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION";
const SWITCH_COUNT: &str = "GOTOOLCHAIN_INTERNAL_SWITCH_COUNT";

const REPORTED: &[&str] = &[
    "GOROOT",
    "GOTOOLCHAIN",
    SWITCH_VERSION,
    SWITCH_COUNT,
    "GOVER_HOME",
    "GOVER_VERSION",
    "GOVER_SHIM_DEPTH",
    "PATH",
    "PWD",
    "GOPATH",
    "GOBIN",
    "GOCACHE",
    "GOMODCACHE",
    "GOENV",
    "GOTMPDIR",
    "GOOS",
    "GOARCH",
    "CGO_ENABLED",
];

fn main() {
    let mut arguments = env::args_os();
    let program = arguments.next().unwrap_or_default();
    let arguments: Vec<OsString> = arguments.collect();
    let code = match run(&program, &arguments) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "fake-go: {error}");
            99
        }
    };
    exit(code);
}

fn run(program: &OsStr, arguments: &[OsString]) -> io::Result<i32> {
    let own_root = own_root()?;
    let version = std::fs::read_to_string(own_root.join("VERSION"))?;
    let version = version.lines().next().unwrap_or_default().trim();
    if let Some(wanted) = variable(SWITCH_VERSION)
        && wanted != version
        && knows_switching(version)
    {
        return fail(&format!("go: toolchain {version} invoked to provide {}", wanted.to_string_lossy()), 1);
    }
    let arguments = change_directory(arguments)?;
    let Some((command, rest)) = arguments.split_first() else {
        return fail("Go is a tool for managing Go source code.", 2);
    };
    let mut out = io::stdout();
    match command.to_str().unwrap_or_default() {
        "version" => writeln!(out, "go version {version} {}/{}", goos(), goarch()).map(|()| 0),
        // The one tool that is asked for its version.
        "tool" if rest.iter().map(OsString::as_os_str).eq(["compile", "-V"].map(OsStr::new)) => {
            writeln!(out, "compile version {version}").map(|()| 0)
        }
        "install" => install(rest, version),
        "fake-exit" => Ok(rest.first().and_then(|code| parse_code(code)).unwrap_or(99)),
        "fake-cases" => {
            writeln!(out, "tested {version}")?;
            Ok(rest.iter().find_map(|case| code_of_case(case.to_str()?, version)).unwrap_or(0))
        }
        "fake-meet" => meet(rest, version),
        "fake-install" => fake_install(rest),
        "fake-report" => report(program, rest, &own_root),
        "fake-cat" => io::copy(&mut io::stdin(), &mut out).map(|_| 0),
        "fake-wait" => wait(),
        "fake-run" => start(rest, &[]),
        #[cfg(windows)]
        "fake-line" | "fake-handle" | "fake-trap" | "fake-console" | "fake-signal" => {
            windows::run(command, rest)
        }
        "fake-switch" => {
            let Some(name) = rest.first() else { return fail("fake-go: fake-switch needs a name", 2) };
            let count = variable(SWITCH_COUNT).and_then(|n| n.to_str()?.parse::<u32>().ok()).unwrap_or(0) + 1;
            start(rest, &[(SWITCH_VERSION, name.clone()), (SWITCH_COUNT, count.to_string().into())])
        }
        _ if variable("GOROOT").is_some_and(|root| !Path::new(&root).is_dir()) => {
            let root = variable("GOROOT").unwrap_or_default();
            fail(&format!("go: cannot find GOROOT directory: {}", root.to_string_lossy()), 2)
        }
        "env" => print_variables(rest, version, &own_root),
        other => fail(&format!("go {other}: unknown command\nRun 'go help' for usage."), 2),
    }
}

/// What `go install PACKAGE@VERSION` does, without a compiler. These packages behave in their own way:
/// `example.org/gone`, `example.org/newer`, `example.org/changed`, and `example.org/slow`, which waits for
/// a file `go-on` in the home directory.
fn install(arguments: &[OsString], version: &str) -> io::Result<i32> {
    let texts: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let Some((package, tag)) = texts.last().and_then(|subject| subject.split_once('@')) else {
        return fail("go: no package", 1);
    };
    let tag = if tag == "latest" { "v1.9.0" } else { tag };
    writeln!(io::stderr(), "go: downloading {package} {tag}")?;
    match package {
        "example.org/gone" => {
            return fail(
                &format!(
                    "go: {package}@{tag}: module {package}@{tag} found, but does not contain package {package}"
                ),
                1,
            );
        }
        "example.org/newer" => {
            return fail(
                &format!("go: {package}@{tag} requires go >= 1.99 (running {version}; GOTOOLCHAIN=local)"),
                1,
            );
        }
        "example.org/slow" => {
            let file = Path::new(&variable("HOME").unwrap_or_default()).join("go-on");
            while !file.exists() {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        _ => {}
    }
    let name = package.rsplit('/').next().unwrap_or_default();
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = Path::new(&variable("GOBIN").unwrap_or_default()).join(name);
    let sum = if package == "example.org/changed" { "h1:other=" } else { "h1:abc=" };
    let cgo = variable("CGO_ENABLED").unwrap_or_else(|| "1".into());
    let mut lines = vec![
        format!("path\t{package}"),
        format!("mod\t{package}\t{tag}\t{sum}"),
        format!("build\tCGO_ENABLED={}", cgo.to_string_lossy()),
        format!("build\tGOARCH={}", goarch()),
        format!("build\tGOOS={}", goos()),
    ];
    let flags = texts.iter().filter_map(|text| text.split_once('='));
    let recorded = flags.filter(|(name, value)| {
        ["-gcflags", "-ldflags", "-race", "-tags", "-trimpath"].contains(name)
            && !["", "false"].contains(value)
    });
    lines.extend(recorded.map(|(name, value)| format!("build\t{name}={value}")));
    let experiment = variable("GOEXPERIMENT");
    lines.extend(experiment.map(|value| format!("build\tGOEXPERIMENT={}", value.to_string_lossy())));
    write_program(&path, version, &(lines.join("\n") + "\n"))
}

/// What the linker writes into a program about how it was built.
fn write_program(path: &Path, version: &str, lines: &str) -> io::Result<i32> {
    let lines = format!("0123456789abcde\n{lines}0123456789abcde\n");
    let mut bytes = vec![0; 8192];
    bytes.extend_from_slice(b"\xff Go buildinf:\x08\x02");
    bytes.extend_from_slice(&[0; 16]);
    for text in [version, &lines] {
        // The lowest seven bits come first.
        let low = u8::try_from(text.len() & 0x7f).unwrap_or_default() | 0x80;
        bytes.extend_from_slice(&[low, u8::try_from(text.len() >> 7).unwrap_or_default()]);
        bytes.extend_from_slice(text.as_bytes());
    }
    std::fs::write(path, bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(0)
}

/// Obeys `-C DIR`, which must come first, as in cmd/go; returns the arguments after it.
fn change_directory(arguments: &[OsString]) -> io::Result<&[OsString]> {
    let (directory, rest) = match arguments {
        [flag, directory, rest @ ..] if flag == "-C" || flag == "--C" => (directory.as_os_str(), rest),
        [flag, rest @ ..] => match flag.to_str().and_then(|flag| flag.split_once("C=")) {
            Some(("-" | "--", directory)) => (OsStr::new(directory), rest),
            _ => return Ok(arguments),
        },
        [] => return Ok(arguments),
    };
    env::set_current_dir(directory)?;
    Ok(rest)
}

/// `bin/..`, links in the program's own path resolved as `os.Executable` does.
fn own_root() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let root = program.parent().and_then(Path::parent);
    root.map(Path::to_owned).ok_or_else(|| io::Error::other("this program has no grandparent directory"))
}

/// Releases before 1.21 know nothing of the switch protocol.
fn knows_switching(version: &str) -> bool {
    let mut parts = version.trim_start_matches("go").split('.');
    let major = parts.next().and_then(|part| part.parse::<u32>().ok()).unwrap_or(1);
    let minor = parts.next().unwrap_or_default();
    let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
    (major, minor[..digits].parse::<u32>().unwrap_or(0)) >= (1, 21)
}

fn print_variables(names: &[OsString], version: &str, own_root: &Path) -> io::Result<i32> {
    for name in names {
        let value = match name.to_str().unwrap_or_default() {
            "GOROOT" => variable("GOROOT").unwrap_or_else(|| own_root.into()),
            "GOVERSION" => version.into(),
            "GOOS" => goos().into(),
            "GOARCH" => goarch().into(),
            "GOPATH" => variable("GOPATH").unwrap_or_else(|| default_gopath().into()),
            other => variable(other).unwrap_or_default(),
        };
        writeln!(io::stdout(), "{}", value.to_string_lossy())?;
    }
    Ok(0)
}

fn report(program: &OsStr, arguments: &[OsString], own_root: &Path) -> io::Result<i32> {
    let mut out = io::stdout().lock();
    writeln!(out, "program {}", env::current_exe()?.display())?;
    writeln!(out, "argv0 {}", program.to_string_lossy())?;
    writeln!(out, "tree {}", own_root.display())?;
    writeln!(out, "directory {}", env::current_dir()?.display())?;
    for argument in arguments {
        writeln!(out, "argument {}", argument.to_string_lossy())?;
    }
    for name in REPORTED {
        match env::var_os(name) {
            Some(value) => writeln!(out, "{name}={}", value.to_string_lossy())?,
            None => writeln!(out, "{name} unset")?,
        }
    }
    Ok(0)
}

fn fake_install(arguments: &[OsString]) -> io::Result<i32> {
    let [name, text] = arguments else { return fail("fake-go: fake-install needs a name and a text", 2) };
    let set =
        |name: &str, own: &str| variable(name).map_or(own.to_owned(), |value| value.to_string_lossy().into());
    let target = format!("{}_{}", set("GOOS", goos()), set("GOARCH", goarch()));
    let is_foreign = target != format!("{}_{}", goos(), goarch());
    let directory = match variable("GOBIN") {
        Some(_) if is_foreign => return fail("cannot install cross-compiled binaries when GOBIN is set", 1),
        Some(gobin) => PathBuf::from(gobin),
        None => {
            let bin = variable("GOPATH").map_or_else(default_gopath, PathBuf::from).join("bin");
            if is_foreign { bin.join(target) } else { bin }
        }
    };
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join(name), text.as_encoded_bytes())?;
    let Some(cache) = variable("GOMODCACHE") else { return Ok(0) };
    let module = Path::new(&cache).join("example.org@v1.0.0");
    std::fs::create_dir_all(&module)?;
    let file = module.join("go.mod");
    if !file.exists() {
        std::fs::write(&file, "module example.org\n")?;
        for path in [file, module] {
            let mut permissions = std::fs::metadata(&path)?.permissions();
            permissions.set_readonly(true);
            std::fs::set_permissions(&path, permissions)?;
        }
    }
    Ok(0)
}

fn code_of_case(case: &str, version: &str) -> Option<i32> {
    let (first, code) = case.split_once(':')?;
    let own = numbers(version);
    let fits = match first.strip_suffix("..") {
        Some(first) => own >= numbers(first),
        None => own == numbers(first),
    };
    fits.then(|| code.parse().ok()).flatten()
}

fn numbers(version: &str) -> Vec<u32> {
    version.trim_start_matches("go").split('.').filter_map(|number| number.parse().ok()).collect()
}

fn meet(arguments: &[OsString], version: &str) -> io::Result<i32> {
    let [count, directory] = arguments else {
        return fail("fake-go: fake-meet needs a count and a directory", 2);
    };
    let count: usize = count.to_str().and_then(|count| count.parse().ok()).unwrap_or(0);
    std::fs::create_dir_all(directory)?;
    std::fs::write(Path::new(directory).join(version), "")?;
    let end = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while std::fs::read_dir(directory)?.count() < count {
        if std::time::Instant::now() > end {
            return fail("fake-go: the others did not come", 1);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Ok(0)
}

fn wait() -> io::Result<i32> {
    let mut out = io::stdout();
    writeln!(out, "ready")?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    writeln!(out, "done")?;
    Ok(0)
}

fn start(command: &[OsString], variables: &[(&str, OsString)]) -> io::Result<i32> {
    let Some((name, arguments)) = command.split_first() else { return fail("fake-go: no program given", 2) };
    // As cmd/go's LookPath does: std takes the last number of `go1.22.5` for an extension.
    let mut program = name.clone();
    if !name.to_string_lossy().ends_with(env::consts::EXE_SUFFIX) {
        program.push(env::consts::EXE_SUFFIX);
    }
    let mut child = Command::new(program);
    child.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
    if !variables.is_empty() {
        child.env_remove("GOROOT");
    }
    Ok(child.status()?.code().unwrap_or(98))
}

fn fail(message: &str, code: i32) -> io::Result<i32> {
    writeln!(io::stderr(), "{message}")?;
    Ok(code)
}

/// `4294967295` and `-1` are the same code on Windows; both must be accepted.
fn parse_code(text: &OsStr) -> Option<i32> {
    let number = text.to_str()?.parse::<i64>().ok()?;
    let low = u32::try_from(number.rem_euclid(1 << 32)).ok()?;
    Some(low.cast_signed())
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn default_gopath() -> PathBuf {
    let home = variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    home.map(|home| Path::new(&home).join("go")).unwrap_or_default()
}

fn goos() -> &'static str {
    match env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

fn goarch() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(windows)]
#[expect(unsafe_code, reason = "asks Windows for what std does not tell; this program has no other crate")]
mod windows {
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io::{self, Write as _};
    use std::os::windows::io::FromRawHandle as _;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::fail;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetCommandLineW() -> *const u16;
        fn SetConsoleCtrlHandler(handler: Option<unsafe extern "system" fn(u32) -> i32>, add: i32) -> i32;
        fn GenerateConsoleCtrlEvent(event: u32, group: u32) -> i32;
        fn GetLastError() -> u32;
        fn GetConsoleCP() -> u32;
    }

    static EVENT: AtomicU32 = AtomicU32::new(u32::MAX);

    pub(super) fn run(command: &OsStr, arguments: &[OsString]) -> io::Result<i32> {
        let number = || arguments.first().and_then(|number| number.to_str()?.parse::<usize>().ok());
        match command.to_str().unwrap_or_default() {
            "fake-line" => command_line(),
            "fake-handle" => {
                let (Some(handle), Some(text)) = (number(), arguments.get(1)) else {
                    return fail("fake-go: no handle or text", 2);
                };
                // SAFETY: the caller says that this handle was inherited, and nothing else here
                // owns it.
                let mut file = unsafe { File::from_raw_handle(handle as *mut _) };
                file.write_all(text.as_encoded_bytes()).map(|()| 0)
            }
            "fake-trap" => trap(),
            // SAFETY: no arguments; 0 without a console.
            "fake-console" => {
                writeln!(io::stdout(), "console: {}", unsafe { GetConsoleCP() } != 0).map(|()| 0)
            }
            _ => {
                let group = number().and_then(|group| u32::try_from(group).ok()).unwrap_or_default();
                // SAFETY: numbers only.
                let sent = unsafe { GenerateConsoleCtrlEvent(1, group) };
                // SAFETY: no arguments.
                if sent == 0 {
                    fail(&format!("no event sent: {}", unsafe { GetLastError() }), 3)
                } else {
                    Ok(0)
                }
            }
        }
    }

    fn command_line() -> io::Result<i32> {
        let mut out = io::stdout().lock();
        // SAFETY: the text ends with a zero and lives as long as the process.
        let mut unit = unsafe { GetCommandLineW() };
        // SAFETY: as above; stops at the zero.
        while unsafe { *unit } != 0 {
            // SAFETY: as above.
            writeln!(out, "{:04x}", unsafe { *unit })?;
            // SAFETY: the zero has not been reached.
            unit = unsafe { unit.add(1) };
        }
        Ok(0)
    }

    fn trap() -> io::Result<i32> {
        unsafe extern "system" fn note(event: u32) -> i32 {
            EVENT.store(event, Ordering::SeqCst);
            1
        }
        // SAFETY: the handler only stores a number.
        unsafe { SetConsoleCtrlHandler(Some(note), 1) };
        let mut out = io::stdout();
        writeln!(out, "ready")?;
        out.flush()?;
        while EVENT.load(Ordering::SeqCst) == u32::MAX {
            std::thread::yield_now();
        }
        writeln!(out, "event {}", EVENT.load(Ordering::SeqCst))?;
        Ok(7)
    }
}
