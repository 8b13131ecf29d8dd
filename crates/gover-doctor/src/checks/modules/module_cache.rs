//! Modules in the cache that are not as they were downloaded.

use crate::language::counted;

use crate::snapshot::programs::{Patience, Run};
use crate::{Check, Evidence, Finding, Scope, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "module-cache",
    summary: text!(
        en "modules in the module cache were changed since they were downloaded",
        zh "模块缓存里的模块在下载之后被改过",
    ),
    symptom: text!(
        en "`dir has been modified`, `zip has been modified`, a build that fails in the code of a dependency, or a \
            program that behaves differently from the one that a colleague built.",
        zh "`dir has been modified`、`zip has been modified`，依赖的代码编译不过，或者编译出来的程序和同事\
            的表现不同。",
    ),
    cause: text!(
        en "Someone edited a file below `GOMODCACHE` while debugging, a tool wrote there, or a disk lost data. go \
            compares modules with go.sum only when it downloads them.",
        zh "有人调试时改了 `GOMODCACHE` 下的文件，有工具往里面写过，或者磁盘丢了数据。go 只在下载时才把模块\
            和 go.sum 比对。",
    ),
    repair: text!(
        en "`go clean -modcache` empties the cache, and the next build downloads the modules again. `--fix` does not \
            do it. The check runs `go mod verify` with the selected Go, which reads every module: it runs only if \
            you name it, or with `-v`.",
        zh "`go clean -modcache` 清空缓存，下次构建时重新下载。`--fix` 不会这样做。这项检查用选定的 Go 运\
            行 `go mod verify`，要读每一个模块，所以只有写出它的名字或加上 `-v` 才运行。",
    ),
    scope,
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn scope(snapshot: &Snapshot<'_>) -> Scope {
    match scope::module(snapshot) {
        Scope::Applies if !snapshot.is_thorough => Scope::Unasked(
            text!(en "it takes long; name it, or use -v", zh "耗时较长；写出它的名字或加 -v 才运行"),
        ),
        Scope::Applies => scope::selected(snapshot),
        other => other,
    }
}

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let program = snapshot.selection.goroot.as_ref()?.join("bin").program("go");
    if !snapshot.is_thorough || !snapshot.is_file(&program) {
        return None;
    }
    // What is not in the cache is not downloaded, and no other toolchain starts.
    let variables =
        &[("GOFLAGS", Some("")), ("GOPROXY", Some("off")), ("GOTOOLCHAIN", Some("local")), ("GOROOT", None)];
    let arguments = &["mod", "verify"];
    let run = Run { program: &program, arguments, variables, input: "", patience: Patience::Long };
    let ran = snapshot.programs.run(&run)?;
    let output = format!("{}\n{}", ran.stdout, ran.stderr);
    let changed: Vec<&str> =
        output.lines().filter(|line| line.contains("has been modified")).map(str::trim).collect();
    if ran.code == Some(0) || changed.is_empty() {
        return None;
    }
    let are = if changed.len() == 1 { "was" } else { "were" };
    let parts = counted(changed.len(), "part");
    let what = text!(
        en "{parts} changed since the download",
        zh "模块缓存里有 {parts} 处在下载之后被改过",
        parts = Words { en: format!("{} of the module cache {are}", parts.en), ..parts },
    );
    let why = text!(
        en "builds here use code that does not match go.sum",
        zh "这里的构建用了和 go.sum 不一致的代码",
    );
    let evidence = changed.into_iter().map(|line| Evidence::answer("go mod verify", line));
    Some(Finding::error(what, why).shown_by(evidence).command("go clean -modcache"))
}

#[cfg(test)]
mod tests {
    use crate::check::CheckResult;
    use crate::checks::by_name;
    use crate::testing::Machine;
    use crate::text;

    const GO: &str = "~/.gover/versions/go1.22.5/bin/go mod verify";

    fn machine() -> Machine {
        let mut machine = Machine::linux().file("~/shop/go.mod", "module shop\n");
        machine.is_thorough = true;
        machine
    }

    #[test]
    fn a_changed_module_is_an_error() {
        let line = "golang.org/x/text v0.14.0: dir has been modified (/home/ann/go/pkg/mod/golang.org/x/text@v0.14.0)";
        let machine = machine().answers(GO, 1, "", &format!("{line}\n"));
        let findings = machine.findings("module-cache");
        assert_eq!(findings[0].what.en, "1 part of the module cache was changed since the download");
        assert_eq!(findings[0].evidence[0].to_string(), format!("go mod verify: {line}"));
        assert_eq!(findings[0].fix.commands, ["go clean -modcache"]);
    }

    #[test]
    fn whole_modules_and_other_failures_are_silent() {
        for (code, out, err) in [(0, "all modules verified\n", ""), (1, "", "go: errors parsing go.mod\n")] {
            assert_eq!(machine().answers(GO, code, out, err).findings("module-cache"), []);
        }
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("module-cache"), []);
        }
    }

    #[test]
    fn it_runs_only_if_it_is_asked() {
        let of = |machine: &Machine| {
            let check = by_name("module-cache").unwrap();
            machine.snapshot(|snapshot| check.result(snapshot, !check.examine(snapshot).is_empty()))
        };
        let mut unasked = machine();
        unasked.is_thorough = false;
        let slow = text!(en "it takes long; name it, or use -v", zh "耗时较长；写出它的名字或加 -v 才运行");
        assert_eq!(of(&unasked), CheckResult::NotRun(slow));
        assert!(unasked.programs.asked.borrow().is_empty());
        let nothing = text!(en "no go.mod or go.work here", zh "这里没有 go.mod 或 go.work");
        assert_eq!(of(&Machine::linux()), CheckResult::NotApplicable(nothing));
        assert_eq!(of(&machine()), CheckResult::Ok);
    }
}
