//! The settings of a build that Go records in a program (`setBuildInfo` in cmd/go/internal/load), and
//! how a new build repeats each of them.
//!
//! The text comes from the program, so it may not make Go run or write what nobody asked for.

use gover_core::gorules::words;

/// What a new build does about a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Repeated {
    Argument(String),
    Variable(&'static str, String),
    /// It follows from the source.
    Nothing,
}

type Rule = fn(&'static str, &str) -> Option<Repeated>;

/// How each setting is repeated; `None` if gover does not repeat this value.
const RECORDED: &[(&str, Rule)] = &[
    ("-asan", option),
    ("-asmflags", |name, value| flags(name, value, &["D", "S", "dynlink", "e", "shared", "spectre", "v"])),
    ("-buildmode", build_mode),
    ("-compiler", |_, value| (value == "gc").then_some(Repeated::Nothing)),
    // What was covered is not recorded.
    ("-cover", |_, value| (value == "false").then_some(Repeated::Nothing)),
    ("-gccgoflags", |_, _| None),
    ("-gcflags", |name, value| flags(name, value, COMPILER)),
    ("-ldflags", |name, value| flags(name, value, &["X", "s", "w"])),
    ("-msan", option),
    // Only the profile of the package itself can be found again, and Go finds it by itself.
    ("-pgo", |_, value| (base(value) == "default.pgo").then_some(Repeated::Nothing)),
    ("-race", option),
    ("-tags", option),
    ("-trimpath", option),
    ("CGO_CFLAGS", c_flags),
    ("CGO_CPPFLAGS", c_flags),
    ("CGO_CXXFLAGS", c_flags),
    ("CGO_ENABLED", variable),
    ("CGO_LDFLAGS", c_flags),
    ("DefaultGODEBUG", |_, _| Some(Repeated::Nothing)),
    ("GO386", variable),
    ("GOAMD64", variable),
    ("GOARCH", variable),
    ("GOARM", variable),
    ("GOARM64", variable),
    ("GOEXPERIMENT", variable),
    ("GOFIPS140", variable),
    ("GOMIPS", variable),
    ("GOMIPS64", variable),
    ("GOOS", variable),
    ("GOPPC64", variable),
    ("GORISCV64", variable),
    ("GOWASM", variable),
];

/// The options that are also given if they are not recorded. Otherwise those of GOFLAGS would count.
pub(crate) const ALWAYS: &[(&str, &str)] = &[("-tags", ""), ("-trimpath", "false")];

/// How a setting is repeated; `None` if gover does not repeat it. Settings that are not options, such as
/// `vcs.revision`, say something about the source.
pub(crate) fn repeated(name: &str, value: &str) -> Option<Repeated> {
    match RECORDED.iter().find(|(known, _)| *known == name) {
        Some((known, rule)) => rule(known, value),
        None => (!name.starts_with('-')).then_some(Repeated::Nothing),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a rule like the others")]
fn option(name: &'static str, value: &str) -> Option<Repeated> {
    Some(Repeated::Argument(format!("{name}={value}")))
}

fn variable(name: &'static str, value: &str) -> Option<Repeated> {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._,-+".contains(&byte));
    is_plain.then(|| Repeated::Variable(name, value.to_owned()))
}

/// `exe` is also recorded where another mode is the default of the system.
fn build_mode(name: &'static str, value: &str) -> Option<Repeated> {
    match value {
        "exe" => option(name, "default"),
        "pie" => option(name, value),
        _ => None,
    }
}

/// Flags for a program of Go, if all are among those that only change what it makes. The first may have
/// a pattern of packages before it: `all=-N`.
fn flags(name: &'static str, value: &str, harmless: &[&str]) -> Option<Repeated> {
    let text = value.trim_start();
    let text = if text.starts_with('-') { text } else { text.split_once('=').map_or(text, |(_, rest)| rest) };
    let is_harmless = |word: &str| match word.strip_prefix('-') {
        Some(flag) => {
            let flag = flag.strip_prefix('-').unwrap_or(flag);
            harmless.contains(&flag.split('=').next().unwrap_or(flag))
        }
        None => true,
    };
    words::split(text).ok()?.iter().all(|word| is_harmless(word)).then(|| option(name, value))?
}

/// Flags for a C compiler or linker, if none of them names a program or a plugin.
fn c_flags(name: &'static str, value: &str) -> Option<Repeated> {
    let is_harmless = |word: &String| {
        ["-D", "-I", "-L", "-O", "-g", "-l", "-m", "-std=", "-U"].iter().any(|start| word.starts_with(start))
    };
    words::split(value).ok()?.iter().all(is_harmless).then(|| Repeated::Variable(name, value.to_owned()))
}

fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Options of the compiler that name no file.
const COMPILER: &[&str] = &[
    "B",
    "C",
    "N",
    "S",
    "c",
    "d",
    "dwarf",
    "dwarflocationlists",
    "e",
    "l",
    "lang",
    "live",
    "m",
    "smallframes",
    "spectre",
    "wb",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, value: &str) -> String {
        match repeated(name, value) {
            None => "refused".to_owned(),
            Some(Repeated::Nothing) => String::new(),
            Some(Repeated::Argument(argument)) => argument,
            Some(Repeated::Variable(name, value)) => format!("{name}:{value}"),
        }
    }

    #[test]
    fn each_setting_that_go_records_is_repeated_or_refused() {
        let cases = [
            ("-asan", "true", "-asan=true"),
            ("-asmflags", "all=-D X=1", "-asmflags=all=-D X=1"),
            ("-asmflags", "-o=/tmp/x", "refused"),
            ("-buildmode", "exe", "-buildmode=default"),
            ("-buildmode", "pie", "-buildmode=pie"),
            ("-buildmode", "c-shared", "refused"),
            ("-compiler", "gc", ""),
            ("-compiler", "gccgo", "refused"),
            ("-cover", "true", "refused"),
            ("-gccgoflags", "-O2", "refused"),
            ("-gcflags", "all=-N -l", "-gcflags=all=-N -l"),
            ("-gcflags", "-d=checkptr=0", "-gcflags=-d=checkptr=0"),
            ("-gcflags", "all=-cpuprofile=/tmp/x", "refused"),
            ("-ldflags", "-s -w -X main.v=1", "-ldflags=-s -w -X main.v=1"),
            ("-ldflags", "-X 'main.v=1 2' --w", "-ldflags=-X 'main.v=1 2' --w"),
            ("-ldflags", "-extld=/tmp/x", "refused"),
            ("-ldflags", "all=-extld=/tmp/x", "refused"),
            ("-ldflags", "-s '-extld=/tmp/x'", "refused"),
            ("-ldflags", "-s --extld=/tmp/x", "refused"),
            ("-ldflags", "-X 'main.v=1", "refused"),
            ("-msan", "true", "-msan=true"),
            ("-pgo", "/src/cmd/default.pgo", ""),
            ("-pgo", r"C:\src\own.pgo", "refused"),
            ("-race", "true", "-race=true"),
            ("-tags", "one,two", "-tags=one,two"),
            ("-trimpath", "true", "-trimpath=true"),
            ("-new", "true", "refused"),
            ("CGO_CFLAGS", "", "CGO_CFLAGS:"),
            ("CGO_CFLAGS", "-O2 -g -I/opt/x", "CGO_CFLAGS:-O2 -g -I/opt/x"),
            ("CGO_CPPFLAGS", "-fplugin=/tmp/x.so", "refused"),
            ("CGO_CXXFLAGS", "-std=c++20", "CGO_CXXFLAGS:-std=c++20"),
            ("CGO_LDFLAGS", "-lz -Wl,-rpath,/tmp", "refused"),
            ("CGO_ENABLED", "0", "CGO_ENABLED:0"),
            ("DefaultGODEBUG", "madvdontneed=1", ""),
            ("GO386", "softfloat", "GO386:softfloat"),
            ("GOAMD64", "v3", "GOAMD64:v3"),
            ("GOARCH", "amd64", "GOARCH:amd64"),
            ("GOARM", "7,hardfloat", "GOARM:7,hardfloat"),
            ("GOARM64", "v8.0,lse", "GOARM64:v8.0,lse"),
            ("GOEXPERIMENT", "rangefunc,noaliastypeparams", "GOEXPERIMENT:rangefunc,noaliastypeparams"),
            ("GOEXPERIMENT", "x\ny", "refused"),
            ("GOFIPS140", "v1.0.0-c2097c7c", "GOFIPS140:v1.0.0-c2097c7c"),
            ("GOMIPS", "softfloat", "GOMIPS:softfloat"),
            ("GOMIPS64", "hardfloat", "GOMIPS64:hardfloat"),
            ("GOOS", "linux", "GOOS:linux"),
            ("GOPPC64", "power9", "GOPPC64:power9"),
            ("GORISCV64", "rva22u64", "GORISCV64:rva22u64"),
            ("GOWASM", "satconv,signext", "GOWASM:satconv,signext"),
            ("vcs.revision", "0123", ""),
        ];
        for (name, value, expected) in cases {
            assert_eq!(said(name, value), expected, "{name}={value}");
        }
        for (name, _) in RECORDED {
            assert!(cases.iter().any(|(tested, ..)| tested == name), "{name}");
        }
    }
}
