//! Compiles one line of C, to see whether the compiler works and what it compiles for.

use super::setup::Cgo;
use crate::snapshot::programs::{Patience, Run};
use crate::{Os, Snapshot};

/// Compiles to assembly on stdout, so no file is written. A string in it names the target.
/// runtime/cgo includes `stdlib.h` first. Returns words for the target, `amd64 linux glibc`, or the
/// compiler's message; `None` if it cannot be started or its output cannot be understood.
pub(super) fn compile(
    snapshot: &Snapshot<'_>,
    cgo: &Cgo,
    flags: &[&str],
) -> Option<Result<Vec<String>, String>> {
    let program = cgo.program.as_ref()?;
    let mut arguments: Vec<&str> = cgo.words.iter().skip(1).map(String::as_str).collect();
    arguments.extend(of_architecture(snapshot, &cgo.arch));
    arguments.extend(flags);
    arguments.extend(["-x", "c", "-S", "-o", "-", "-"]);
    // C joins adjacent string literals.
    let source = format!(
        "#include <stdlib.h>\nconst char gover[] = \"gover\"\n{}{}{};\n",
        chosen(ARCHITECTURES),
        chosen(SYSTEMS),
        chosen(&[("glibc", "defined(__GLIBC__)")])
    );
    // Messages in English, so that they can be recognized.
    let variables = &[("LC_ALL", Some("C")), ("LANGUAGE", None)];
    let run = Run { program, arguments: &arguments, variables, input: &source, patience: Patience::Short };
    let ran = snapshot.programs.run(&run)?;
    if ran.code != Some(0) {
        let lines = || ran.stderr.lines().map(str::trim).filter(|line| !line.is_empty());
        let line = lines().find(|line| ["error", "sorry"].iter().any(|word| line.contains(word)));
        let silent = || match ran.code {
            Some(code) => format!("exited with code {code} without a message"),
            None => "was ended by a signal".to_owned(),
        };
        return Some(Err(line.or_else(|| lines().next()).map_or_else(silent, str::to_owned)));
    }
    let (_, rest) = ran.stdout.split_once("\"gover")?;
    let words = rest.split(['"', '\\']).next()?;
    Some(Ok(words.split_whitespace().map(str::to_owned).collect()))
}

/// Where the compiler finds a library; the name itself if it finds none. Nothing is written.
pub(super) fn library(snapshot: &Snapshot<'_>, cgo: &Cgo, file: &str) -> Option<String> {
    let asked = format!("-print-file-name={file}");
    let program = cgo.program.as_ref()?;
    let arguments = &[asked.as_str()];
    let run = Run { program, arguments, variables: &[], input: "", patience: Patience::Short };
    let ran = snapshot.programs.run(&run)?;
    (ran.code == Some(0)).then(|| ran.stdout.trim().to_owned())
}

/// C source for the first name whose condition holds.
fn chosen(names: &[(&str, &str)]) -> String {
    let branch = |(name, condition): &(&str, &str)| format!("if {condition}\n\" {name}\"\n");
    format!("#{}#endif\n", names.iter().map(branch).collect::<Vec<_>>().join("#el"))
}

/// The arguments that the go command adds for an architecture (`cmd/go/internal/work.gccArchArgs`).
fn of_architecture(snapshot: &Snapshot<'_>, arch: &str) -> &'static [&'static str] {
    match (arch, snapshot.system.os == Os::MacOs) {
        ("amd64", true) => &["-arch", "x86_64", "-m64"],
        ("arm64", true) => &["-arch", "arm64"],
        ("amd64" | "s390x", false) => &["-m64"],
        ("386", _) => &["-m32"],
        ("arm", _) => &["-marm"],
        ("mips64" | "mips64le", _) => &["-mabi=64"],
        ("mips" | "mipsle", _) => &["-mabi=32"],
        ("loong64", _) => &["-mabi=lp64d"],
        _ => &[],
    }
}

pub(super) const ARCHITECTURES: &[(&str, &str)] = &[
    ("amd64", "defined(__x86_64__)"),
    ("386", "defined(__i386__)"),
    ("arm64", "defined(__aarch64__)"),
    ("arm", "defined(__arm__)"),
    ("riscv64", "defined(__riscv) && __riscv_xlen == 64"),
    ("s390x", "defined(__s390x__)"),
    ("loong64", "defined(__loongarch64)"),
    ("ppc64le", "defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)"),
    ("ppc64", "defined(__powerpc64__)"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("msys", "defined(__CYGWIN__)"),
    ("msvc", "defined(_MSC_VER)"),
    ("mingw", "defined(__MINGW32__)"),
    ("apple", "defined(__APPLE__)"),
    ("linux", "defined(__linux__)"),
];
