//! Windows: a job contains the child and what it starts.

use std::os::windows::io::{AsHandle as _, OwnedHandle};
use std::process::Child;

use crate::exec::imp::job;

pub(in crate::exec) struct Tree {
    /// `None` if the system allows no job. Then only the child itself ends.
    job: Option<OwnedHandle>,
}

impl Tree {
    pub(in crate::exec) fn of(child: &Child) -> Self {
        Self { job: job::with_everything_it_starts(child.as_handle()).ok() }
    }

    pub(in crate::exec) fn kill(&self) {
        if let Some(job) = &self.job {
            job::end(job);
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // A program that ended by itself may have left others running on purpose.
        if let Some(job) = &self.job {
            job::release(job);
        }
    }
}
