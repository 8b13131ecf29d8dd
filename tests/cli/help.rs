//! Help: every command has it, and every example in it works.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{OwnRelease, Release, TestContext, context, gover_snapshot};

/// The commands, from the program's own help.
pub(crate) fn commands(ctx: &TestContext) -> Vec<String> {
    let help = ctx.gover(["--help"]);
    let mut lines = help.success().stdout.lines().skip_while(|line| *line != "Commands:").skip(1);
    let mut names = Vec::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) {
            names.push(name.split(' ').next().unwrap().to_owned());
        }
    }
    assert!(names.len() > 10, "{names:?}");
    names
}

/// The command lines under `Examples:`, without what explains them.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim_start().split("  ").next().unwrap().to_owned()).collect()
}

#[test]
fn each_command_has_a_sentence_a_usage_and_two_examples() {
    let ctx = context!();
    for name in commands(&ctx) {
        let output = ctx.gover([&name, "--help"]);
        let help = &output.success().stdout;
        let first = help.lines().next().unwrap();
        assert!(first.contains(' ') && !first.contains("Usage"), "{name}: {first}");
        assert!(help.contains(&format!("Usage: gover {name}")), "{help}");
        let examples = examples(help);
        assert_eq!(examples.len(), 2, "{help}");
        assert!(examples.iter().all(|line| line.starts_with(&format!("gover {name}"))), "{examples:?}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        assert_eq!(output.stderr, "");
        // The same by the other way to ask.
        let other = ctx.gover(["help", &name]);
        assert_eq!(other.success().stdout.trim_end(), help.trim_end());
    }
}

/// A context in which each example has something to do.
pub(crate) fn prepared() -> TestContext {
    let mut ctx = context!().with_site();
    ctx.publish("go1.91.2");
    // For `gover mirror`, which names platforms.
    for platform in ["linux-amd64", "windows-amd64"].map(|text| text.parse().unwrap()) {
        if platform != gover_core::Platform::host() {
            ctx.site().publish(gover_test::Release::for_platform("go1.91.2", platform));
        }
    }
    for name in ["go1.21.5", "go1.21.13", "go1.22.5", "go1.22rc1"] {
        ctx.install_fake(name);
    }
    fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    // Some `make` that can be started.
    let goroot = ctx.install_system_fake("go1.19.8");
    let program = |name: &str| gover_core::layout::goroot_program(&goroot, name);
    fs::rename(program("gofmt"), program("make")).unwrap();
    ctx
}

#[test]
fn each_example_works() {
    for name in commands(&context!()) {
        if ["setup", "self"].contains(&name.as_str()) && !crate::scene::has_startup_files() {
            continue; // It would change the real registry.
        }
        if name == "link" && !gover_test::has_directory_links() {
            continue;
        }
        let help = context!().gover([&name, "--help"]);
        // As it is: a platform in an example may be the one that this runs on.
        for example in examples(&help.text()) {
            let ctx = prepared();
            if name == "self" {
                // Only a release has a place to update from.
                let release = OwnRelease::new("0.1.0");
                release.install(&ctx.layout().bin());
                release.record(ctx.site().log());
                release.serve_module(ctx.site().server(), "/proxy");
            }
            if ["verify", "ci"].contains(&name.as_str()) {
                // Without a record, nothing proves a copied toolchain.
                for toolchain in ctx.names_in("gover/versions") {
                    ctx.site().log().add_release(&Release::new(&toolchain));
                }
            }
            if name == "update" {
                // gover knows the checksums of the real ones.
                for newest in ["go1.21.13", "go1.22.12"] {
                    ctx.install_fake(newest);
                }
            }
            if name == "matrix" {
                // Newer than all real ones, so these versions are supported.
                for newest in ["go1.90.1", "go1.91.2"] {
                    ctx.install_fake(newest);
                }
            }
            if name == "bump" {
                ctx.write("Dockerfile", "FROM golang:1.25.3\n");
            }
            if ["import", "link"].contains(&name.as_str()) {
                for directory in [".goenv/versions/1.91.2", "src/go", "src/go-race"] {
                    Release::new("go1.91.2").write_to(&ctx.home().join(directory));
                }
            }
            let home = ctx.home().display().to_string();
            let words: Vec<String> =
                example.split(' ').skip(1).map(|word| word.replacen('~', &home, 1)).collect();
            let output = ctx.gover(&words);
            if example.contains(" make ") {
                // The made-up make knows no `test`, and says so itself.
                assert!(output.exits(2).stderr.contains("unknown command"), "{example}\n{output}");
            } else if name == "bisect" {
                // This go knows no `test` and no `vet` with any version.
                assert!(output.exits(1).stderr.contains("fails with go1.21.5 too"), "{example}\n{output}");
            } else if ["doctor", "audit"].contains(&name.as_str()) {
                // 1 means that it found something, as it does here.
                assert!(matches!(output.code, Some(0 | 1)), "{example}\n{output}");
            } else {
                output.success();
            }
        }
    }
}

#[test]
fn the_examples_of_the_program_itself_work() {
    let ctx = prepared();
    let help = ctx.gover(["--help"]);
    let lines: Vec<_> = examples(&help.stdout);
    assert_eq!(lines.len(), 2);
    for example in lines {
        ctx.gover(example.split(' ').skip(1)).success();
    }
}

#[test]
fn topics_are_shown() {
    let ctx = context!();
    for topic in ["sources", "trust", "selection"] {
        let output = ctx.gover(["help", topic]);
        assert!(output.success().stdout.lines().count() > 5, "{output}");
    }
    gover_snapshot!(
        ctx.gover(["help", "everything"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `everything` is not a command, topic or check
hint: `gover help` lists the commands; topics are sources, trust and selection

"#]]
    );
    let output = ctx.gover(["help"]);
    assert!(output.success().stdout.contains("Commands:"), "{output}");
}

#[test]
fn a_check_names_the_myths_about_its_subject() {
    let mut ctx = context!();
    let help = ctx.gover(["help", "tls-inspection"]);
    // Lines are wrapped.
    let text = help.stdout.replace('\n', " ");
    for myth in
        ["GOCERTFILE names the certificate of your company", "GOINSECURE makes Go accept any certificate"]
    {
        let line = format!("Myth: \"{myth}\" (docs/myths.md says what is true)");
        assert!(text.contains(&line), "{help}");
    }
    ctx.set("GOSUMDB", "off");
    let found = ctx.gover(["doctor", "sumdb", "--offline", "-v"]);
    let line = "  myth: \"GOSUMDB=off cures checksum errors\" (see docs/myths.md)\n";
    assert!(found.exits(1).stdout.contains(line), "{found}");
}

#[test]
fn hints_name_existing_help_pages() {
    let ctx = context!();
    // Collected from messages: `gover help init`, `gover help sources`.
    for page in ["init", "sources", "trust", "install"] {
        ctx.gover(["help", page]).success();
    }
}

#[test]
fn the_version_is_shown() {
    let output = context!().gover(["--version"]);
    assert_eq!(output.success().text(), concat!("gover ", env!("CARGO_PKG_VERSION")));
}
