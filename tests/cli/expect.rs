//! `gover current --expect`: an assertion for scripts.

use gover_test::gover_snapshot;
use gover_test::snapbox::str;

use crate::scene::with_three;

#[test]
fn an_expectation_that_holds_changes_nothing() {
    let ctx = with_three();
    let plain = ctx.gover(["current"]);
    for request in ["1.91", "go1.91.2", "latest", "^1.90", "1"] {
        let output = ctx.gover(["current", "--expect", request]);
        assert_eq!(
            (output.success().stdout.as_str(), &output.stderr),
            (plain.stdout.as_str(), &plain.stderr)
        );
    }
    let goroot = ctx.layout().versions().join("go1.91.2");
    ctx.gover(["current", "--expect", goroot.to_str().unwrap()]).success();
    assert_eq!(
        ctx.gover(["current", "--json", "--expect", "1.91"]).success().json(),
        ctx.gover(["current", "--json"]).json()
    );
}

#[test]
fn an_expectation_that_does_not_hold_is_an_error() {
    let ctx = with_three();
    ctx.write(".go-version", "1.90.1\n");
    gover_snapshot!(
        ctx.gover(["current", "--expect", "1.91"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go1.90.1 is selected here, not 1.91: chosen by .go-version:1 in [ROOT]/shop
hint: gover pin 1.91

"#]]
    );
    for request in ["1.90.4", "latest", "1.89", "system"] {
        let output = ctx.gover(["current", "--json", "--expect", request]);
        assert_eq!(output.exits(1).stdout, "", "{output}");
    }
    ctx.gover(["current", "--expect", "nonsense"]).exits(2);
    ctx.gover(["current", "--expect", "1.90", "--short"]).exits(2);
    // What Go requires counts, not what the pin says.
    ctx.write("go.mod", "module m\n\ngo 1.91.2\n");
    ctx.gover(["current", "--expect", "1.91"]).success();
    assert!(ctx.gover(["current", "--expect", "1.90"]).exits(1).stderr.contains("required by go.mod:3"));
}
