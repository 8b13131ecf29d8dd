//! Real shells for the tests of this crate.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use gover_core::platform::IS_WINDOWS;
use gover_core::sync::locked;

/// Held while a file is open for writing or a process starts. A process that starts while another
/// thread writes a program keeps that file open for an instant, and the kernel does not run it
/// ("text file busy").
static STARTING: Mutex<()> = Mutex::new(());

/// Runs a command without the configuration of this user. Prints a note and returns `None` if it is
/// not installed.
pub(crate) fn run(command: &mut Command) -> Option<Output> {
    let command = command
        .env("LC_ALL", "C.UTF-8")
        .env_remove("GOVER_HOME")
        .env_remove("GOVER_SHELL")
        .env_remove("GOVER_VERSION")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = {
        let _guard = locked(&STARTING);
        command.spawn()
    };
    match child {
        Ok(child) => Some(child.wait_with_output().unwrap()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            eprintln!("skipped: {} is not installed", command.get_program().display());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Writes a program for `sh`.
pub(crate) fn write_program(path: &Path, script: &str) {
    let _guard = locked(&STARTING);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("#!/bin/sh\n{script}")).unwrap();
    gover_sys::file::make_executable(path).unwrap();
}

/// Whether a program can be a script on this system.
pub(crate) fn scripts_are_programs() -> bool {
    let answer = !IS_WINDOWS;
    if !answer {
        eprintln!("skipped: a program cannot be a script on this system");
    }
    answer
}
