//! Settings, files and directories that let another program take part in each build.

mod line;
mod path_entries;
mod project;
mod rights;
mod said;
#[cfg(test)]
mod tests;

use super::goflags;
use crate::checks::words;
use crate::{Check, Evidence, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "hijack",
    summary: text!(
        en "a setting, a file of the project or a directory lets another program take part in builds",
        zh "某项设置、项目里的文件或某个目录让别的程序参与构建",
    ),
    symptom: text!(
        en "Nothing, which is why it is dangerous. Or a build differs from the sources: `go build` compiles \
            files that are not in the repository, or `go test` starts a program that nobody called.",
        zh "什么现象也没有，所以危险。或者构建结果和源码对不上：`go build` 编译了仓库里没有的文件，`go \
            test` 启动了没有人调用的程序。",
    ),
    cause: text!(
        en "`-toolexec`, `-overlay`, `-exec` or `-vettool` in GOFLAGS, and GOCACHEPROG, put another program or \
            other sources into each build. They may be set for this user, or in a workflow, a Dockerfile, a \
            makefile, `.env`, `.envrc` or `.vscode` of the project, and so may GOSUMDB=off. Other users may write to a \
            directory that is on PATH before gover's. Or PATH has an empty entry or `.`, which mean the \
            directory that you are in.",
        zh "GOFLAGS 里的 `-toolexec`、`-overlay`、`-exec` 或 `-vettool`，以及 GOCACHEPROG，会把别的程序或别\
            的源码带进每次构建。它们可能是为当前用户设的，也可能写在项目的工作流、Dockerfile、makefile、\
            `.env`、`.envrc` 或 `.vscode` 里，GOSUMDB=off 也一样。还可能是其他用户能写 PATH 里排在 gover 前\
            面的目录，或者 PATH 里有空项或 `.`，意思是你当前所在的目录。",
    ),
    repair: text!(
        en "`--fix` removes the flags from the file of `go env -w`. Files of the project are shared, so it shows \
            their lines: ask who needs them, and give such a flag on the command line instead. For directories, \
            it shows the `chmod` that takes the right to write from others.",
        zh "`--fix` 从 `go env -w` 的文件里去掉这些选项。项目的文件是共用的，所以只列出那些行：先问清楚谁需\
            要，再改成写在命令行上。对于目录，列出收回他人写权限的 `chmod` 命令。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let settings = flags(snapshot).into_iter().chain(cache_program(snapshot));
    settings
        .chain(project::findings(snapshot))
        .chain(rights::findings(snapshot))
        .chain(path_entries::findings(snapshot))
        .collect()
}

/// The flags in GOFLAGS of this user.
fn flags(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let words = snapshot.go_setting("GOFLAGS").and_then(|value| words::split(&value).ok());
    let words = words.unwrap_or_default();
    let found = words.iter().filter_map(|word| {
        let flag = FLAGS.iter().find(|flag| word.contains('=') && goflags::name(word) == flag.name)?;
        let what = text!(
            en "GOFLAGS has `{flag}`, which {effect}",
            zh "GOFLAGS 里有 `{flag}`，它{effect}",
            flag = word, effect = flag.effect,
        );
        let left: Vec<&str> = words.iter().filter(|known| *known != word).map(String::as_str).collect();
        Some(goflags::drop_flags(snapshot, Finding::new(flag.severity, what, flag.why), &left))
    });
    found.collect()
}

struct Flag {
    name: &'static str,
    /// If each build has it.
    severity: Severity,
    /// The end of a sentence.
    effect: Words<&'static str>,
    why: Words<&'static str>,
}

const FLAGS: [Flag; 4] = [
    Flag {
        name: "toolexec",
        severity: Severity::Error,
        effect: text!(
            en "runs another program in place of the compiler and linker",
            zh "用别的程序代替编译器和链接器",
        ),
        why: text!(
            en "that program sees and can change everything that is built with it",
            zh "构建的一切，那个程序都看得到，也都能改",
        ),
    },
    Flag {
        name: "overlay",
        severity: Severity::Error,
        effect: text!(en "replaces source files by others", zh "用别的文件替换源文件"),
        why: text!(
            en "the program is not built from the files that you see",
            zh "编译程序用的不是你看到的那些文件",
        ),
    },
    Flag {
        name: "exec",
        severity: Severity::Warning,
        effect: text!(
            en "runs programs and tests through another program",
            zh "通过别的程序来运行程序和测试",
        ),
        why: text!(
            en "`go run` and `go test` start that program first, with your rights",
            zh "`go run` 和 `go test` 会以你的权限先启动那个程序",
        ),
    },
    Flag {
        name: "vettool",
        severity: Severity::Warning,
        effect: text!(en "runs another program in place of `go vet`", zh "用别的程序代替 `go vet`"),
        why: text!(
            en "`go vet` starts that program, with your rights",
            zh "`go vet` 会以你的权限启动那个程序",
        ),
    },
];

/// GOCACHEPROG of this user. Companies use it to share a build cache.
fn cache_program(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let value = snapshot.go_setting("GOCACHEPROG")?;
    let words = words::split(&value).ok()?;
    let name = words.first()?;
    let evidence = snapshot.setting_evidence("GOCACHEPROG");
    let Some(program) = snapshot.program(name) else {
        let what = text!(
            en "GOCACHEPROG names `{program}`, which does not exist",
            zh "GOCACHEPROG 指向 `{program}`，它不存在",
            program = name,
        );
        let why = text!(
            en "every build fails, since go cannot start it",
            zh "go 无法启动它，所以每次构建都会失败",
        );
        let finding = Finding::error(what, why).shown_by(evidence);
        return Some(snapshot.corrected(finding, "GOCACHEPROG", None));
    };
    let what = text!(
        en "GOCACHEPROG lets {program} answer for the build cache",
        zh "GOCACHEPROG 让 {program} 代替构建缓存",
        program = program,
    );
    Some(Finding::note(what, CACHE_PROGRAM).shown_by(evidence).shown_by([Evidence::path(&program, "exists")]))
}

const CACHE_PROGRAM: Words<&str> = text!(
    en "that program can change the result of every build, so you must trust it",
    zh "那个程序能改变每次构建的结果，所以必须信得过",
);
