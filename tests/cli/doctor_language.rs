//! `gover doctor` in Chinese: what chooses the language, and what is the same in each.

use std::fs;

use gover_test::{Output, TestContext, context};

fn faulty() -> TestContext {
    let mut ctx = context!();
    ctx.set("GOVER_SHELL", "bash").set("GOPROXY", "off");
    ctx
}

fn doctor<'a>(ctx: &TestContext, more: impl IntoIterator<Item = &'a str>) -> Output {
    ctx.gover(["doctor", "goproxy", "--offline"].into_iter().chain(more))
}

#[test]
fn the_option_goes_before_the_variable_and_that_before_the_locale() {
    let mut ctx = faulty();
    let is_chinese = |ctx: &TestContext, more: &[&str]| {
        let output = doctor(ctx, more.iter().copied());
        let texts = ["GOPROXY=off 禁止下载模块", "GOPROXY=off forbids downloading modules"];
        let [chinese, english] = texts.map(|text| output.stdout.contains(text));
        assert_ne!(chinese, english, "{output}");
        chinese
    };
    assert!(!is_chinese(&ctx, &[]));
    assert!(is_chinese(&ctx, &["--lang", "zh"]));
    ctx.set("LANG", "zh_CN.UTF-8");
    assert!(is_chinese(&ctx, &[]));
    ctx.set("LC_MESSAGES", "en_US.UTF-8");
    assert!(!is_chinese(&ctx, &[]));
    ctx.set("LC_ALL", "zh_CN.UTF-8");
    assert!(is_chinese(&ctx, &[]));
    ctx.set("GOVER_LANG", "en");
    assert!(!is_chinese(&ctx, &[]));
    assert!(is_chinese(&ctx, &["--lang", "zh"]));
    // The rest of gover is in English, and so are errors.
    ctx.set("GOVER_LANG", "zh");
    let current = ctx.gover(["list"]);
    assert!(current.success().stderr.is_ascii(), "{current}");
}

#[test]
fn a_language_that_gover_does_not_have_is_a_usage_error() {
    let mut ctx = faulty();
    let option = doctor(&ctx, ["--lang", "fr"]);
    assert!(option.exits(2).stderr.contains("--lang"), "{option}");
    ctx.set("GOVER_LANG", "zh_CN");
    let variable = doctor(&ctx, []);
    let what = "GOVER_LANG is `zh_CN`, which is not a language of gover";
    assert!(variable.exits(2).stderr.contains(what), "{variable}");
    assert!(variable.stderr.contains("hint: set it to en or zh"), "{variable}");
    assert_eq!(variable.stdout, "");
    // Other commands do not read it.
    ctx.gover(["list"]).success();
}

#[test]
fn everything_that_people_read_is_in_the_language() {
    let mut ctx = faulty();
    ctx.set("GOVER_LANG", "zh");
    let found = doctor(&ctx, ["-v"]);
    for text in ["警告", "后果：", "现象：", "原因：", "修复：", "误区：“", "docs/zh-CN/myths.md"]
    {
        assert!(found.exits(1).stdout.contains(text), "{text} in {found}");
    }
    assert!(
        found.stderr.contains("1 个警告（运行了 0 项检查") || found.stderr.contains("1 个警告（"),
        "{found}"
    );
    let list = ctx.gover(["doctor", "--list", "goproxy"]);
    assert_eq!(list.success().stdout, "goproxy  GOPROXY 写错了，或者其中有服务器没有响应\n", "{list}");
    let help = ctx.gover(["help", "goproxy"]);
    assert!(help.success().stdout.starts_with("goproxy：GOPROXY 写错了"), "{help}");
    let help = ctx.gover(["help", "goproxy", "--lang", "en"]);
    assert!(help.success().stdout.starts_with("goproxy: GOPROXY is malformed"), "{help}");
    let without = ctx.gover(["doctor", "goroot-set", "--offline"]);
    assert!(without.success().stderr.contains("没有发现问题（运行了 1 项检查）"), "{without}");
}

#[test]
fn a_report_is_in_the_language_and_names_it() {
    let mut ctx = faulty();
    ctx.set("GOVER_LANG", "zh");
    doctor(&ctx, ["--report", "r.html"]).exits(1);
    let page = fs::read_to_string(ctx.work().join("r.html")).unwrap();
    assert!(page.contains("<html lang=\"zh-CN\">"), "{page}");
    for text in ["概要", "严重程度", "GOPROXY=off", "PATH 里的", "手工修复", "工具链"] {
        assert!(page.contains(text), "{text} in {page}");
    }
    let markdown = doctor(&ctx, ["--report", "-"]);
    assert!(markdown.exits(1).stdout.contains("# gover doctor 报告"), "{markdown}");
    // It is recognized as a report, and replaced in another language.
    doctor(&ctx, ["--report", "r.html", "--lang", "en"]).exits(1);
    assert!(fs::read_to_string(ctx.work().join("r.html")).unwrap().contains("<html lang=\"en\">"));
}

#[test]
fn json_and_sarif_are_the_same_in_each_language() {
    let mut ctx = faulty();
    for more in [&["--json"][..], &["--format", "sarif"], &["--list", "--json"], &["--report", "r.json"]] {
        let output = |ctx: &TestContext| {
            let stdout = doctor(ctx, more.iter().copied()).stdout;
            let file = fs::read_to_string(ctx.work().join("r.json")).unwrap_or_default();
            let made = |line: &&str| !line.contains("\"made\"");
            stdout + &file.lines().filter(made).collect::<String>()
        };
        let english = output(&ctx);
        ctx.set("LC_ALL", "zh_CN.UTF-8");
        let chinese = output(&ctx);
        // Settings of the environment are data of a report, and LC_ALL is not one of them.
        assert_eq!(chinese, english, "{more:?}");
        ctx.unset("LC_ALL");
    }
    // A baseline in English is recognized.
    let json = doctor(&ctx, ["--json"]).stdout;
    fs::write(ctx.work().join("old.json"), json).unwrap();
    ctx.set("GOVER_LANG", "zh");
    let rest = doctor(&ctx, ["--baseline", "old.json"]);
    assert!(rest.success().stderr.contains("里已有的 1 个问题没有显示"), "{rest}");
}

#[test]
fn repairs_are_told_in_the_language() {
    let mut ctx = faulty();
    ctx.set("GOVER_LANG", "zh");
    let fixed = doctor(&ctx, ["--fix", "--yes"]);
    assert!(fixed.exits(1).stderr.ends_with("没有改动；请自己运行“修复：”后面的命令\n"), "{fixed}");
    let annotation = doctor(&ctx, ["--format", "github"]);
    let line = annotation.exits(1).stdout.lines().next().unwrap_or_default().to_owned();
    assert!(line.starts_with("::warning title=goproxy::GOPROXY=off 禁止下载模块%0A后果："), "{annotation}");
}
