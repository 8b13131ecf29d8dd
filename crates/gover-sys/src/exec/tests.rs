use std::fs;

use super::*;
use crate::file;

#[test]
fn a_missing_program_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let error = replace(&missing, missing.as_os_str(), &[], &[]);
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_file_that_is_not_a_program_differs_from_a_missing_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(format!("go{}", std::env::consts::EXE_SUFFIX));
    // An ELF file for a machine that no emulator supports.
    fs::write(&path, b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xef\xbe").unwrap();
    file::make_executable(&path).unwrap();
    let error = replace(&path, path.as_os_str(), &[], &[]);
    assert!(is_wrong_format(&error), "{error:?}");
    let missing = directory.path().join("missing");
    assert!(!is_wrong_format(&replace(&missing, missing.as_os_str(), &[], &[])));
}

#[test]
fn find_skips_what_cannot_be_executed() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (directory.path().join("a"), directory.path().join("b"));
    let name = format!("tool{}", std::env::consts::EXE_SUFFIX);
    for place in [&first, &second] {
        fs::create_dir(place).unwrap();
    }
    fs::create_dir(first.join(&name)).unwrap();
    fs::write(second.join(&name), "").unwrap();
    file::make_executable(&second.join(&name)).unwrap();
    let found = find(OsStr::new(&name), &[PathBuf::new(), first, second.clone()], None);
    assert_eq!(found, Some(second.join(&name)));
}

#[test]
fn find_takes_a_name_with_a_separator_as_a_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(format!("tool{}", std::env::consts::EXE_SUFFIX));
    fs::write(&path, "").unwrap();
    file::make_executable(&path).unwrap();
    assert_eq!(find(path.as_os_str(), &[], None), Some(path));
}

#[cfg(windows)]
#[test]
fn find_tries_the_extensions_of_programs() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("tool.exe"), "").unwrap();
    let found = find(OsStr::new("tool"), &[directory.path().to_owned()], Some(OsStr::new(".exe")));
    assert_eq!(found, Some(directory.path().join("tool.exe")));
}

/// Runs the ignored test `name` of this program in a process that it replaces.
fn in_a_process(name: &str) -> std::process::Output {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("exec::tests::{name}"), "--ignored", "--nocapture"])
        .env("GOVER_TEST_REMOVED", "inherited")
        .env("GOVER_TEST_KEPT", "inherited")
        .output()
        .unwrap()
}

#[test]
fn the_new_program_has_our_arguments_environment_and_exit_code() {
    let output = in_a_process("become_a_shell");
    let text = String::from_utf8(output.stdout).unwrap();
    if cfg!(windows) {
        assert!(text.contains("set inherited %GOVER_TEST_REMOVED%"), "{text}");
        assert_eq!(output.status.code(), Some(0x1234_5678));
    } else {
        assert!(text.contains("own name|a b||set|inherited|removed"), "{text}");
        assert_eq!(output.status.code(), Some(42));
    }
}

#[test]
#[ignore = "ends the process; run by the test above"]
fn become_a_shell() {
    let edits = [("GOVER_TEST_SET", Some("set".into())), ("GOVER_TEST_REMOVED", None)];
    let (program, args) = if cfg!(windows) {
        let script = "echo %GOVER_TEST_SET% %GOVER_TEST_KEPT% %GOVER_TEST_REMOVED%& exit 305419896";
        (r"C:\windows\system32\cmd.exe", vec!["/c".into(), script.into()])
    } else {
        let script =
            r#"echo "$0|$1|$2|$GOVER_TEST_SET|$GOVER_TEST_KEPT|${GOVER_TEST_REMOVED-removed}"; exit 42"#;
        ("/bin/sh", vec!["-c".into(), script.into(), "own name".into(), "a b".into(), OsString::new()])
    };
    panic!("{}", replace(Path::new(program), OsStr::new("own name"), &args, &edits));
}

#[cfg(unix)]
#[test]
fn the_new_program_sees_the_name_it_is_given() {
    let output = in_a_process("become_a_named_program");
    assert!(String::from_utf8(output.stdout).unwrap().contains("<given name>"));
}

#[cfg(unix)]
#[test]
#[ignore = "ends the process; run by the test above"]
fn become_a_named_program() {
    let args = ["-c".into(), "echo \"<$0>\"".into()];
    panic!("{}", replace(Path::new("/bin/sh"), OsStr::new("given name"), &args, &[]));
}

#[cfg(unix)]
mod children {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> std::process::Command {
        let mut command = command("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null());
        command
    }

    #[test]
    fn each_ends_as_it_did() {
        let children = Children::new().unwrap();
        for (script, code, signal) in [("exit 0", 0, None), ("exit 7", 7, None), ("kill -9 $$", 137, Some(9))]
        {
            assert_eq!(children.run(&mut shell(script)).unwrap(), Some(Ending { code, signal }), "{script}");
        }
        assert!(!children.is_interrupted());
    }

    #[test]
    fn stopping_ends_what_a_program_started_although_it_ignores_the_signal() {
        let (reader, writer) = io::pipe().unwrap();
        let children = Children::new().unwrap();
        // The shell ends; the other one, which holds the pipe, would not.
        let mut first = shell("sh -c 'trap \"\" TERM; echo ready; sleep 600' & wait");
        first.stdout(writer);
        std::thread::scope(|scope| {
            let children = &children;
            // With the command, this process closes the writing end.
            let running = scope.spawn(move || children.run(&mut { first }));
            let mut reader = BufReader::new(reader);
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            assert_eq!(line, "ready\n");
            children.stop();
            assert_eq!(running.join().unwrap().unwrap(), None);
            assert_eq!(reader.read_line(&mut line).unwrap(), 0, "{line}");
        });
        assert_eq!(children.run(&mut shell("exit 0")).unwrap(), None, "none starts after that");
    }
}
