//! The ancestors of this process. `gover use` stores a choice for the process of a shell without
//! the function, and the shim looks for it among its ancestors.

use std::ffi::OsString;
use std::iter;
use std::path::{Path, PathBuf};

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "linux", target_os = "macos", windows)), path = "unknown.rs")]
mod imp;

/// A limit for the chain, since the parent of another process may change meanwhile.
const DEPTH: usize = 128;

/// Identifies a process even after it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId {
    /// The system gives the number to another process later.
    pub id: u32,
    /// When the process started, in units of the system: clock ticks since boot (Linux),
    /// microseconds since 1970 (macOS), 100 ns since 1601 (Windows). Only compare it for equality.
    pub start: u64,
}

struct Facts {
    start: u64,
    parent: u32,
    name: String,
}

/// The parent of this process, its parent, and so on. Each is looked up when it is needed.
///
/// Ends at the first process, or at one that this user may not examine.
pub fn ancestors() -> impl Iterator<Item = ProcessId> {
    ancestors_of(std::process::id())
}

pub(crate) fn ancestors_of(id: u32) -> impl Iterator<Item = ProcessId> {
    let look = imp::looker();
    let first = look(id).map(|facts| (id, facts));
    iter::successors(first, move |(_, child)| {
        let parent = look(child.parent)?;
        // A reused number belongs to a younger process, which cannot be the parent.
        (child.parent != 0 && parent.start <= child.start).then_some((child.parent, parent))
    })
    .skip(1)
    .take(DEPTH)
    .map(|(id, facts)| ProcessId { id, start: facts.start })
}

pub fn current() -> Option<ProcessId> {
    let id = std::process::id();
    imp::looker()(id).map(|facts| ProcessId { id, start: facts.start })
}

/// Whether this process, and not another with its number, still runs.
pub fn is_alive(process: ProcessId) -> bool {
    look_up(process).is_some()
}

/// The name of the program of a running process, without its directory: `bash`, `cmd.exe`.
///
/// Linux shortens it to 15 bytes. For a login shell it is `bash`, not `-bash`.
pub fn name(process: ProcessId) -> Option<String> {
    look_up(process).map(|facts| facts.name).filter(|name| !name.is_empty())
}

/// The processes that a process has started and that still run. Windows knows them by jobs instead.
#[cfg(unix)]
pub(crate) fn children(id: u32) -> Vec<u32> {
    let look = imp::looker();
    let is_child = |other: &u32| look(*other).is_some_and(|facts| facts.parent == id);
    imp::all().into_iter().filter(is_child).collect()
}

/// Number and name of the processes whose program is below a directory. Only Linux tells, and only
/// about processes of this user, or to root about all. `directory` has no links in it.
pub fn running_below(directory: &Path) -> Vec<(u32, String)> {
    imp::running_below(directory)
}

/// A process with the PATH that it was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub id: u32,
    pub program: PathBuf,
    pub path: OsString,
}

/// The other processes of this user that have a PATH, by number. Only Linux tells.
pub fn with_path() -> Vec<Running> {
    imp::with_path()
}

fn look_up(process: ProcessId) -> Option<Facts> {
    imp::looker()(process.id).filter(|facts| facts.start == process.start)
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A child that waits until it is told to end.
    struct Waiting(Child);

    impl Waiting {
        fn start() -> Self {
            let mut command = Command::new(if cfg!(windows) { "cmd.exe" } else { "cat" });
            if cfg!(windows) {
                command.args(["/c", "pause"]);
            }
            Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
        }
    }

    impl Drop for Waiting {
        fn drop(&mut self) {
            self.0.kill().ok();
            self.0.wait().ok();
        }
    }

    fn process(id: u32) -> ProcessId {
        ProcessId { id, start: imp::looker()(id).unwrap().start }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_found_with_the_path_it_was_started_with() {
        let mut command = Command::new("/bin/cat");
        let command = command.env("PATH", "/one:/two").stdin(Stdio::piped()).stdout(Stdio::null());
        let child = Waiting(command.spawn().unwrap());
        let found = with_path();
        let of_child = found.iter().find(|one| one.id == child.0.id()).unwrap();
        assert_eq!(of_child.path, "/one:/two");
        assert_eq!(of_child.program, std::fs::canonicalize("/bin/cat").unwrap());
        assert!(found.iter().all(|one| one.id != std::process::id()));
    }

    #[test]
    fn the_chain_begins_with_the_parent_and_has_no_repeats() {
        let child = Waiting::start();
        let chain: Vec<_> = ancestors_of(child.0.id()).collect();
        assert_eq!(chain.first(), Some(&process(std::process::id())));
        assert_eq!(chain.get(1).copied(), ancestors().next());
        let mut ids: Vec<_> = chain.iter().map(|process| process.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), chain.len());
        #[cfg(unix)]
        assert_eq!(chain[1].id, std::os::unix::process::parent_id());
    }

    #[test]
    fn a_process_with_the_same_number_from_another_time_is_another() {
        let this = process(std::process::id());
        let other = ProcessId { start: this.start + 1, ..this };
        assert!(is_alive(this) && !is_alive(other));
        assert!(name(this).is_some() && name(other).is_none());
    }

    #[test]
    fn a_process_runs_below_the_directory_of_its_program() {
        let child = Waiting::start();
        let Some(program) = std::fs::read_link(format!("/proc/{}/exe", child.0.id())).ok() else { return };
        let is_it = |(id, _): &(u32, String)| *id == child.0.id();
        assert!(running_below(program.parent().unwrap()).iter().any(is_it));
        assert!(!running_below(&program.with_extension("other")).iter().any(is_it));
    }

    #[test]
    fn a_process_that_ended_is_not_alive() {
        let child = Waiting::start();
        let process = process(child.0.id());
        assert!(is_alive(process));
        drop(child);
        assert!(!is_alive(process));
    }
}
