//! `gover use` without a version.

use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

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

#[test]
#[cfg(unix)]
fn use_without_a_version_asks_on_a_terminal() {
    for (typed, chosen) in [("2\n", "go1.90.4"), ("1.90.1\n", "go1.90.1"), ("1\n", "go1.91.2")] {
        let output = asked(typed);
        let text = &output.success().stdout;
        assert!(text.contains("  1  go1.91.2      default, used here"), "{output}");
        assert!(text.contains("which one? [1-3, or a version]"), "{output}");
        assert!(text.contains(&format!("this shell now uses {chosen} ")), "{typed}\n{output}");
        assert!(!text.contains('\u{1b}'), "{output}");
    }
    for typed in ["\n", "9\n", "\u{4}"] {
        let output = asked(typed);
        assert!(output.code != Some(0) && !output.stdout.contains("now uses"), "{typed}\n{output}");
    }
}

#[cfg(unix)]
fn asked(typed: &str) -> gover_test::Output {
    let ctx = with_three();
    let run = ctx.command(ctx.gover_program()).arg("use").env("GOVER_SHELL", "sh").env("TERM", "dumb");
    run.stdin(typed).run_on_terminal(80)
}
