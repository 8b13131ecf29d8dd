//! Go versions in CI files, images and containers that differ from the project's pin and go line.

mod files;
#[cfg(test)]
mod tests;

use gover_core::version::GoVersion;
use gover_core::{Request, RequestKind};

use crate::checks::pins::{Pin, Pins};
use crate::{Check, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "ci-version",
    summary: text!(
        en "Go versions in Dockerfiles, workflows, dev containers and makefiles that differ from the project's",
        zh "Dockerfile、工作流、开发容器和 makefile 里的 Go 版本与项目的不同",
    ),
    symptom: text!(
        en "`go: go.mod requires go >= 1.23.1 (running go 1.21.13; GOTOOLCHAIN=local)` only in CI, `unable \
            to find version '1.2'`, or a build that works locally and fails in CI.",
        zh "只在 CI 里报 `go: go.mod requires go >= 1.23.1 (running go 1.21.13; GOTOOLCHAIN=local)`；\
            `unable to find version '1.2'`；或者本地能构建，CI 里失败。",
    ),
    cause: text!(
        en "The Go version is repeated in a `Dockerfile`, a GitHub, GitLab or CircleCI workflow or a dev \
            container, or a makefile, and was not updated with the pin. The golang images set GOTOOLCHAIN=local, so they \
            download no newer Go. In YAML, `1.20` without quotation marks is the number 1.2.",
        zh "`Dockerfile`，GitHub、GitLab 或 CircleCI 的工作流，开发容器或 makefile 里又写了一遍 Go 版本，改\
            版本时漏掉了。golang 镜像设置了 GOTOOLCHAIN=local，所以不会下载更新的 Go。在 YAML 里，`1.20` 不\
            加引号就是数字 1.2。",
    ),
    repair: text!(
        en "Write the project's version there, or let the workflow read it: `go-version-file: go.mod` (or \
            `.go-version`). The commands shown change the line; these files are shared, so `--fix` does not \
            change them.",
        zh "把项目的版本写到那里，或者让工作流自己读取：`go-version-file: go.mod`（或 `.go-version`）。列出\
            的命令会改那一行；这些文件是共用的，所以 `--fix` 不改。",
    ),
    scope: |snapshot| {
        scope::given(
            !files::all(snapshot).is_empty(),
            text!(en "no CI configuration here", zh "这里没有 CI 配置"),
        )
    },
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let pins = Pins::read(snapshot);
    let mut findings = Vec::new();
    for uses in files::all(snapshot) {
        findings.extend(uses.iter().filter_map(|one| number(snapshot, one)));
        findings.extend(in_file(snapshot, &pins, &uses));
    }
    findings
}

struct Use {
    /// The line, with the version as written.
    pin: Pin,
    kind: Kind,
    /// Whether it is one of several, such as in a matrix.
    is_in_list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The tag of an image, in which GOTOOLCHAIN is `local`.
    Image,
    /// A version in quotation marks, which an installer such as `setup-go` gets.
    Text,
    /// The same without quotation marks, which YAML reads as a number.
    Number,
}

fn in_file(snapshot: &Snapshot<'_>, pins: &Pins, uses: &[Use]) -> Option<Finding> {
    let too_old = uses.iter().find_map(|one| Some((one, below_go_line(pins, one)?)));
    if let Some((one, (line, go))) = too_old {
        let asks = text!(
            en "{file} asks for {version}",
            zh "{file} 要求 {version}",
            file = line.file.file_name(), version = go.as_str(),
        );
        let fault = match one.kind {
            Kind::Image => (
                Severity::Error,
                text!(
                    en "the image sets GOTOOLCHAIN=local, so each build in it fails with `go.mod requires go >= …`",
                    zh "镜像里设了 GOTOOLCHAIN=local，所以每次构建都报 `go.mod requires go >= …`",
                ),
            ),
            Kind::Text | Kind::Number => (
                Severity::Warning,
                text!(
                    en "each run downloads a second toolchain, or fails if GOTOOLCHAIN is `local`",
                    zh "每次运行都要再下载一个工具链；如果 GOTOOLCHAIN 是 `local`，就会失败",
                ),
            ),
        };
        return Some(differs(snapshot, fault, &asks, (one, line)));
    }
    let pin = pins.winner()?;
    let wanted = pin.request()?;
    // One matching version in a matrix is enough.
    let (severity, one) = uses.iter().map(|one| (severity(&wanted, one), one)).min_by_key(|(one, _)| *one)?;
    let severity = severity?;
    let why = if severity == Severity::Note {
        text!(
            en "CI builds and tests with a different patch release from the project",
            zh "CI 构建和测试用的补丁版本和项目的不同",
        )
    } else {
        text!(
            en "CI builds and tests with a different version from the project",
            zh "CI 构建和测试用的版本和项目的不同",
        )
    };
    let pins = text!(en "the project pins {version}", zh "项目固定的是 {version}", version = pin.value);
    Some(differs(snapshot, (severity, why), &pins, (one, pin)))
}

fn differs(
    snapshot: &Snapshot<'_>,
    (severity, why): (Severity, Words<&str>),
    asks: &Words,
    (one, wanted): (&Use, &Pin),
) -> Finding {
    let what = text!(
        en "{file} uses Go {used}, and {asks}",
        zh "{file} 用的是 Go {used}，{asks}",
        file = snapshot.short(&one.pin.file), used = one.pin.value, asks = *asks,
    );
    Finding::new(severity, what, why).shown_by([one.pin.evidence(), wanted.evidence()]).command(change(
        snapshot,
        one,
        wanted.value.trim_start_matches("go"),
    ))
}

/// `go-version: 1.20`, which YAML reads as 1.2.
fn number(snapshot: &Snapshot<'_>, one: &Use) -> Option<Finding> {
    let value = &one.pin.value;
    let (_, minor) = value.split_once('.').filter(|_| one.kind == Kind::Number)?;
    let read = value.trim_end_matches('0');
    if !minor.ends_with('0') || minor == "0" || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let what = text!(
        en "{value} without quotation marks in {file} is the number {read}",
        zh "{file} 里的 {value} 没有加引号，就成了数字 {read}",
        value = value, file = snapshot.short(&one.pin.file), read = read,
    );
    let why = text!(
        en "CI looks for Go {read} instead of {value}",
        zh "CI 会去找 Go {read}，而不是 {value}",
        read = read, value = value,
    );
    let finding = Finding::error(what, why).shown_by([one.pin.evidence()]);
    Some(finding.command(rewrite(snapshot, &one.pin, value, &format!("\"{value}\""))))
}

fn below_go_line<'a>(pins: &'a Pins, one: &Use) -> Option<(&'a Pin, GoVersion)> {
    let file = pins.governing()?;
    let (line, go) = (file.go.as_ref()?, file.go_version()?);
    (one.request()?.ceiling()? < go).then_some((line, go))
}

impl Use {
    /// The request; `None` for words, variables and ranges, which mean the newest version.
    fn request(&self) -> Option<Request> {
        let request = Request::parse_pin(self.pin.value.trim_end_matches(".x")).ok()?;
        matches!(request.kind(), RequestKind::Exact(_) | RequestKind::Language(_)).then_some(request)
    }
}

/// How bad it is that the used version is not the wanted one; `None` if it is.
fn severity(wanted: &Request, one: &Use) -> Option<Severity> {
    let version = |request: &Request| match request.kind() {
        RequestKind::Exact(name) => Some(name.version().clone()),
        RequestKind::Language(language) => Some(language.clone()),
        _ => None,
    };
    let used = one.request()?;
    let (ours, theirs) = (version(wanted)?, version(&used)?);
    if !ours.same_language(&theirs) {
        return Some(Severity::Warning);
    }
    let are_exact = wanted.as_exact().is_some() && used.as_exact().is_some();
    (are_exact && ours != theirs).then_some(Severity::Note)
}

/// The command that writes a version in place of another. `gover bump` never lowers one.
fn change(snapshot: &Snapshot<'_>, one: &Use, to: &str) -> String {
    let ceiling = |request: Option<Request>| request.and_then(|request| request.ceiling());
    let is_raised = ceiling(one.request()) < ceiling(Request::parse_pin(to).ok());
    if is_raised && !one.is_in_list {
        return format!("gover bump {to} {}", snapshot.word(&one.pin.file));
    }
    rewrite(snapshot, &one.pin, &one.pin.value, to)
}

/// The command that changes a version in a line.
fn rewrite(snapshot: &Snapshot<'_>, pin: &Pin, from: &str, to: &str) -> String {
    let pattern = from.replace('.', r"\.");
    let (file, line) = (&pin.file, pin.line);
    if snapshot.system.is_windows() {
        let index = line - 1;
        return format!(
            "$lines = @(Get-Content '{file}'); $lines[{index}] = $lines[{index}] -replace '{pattern}', '{to}'; Set-Content '{file}' $lines"
        );
    }
    format!("sed -i.bak '{line}s/{pattern}/{to}/' '{file}'")
}
