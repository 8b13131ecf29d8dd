//! Real programs. Each command runs once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use gover_sys::exec::{self, Ended, Limits, output_within};

use crate::snapshot::programs::{Patience, Programs, Ran, Run};

#[derive(Debug, Default)]
pub struct RealPrograms {
    answers: RefCell<BTreeMap<String, Option<Ran>>>,
}

fn limits(patience: Patience) -> Limits {
    let seconds = match patience {
        Patience::Short => 5,
        Patience::Long => 300,
    };
    Limits { time: Duration::from_secs(seconds), output: 1 << 20 }
}

impl Programs for RealPrograms {
    fn run(&self, run: &Run<'_>) -> Option<Ran> {
        self.answers.borrow_mut().entry(format!("{run:?}")).or_insert_with(|| ask(run)).clone()
    }
}

fn ask(run: &Run<'_>) -> Option<Ran> {
    let mut command = exec::command(run.program.as_str());
    command.args(run.arguments);
    for (name, value) in run.variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let Ok(Ended::ByItself(output)) = output_within(&mut command, run.input.as_bytes(), limits(run.patience))
    else {
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(Ran { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
}
