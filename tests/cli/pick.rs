//! `gover use` without a version.

use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};

use crate::scene::with_three;

#[test]
fn use_without_a_version_says_what_is_installed() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["use"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `gover use` needs a version; installed: 1.91.2, 1.90.4, 1.90.1
hint: gover use 1.91.2

"#]]
    );
    let none = context!().gover(["use"]);
    assert!(none.exits(127).stderr.contains("hint: gover install latest"), "{none}");
}

/// Runs a command on a terminal, with `input` typed into it; `None` if this machine cannot.
fn on_terminal(ctx: &TestContext, command: &str, input: &str) -> Option<Output> {
    let script = ctx.find_on_machine("script").filter(|_| cfg!(target_os = "linux"))?;
    let sh = ctx.find_on_machine("sh")?;
    let run = ctx.command(script).args(["-qec", command, "/dev/null"]).env("SHELL", sh);
    Some(run.env("TERM", "dumb").stdin(input).run())
}

#[test]
fn use_without_a_version_asks_on_a_terminal() {
    let ctx = with_three();
    let command = format!("GOVER_SHELL=sh {} use", ctx.gover_program().display());
    for (typed, chosen) in [("2\n", "go1.90.4"), ("1.90.1\n", "go1.90.1"), ("1\n", "go1.91.2")] {
        let Some(output) = on_terminal(&ctx, &command, typed) else { return };
        let text = &output.success().stdout;
        assert!(text.contains("  1  go1.91.2      default, used here"), "{output}");
        assert!(text.contains("which one? [1-3, or a version]"), "{output}");
        assert!(text.contains(&format!("this shell now uses {chosen} ")), "{typed}\n{output}");
        assert!(!text.contains('\u{1b}'), "{output}");
    }
    for typed in ["\n", "9\n"] {
        let Some(output) = on_terminal(&ctx, &command, typed) else { return };
        assert!(output.code != Some(0) && !output.stdout.contains("now uses"), "{typed}\n{output}");
    }
}
