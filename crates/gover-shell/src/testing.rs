//! Real shells for the tests of this crate.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use gover_core::platform::IS_WINDOWS;

/// Held while a file is open for writing or a process begins: a child that begins while another thread writes a
/// program keeps that file open for an instant, and the kernel refuses to run it ("text file busy").
static STARTING: Mutex<()> = Mutex::new(());

/// Runs a command with nothing of this user's configuration; `None`, with a note, if it is not installed.
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
        let _guard = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
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

/// Writes a program that `sh` runs.
pub(crate) fn write_program(path: &Path, script: &str) {
    let _guard = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("#!/bin/sh\n{script}")).unwrap();
    gover_sys::file::make_executable(path).unwrap();
}

/// Whether programs can be scripts here, which the tests that need one ask first.
pub(crate) fn scripts_are_programs() -> bool {
    let answer = !IS_WINDOWS;
    if !answer {
        eprintln!("skipped: a program cannot be a script on this system");
    }
    answer
}
