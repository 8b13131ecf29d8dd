//! `gover setup` and `gover doctor --fix` on the same registry: neither undoes what the other did,
//! and neither sends people to the other for nothing.

use std::collections::BTreeSet;

use gover_sys::user_path;
use proptest::prelude::*;

use super::CHECKS;
use crate::snapshot::registry::{HIVES, Hive, Registry as _, Text, environment};
use crate::testing::Machine;
use crate::{Finding, merged};

fn stored(machine: &Machine, hive: Hive) -> Option<Text> {
    machine.registry.text(hive, environment(hive), "Path")
}

/// The change that `gover setup` makes. It refuses a value that is not text.
fn set_up(machine: &Machine) -> Machine {
    let mut machine = machine.clone();
    let before = stored(&machine, Hive::User);
    if before.is_none() && machine.registry.kind(Hive::User, "Environment", "Path").is_some() {
        return machine;
    }
    let bin: Vec<u16> = machine.gover.bin.as_str().encode_utf16().collect();
    let variables = |name: &str| machine.variables.value(name).map(Into::into);
    let after = user_path::add_entry(before.as_ref(), &bin, &variables).path.unwrap();
    machine.registry.put(Hive::User, "Environment", "Path", after);
    machine
}

/// The machine in a window that is opened now.
fn new_window(machine: &Machine) -> Machine {
    let path = [Hive::Machine, Hive::User].into_iter().filter_map(|hive| stored(machine, hive)).map(|path| {
        let text = path.shown();
        let visible = text.split('\0').next().unwrap_or_default();
        if path.expands { machine.variables.expand(visible) } else { visible.to_owned() }
    });
    let path = path.collect::<Vec<_>>().join(";");
    machine.clone().var("Path", &path)
}

fn findings(machine: &Machine) -> Vec<Finding> {
    merged(CHECKS.iter().flat_map(|check| machine.findings(check.name)).collect())
}

/// After `--fix`, which makes at most one change to each place in a round.
fn fixed(machine: &Machine) -> Machine {
    let mut machine = new_window(machine);
    for _ in 0..10 {
        let mut touched = BTreeSet::new();
        let mut findings = findings(&machine);
        findings.retain(|finding| {
            let changes = &finding.fix.changes;
            !changes.is_empty() && changes.iter().all(|change| touched.insert(change.place()))
        });
        if findings.is_empty() {
            return machine;
        }
        machine = new_window(&machine.repaired(&findings));
    }
    panic!("`--fix` never ends: {:?}", HIVES.map(|hive| stored(&machine, hive).map(|path| path.shown())));
}

fn asks_for_setup(machine: &Machine) -> Vec<Finding> {
    let is_setup = |finding: &Finding| finding.fix.commands.iter().any(|command| command == "gover setup");
    findings(machine).into_iter().filter(is_setup).collect()
}

fn path() -> impl Strategy<Value = Text> {
    let entries = [
        r"C:\Users\ann\.gover\bin",
        r"%USERPROFILE%\.gover\bin",
        r"c:\users\ann\.GOVER\bin\",
        r#""C:\Users\ann\.gover\bin""#,
        r" C:\Users\ann\.gover\bin",
        r"C:\old\go\bin",
        r"C:\Program Files\Go\bin",
        r"C:\gone\go\bin",
        r#""C:\a;b""#,
        r"%SystemRoot%",
        "\"",
        "",
        " ",
        r"C:\x",
        "C:\\y\0C:\\z",
    ];
    let path = prop::collection::vec(prop::sample::select(entries.to_vec()), 0..6);
    (path, any::<bool>()).prop_map(|(entries, expands)| Text::new(&entries.join(";"), expands))
}

fn machine(user: Option<&Text>, of_machine: &Text) -> Machine {
    let mut machine =
        Machine::windows().toolchain(r"C:\old\go", "go1.20.1").toolchain(r"C:\Program Files\Go", "go1.21.6");
    match user {
        Some(path) => machine.registry.put(Hive::User, "Environment", "Path", path.clone()),
        None => machine.registry.put_other(Hive::User, "Environment", "Path", 7),
    }
    machine.registry.put(Hive::Machine, environment(Hive::Machine), "Path", of_machine.clone());
    new_window(&machine)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn setup_and_repairs_do_not_undo_each_other(user in prop::option::weighted(0.9, path()), of_machine in path()) {
        let machine = machine(user.as_ref(), &of_machine);
        for start in [set_up(&machine), set_up(&fixed(&machine))] {
            let repaired = fixed(&start);
            prop_assert_eq!(stored(&set_up(&repaired), Hive::User), stored(&repaired, Hive::User));
            prop_assert_eq!(asks_for_setup(&repaired), []);
        }
        // Where doctor asks for `gover setup`, that changes something.
        if !asks_for_setup(&machine).is_empty() {
            let is_refused = user.is_none();
            prop_assert!(is_refused || stored(&set_up(&machine), Hive::User) != user);
        }
    }
}

#[test]
fn an_entry_that_the_machine_has_too_stays_where_setup_put_it() {
    let bin = Text::new(r"C:\Users\ann\.gover\bin", true);
    let machine = machine(Some(&bin), &bin);
    assert_eq!(stored(&fixed(&machine), Hive::User), Some(bin.clone()));
    // The machine's entry alone is enough.
    let mut of_all = machine;
    of_all.registry.put(Hive::User, "Environment", "Path", Text::new(r"C:\x", true));
    assert_eq!(asks_for_setup(&new_window(&of_all)), []);
}
