//! gopls and dlv, which the extension starts, and the Go version that built them.

use gover_core::ToolchainName;

use crate::snapshot::disk::BuildInfo;
use crate::{Evidence, Finding, MachinePath, Snapshot, Words, text};

/// Tools in GOBIN or GOPATH/bin that an older minor version than the selected one built, or that are
/// for another system.
pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    TOOLS.iter().filter_map(|tool| finding(snapshot, tool)).collect()
}

fn finding(snapshot: &Snapshot<'_>, (tool, source, why): &Tool) -> Option<Finding> {
    let selected = snapshot.selection.version.as_ref()?;
    let program = snapshot.gobin()?.program(tool);
    let info = snapshot.disk.build_info(&program)?;
    if let Some(finding) = foreign(snapshot, tool, &program, &info) {
        return Some(finding.command(format!("go install {source}@latest")));
    }
    let built = info.release()?;
    if built.version().language() >= selected.version().language() {
        return None;
    }
    let what = text!(
        en "{tool} was built with {built}, and {selected} is selected",
        zh "{tool} 是用 {built} 编译的，而选定的是 {selected}",
        tool = *tool, built = built, selected = *selected,
    );
    let evidence = Evidence::path(program, format!("built by {}", built.as_str()));
    Some(Finding::warning(what, *why).shown_by([evidence]).command(format!("go install {source}@latest")))
}

/// A tool that this machine cannot run, as after `go install` with GOOS or GOARCH set.
fn foreign(snapshot: &Snapshot<'_>, tool: &str, program: &MachinePath, info: &BuildInfo) -> Option<Finding> {
    let (os, arch) = info.platform()?;
    let (own, machine) = (snapshot.system.go_os()?, snapshot.system.arch.as_str());
    // 64-bit systems run programs of their 32-bit ancestor, and some emulate amd64.
    let runs =
        arch == machine || (machine, arch) == ("amd64", "386") || (machine, arch) == ("arm64", "amd64");
    if os == own && runs {
        return None;
    }
    let what = text!(
        en "{tool} is for {os}/{arch}, and this machine is {own}/{machine}",
        zh "{tool} 是给 {os}/{arch} 用的，而本机是 {own}/{machine}",
        tool = tool, os = os, arch = arch, own = own, machine = machine,
    );
    let why = text!(
        en "the editor cannot start it: `exec format error`",
        zh "编辑器无法启动它：`exec format error`",
    );
    let evidence = Evidence::path(program, format!("built with GOOS={os} GOARCH={arch}"));
    Some(Finding::error(what, why).shown_by([evidence]))
}

/// The release that built a program.
pub(crate) fn built_with(snapshot: &Snapshot<'_>, program: &MachinePath) -> Option<ToolchainName> {
    snapshot.disk.build_info(program)?.release()
}

/// Its name, where it comes from, and what goes wrong if it is too old.
type Tool = (&'static str, &'static str, Words<&'static str>);

const TOOLS: &[Tool] = &[
    (
        "gopls",
        "golang.org/x/tools/gopls",
        text!(
            en "it does not know the language and standard library of the selected Go, and reports false errors",
            zh "它不认识选定的 Go 的语法和标准库，会误报错误",
        ),
    ),
    (
        "dlv",
        "github.com/go-delve/delve/cmd/dlv",
        text!(
            en "it may fail to read programs of the selected Go: `Version of Delve is too old for this version of Go`",
            zh "它可能读不了选定的 Go 编译的程序：`Version of Delve is too old for this version of Go`",
        ),
    ),
];
