//! Runs a program within limits, so that one that hangs or never stops printing holds nobody up.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::tree::Tree;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub time: Duration,
    /// In bytes, for each of stdout and stderr.
    pub output: usize,
}

#[derive(Debug)]
pub enum Ended {
    ByItself(Output),
    /// It was killed at the limit of time.
    TooLong,
    /// It was killed at the limit of output.
    TooMuch,
}

/// Runs a program with `input` on stdin and collects what it prints. At a limit, it is killed with
/// everything that it has started.
///
/// If it ends by itself, its own children are not waited for, although they may keep its streams open.
pub fn output_within(command: &mut Command, input: &[u8], limits: Limits) -> io::Result<Ended> {
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let started = Instant::now();
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let tree = Tree::of(&child);
    let readers = Readers { running: Arc::default(), ended: mpsc::channel() };
    let stdout = readers.start(child.stdout.take(), limits.output);
    let stderr = readers.start(child.stderr.take(), limits.output);
    if let Some(mut pipe) = child.stdin.take() {
        let input = input.to_owned();
        // A program need not read its input.
        thread::spawn(move || drop(pipe.write_all(&input)));
    }
    let mut pause = SHORTEST_PAUSE;
    let mut status = None;
    loop {
        if stdout.is_over(limits.output) || stderr.is_over(limits.output) {
            return end(&mut child, &tree).map(|()| Ended::TooMuch);
        }
        let is_read = readers.have_ended();
        if status.is_none() {
            status = child.try_wait()?.map(|status| (status, Instant::now()));
        }
        if let Some((status, ended)) = status
            && (is_read || ended.elapsed() > GRACE)
        {
            return Ok(Ended::ByItself(output(status, &stdout, &stderr)));
        }
        if status.is_none() && started.elapsed() >= limits.time {
            return end(&mut child, &tree).map(|()| Ended::TooLong);
        }
        // A program that closes its streams is about to end.
        let has_closed = readers.wait(pause);
        pause = if has_closed { SHORTEST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
    }
}

fn output(status: ExitStatus, stdout: &Stream, stderr: &Stream) -> Output {
    Output { status, stdout: stdout.take(), stderr: stderr.take() }
}

/// It may just have ended.
fn end(child: &mut Child, tree: &Tree) -> io::Result<()> {
    // Another process may have the number of one that was waited for.
    if child.try_wait()?.is_none() {
        tree.kill();
    }
    child.kill().or_else(|error| child.try_wait()?.map(drop).ok_or(error))?;
    child.wait().map(drop)
}

/// Threads, since a program may block on one stream while the other is read.
struct Readers {
    running: Arc<AtomicUsize>,
    /// Gets a message for each stream that ends.
    ended: (Sender<()>, Receiver<()>),
}

impl Readers {
    fn start(&self, stream: Option<impl Read + Send + 'static>, limit: usize) -> Stream {
        let read = Stream::default();
        let (running, target) = (Arc::clone(&self.running), read.clone());
        let ended = self.ended.0.clone();
        let Some(mut stream) = stream else { return read };
        running.fetch_add(1, Ordering::SeqCst);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // What came before an error is still useful.
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                target.add(buffer.get(..count).unwrap_or_default());
                if target.is_over(limit) {
                    break;
                }
            }
            running.fetch_sub(1, Ordering::SeqCst);
            // Nobody may wait for it any more.
            let _ = ended.send(());
        });
        read
    }

    fn have_ended(&self) -> bool {
        self.running.load(Ordering::SeqCst) == 0
    }

    /// Waits until a stream ends, but not longer than `pause`. Returns whether one did.
    fn wait(&self, pause: Duration) -> bool {
        self.ended.1.recv_timeout(pause).is_ok()
    }
}

#[derive(Clone, Default)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Stream {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, bytes: &[u8]) {
        self.bytes().extend_from_slice(bytes);
    }

    fn is_over(&self, limit: usize) -> bool {
        self.bytes().len() > limit
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes())
    }
}

/// How long the streams of a program that has ended are read on.
const GRACE: Duration = Duration::from_millis(500);
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { time: Duration::from_mins(5), output: 1 << 16 };

    fn shell(unix: &str, windows: &str) -> Command {
        let (program, flag, script) =
            if cfg!(windows) { ("cmd.exe", "/c", windows) } else { ("sh", "-c", unix) };
        let mut command = Command::new(program);
        command.args([flag, script]);
        command
    }

    #[test]
    fn what_a_program_prints_is_collected() {
        let mut command = shell("echo out; echo err >&2; exit 3", "echo out& echo err>&2& exit 3");
        let Ended::ByItself(output) = output_within(&mut command, b"", LIMITS).unwrap() else { panic!() };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        assert_eq!((text(&output.stdout), text(&output.stderr)), ("out".to_owned(), "err".to_owned()));
        assert_eq!(output.status.code(), Some(3));
    }

    #[test]
    fn a_program_that_hangs_is_killed() {
        let limits = Limits { time: Duration::from_millis(50), ..LIMITS };
        let mut command = shell("exec sleep 600", "ping -n 600 127.0.0.1 >NUL");
        assert!(matches!(output_within(&mut command, b"", limits).unwrap(), Ended::TooLong));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_program_that_hangs_has_started_is_killed_too() {
        let limits = Limits { time: Duration::from_secs(3), ..LIMITS };
        let file = std::env::temp_dir().join(format!("gover-tree-{}", std::process::id()));
        let script =
            format!("sh -c 'sh -c \"echo \\$\\$ >{}; sleep 600; true\"; true'; true", file.display());
        assert!(matches!(output_within(&mut shell(&script, ""), b"", limits).unwrap(), Ended::TooLong));
        let id: u32 = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        std::fs::remove_file(&file).unwrap();
        let is_running = |id| crate::process::ancestors_of(id).next().is_some();
        let deadline = Instant::now() + Duration::from_secs(30);
        while is_running(id) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        assert!(!is_running(id));
    }

    #[test]
    fn a_program_that_never_stops_printing_is_killed() {
        let mut command =
            shell("while :; do echo chatter >&2; done", "for /l %i in (0,0,1) do @echo chatter");
        assert!(matches!(output_within(&mut command, b"", LIMITS).unwrap(), Ended::TooMuch));
    }
}
