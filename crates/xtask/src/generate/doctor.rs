//! docs/doctor.md and docs/zh-CN/doctor.md: one heading per check, from what each check says of itself.

use std::fmt::Write as _;

use gover_doctor::{Check, GROUPS, Language, Words, myths, text};

use crate::links::anchor;

pub(super) fn page(language: Language) -> String {
    let introduction = match language {
        Language::English => ENGLISH,
        Language::Chinese => CHINESE,
    };
    let other = text!(en "[中文](zh-CN/doctor.md)", zh "[English](../doctor.md)");
    let introduction = format!("{}\n\n{introduction}", other.of(language));
    let mut page = super::heading("gover doctor", "crates/gover-doctor/src/checks", &introduction);
    let head = text!(en "| Check | Looks for |", zh "| 检查项 | 查找什么 |");
    for group in GROUPS {
        let _ = write!(page, "\n## {}\n\n{}\n|---|---|\n", group.title.of(language), head.of(language));
        for check in group.checks {
            let _ = writeln!(page, "| [{0}](#{0}) | {1} |", check.name, check.summary.of(language));
        }
        for check in group.checks {
            push(&mut page, check, language);
        }
    }
    page
}

fn push(page: &mut String, check: &Check, language: Language) {
    let _ = write!(page, "\n### {}\n", check.name);
    let parts = [
        text!(en "**What you see:** {text}", zh "**现象：** {text}", text = check.symptom),
        text!(en "**Cause:** {text}", zh "**原因：** {text}", text = check.cause),
        text!(en "**Repair:** {text}", zh "**修复：** {text}", text = check.repair),
    ];
    for text in parts {
        let _ = write!(page, "\n{}\n", text.of(language));
    }
    let link = |myth: Words<&'static str>| {
        let anchors = myth.map(|myth| anchor(myth));
        text!(
            en "[\"{myth}\"](myths.md#{anchor})",
            zh "[“{myth}”](myths.md#{anchor})",
            myth = myth, anchor = anchors,
        )
    };
    let myths: Vec<String> = myths::about(check.name).map(|myth| link(myth).of(language).clone()).collect();
    if !myths.is_empty() {
        let separator = text!(en ", ", zh "、");
        let myths = myths.join(separator.of(language));
        let text = text!(en "**Myth:** {myths}", zh "**误区：** {myths}", myths = myths);
        let _ = write!(page, "\n{}\n", text.of(language));
    }
}

const ENGLISH: &str = "\
`gover doctor` finds problems with Go on this machine. It shows the evidence, explains what each problem leads to, and repairs
what only you own.

```console
$ gover doctor                     # run all checks; exit code 1 if anything is worse than a note
$ gover doctor goproxy goroot-set  # run some of them
$ gover doctor --offline           # do not use the network
$ gover doctor --fix               # show each change as a diff and ask; --yes does not ask
$ gover doctor -v                  # print all evidence, and the text of each check below
$ gover doctor --undo              # restore every byte that the last --fix changed
$ gover doctor --json              # print data ([json.md](reference/json.md#doctor))
$ gover doctor --list              # list the checks; gover help CHECK explains one, --list -v all
$ gover doctor --skip clock,gopath # leave checks out
$ gover doctor --fail-on error     # exit with 1 only for errors
$ gover doctor --baseline old.json # show only what is not in old.json, which --json printed
$ gover doctor --format github     # mark lines in a workflow of GitHub; sarif is for code scanning
$ gover doctor --report r.html     # write a report to hand on
```

An **error** does not work or is not safe. A **warning** works now, or only for some projects, and may surprise you later. A
**note** is good to know; nothing has to be done. Before `--fix` changes something, it keeps a copy below `GOVER_HOME/doctor`.
`--undo` does not restore a file that has changed since. gover never changes files and settings of the machine: it prints the
commands for that.

A check that has nothing to examine here is **not applicable**. One that needs something that was not asked is **not run**, such as
the network with `--offline`. The last line counts only checks that examined something; `-v` and `--json` name the others.

## Language

```console
$ gover doctor --lang zh           # speak Chinese whatever the environment says; gover help has it too
$ GOVER_LANG=en gover doctor       # speak English
```

`--lang` comes first, then GOVER_LANG, then the first of LC_ALL, LC_MESSAGES and LANG that is set. If none of these variables is
set, the display language counts on Windows. A locale of simplified Chinese in UTF-8, such as `zh_CN.UTF-8`, means Chinese, and any
other English. Problems, reasons, repairs, the summary and reports in Markdown and HTML are in that language. Evidence, commands,
names of checks, JSON and SARIF are the same in each, and the rest of gover is in English.

## A report to hand on

```console
$ gover doctor --report report.html         # one page for a browser; it loads nothing
$ gover doctor --report report.md           # Markdown, for an issue or a chat
$ gover doctor --report report.json         # data
$ gover doctor --report - --offline         # print Markdown, without using the network
$ gover doctor --report r.html --anonymous  # leave out names
```

The report has the machine, every `go` on PATH with what put it there, each setting with its origin, toolchains with their
proofs, programs of `go install`, the problems with evidence and repairs, and what became of each check. Problems that
one repair ends are shown together. The form is named by the end of the file's name; [json.md](reference/json.md#doctor---report)
describes the data. The exit code is the same as without `--report`.

Passwords and tokens are replaced by `***`, and the home directory by `~`. Commands keep whole paths, so that they can be pasted.
`--anonymous` also replaces:

| What | By |
|---|---|
| names of users | `user` |
| names of this machine | `this-machine` |
| servers, unless many people use them, such as github.com | `host-1`, `host-2`; the same server has the same number |
| what GOPRIVATE names on a public server, such as github.com/acme | `private-1` |
| the repository or working directory, and those above it | `PROJECT`, `PROJECT/..` |

Names of other directories and files stay. Read the report before you hand it on.

gover replaces an earlier report of the same name, or an empty file, and nothing else. A directory that does not exist is an error.";

const CHINESE: &str = "\
`gover doctor` 检查本机的 Go 环境有什么问题：列出证据，说明后果；只属于你自己的东西，它还能直接修好。

```console
$ gover doctor                     # 运行全部检查；有比“提示”更严重的问题时，退出码为 1
$ gover doctor goproxy goroot-set  # 只运行其中几项
$ gover doctor --offline           # 不使用网络
$ gover doctor --fix               # 以 diff 显示每处改动并询问；加上 --yes 就不再询问
$ gover doctor -v                  # 列出全部证据，以及下面各项检查的说明
$ gover doctor --undo              # 把上一次 --fix 的改动逐字节还原
$ gover doctor --json              # 输出数据（[json.md](../reference/json.md#doctor)）
$ gover doctor --list              # 列出检查项；gover help CHECK 解释其中一项，--list -v 解释全部
$ gover doctor --skip clock,gopath # 排除几项
$ gover doctor --fail-on error     # 只有出现错误时退出码才为 1
$ gover doctor --baseline old.json # 只显示 old.json 里没有的问题，这个文件由 --json 输出
$ gover doctor --format github     # 在 GitHub 的工作流里标出行；sarif 用于代码扫描
$ gover doctor --report r.html     # 写一份可以交给别人的报告
```

**错误**：有东西用不了，或者不安全。**警告**：现在能用，或者只在某些项目里能用，以后可能出意外。**提示**：知道就好，不必处理。`--fix` \
改动之前，会在 `GOVER_HOME/doctor` 里留一份副本；改过以后又变了的文件，`--undo` 不会还原。系统的文件和设置 gover \
从不改动，只列出该用的命令。

在这里无从检查的项目算**不适用**；需要的东西没有去问，就算**未运行**，例如加了 `--offline` 时的网络。最后一行只计算真正检查过的项目，\
其余的用 `-v` 和 `--json` 可以看到。

## 语言

```console
$ gover doctor --lang zh           # 说中文，不管环境是什么语言；gover help 也有这个选项
$ GOVER_LANG=en gover doctor       # 说英文
```

`--lang` 最优先，其次是 GOVER_LANG，再其次是 LC_ALL、LC_MESSAGES 和 LANG 中第一个设了的。这些变量都没有设时，在 Windows \
上看显示语言。值是 UTF-8 的简体中文区域（例如 `zh_CN.UTF-8`），就说中文，否则说英文。问题、后果、修复办法、汇总和 Markdown、HTML \
报告都是中文；证据、命令、检查项的名字、JSON 和 SARIF 在任何语言里都一样，gover 的其余部分是英文。

## 给别人看的报告

```console
$ gover doctor --report report.html         # 一个网页，用浏览器打开，不加载任何东西
$ gover doctor --report report.md           # Markdown，用于 issue 或聊天
$ gover doctor --report report.json         # 数据
$ gover doctor --report - --offline         # 输出 Markdown，不使用网络
$ gover doctor --report r.html --anonymous  # 去掉名字
```

报告的内容有：机器的情况，PATH 里的每个 `go` 和安装它的程序，每项设置和它的来源，工具链和它们的证明，`go install` \
安装的程序，各个问题的证据和修复办法，以及每项检查的结果。一次修复能解决的几个问题放在一起。报告的形式由文件的扩展名决定，数据的格式见\
[json.md](../reference/json.md#doctor---report)。退出码和不加 `--report` 时一样。

密码和令牌会换成 `***`，主目录换成 `~`。命令里的路径保持完整，这样才能直接粘贴。加上 `--anonymous` 还会替换：

| 什么 | 换成 |
|---|---|
| 用户名 | `user` |
| 本机的名字 | `this-machine` |
| 服务器，除非很多人都在用，例如 github.com | `host-1`、`host-2`，同一台服务器的编号相同 |
| GOPRIVATE 在公共服务器上指定的部分，例如 github.com/acme | `private-1` |
| 仓库或工作目录，以及它们的上级目录 | `PROJECT`、`PROJECT/..` |

其他目录和文件的名字保持原样。交给别人之前，请先看一遍。

gover 只会覆盖同名的旧报告或空文件，别的都不碰。目录不存在就报错。";
