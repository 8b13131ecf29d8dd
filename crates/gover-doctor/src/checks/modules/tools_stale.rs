//! Programs of `go install` that are too old for the project, or hidden on PATH.

use gover_core::display::pasted;

use crate::checks::pins::go_line;
use crate::snapshot::disk::BuildInfo;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "tools-stale",
    summary: text!(
        en "tools in GOBIN were built by a Go older than the project needs, or are hidden by others",
        zh "GOBIN 里的工具是用比项目要求更旧的 Go 编译的，或者被别的程序盖住了",
    ),
    symptom: text!(
        en "`package requires newer Go version go1.24 (application built with go1.22)`, `the Go language \
            version (go1.22) used to build golangci-lint is lower than the targeted Go version`, `Version \
            of Delve is too old for Go version …`; or `go install` of a newer version has no effect.",
        zh "`package requires newer Go version go1.24 (application built with go1.22)`、`the Go language \
            version (go1.22) used to build golangci-lint is lower than the targeted Go version`、`Version \
            of Delve is too old for Go version …`；或者用 `go install` 装了新版本也不起作用。",
    ),
    cause: text!(
        en "A tool that reads Go code knows the language of the Go that built it, and does not change when Go \
            is updated. Or a package manager's copy comes first on PATH.",
        zh "读取 Go 代码的工具只认识编译它的那个 Go 的语法，升级 Go 并不会改变它。也可能是软件包管理器装的\
            那一份在 PATH 里排在前面。",
    ),
    repair: text!(
        en "Build the same version of the tool again with the selected Go; the command is shown.",
        zh "用选定的 Go 把工具的同一个版本重新编译一次，命令已经列出。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let programs = programs(snapshot);
    [stale(snapshot, &programs), hidden(snapshot, &programs)].into_iter().flatten().collect()
}

struct Built {
    path: MachinePath,
    info: BuildInfo,
}

impl Built {
    fn name(&self, snapshot: &Snapshot<'_>) -> &str {
        let name = self.path.file_name();
        name.strip_suffix(".exe").filter(|_| snapshot.system.is_windows()).unwrap_or(name)
    }

    fn by(&self) -> &str {
        let go = self.info.go.as_deref().unwrap_or("Go 1.17 or older");
        go.split_once(" X:").map_or(go, |(release, _)| release)
    }
}

fn programs(snapshot: &Snapshot<'_>) -> Vec<Built> {
    let Some(gobin) = snapshot.gobin() else { return Vec::new() };
    let paths = snapshot.disk.list(&gobin).into_iter().map(|name| gobin.join(name));
    let built = |path: MachinePath| {
        let info = snapshot.disk.is_executable(&path).then(|| snapshot.disk.build_info(&path))??;
        Some(Built { path, info })
    };
    paths.filter_map(built).collect()
}

fn stale(snapshot: &Snapshot<'_>, programs: &[Built]) -> Option<Finding> {
    let (line, version) = go_line(snapshot)?;
    let language = version.language();
    let is_stale = |built: &&Built| {
        let by = built.info.release();
        built.info.reads_go_code() && by.is_some_and(|name| name.version().language() < language)
    };
    let stale: Vec<&Built> = programs.iter().filter(is_stale).collect();
    stale.first()?;
    let names: Vec<&str> = stale.iter().map(|built| built.path.file_name()).collect();
    let were = if names.len() == 1 { "was" } else { "were" };
    let again = stale.iter().filter(|built| built.info.package.is_some() && built.info.replaced.is_empty());
    let again = again.filter(|built| !built.info.is_from_checkout());
    let again: Vec<String> = again.map(|built| pasted(built.name(snapshot))).collect();
    let names = Words { en: format!("{} {were}", names.join(", ")), zh: names.join("、") };
    let what = text!(
        en "{names} built by an older Go than {file} requires, which is {version}",
        zh "编译 {names} 的 Go 比 {file} 要求的 {version} 旧",
        names = names, file = line.file.file_name(), version = version,
    );
    let why = text!(
        en "a tool that reads Go code rejects or misreads code for go {language}",
        zh "读取 Go 代码的工具会拒绝或误读 go {language} 的代码",
        language = language,
    );
    let finding = Finding::warning(what, why)
        .shown_by([line.evidence()])
        .shown_by(stale.iter().map(|built| Evidence::path(&built.path, format!("built by {}", built.by()))))
        .commands((!again.is_empty()).then(|| format!("gover tools rebuild {}", again.join(" "))));
    Some(finding)
}

fn hidden(snapshot: &Snapshot<'_>, programs: &[Built]) -> Option<Finding> {
    let gobin = snapshot.gobin()?;
    if !snapshot.path().contains(&gobin) {
        return None;
    }
    let pairs: Vec<(&Built, MachinePath)> =
        programs.iter().filter_map(|built| Some((built, shadow(snapshot, &built.path)?))).collect();
    let what = match pairs.as_slice() {
        [] => return None,
        [(built, shadow)] => {
            text!(
                en "{program} of `go install` is hidden by {path}",
                zh "`go install` 装的 {program} 被 {path} 盖住了",
                program = built.path.file_name(), path = snapshot.short(shadow),
            )
        }
        pairs => text!(
            en "{count} programs of `go install` are hidden by others of the same name",
            zh "`go install` 装的 {count} 个程序被同名的程序盖住了",
            count = pairs.len(),
        ),
    };
    let why = text!(
        en "the other one runs, even after `go install` of a newer version",
        zh "运行的是另一个，用 `go install` 装了新版本也一样",
    );
    let evidence = pairs.iter().flat_map(|(built, shadow)| {
        let later = format!("built by {}, comes later", built.by());
        [Evidence::path(shadow, "comes first on PATH"), Evidence::path(&built.path, later)]
    });
    Some(Finding::note(what, why).shown_by(evidence))
}

fn shadow(snapshot: &Snapshot<'_>, path: &MachinePath) -> Option<MachinePath> {
    let found = snapshot.program(path.file_name())?;
    // gover's own go, gofmt and go1.X.Y are expected.
    let is_own = found.is_inside(&snapshot.gover.bin);
    (!is_own && snapshot.real(&found) != snapshot.real(path)).then_some(found)
}

#[cfg(test)]
mod tests;
