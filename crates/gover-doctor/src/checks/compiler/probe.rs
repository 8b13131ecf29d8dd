//! Compiles one line of C, to see whether the compiler works and what it compiles for.

use super::setup::Cgo;
use crate::snapshot::programs::Run;
use crate::{Os, Snapshot};

pub(super) enum Probe {
    /// Words that describe the target: `amd64 linux glibc`.
    Compiled(Vec<String>),
    /// The compiler's message.
    Failed(String),
}

/// Compiles to assembly on stdout, so no file is written. A string in it names the target.
/// runtime/cgo includes `stdlib.h` first. `None` if the compiler cannot be started or its output
/// cannot be understood.
pub(super) fn compile(snapshot: &Snapshot<'_>, cgo: &Cgo) -> Option<Probe> {
    let program = cgo.program.as_ref()?;
    let given = cgo.words.get(1..)?.iter().map(String::as_str);
    let arguments: Vec<&str> =
        given.chain(arguments(snapshot, &cgo.arch).iter().copied()).chain(COMPILE).collect();
    let ran = snapshot.programs.run(&Run {
        program,
        arguments: &arguments,
        // Messages in English, so that they can be recognized.
        variables: &[("LC_ALL", Some("C")), ("LANGUAGE", None)],
        input: SOURCE,
    })?;
    if ran.code != Some(0) {
        let lines = || ran.stderr.lines().map(str::trim).filter(|line| !line.is_empty());
        let line = lines().find(|line| ["error", "sorry"].iter().any(|word| line.contains(word)));
        let silent = || match ran.code {
            Some(code) => format!("exited with code {code} without a message"),
            None => "was ended by a signal".to_owned(),
        };
        return Some(Probe::Failed(line.or_else(|| lines().next()).map_or_else(silent, str::to_owned)));
    }
    let (_, rest) = ran.stdout.split_once("\"gover")?;
    let words = rest.split(['"', '\\']).next()?;
    Some(Probe::Compiled(words.split_whitespace().map(str::to_owned).collect()))
}

/// The arguments that the go command adds for an architecture (`cmd/go/internal/work.gccArchArgs`).
fn arguments(snapshot: &Snapshot<'_>, arch: &str) -> &'static [&'static str] {
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

const COMPILE: [&str; 6] = ["-x", "c", "-S", "-o", "-", "-"];

/// C joins adjacent string literals.
const SOURCE: &str = r#"#include <stdlib.h>
const char gover[] = "gover"
#if defined(__x86_64__)
" amd64"
#elif defined(__i386__)
" 386"
#elif defined(__aarch64__)
" arm64"
#elif defined(__arm__)
" arm"
#elif defined(__riscv) && __riscv_xlen == 64
" riscv64"
#elif defined(__s390x__)
" s390x"
#elif defined(__loongarch64)
" loong64"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
" ppc64le"
#elif defined(__powerpc64__)
" ppc64"
#endif
#if defined(__CYGWIN__)
" msys"
#elif defined(_MSC_VER)
" msvc"
#elif defined(__MINGW32__)
" mingw"
#elif defined(__APPLE__)
" apple"
#elif defined(__linux__)
" linux"
#endif
#if defined(__GLIBC__)
" glibc"
#endif
;
"#;

/// The architectures that a probe can report.
pub(super) const ARCHITECTURES: &[&str] =
    &["amd64", "386", "arm64", "arm", "riscv64", "s390x", "loong64", "ppc64le", "ppc64"];
