//! The report of `gover matrix --junit`.

use super::*;

/// The report, with durations replaced.
fn report(ctx: &TestContext) -> String {
    let report = fs::read_to_string(ctx.work().join("report.xml")).unwrap();
    let root = ctx.root().display().to_string();
    let parts = report.split("time=\"").enumerate().map(|(at, part)| match part.split_once('"') {
        Some((_, rest)) if at > 0 => format!("[TIME]\"{rest}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("time=\"").replace(&root, "[ROOT]").replace('\\', "/")
}

#[test]
fn the_junit_report_has_a_case_for_each_version() {
    let ctx = with_three();
    ctx.write("go.mod", "module m\n\ngo 1.90.4\n");
    let command = ["fake-cases", "1.91.2:3"];
    matrix(&ctx, &["--junit", "report.xml"], "1.90.1,1.90.4,1.91.2", &command).exits(1);
    gover_test::snapbox::assert_data_eq!(
        report(&ctx),
        str![[r#"
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="gover matrix" tests="3" failures="1" errors="0" time="[TIME]">
  <testsuite name="gover matrix" tests="3" failures="1" errors="0" skipped="1" time="[TIME]">
    <testcase name="go1.90.1" classname="go fake-cases 1.91.2:3" time="[TIME]">
      <skipped message="skipped: go.mod:3 in [ROOT]/shop requires go1.90.4"/>
    </testcase>
    <testcase name="go1.90.4" classname="go fake-cases 1.91.2:3" time="[TIME]">
      <system-out>tested go1.90.4
</system-out>
    </testcase>
    <testcase name="go1.91.2" classname="go fake-cases 1.91.2:3" time="[TIME]">
      <failure message="failed with exit code 3"/>
      <system-out>tested go1.91.2
</system-out>
    </testcase>
  </testsuite>
</testsuites>

"#]]
    );
}

#[test]
fn a_junit_report_can_be_read_whatever_the_command_printed() {
    let ctx = with_three();
    matrix(&ctx, &["--junit", "report.xml"], "1.90.1", &["fake-report", "<&\u{1b}\">]]>"]).success();
    let report = report(&ctx);
    assert!(report.contains("\nargument &lt;&amp;\u{fffd}&quot;&gt;]]&gt;\n"), "{report}");
    assert!(!report.contains('\u{1b}'), "{report}");
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_runs() {
    let ctx = with_three();
    let output = matrix(&ctx, &["--junit", "missing/report.xml"], "1.90.1", &["fake-cases"]);
    assert!(output.exits(1).stderr.contains("its directory does not exist"), "{output}");
    assert_eq!(output.stdout, "");
    matrix(&ctx, &["--junit", "."], "1.90.1", &["fake-cases"]).exits(1);
}
