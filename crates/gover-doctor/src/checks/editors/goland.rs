//! The GOROOT that `GoLand` and related IDEs store for a project.

use super::roots::{Root, root, selected};
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goland",
    summary: text!(
        en "a GoLand project whose GOROOT does not match the selection",
        zh "GoLand 项目的 GOROOT 与选定的工具链不一致",
    ),
    symptom: text!(
        en "GoLand says `GOROOT is not set up`, marks the standard library red, or builds with another \
            version than the terminal.",
        zh "GoLand 报 `GOROOT is not set up`，标准库标成红色，或者构建用的版本和终端里的不同。",
    ),
    cause: text!(
        en "GoLand stores a GOROOT for each project in `.idea/workspace.xml`. It stays when that toolchain is \
            uninstalled or another one is selected.",
        zh "GoLand 在 `.idea/workspace.xml` 里为每个项目保存一个 GOROOT。那个工具链卸载了，或者换选了别的，\
            它也不会变。",
    ),
    repair: text!(
        en "Choose the selected toolchain in Settings > Go > GOROOT; `~/.gover/current` follows the default. \
            `--fix` does not change the file, since GoLand overwrites it when it closes.",
        zh "在 Settings > Go > GOROOT 里选择选定的工具链；`~/.gover/current` 会跟着默认版本变。GoLand 关闭\
            时会覆盖这个文件，所以 `--fix` 不改它。",
    ),
    scope: |snapshot| {
        scope::given(
            workspace(snapshot).is_some(),
            text!(en "no .idea/workspace.xml here", zh "这里没有 .idea/workspace.xml"),
        )
    },
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn workspace(snapshot: &Snapshot<'_>) -> Option<MachinePath> {
    snapshot.nearest(".idea/workspace.xml")
}

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let Project { file, line, text, goroot: path } = project(snapshot)?;
    let finding = match root(snapshot, &path) {
        Root::Fits => return None,
        Root::Missing => Finding::error(
            text!(
                en "GoLand's GOROOT for this project, {path}, is not a toolchain",
                zh "GoLand 为这个项目设的 GOROOT {path} 不是工具链",
                path = snapshot.short(&path),
            ),
            text!(
                en "GoLand does not find the standard library and cannot build",
                zh "GoLand 找不到标准库，无法构建",
            ),
        ),
        Root::Other(version) => Finding::warning(
            text!(
                en "GoLand uses {version} for this project, and {selected} is selected",
                zh "GoLand 在这个项目里用的是 {version}，而选定的是 {selected}",
                version = version, selected = selected(snapshot),
            ),
            text!(
                en "GoLand builds and checks with a different version from the terminal",
                zh "GoLand 构建和检查用的版本和终端里的不同",
            ),
        ),
    };
    let goroot = snapshot.selection.goroot.as_ref().map_or("~/.gover/current", MachinePath::as_str);
    let finding =
        finding.shown_by([Evidence::line(file, line, text)]).shown_by(snapshot.selection_evidence());
    Some(finding.command(format!("in GoLand: Settings > Go > GOROOT > + > Local > {goroot}")))
}

/// The project here, if `GoLand` has a GOROOT for it.
pub(crate) struct Project {
    file: MachinePath,
    line: usize,
    text: String,
    pub(crate) goroot: MachinePath,
}

pub(crate) fn project(snapshot: &Snapshot<'_>) -> Option<Project> {
    let file = workspace(snapshot)?;
    let text = snapshot.text(&file)?;
    let (line, whole, url) = goroot(&text)?;
    let goroot = path(snapshot, &file, url)?;
    Some(Project { line, text: whole.to_owned(), goroot, file })
}

/// Line, text and address of `<component name="GOROOT" url="file://…" />`.
fn goroot(text: &str) -> Option<(usize, &str, &str)> {
    let (index, line) =
        text.lines().enumerate().find(|(_, line)| line.contains("<component name=\"GOROOT\""))?;
    let (_, rest) = line.split_once("url=\"")?;
    let (url, _) = rest.split_once('"')?;
    Some((index + 1, line.trim(), url))
}

fn path(snapshot: &Snapshot<'_>, file: &MachinePath, url: &str) -> Option<MachinePath> {
    let project = file.parent()?.parent()?;
    let path = url.strip_prefix("file://")?;
    let path = path.replace("$USER_HOME$", snapshot.home.as_str()).replace("$PROJECT_DIR$", project.as_str());
    let path = path.replace("%20", " ").replace("&amp;", "&");
    if !snapshot.system.is_windows() || path.is_empty() {
        return Some(snapshot.system.path(path)).filter(|path| !path.is_empty());
    }
    // GoLand treats `file:///C:/Go` and `file://C:/Go` the same.
    let on_drive = path.get(2..3) == Some(":");
    let path = if on_drive { path.trim_start_matches('/') } else { path.as_str() };
    Some(snapshot.system.path(path.replace('/', "\\")))
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::Machine;

    fn with_url(machine: Machine, url: &str) -> Machine {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<project>\n  <component name=\"GOROOT\" url=\"{url}\" />\n</project>\n"
        );
        machine.file("~/shop/.idea/workspace.xml", &text).at("~/shop/api")
    }

    #[test]
    fn a_missing_toolchain_is_an_error() {
        let findings = with_url(Machine::linux(), "file://$USER_HOME$/sdk/go1.20.1").findings("goland");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Error, "GoLand's GOROOT for this project, ~/sdk/go1.20.1, is not a toolchain")
        );
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/home/ann/shop/.idea/workspace.xml:3: <component name=\"GOROOT\" url=\"file://$USER_HOME$/sdk/go1.20.1\" />"
        );
        assert_eq!(
            findings[0].fix.commands,
            ["in GoLand: Settings > Go > GOROOT > + > Local > /home/ann/.gover/versions/go1.22.5"]
        );
    }

    #[test]
    fn another_version_is_a_warning() {
        let machine = with_url(Machine::windows(), "file://C:/Program Files/Go");
        let findings = machine.toolchain(r"C:\Program Files\Go", "go1.20.1").findings("goland");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Warning, "GoLand uses go1.20.1 for this project, and go1.22.5 is selected")
        );
        assert_eq!(findings[0].evidence[1].to_string(), "gover current: go1.22.5, the default");
        let chosen = with_url(Machine::windows(), "file://C:/Users/ann/.gover/versions/go1.22.5");
        assert_eq!(chosen.findings("goland"), []);
    }

    #[test]
    fn the_selected_toolchain_or_none_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("goland").is_empty());
            let selected = with_url(machine.clone(), "file://$USER_HOME$/.gover/versions/go1.22.5");
            assert!(selected.findings("goland").is_empty());
            assert!(with_url(machine, "").findings("goland").is_empty());
        }
    }
}
