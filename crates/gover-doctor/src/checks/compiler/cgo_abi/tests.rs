use super::*;
use crate::testing::Machine;

fn gcc(machine: Machine, code: i32, stdout: &str, stderr: &str) -> Machine {
    machine.program("/usr/bin/gcc", "").answers("/usr/bin/gcc -m64 -x c -S -o - -", code, stdout, stderr)
}

fn on_windows(program: &str, code: i32, stdout: &str, stderr: &str) -> Machine {
    let directory = program.rsplit_once('\\').unwrap().0.to_owned();
    Machine::windows().program(program, "").path_first(&directory).answers(
        &format!("{program} -m64 -x c -S -o - -"),
        code,
        stdout,
        stderr,
    )
}

fn assembly(words: &str) -> String {
    format!("\t.file\t\"<stdin>\"\ngover:\n\t.string\t\"gover {words}\"\n")
}

#[test]
fn a_compiler_without_headers_is_reported_with_the_package() {
    let says =
        "<stdin>:1:10: fatal error: stdlib.h: No such file or directory\n    1 | #include <stdlib.h>\n";
    for (machine, command) in
        [(Machine::linux(), "sudo apt install libc6-dev"), (Machine::alpine(), "sudo apk add musl-dev")]
    {
        let findings = gcc(machine, 1, "", says).findings("cgo-abi");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what.en, "/usr/bin/gcc lacks the headers of the C library");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/usr/bin/gcc: <stdin>:1:10: fatal error: stdlib.h: No such file or directory"
        );
        assert_eq!(findings[0].fix.commands, [command]);
    }
}

#[test]
fn an_old_32_bit_mingw_is_reported() {
    let says = "cc1.exe: sorry, unimplemented: 64-bit mode not compiled in\n";
    let machine = on_windows(r"C:\MinGW\bin\gcc.exe", 1, "", says);
    let findings = machine.findings("cgo-abi");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].what.en, r"C:\MinGW\bin\gcc.exe is a 32-bit compiler, and Go is amd64");
    assert_eq!(findings[0].evidence[0].to_string(), format!(r"C:\MinGW\bin\gcc.exe: {}", says.trim()));
    assert_eq!(findings[0].fix.commands, ["winget install -e --id BrechtSanders.WinLibs.POSIX.UCRT"]);
    let forced = machine.var("CGO_ENABLED", "1");
    assert_eq!(forced.findings("cgo-abi")[0].severity, Severity::Error);
}

#[test]
fn the_gcc_of_msys_is_reported_with_the_right_one() {
    let machine = on_windows(r"C:\msys64\usr\bin\gcc.exe", 0, &assembly("amd64 msys"), "");
    let findings = machine.findings("cgo-abi");
    assert!(findings[0].what.en.contains("of MSYS or Cygwin"), "{}", findings[0].what.en);
    assert_eq!(findings[0].evidence[0].to_string(), r"C:\msys64\usr\bin\gcc.exe: compiles for amd64 msys");
    assert_eq!(findings[0].fix.commands, ["pacman -S mingw-w64-ucrt-x86_64-gcc"]);
    let findings = machine.program(r"C:\msys64\ucrt64\bin\gcc.exe", "").findings("cgo-abi");
    assert_eq!(findings[0].fix.commands, [r"go env -w CC=C:\msys64\ucrt64\bin\gcc.exe"]);
}

#[test]
fn a_cross_compiler_in_cc_is_reported_and_not_removed() {
    let cross = |command: &str, code, stdout: &str, stderr: &str| {
        Machine::linux()
            .program("/usr/bin/cross-gcc", "")
            .file("~/.config/go/env", "CC=cross-gcc -O1\n")
            .answers(command, code, stdout, stderr)
    };
    let command = "/usr/bin/cross-gcc -O1 -m64 -x c -S -o - -";
    let says = "cross-gcc: error: unrecognized command-line option '-m64'\n";
    let findings = cross(command, 1, "", says).findings("cgo-abi");
    assert_eq!(findings[0].what.en, "/usr/bin/cross-gcc is for a different processor from amd64");
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.config/go/env:1: CC=cross-gcc -O1");
    assert_eq!(findings[0].fix.commands, ["go env -u CC"]);
    assert_eq!(findings[0].fix.changes, []);
    let findings = cross(command, 0, &assembly("arm64 linux glibc"), "").findings("cgo-abi");
    assert_eq!(findings[0].what.en, "/usr/bin/cross-gcc compiles for arm64, and Go is amd64");
    let findings = cross(command, 0, "\t.ascii \"gover amd64 mingw\\0\"\n", "").findings("cgo-abi");
    assert_eq!(findings[0].what.en, "/usr/bin/cross-gcc compiles for another system (mingw)");
}

#[test]
fn glibc_does_not_match_alpine() {
    let findings = gcc(Machine::alpine(), 0, &assembly("amd64 linux glibc"), "").findings("cgo-abi");
    assert_eq!(findings[0].what.en, "/usr/bin/gcc compiles against glibc, and Alpine has musl");
    assert_eq!(gcc(Machine::alpine(), 0, &assembly("amd64 linux"), "").findings("cgo-abi"), []);
}

#[test]
fn visual_studio_is_reported_with_its_environment() {
    let machine = Machine::windows()
        .program(r"C:\VS\bin\cl.exe", "")
        .path_first(r"C:\VS\bin")
        .var("CC", "cl")
        .var("VSCMD_VER", "17.10.3");
    let findings = machine.findings("cgo-abi");
    let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
    assert_eq!(evidence, ["CC=cl", r"C:\VS\bin\cl.exe: is Visual Studio's compiler", "VSCMD_VER=17.10.3"]);
    assert_eq!(findings[0].fix.commands[0], "Remove-Item Env:CC");
    let findings = on_windows(r"C:\LLVM\gcc.exe", 0, &assembly("amd64 msvc"), "").findings("cgo-abi");
    assert!(findings[0].what.en.contains("compiles for Visual Studio"), "{}", findings[0].what.en);
}

#[test]
fn a_matching_compiler_is_silent() {
    assert_eq!(gcc(Machine::linux(), 0, &assembly("amd64 linux glibc"), "").findings("cgo-abi"), []);
    let machine = on_windows(r"C:\mingw64\bin\gcc.exe", 0, &assembly("amd64 mingw"), "");
    assert_eq!(machine.findings("cgo-abi"), []);
    let mac = Machine::macos().program("/usr/bin/clang", "").directory("/Applications/Xcode.app").answers(
        "/usr/bin/clang -arch arm64 -x c -S -o - -",
        0,
        "\t.asciz\t\"gover arm64 apple\"",
        "",
    );
    assert_eq!(mac.findings("cgo-abi"), []);
    // The stub of a Mac without developer tools would open a window.
    let broken = Machine::macos().program("/usr/bin/clang", "").answers(
        "/usr/bin/clang -arch arm64 -x c -S -o - -",
        1,
        "",
        "xcrun: error: invalid",
    );
    assert_eq!(broken.findings("cgo-abi"), []);
}

#[test]
fn a_machine_without_a_compiler_or_without_cgo_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("cgo-abi"), []);
    }
    let broken = gcc(Machine::linux(), 1, "", "gcc: fatal error: cannot execute 'cc1'");
    assert_eq!(broken.findings("cgo-abi")[0].what.en, "/usr/bin/gcc cannot compile a line of C");
    let evidence = gcc(Machine::linux(), 1, "", "").findings("cgo-abi")[0].evidence[0].to_string();
    assert_eq!(evidence, "/usr/bin/gcc: exited with code 1 without a message");
    assert_eq!(broken.var("CGO_ENABLED", "0").findings("cgo-abi"), []);
}
