//! What only Windows has: command lines as one text, 32-bit exit codes, handles, console events,
//! programs that cannot be overwritten while they run.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::windows::ffi::OsStringExt as _;
use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use gover_test::{TestContext, context};

/// `CREATE_NEW_PROCESS_GROUP`: console events can be sent to the shim and what it starts alone.
const NEW_GROUP: u32 = 0x200;

/// `DETACHED_PROCESS`: the child has no console.
const DETACHED: u32 = 0x8;

fn with_one() -> TestContext {
    let ctx = context!();
    ctx.install_fake("go1.22.5");
    std::fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    ctx.install_shim("go");
    ctx
}

fn shim(ctx: &TestContext) -> Command {
    ctx.command(ctx.layout().program("go")).into_command()
}

/// The command line that the toolchain's program got for what comes after the shim's name.
fn received(ctx: &TestContext, raw: &[u16]) -> Vec<u16> {
    let output = shim(ctx).raw_arg(OsString::from_wide(raw)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|unit| u16::from_str_radix(unit, 16).unwrap()).collect()
}

fn ready(child: &mut Child) -> BufReader<std::process::ChildStdout> {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "ready");
    out
}

#[test]
fn the_command_line_is_passed_on_unit_by_unit() {
    let ctx = with_one();
    for text in [
        r"fake-line",
        r#"fake-line "" a"b c"d "tail\\" \"x\" "a""b""#,
        r"fake-line   two  blanks	tab  ",
        r"fake-line ^ % ! & | < > %PATH% ^^ (x) @",
        r"fake-line -ldflags=-X=main.a='b c' C:\dir\ ünï ☃ 𝄞",
        r#"fake-line "unterminated \"#,
    ] {
        let raw: Vec<u16> = text.encode_utf16().collect();
        assert!(received(&ctx, &raw).ends_with(&raw), "{text}");
    }
    let mut lone: Vec<u16> = "fake-line ".encode_utf16().collect();
    lone.extend([0xD800, u16::from(b'x'), 0xDC00]);
    assert!(received(&ctx, &lone).ends_with(&lone));
}

#[test]
fn a_plus_request_is_removed_and_the_rest_is_unchanged() {
    let ctx = with_one();
    for (given, left) in [
        (r#"+1.22 fake-line a"b c"d "tail\\""#, r#"fake-line a"b c"d "tail\\""#),
        (r#""+>=1.21 <1.23"   fake-line ^& "" "#, r#"fake-line ^& "" "#),
    ] {
        let raw: Vec<u16> = given.encode_utf16().collect();
        let line = String::from_utf16(&received(&ctx, &raw)).unwrap();
        let name = format!("\"{}\" ", ctx.layout().program("go").display());
        assert_eq!(line, format!("{name}{left}"));
    }
}

#[test]
fn a_command_line_as_long_as_windows_allows_arrives_whole() {
    let ctx = with_one();
    // 32,767 units in all, the final zero counted, and the shim's path in quotation marks comes
    // first.
    let room = 32_766 - ctx.layout().program("go").as_os_str().len() - 3 - "fake-line ".len();
    let raw: Vec<u16> = format!("fake-line {}", "x".repeat(room)).encode_utf16().collect();
    assert_eq!(received(&ctx, &raw).len(), 32_766);
}

#[test]
fn exit_codes_keep_all_their_bits() {
    let ctx = with_one();
    for code in ["0", "1", "259", "256", "305419896", "3221225786", "4294967295"] {
        let expected = code.parse::<u32>().unwrap().cast_signed();
        ctx.shim("go", ["fake-exit", code]).exits(expected);
    }
}

#[test]
fn variables_are_found_in_any_case_and_replaced_under_their_name() {
    let mut ctx = context!();
    let goroot = ctx.install_system_fake("go1.19.8");
    let path = ctx.variable("PATH").unwrap().to_owned();
    ctx.unset("PATH").set("pAtH", path).set("gOrOoT", "C:\\nonexistent");
    ctx.install_shim("go");
    let output = ctx.command(ctx.layout().program("go")).args(["fake-report"]).run();
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str());
}

#[test]
fn killing_the_shim_kills_its_child() {
    let ctx = with_one();
    let mut child = shim(&ctx).arg("fake-wait").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = ready(&mut child);
    // Held open, so that the toolchain's program does not end by itself.
    let _stdin = child.stdin.take();
    child.kill().unwrap();
    child.wait().unwrap();
    // The pipe ends when the last process that holds it has ended.
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn the_child_handles_console_events_and_sets_the_exit_code() {
    let ctx = with_one();
    let mut child = shim(&ctx)
        .arg("fake-trap")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .creation_flags(NEW_GROUP)
        .spawn()
        .unwrap();
    let mut out = ready(&mut child);
    let sent = shim(&ctx).args(["fake-signal", &child.id().to_string()]).output().unwrap();
    if !sent.status.success() {
        child.kill().unwrap();
        child.wait().unwrap();
        panic!("{}", String::from_utf8_lossy(&sent.stderr));
    }
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.trim(), "event 1");
    assert_eq!(child.wait().unwrap().code(), Some(7));
}

/// Windows would open a window for a console program that an editor or a service starts.
#[test]
fn without_a_console_the_child_gets_none_either() {
    let ctx = with_one();
    let gover = || ctx.command(ctx.gover_program()).into_command();
    let mut exec = gover();
    exec.args(["exec", "1.22.5", "go"]);
    for mut command in [shim(&ctx), exec] {
        let output = command.arg("fake-console").creation_flags(DETACHED).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "console: false", "{stderr}");
    }
}

#[test]
fn a_name_in_its_short_form_means_the_long_one() {
    let ctx = with_one();
    ctx.install_fake("go1.91.2");
    let named = ctx.install_shim("go1.91.2");
    let listed =
        Command::new("cmd.exe").args(["/d", "/c", "dir", "/x"]).arg(ctx.layout().bin()).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let line = listed.lines().find(|line| line.trim_end().ends_with(" go1.91.2.exe")).unwrap();
    // An administrator can turn short names off.
    let Some(short) = line.split_whitespace().find(|word| word.contains('~')) else { return };
    let output = ctx.command(named.with_file_name(short)).arg("version").run();
    assert!(output.success().stdout.starts_with("go version go1.91.2 "), "{output}");
}

/// Unix-like shells of Windows start each program from a copy of themselves that ends.
#[test]
fn use_in_a_unix_like_shell_says_what_its_record_does_not_reach() {
    let ctx = with_one();
    let bin = ctx.layout().versions().join("go1.22.5").join("bin");
    let shell = bin.join("bash.exe");
    std::fs::copy(bin.join("go.exe"), &shell).unwrap();
    let output = ctx.command(&shell).args(["fake-run", "gover", "use", "1.22.5"]).run();
    let said = &output.success().stderr;
    assert!(said.contains("warning: `make` and scripts that this shell starts do not see this"), "{output}");
    assert!(said.contains("choose again\nhint: eval \"$(gover init bash)\"\n"), "{output}");
}

#[test]
fn a_running_shim_is_replaced_and_its_old_file_removed_later() {
    let ctx = context!();
    ctx.install_fake("go1.22.5");
    std::fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    let go = ctx.layout().program("go");
    // A file of its own, as an earlier gover's is, not one more name of the new shim. Windows
    // removes no name of a program that runs, and other tests run this one, so it is moved away.
    std::fs::rename(&go, ctx.root().join("shared-shim")).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_gover-shim"), &go).unwrap();
    let mut child = shim(&ctx).arg("fake-wait").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = ready(&mut child);
    ctx.gover(["install", "1.22.5"]).success();
    ctx.shim("go", ["version"]).success();
    drop(child.stdin.take());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.trim(), "done");
    assert!(child.wait().unwrap().success());
    std::fs::remove_file(ctx.layout().bin().join(".shim")).unwrap();
    ctx.gover(["install", "1.22.5"]).success();
    let mut left = ctx.names_in(ctx.layout().bin());
    left.retain(|name| name.starts_with(".gover-"));
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn both_programs_declare_support_for_long_paths() {
    let ctx = with_one();
    for program in [ctx.layout().program("gover"), ctx.layout().program("gover-shim")] {
        let bytes = std::fs::read(&program).unwrap();
        let says = bytes.windows(13).any(|window| window == b"longPathAware");
        assert!(says, "{}", program.display());
    }
}

#[test]
fn a_home_whose_paths_are_longer_than_260_characters_works() {
    let mut ctx = context!();
    let home = ctx.root().join("a".repeat(120)).join("b".repeat(120)).join("gover");
    let layout = gover_core::Layout::new(home.clone());
    std::fs::create_dir_all(layout.bin()).unwrap();
    std::fs::rename(ctx.install_fake("go1.22.5"), {
        std::fs::create_dir_all(layout.versions()).unwrap();
        layout.versions().join("go1.22.5")
    })
    .unwrap();
    std::fs::write(layout.default_file(), "1.22.5\n").unwrap();
    ctx.set("GOVER_HOME", &home);
    let output = ctx.shim("go", ["fake-report"]);
    assert_eq!(
        output.success().reported("tree"),
        Some(layout.versions().join("go1.22.5").display().to_string())
    );
}

/// Without the manifest that the build scripts embed, Windows refuses paths of 260 characters.
#[test]
fn both_programs_carry_their_manifest() {
    let ctx = with_one();
    for program in [ctx.gover_program().to_owned(), ctx.layout().program("go")] {
        let bytes = std::fs::read(&program).unwrap();
        let is_aware = bytes.windows(14).any(|window| window == b"longPathAware>");
        assert!(is_aware, "{}", program.display());
    }
}
