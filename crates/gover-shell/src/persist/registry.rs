//! The user's PATH in the registry of Windows: what changes in it, and what prevents an effect.
//!
//! The PATH of a program is the value of the machine followed by that of the user. gover changes
//! only the latter.

use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::layout::executable_name;
use gover_core::{Env, Layout};
use gover_sys::registry::{MACHINE_ENVIRONMENT, Text};
use gover_sys::user_path::{self, Entry};

use super::{Edit, Plan};
use crate::quote::powershell;

/// `None` means that there is no such value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPathEdit {
    pub before: Option<Text>,
    pub after: Option<Text>,
    pub change: EntryChange,
}

/// What happens to the entry for the `bin` of gover. Texts are as in the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryChange {
    /// A new entry at the front.
    Added(String),
    /// An entry that was behind others is now at the front.
    Moved(String),
    /// All entries are gone.
    Removed(Vec<String>),
}

/// What a person should know about PATH, although gover does not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The machine's PATH has a Go, which precedes the one of gover.
    MachineGo(MachineEntry),
    /// An administrator put gover into the machine's PATH, where it stays.
    MachineGover(MachineEntry),
    /// Some programs cannot read a PATH of the user this long.
    LongUserPath { length: usize },
    /// Both together are longer than a line of `cmd.exe`.
    LongPath {
        /// In UTF-16 units, with variables expanded.
        length: usize,
    },
}

/// A directory in the machine's PATH, which only an administrator can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineEntry {
    pub directory: PathBuf,
    /// Whether the installer of Go puts Go there.
    pub is_from_installer: bool,
    /// See [`machine_path_without`]; `None` if the entry is not for one directory only.
    pub removal: Option<[String; 3]>,
}

/// Lines for an administrator's `PowerShell` that remove one entry of the machine's PATH and keep
/// all others as written.
pub fn machine_path_without(entry: &str, path: &Text) -> [String; 3] {
    let has_marks = path.text.contains(&u16::from(b'"'));
    let split = if has_marks { SPLIT } else { ";" };
    set_machine_path(&format!("$path -split '{split}' -ne {} -join ';'", powershell(entry)), path.expands)
}

/// The same for the removal of empty entries, of NUL characters, and of quotation marks around names
/// without `;`.
pub fn mend_machine_path(expands: bool) -> [String; 3] {
    let plain = r#"if ($_ -like '*;*') { $_ } else { $_ -replace '"' }"#;
    let value = format!(
        "($path -replace '\\x00', ';' -split '{SPLIT}' | Where-Object {{ $_.Trim() }} | ForEach-Object {{ {plain} }}) -join ';'"
    );
    set_machine_path(&value, expands)
}

/// Sets it to any expression of `$path`.
fn set_machine_path(value: &str, expands: bool) -> [String; 3] {
    let kind = if expands { "ExpandString" } else { "String" };
    [
        format!(r"$key = 'HKLM:\{MACHINE_ENVIRONMENT}'"),
        "$path = (Get-Item $key).GetValue('Path', '', 'DoNotExpandEnvironmentNames')".to_owned(),
        format!("Set-ItemProperty $key Path ({value}) -Type {kind}"),
    ]
}

/// What `gover setup` changes in the user's PATH `before`, given that of the machine.
pub(super) fn plan(before: Option<Text>, machine: Option<&Text>, env: &Env, layout: &Layout) -> Plan {
    let variables = |name: &str| lasting(name, env);
    let bin = user_path::encode(layout.bin().as_os_str());
    let changed = user_path::add_entry(before.as_ref(), &bin, &variables);
    let user = changed.path.as_ref();
    let machine_go = machine.and_then(|machine| find_machine_go(machine, env, layout));
    let length = user.map_or(0, |path| path.text.len());
    let whole: usize = [machine, user]
        .into_iter()
        .flatten()
        .map(|path| user_path::expanded_length(path, &variables) + 1)
        .sum();
    let warnings = [
        machine_go.map(Warning::MachineGo),
        (length > LONGEST_IN_DIALOG).then_some(Warning::LongUserPath { length }),
        (whole > LONGEST_LINE + 1).then(|| Warning::LongPath { length: whole - 1 }),
    ];
    let change = match changed.found.first() {
        Some(entry) => EntryChange::Moved(text(entry)),
        None => EntryChange::Added(text(&bin)),
    };
    let mut plan = Plan::of_registry(before, changed.path, change);
    plan.warnings = warnings.into_iter().flatten().collect();
    plan
}

pub(super) fn plan_undo(before: Option<Text>, machine: Option<&Text>, env: &Env, layout: &Layout) -> Plan {
    let variables = |name: &str| lasting(name, env);
    let bin = user_path::encode(layout.bin().as_os_str());
    let changed = user_path::remove_entry(before.as_ref(), &bin, &variables);
    let removed = changed.found.iter().map(|entry| text(entry)).collect();
    let mut plan = Plan::of_registry(before, changed.path, EntryChange::Removed(removed));
    let machine = machine.and_then(|machine| find_in_machine(machine, env, |entry| entry.is(&bin)));
    plan.warnings.extend(machine.map(Warning::MachineGover));
    plan
}

impl Plan {
    fn of_registry(before: Option<Text>, after: Option<Text>, change: EntryChange) -> Self {
        let is_change = before != after;
        let edit = is_change.then_some(Edit::UserPath(UserPathEdit { before, after, change }));
        Self { edits: edit.into_iter().collect(), ..Self::default() }
    }
}

/// The first `go` in the machine's PATH, unless gover precedes it.
fn find_machine_go(machine: &Text, env: &Env, layout: &Layout) -> Option<MachineEntry> {
    let bin = user_path::encode(layout.bin().as_os_str());
    let found = find_in_machine(machine, env, |entry| entry.is(&bin) || is_go(Path::new(&entry.directory)))?;
    let is_gover = user_path::same_directory(&user_path::encode(found.directory.as_os_str()), &bin);
    (!is_gover).then_some(found)
}

fn find_in_machine(machine: &Text, env: &Env, wanted: impl Fn(&Entry) -> bool) -> Option<MachineEntry> {
    let entries = user_path::directories(machine, &|name: &str| lasting(name, env));
    let found = entries.iter().find(|entry| wanted(entry))?;
    let is_alone = entries.iter().filter(|other| other.text == found.text).count() == 1;
    let is_from_installer = |known: &PathBuf| found.is(&user_path::encode(known.as_os_str()));
    let entry = String::from_utf16(&found.text).ok();
    Some(MachineEntry {
        directory: PathBuf::from(&found.directory),
        is_from_installer: installer_directories(env).iter().any(is_from_installer),
        removal: is_alone.then_some(entry).flatten().map(|entry| machine_path_without(&entry, machine)),
    })
}

/// A variable for entries of the registry: not `GOVER_HOME`, which a new window may lack.
fn lasting(name: &str, env: &Env) -> Option<std::ffi::OsString> {
    env.var_even_empty(name).filter(|_| !name.eq_ignore_ascii_case(vars::GOVER_HOME))
}

fn is_go(directory: &Path) -> bool {
    directory.is_absolute() && directory.join(executable_name("go")).is_file()
}

/// Where Go's MSI package puts `bin`: in the directory of programs, earlier on the drive.
fn installer_directories(env: &Env) -> Vec<PathBuf> {
    let above = [vars::PROGRAM_FILES, vars::PROGRAM_FILES_X86].map(|name| env.var(name).map(PathBuf::from));
    let drive = env.var(vars::SYSTEM_DRIVE).map(|mut drive| {
        drive.push(r"\");
        PathBuf::from(drive)
    });
    above.into_iter().chain([drive]).flatten().map(|above| above.join("Go").join("bin")).collect()
}

fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

/// A `;` that is followed by an even number of quotation marks, so that it stands outside of them.
const SPLIT: &str = r#";(?=(?:[^"]*"[^"]*")*[^"]*$)"#;

/// The limit of the older dialog for environment variables, and of programs written for it.
const LONGEST_IN_DIALOG: usize = 2047;

/// The limit of `cmd.exe`.
const LONGEST_LINE: usize = 8191;

#[cfg(test)]
mod tests;
