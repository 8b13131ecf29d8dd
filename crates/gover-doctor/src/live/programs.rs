//! Real programs. Each command runs once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::snapshot::programs::{Programs, Ran, Run};

#[derive(Debug, Default)]
pub struct RealPrograms {
    answers: RefCell<BTreeMap<String, Option<Ran>>>,
}

/// A person should not wait longer.
const PATIENCE: Duration = Duration::from_secs(5);

impl Programs for RealPrograms {
    fn run(&self, run: &Run<'_>) -> Option<Ran> {
        self.answers.borrow_mut().entry(format!("{run:?}")).or_insert_with(|| ask(run)).clone()
    }
}

fn ask(run: &Run<'_>) -> Option<Ran> {
    let mut command = Command::new(run.program.as_str());
    command.args(run.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in run.variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = command.spawn().ok()?;
    if let Some(mut input) = child.stdin.take() {
        // A program need not read its input.
        let _ = input.write_all(run.input.as_bytes());
    }
    let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let code = wait(&mut child)?.code();
    Some(Ran { code, stdout: stdout.join().ok()?, stderr: stderr.join().ok()? })
}

/// Reads in a thread, since a program may block on one stream while the other is read.
fn reader(stream: Option<impl std::io::Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // What came before an error is still useful.
            let _ = stream.take(1 << 20).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// `None` if it took too long and was killed.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if started.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(1)),
            _ => {
                // It may just have ended.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}
