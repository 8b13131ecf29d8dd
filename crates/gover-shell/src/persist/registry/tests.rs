use std::fs;

use super::*;

/// In a temporary directory: `system`, a Go of the machine, and the home of gover.
struct Machine {
    root: tempfile::TempDir,
    layout: Layout,
    env: Env,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().join("home").join(".gover"));
        let variables = [
            ("USERPROFILE", root.path().join("home").into_os_string()),
            ("SystemRoot", root.path().join("system").into_os_string()),
            ("ProgramFiles", root.path().join("Program Files").into_os_string()),
            ("LONG", "x".repeat(5000).into()),
        ];
        let env = Env::from_map(variables, root.path().to_owned());
        Self { root, layout, env }
    }

    /// Puts a `go` into a directory and returns the directory.
    fn with_go(&self, directory: &str) -> String {
        let directory = self.root.path().join(directory);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(executable_name("go")), "").unwrap();
        directory.to_str().unwrap().to_owned()
    }

    fn plan(&self, before: Option<&Text>, machine: &str) -> Plan {
        plan(before.cloned(), Some(&stored(machine)), &self.env, &self.layout)
    }

    fn machine_go(&self, machine: &str) -> Option<MachineEntry> {
        match &self.plan(None, machine).warnings[..] {
            [] => None,
            [Warning::MachineGo(go)] => Some(go.clone()),
            other => panic!("{other:?}"),
        }
    }

    fn bin(&self) -> String {
        self.layout.bin().to_str().unwrap().to_owned()
    }
}

fn stored(text: &str) -> Text {
    Text { text: text.encode_utf16().collect(), expands: true }
}

fn only_edit(plan: &Plan) -> &UserPathEdit {
    let [Edit::UserPath(edit)] = &plan.edits[..] else { panic!("{plan:?}") };
    edit
}

#[test]
fn the_plan_adds_one_entry_and_removes_it() {
    let machine = Machine::new();
    let raw = Text { expands: false, ..stored("C:\\a;%X%;") };
    for before in [None, Some(stored("")), Some(raw)] {
        let plan = machine.plan(before.as_ref(), "");
        let edit = only_edit(&plan);
        assert_eq!(edit.change, EntryChange::Added(machine.bin()));
        assert!(plan.warnings.is_empty());
        let after = edit.after.clone().unwrap();
        assert_eq!(after.expands, before.as_ref().is_none_or(|path| path.expands));
        assert!(machine.plan(Some(&after), "").edits.is_empty());
        let undo = plan_undo(Some(after), None, &machine.env, &machine.layout);
        assert_eq!(only_edit(&undo).after, before);
        assert_eq!(only_edit(&undo).change, EntryChange::Removed(vec![machine.bin()]));
        assert!(plan_undo(before, None, &machine.env, &machine.layout).edits.is_empty());
    }
}

#[test]
fn an_entry_with_variables_can_be_gover_s() {
    let machine = Machine::new();
    let form = "%USERPROFILE%/.gover/bin/";
    let first = stored(&format!("{form};C:\\a"));
    assert!(machine.plan(Some(&first), "").edits.is_empty());
    let behind = stored(&format!("C:\\a;{form}"));
    let plan = machine.plan(Some(&behind), "");
    assert_eq!(only_edit(&plan).after, Some(first));
    assert_eq!(only_edit(&plan).change, EntryChange::Moved(form.to_owned()));
    let undo = plan_undo(Some(behind), None, &machine.env, &machine.layout);
    assert_eq!(only_edit(&undo).after, Some(stored("C:\\a")));
}

#[test]
fn a_go_of_the_machine_is_found_through_any_entry() {
    let machine = Machine::new();
    assert_eq!(machine.machine_go(&format!("%SystemRoot%;{}", machine.bin())), None);
    let directory = machine.with_go("system/go");
    for path in ["%SystemRoot%;%SystemRoot%/go", "relative;;\"%SystemRoot%/go\";%SystemRoot%"] {
        let go = machine.machine_go(path).unwrap();
        assert_eq!(go.directory.components().collect::<PathBuf>(), Path::new(&directory));
        assert!(!go.is_from_installer);
    }
    // Without expansion this is not a directory.
    let raw = Text { expands: false, ..stored("%SystemRoot%/go") };
    assert!(plan(None, Some(&raw), &machine.env, &machine.layout).warnings.is_empty());
}

#[test]
fn gover_in_the_machine_s_path_precedes_later_entries() {
    let machine = Machine::new();
    let go = machine.with_go("system/go");
    machine.with_go("home/.gover/bin");
    let form = "%USERPROFILE%/.gover/bin";
    assert_eq!(machine.machine_go(&format!("{form};{go}")), None);
    assert!(machine.machine_go(&format!("{go};{form}")).is_some());
}

#[test]
fn gover_in_the_machine_s_path_stays_with_a_warning() {
    let machine = Machine::new();
    let form = "%USERPROFILE%/.gover/bin";
    let undo = plan_undo(None, Some(&stored(&format!("%SystemRoot%;{form}"))), &machine.env, &machine.layout);
    assert!(undo.edits.is_empty());
    let [Warning::MachineGover(entry)] = &undo.warnings[..] else { panic!("{undo:?}") };
    assert!(entry.removal.as_ref().unwrap().last().unwrap().contains(&format!("-ne '{form}'")));
    let undo = plan_undo(None, Some(&stored("%SystemRoot%")), &machine.env, &machine.layout);
    assert!(undo.warnings.is_empty());
}

#[test]
fn the_installer_of_go_is_recognised_by_its_directory() {
    let machine = Machine::new();
    let directory = machine.with_go("Program Files/Go/bin");
    assert!(machine.machine_go(&directory).unwrap().is_from_installer);
}

#[test]
fn the_lines_for_an_administrator_keep_variables() {
    let machine = Machine::new();
    let directory = machine.with_go("it's a Go");
    let go = machine.machine_go(&format!("%SystemRoot%;{directory}")).unwrap();
    let lines = go.removal.unwrap();
    let quoted = directory.replace('\'', "''");
    assert_eq!(
        lines.last().unwrap(),
        &format!("Set-ItemProperty $key Path ($path -split ';' -ne '{quoted}' -join ';') -Type ExpandString")
    );
    assert!(lines.get(1).unwrap().contains("DoNotExpandEnvironmentNames"));
}

#[test]
fn an_entry_for_several_directories_is_not_removed() {
    let mut machine = Machine::new();
    let directory = machine.with_go("system/go");
    let tools = format!("{};{directory}", machine.root.path().display());
    machine.env = Env::from_map([("TOOLS", tools)], machine.root.path().to_owned());
    let go = machine.machine_go("%TOOLS%").unwrap();
    assert_eq!(go.directory, Path::new(&directory));
    assert_eq!(go.removal, None);
}

#[test]
fn a_long_path_is_kept_and_reported() {
    let machine = Machine::new();
    let bin = machine.bin().len() + 1;
    for (length, warnings) in [
        (LONGEST_IN_DIALOG - bin, vec![]),
        (LONGEST_IN_DIALOG - bin + 1, vec![Warning::LongUserPath { length: LONGEST_IN_DIALOG + 1 }]),
    ] {
        let plan = machine.plan(Some(&stored(&"x".repeat(length))), "");
        assert_eq!(plan.warnings, warnings);
        assert_eq!(only_edit(&plan).after.as_ref().unwrap().text.len(), bin + length);
    }
    // After setup it is as long as before.
    let set_up = stored(&format!("{};{}", machine.bin(), "x".repeat(LONGEST_IN_DIALOG)));
    assert_eq!(machine.plan(Some(&set_up), "").warnings.len(), 1);
}

#[test]
fn both_together_count_with_their_variables_expanded() {
    let machine = Machine::new();
    let bin = machine.bin().len();
    // 5000 + `;` + bin + `;` + the rest.
    let rest = LONGEST_LINE - 5000 - bin - 2;
    let user = |length| Text { text: vec![u16::from(b'y'); length], expands: true };
    let lengths = |length| machine.plan(Some(&user(length)), "%LONG%").warnings;
    let is_long = |warning: &Warning| matches!(warning, Warning::LongPath { .. });
    assert!(!lengths(rest).iter().any(is_long));
    assert!(lengths(rest + 1).contains(&Warning::LongPath { length: LONGEST_LINE + 1 }));
}
