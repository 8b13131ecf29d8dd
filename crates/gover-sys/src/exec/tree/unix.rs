//! Unix: the children of each process are looked up. A process group would end them more easily, but
//! Ctrl-C on a terminal would no longer reach it.

use std::ffi::c_int;
use std::process::Child;

use crate::exec::signals::{self, SIGKILL};
use crate::process;

/// A running child, which nobody has waited for.
pub(in crate::exec) struct Tree {
    root: u32,
}

impl Tree {
    pub(in crate::exec) fn of(child: &Child) -> Self {
        Self { root: child.id() }
    }

    /// Each process is stopped before its children are looked up, so that it starts no other.
    pub(in crate::exec) fn kill(&self) {
        let mut all = vec![self.root];
        let mut next = 0;
        while let Some(&id) = all.get(next) {
            send(id, SIGSTOP);
            let children = process::children(id);
            all.extend(children.into_iter().filter(|child| !all.contains(child)).collect::<Vec<_>>());
            next += 1;
        }
        for id in all {
            send(id, SIGKILL);
        }
    }
}

fn send(id: u32, number: c_int) {
    if let Ok(id @ 2..) = c_int::try_from(id) {
        signals::send(id, number);
    }
}

const SIGSTOP: c_int = if cfg!(target_os = "linux") { 19 } else { 17 };
