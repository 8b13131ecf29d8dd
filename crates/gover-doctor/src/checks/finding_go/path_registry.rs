//! Windows: a Path in the registry that programs cannot read as intended.

#[cfg(test)]
mod tests;

use gover_shell::persist::mend_machine_path;
use gover_sys::user_path;

use super::registry_path::{Entry, StoredPath, of_environment, wrong_type};
use crate::snapshot::registry::{HIVES, Hive, environment};
use crate::{Check, Evidence, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "path-registry",
    summary: text!(
        en "Windows: Path in the registry is damaged",
        zh "Windows：注册表里的 Path 坏了",
    ),
    symptom: text!(
        en "`'go' is not recognized as an internal or external command` (in Chinese \
            `'go' 不是内部或外部命令，也不是可运行的程序或批处理文件`) although the environment variables \
            dialog shows the directory; PATH contains a literal `%USERPROFILE%`; entries at the end are \
            missing.",
        zh "“环境变量”对话框里明明有那个目录，却报 `'go' 不是内部或外部命令，也不是可运行的程序或批处理文件\
            `（英文 `'go' is not recognized as an internal or external command`）；PATH 里出现没有展开的 \
            `%USERPROFILE%`；末尾几项不见了。",
    ),
    cause: text!(
        en "A program stored Path as plain text (`REG_SZ`), which does not expand `%NAMES%`, or as a list or \
            a number, which Windows ignores; `setx` truncated it; or it contains quotation marks, empty \
            entries or a NUL character.",
        zh "有程序把 Path 存成了普通文本（`REG_SZ`），`%NAMES%` 不会展开；或者存成了列表或数字，Windows 会\
            忽略；或者被 `setx` 截断；或者里面有引号、空项或 NUL 字符。",
    ),
    repair: text!(
        en "`--fix` stores your own Path with expansion, and without quotation marks, empty entries and NUL \
            characters. For the machine's Path, and for a value that is not text, it prints commands. If Path \
            is too long, shorten it yourself.",
        zh "`--fix` 把你自己的 Path 存成可展开的文本，并去掉引号、空项和 NUL 字符。系统的 Path，以及不是文\
            本的值，gover 列出该用的命令。Path 太长，只能由你自己删减。",
    ),
    scope: scope::windows,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let paths = StoredPath::both(snapshot);
    let mut findings: Vec<Finding> = HIVES.into_iter().filter_map(|hive| not_text(snapshot, hive)).collect();
    findings.extend(paths.iter().filter_map(|path| written_wrong(snapshot, path)));
    findings.extend(paths.iter().filter_map(too_long));
    findings.extend(too_long_together(snapshot, &paths));
    findings
}

/// A value of a type that Windows ignores here.
fn not_text(snapshot: &Snapshot<'_>, hive: Hive) -> Option<Finding> {
    let kind = wrong_type(snapshot, hive)?;
    let key = match hive {
        Hive::User => r"HKCU:\Environment".to_owned(),
        Hive::Machine => format!(r"'HKLM:\{}'", environment(hive)),
    };
    let set = |value: &str| format!("Set-ItemProperty {key} Path {value} -Type ExpandString");
    let list = set(&format!("((Get-Item {key}).GetValue('Path') -join ';')"));
    let what = text!(
        en "{whose} Path in the registry is not text",
        zh "注册表里{whose} Path 不是文本",
        whose = whose(hive),
    );
    let why = text!(
        en "Windows ignores it, so programs do not find what is in its directories",
        zh "Windows 会忽略它，程序就找不到这些目录里的东西",
    );
    let evidence = Evidence::registry(hive, environment(hive), "Path", type_name(kind));
    let finding = Finding::error(what, why).shown_by([evidence]);
    Some(match (hive, kind) {
        (Hive::User, REG_MULTI_SZ) => finding.command(snapshot.in_powershell(list)).command(SIGN_IN),
        // It never was a Path, and `gover setup` makes one and notifies other programs.
        (Hive::User, _) => finding
            .command(snapshot.in_powershell(format!("Remove-ItemProperty {key} Path")))
            .command("gover setup"),
        (Hive::Machine, REG_MULTI_SZ) => finding.commands(of_environment([list])),
        (Hive::Machine, _) => finding.commands(of_environment([set(&format!("'{PATH_OF_WINDOWS}'"))])),
    })
}

/// The names of winnt.h.
fn type_name(kind: u32) -> String {
    match kind {
        0 => "REG_NONE".to_owned(),
        3 => "REG_BINARY".to_owned(),
        4 => "REG_DWORD".to_owned(),
        REG_MULTI_SZ => "REG_MULTI_SZ, a list of texts".to_owned(),
        11 => "REG_QWORD".to_owned(),
        kind => format!("a value of type {kind}"),
    }
}

const REG_MULTI_SZ: u32 = 7;

/// What Windows itself puts there.
const PATH_OF_WINDOWS: &str = r"%SystemRoot%\system32;%SystemRoot%;%SystemRoot%\System32\Wbem;%SystemRoot%\System32\WindowsPowerShell\v1.0\";

/// No program is notified of what PowerShell writes.
const SIGN_IN: &str = "# then sign in again";

fn written_wrong(snapshot: &Snapshot<'_>, path: &StoredPath) -> Option<Finding> {
    let mut problems: Vec<(Severity, Evidence)> = Vec::new();
    let mut add = |severity, text: String| problems.push((severity, path.evidence(&text)));
    let names_variable = |entry: &&Entry| !path.value.expands && entry.shown.matches('%').count() >= 2;
    for entry in path.entries.iter().filter(names_variable) {
        add(Severity::Error, format!("{} (REG_SZ: names are not expanded)", entry.shown));
    }
    if path.value.text.contains(&0) {
        let what = "a NUL character, which hides the entries after it from programs";
        add(Severity::Error, format!("{} ({what})", path.value.shown().replace('\0', "\\0")));
    }
    // A NUL separates the texts of a list, and this one was stored as one text.
    let parted = parted_at_nul(&path.value.text);
    let text = user_path::without_open_mark(&parted);
    let (last, inner) = path.entries.split_last()?;
    let is_open = text != parted;
    if is_open {
        let what = "unbalanced quotation mark: the following entries become part of this one";
        add(Severity::Error, format!("{} ({what})", last.shown));
    }
    for entry in inner.iter().chain((!is_open).then_some(last)).filter(|entry| has_needless_marks(entry)) {
        let what = "quotation marks, which many programs do not understand";
        add(Severity::Warning, format!("{} ({what})", entry.shown));
    }
    let mut is_misspelled = false;
    for entry in path.entries.iter().filter(|entry| is_misspelled_by_spaces(snapshot, entry)) {
        is_misspelled = true;
        let what = "Windows does not find it: the space is part of the name";
        add(Severity::Warning, format!("`{}` ({what})", entry.shown));
    }
    // Windows itself writes a semicolon at the end.
    match inner.iter().filter(|entry| is_empty(&entry.text)).count() {
        0 => {}
        1 => add(Severity::Note, "an empty entry".to_owned()),
        empty => add(Severity::Note, format!("{empty} empty entries")),
    }
    let severity = problems.iter().map(|(severity, _)| *severity).max()?;
    let expands = path.value.expands || path.entries.iter().any(|entry| names_variable(&entry));
    let what = text!(
        en "{whose} Path in the registry is malformed",
        zh "注册表里{whose} Path 写错了",
        whose = whose(path.hive),
    );
    let why = text!(
        en "some or all programs do not find what is in these directories",
        zh "有些程序，甚至所有程序，都找不到这些目录里的东西",
    );
    let finding =
        Finding::new(severity, what, why).shown_by(problems.into_iter().map(|(_, evidence)| evidence));
    Some(match path.hive {
        Hive::User => {
            let entries = repaired_entries(snapshot, path, &text);
            finding.fixed_by(path.with_text(entries.iter().map(Vec::as_slice), expands))
        }
        // A person has to say where an entry ends.
        Hive::Machine if is_open || is_misspelled => finding.commands(of_environment([DIALOG.to_owned()])),
        Hive::Machine => finding.commands(of_environment(mend_machine_path(expands))),
    })
}

/// The entries of `text`, in which every quotation mark is closed, as they are to be stored. Those
/// without a problem stay exactly as they are.
fn repaired_entries(snapshot: &Snapshot<'_>, path: &StoredPath, text: &[u16]) -> Vec<Vec<u16>> {
    let is_misspelled = |text: &[u16]| {
        let mut entries = path.entries.iter();
        entries.any(|entry| entry.text == text && is_misspelled_by_spaces(snapshot, entry))
    };
    let mut entries: Vec<Vec<u16>> = user_path::split(text)
        .map(|text| user_path::plain(if is_misspelled(text) { trimmed(text) } else { text }))
        .collect();
    let last = entries.pop();
    entries.retain(|entry| !is_empty(entry));
    entries.extend(last);
    entries
}

fn parted_at_nul(text: &[u16]) -> Vec<u16> {
    text.iter().map(|&unit| if unit == 0 { user_path::SEPARATOR } else { unit }).collect()
}

fn has_needless_marks(entry: &Entry) -> bool {
    user_path::plain(&entry.text) != entry.text
}

/// Whether there is a directory of that name only without the spaces around it.
fn is_misspelled_by_spaces(snapshot: &Snapshot<'_>, entry: &Entry) -> bool {
    let name = entry.directory.as_str();
    let right = snapshot.system.path(name.trim());
    name != right.as_str()
        && !right.is_empty()
        && snapshot.exists(&right)
        && !snapshot.exists(&entry.directory)
}

fn is_empty(entry: &[u16]) -> bool {
    trimmed(entry).is_empty()
}

fn trimmed(text: &[u16]) -> &[u16] {
    let is_space = |unit: &u16| [u16::from(b' '), u16::from(b'\t')].contains(unit);
    let start = text.iter().position(|unit| !is_space(unit)).unwrap_or(text.len());
    let end = text.iter().rposition(|unit| !is_space(unit)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

/// The limit of the old environment variables dialog and of programs written for it.
fn too_long(path: &StoredPath) -> Option<Finding> {
    let length = path.value.text.len();
    let what = text!(
        en "{whose} Path in the registry has {length} characters",
        zh "注册表里{whose} Path 有 {length} 个字符",
        whose = whose(path.hive), length = length,
    );
    let why = text!(
        en "older dialogs and installers truncate it at 2047 when they change it, `setx` at 1024",
        zh "旧的对话框和安装程序改动它时会截断到 2047 个字符，`setx` 会截断到 1024 个",
    );
    let fact = format!("{length} characters in {} entries", path.entries.len());
    let finding = Finding::note(what, why).shown_by([path.evidence(&fact)]);
    (length > LONGEST_IN_DIALOG).then(|| finding.command(DIALOG))
}

/// The longest line that `cmd.exe` allows.
fn too_long_together(snapshot: &Snapshot<'_>, paths: &[StoredPath]) -> Option<Finding> {
    let length = |path: &StoredPath| snapshot.expand(&path.value.shown()).encode_utf16().count() + 1;
    let whole = paths.iter().map(length).sum::<usize>().saturating_sub(1);
    let what = text!(
        en "the machine's and the user's Path together have {length} characters",
        zh "系统的和用户的 Path 一共有 {length} 个字符",
        length = whole,
    );
    let why = text!(
        en "cmd.exe allows 8191, so PATH is truncated or empty in batch files",
        zh "cmd.exe 最多允许 8191 个，所以在批处理文件里 PATH 会被截断，甚至是空的",
    );
    let count = |path: &StoredPath| path.evidence(&format!("{} characters", path.value.text.len()));
    let finding = Finding::warning(what, why).shown_by(paths.iter().map(count));
    (whole > LONGEST_LINE).then(|| finding.command(DIALOG))
}

fn whose(hive: Hive) -> Words<&'static str> {
    match hive {
        Hive::User => text!(en "the user's", zh "用户的"),
        Hive::Machine => text!(en "the machine's", zh "系统的"),
    }
}

const LONGEST_IN_DIALOG: usize = 2047;
const LONGEST_LINE: usize = 8191;
const DIALOG: &str = "rundll32.exe sysdm.cpl,EditEnvironmentVariables";
