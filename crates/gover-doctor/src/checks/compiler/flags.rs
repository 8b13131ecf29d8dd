//! Flags for the C compiler and linker (`CGO_CFLAGS`, `CGO_LDFLAGS`) that do not work.

use super::probe;
use super::setup::{CGO_FAILS, Cgo, is_stub};
use crate::checks::words;
use crate::{Evidence, Finding, MachinePath, Os, Snapshot, Words, text};

pub(super) fn findings(snapshot: &Snapshot<'_>, cgo: &Cgo) -> Vec<Finding> {
    // `cgo-abi` reports a compiler that never works.
    let works = |cgo: &Cgo| matches!(probe::compile(snapshot, cgo, &[]), Some(Ok(_)));
    let is_set = COMPILE.iter().chain(&[LINK]).any(|name| snapshot.go_setting(name).is_some());
    if !is_set || cgo.program.as_ref().is_none_or(|program| is_stub(snapshot, program)) || !works(cgo) {
        return Vec::new();
    }
    COMPILE
        .into_iter()
        .filter_map(|name| compiled(snapshot, cgo, name))
        .chain(linked(snapshot, cgo))
        .collect()
}

/// Flags of the compiler. One line of C is compiled with them.
fn compiled(snapshot: &Snapshot<'_>, cgo: &Cgo, name: &'static str) -> Option<Finding> {
    let flags = words::split(&snapshot.go_setting(name)?);
    let flags = match flags {
        Ok(flags) => flags,
        Err(quote) => return Some(unclosed(snapshot, name, quote)),
    };
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let message = probe::compile(snapshot, cgo, &flags)?.err()?;
    let program = cgo.program.as_ref()?;
    let what = text!(
        en "{name} has flags with which {program} does not compile",
        zh "{name} 里的参数让 {program} 无法编译",
        name = name, program = program,
    );
    let finding = finding(snapshot, name, what).shown_by([Evidence::answer(program.to_string(), message)]);
    Some(finding.commands(snapshot.set_by_hand(name, None)))
}

/// Flags of the linker. Nothing is linked, since that would write a file: directories and libraries
/// are looked for.
fn linked(snapshot: &Snapshot<'_>, cgo: &Cgo) -> Option<Finding> {
    let flags = match words::split(&snapshot.go_setting(LINK)?) {
        Ok(flags) => flags,
        Err(quote) => return Some(unclosed(snapshot, LINK, quote)),
    };
    let after = |prefix: &str| -> Vec<&str> {
        let joined =
            flags.iter().filter_map(|flag| flag.strip_prefix(prefix)).filter(|rest| !rest.is_empty());
        let apart = flags.windows(2).filter_map(|pair| match pair {
            [flag, value] if flag == prefix => Some(value.as_str()),
            _ => None,
        });
        joined.chain(apart).collect()
    };
    let directories: Vec<MachinePath> = after("-L")
        .into_iter()
        .map(|path| snapshot.system.path(path))
        .filter(MachinePath::is_absolute)
        .collect();
    let gone: Vec<&MachinePath> = directories.iter().filter(|path| !snapshot.is_directory(path)).collect();
    let missing: Vec<&str> =
        after("-l").into_iter().filter(|name| is_missing(snapshot, cgo, name, &directories)).collect();
    let what = match (gone.first(), missing.first()) {
        (_, Some(library)) => text!(
            en "{name} names the library `{library}`, which does not exist",
            zh "{name} 里的库 `{library}` 不存在",
            name = LINK, library = *library,
        ),
        (Some(directory), None) => text!(
            en "{name} names {directory}, which does not exist",
            zh "{name} 里的 {directory} 不存在",
            name = LINK, directory = *directory,
        ),
        (None, None) => return None,
    };
    let gone = gone.into_iter().map(|path| Evidence::path(path, "does not exist"));
    let mut finding = finding(snapshot, LINK, what).shown_by(gone);
    if missing.is_empty() {
        // The linker passes over it.
        finding.severity = crate::Severity::Warning;
        finding.why = text!(en "libraries in it are not found", zh "里面的库都找不到").into();
    }
    Some(finding.commands(snapshot.set_by_hand(LINK, None)))
}

/// Whether the compiler and these directories do not have a library. Only on Linux the compiler says so.
fn is_missing(snapshot: &Snapshot<'_>, cgo: &Cgo, name: &str, directories: &[MachinePath]) -> bool {
    if snapshot.system.os != Os::Linux || name.starts_with(':') {
        return false;
    }
    let files = [format!("lib{name}.so"), format!("lib{name}.a")];
    let is_in = |directory: &MachinePath| files.iter().any(|file| snapshot.exists(&directory.join(file)));
    !directories.iter().any(is_in)
        && files.iter().all(|file| probe::library(snapshot, cgo, file).is_some_and(|path| path == *file))
}

fn unclosed(snapshot: &Snapshot<'_>, name: &'static str, quote: char) -> Finding {
    let what = text!(
        en "{name} has an unclosed {quote}",
        zh "{name} 里的 {quote} 没有配对",
        name = name, quote = quote,
    );
    let finding = finding(snapshot, name, what);
    finding.commands(snapshot.set_by_hand(name, None))
}

fn finding(snapshot: &Snapshot<'_>, name: &str, what: Words) -> Finding {
    Finding::error(what, CGO_FAILS).shown_by(snapshot.setting_evidence(name))
}

const COMPILE: [&str; 2] = ["CGO_CPPFLAGS", "CGO_CFLAGS"];
const LINK: &str = "CGO_LDFLAGS";

#[cfg(test)]
mod tests {
    use crate::testing::Machine;
    use crate::{Finding, Severity};

    const GCC: &str = "/usr/bin/gcc -m64";
    const END: &str = "-x c -S -o - -";

    fn machine() -> Machine {
        let fits = ".string \"gover amd64 linux glibc\"";
        Machine::linux().program("/usr/bin/gcc", "").answers(&format!("{GCC} {END}"), 0, fits, "")
    }

    fn of(machine: &Machine) -> Vec<Finding> {
        machine.findings("cgo-compiler")
    }

    #[test]
    fn flags_that_do_not_compile_are_an_error_with_the_message() {
        let machine = machine().file("~/.config/go/env", "CGO_CFLAGS=-g -fwrong\n").answers(
            &format!("{GCC} -g -fwrong {END}"),
            1,
            "",
            "gcc: error: unrecognized option '-fwrong'\n",
        );
        let findings = of(&machine);
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what.en, "CGO_CFLAGS has flags with which /usr/bin/gcc does not compile");
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.config/go/env:1: CGO_CFLAGS=-g -fwrong");
        assert!(findings[0].evidence[1].to_string().ends_with("unrecognized option '-fwrong'"));
        assert_eq!(findings[0].fix.commands, ["go env -u CGO_CFLAGS"]);
        let fine = machine.file("~/.config/go/env", "CGO_CFLAGS=-g -O1\n").answers(
            &format!("{GCC} -g -O1 {END}"),
            0,
            ".string \"gover amd64 linux\"",
            "",
        );
        assert_eq!(of(&fine), []);
    }

    #[test]
    fn libraries_and_directories_that_do_not_exist_are_found() {
        let with = |flags: &str| {
            machine()
                .answers("/usr/bin/gcc -print-file-name=libz.so", 0, "/usr/lib/libz.so\n", "")
                .answers("/usr/bin/gcc -print-file-name=libfoo.so", 0, "libfoo.so\n", "")
                .answers("/usr/bin/gcc -print-file-name=libfoo.a", 0, "libfoo.a\n", "")
                .var("CGO_LDFLAGS", flags)
        };
        let findings = of(&with("-O2 -L/opt/x -lz -lfoo"));
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what.en, "CGO_LDFLAGS names the library `foo`, which does not exist");
        assert_eq!(findings[0].evidence[1].to_string(), "/opt/x: does not exist");
        let findings = of(&with("-L /opt/x -lz"));
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(of(&with("-L/opt/x -lfoo").file("/opt/x/libfoo.a", "")), []);
        assert_eq!(of(&with("-O2 -g -Wl,-s -lz")), []);
        assert!(of(&with("'-L/opt"))[0].what.en.contains("an unclosed '"));
    }

    #[test]
    fn flags_are_silent_where_no_compiler_works() {
        let machine = Machine::linux().program("/usr/bin/gcc", "").var("CGO_CFLAGS", "-fwrong");
        assert_eq!(of(&machine), []);
    }
}
