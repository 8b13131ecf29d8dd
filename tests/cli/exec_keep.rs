//! `gover exec --keep-bin` and `--rollback`.

use std::fs;

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{TestContext, gover_snapshot};

use crate::exec_isolated::{exec, install, text};
use crate::scene::{files, with_three};

#[test]
fn what_was_installed_is_kept_and_can_be_rolled_back() {
    let ctx = with_three();
    let first = install(&ctx, "tools", "one", "1");
    assert_eq!(first.success().stderr, "[ROOT]/shop/tools now has 1 program\n");
    gover_snapshot!(
        install(&ctx, "tools", "two", "2"),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/tools now has 1 program; what it had before is in [ROOT]/shop/tools.previous (`gover exec --rollback [ROOT]/shop/tools` undoes this)

"#]]
    );
    let names = || (ctx.names_in("shop/tools"), ctx.names_in("shop/tools.previous"));
    let [one, two] = ["one", "two"].map(|name| vec![".gover-keep-bin".to_owned(), name.to_owned()]);
    assert_eq!(names(), (two.clone(), one.clone()));
    gover_snapshot!(
        ctx.gover(["exec", "--rollback", "tools"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
restored [ROOT]/shop/tools to what it was before (`gover exec --rollback [ROOT]/shop/tools` undoes this)

"#]]
    );
    assert_eq!(names(), (one.clone(), two.clone()));
    ctx.gover(["exec", "--rollback", "tools"]).success();
    assert_eq!(names(), (two.clone(), one));
    // Only one former directory is kept.
    install(&ctx, "tools", "three", "3").success();
    assert_eq!(names().1, two);
    fs::remove_dir_all(ctx.work().join("tools")).unwrap();
    ctx.gover(["exec", "--rollback", "tools"]).success();
    assert_eq!(text(&ctx, "tools/two"), "2");
    assert_eq!(ctx.names_in("shop"), ["tools"]);
    ctx.gover(["exec", "--rollback", "tools"]).exits(1);
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
}

#[test]
fn what_stands_next_to_the_target_is_left_alone() {
    let ctx = with_three();
    // As an earlier version left it when it was killed.
    ctx.write(".tools.old/mine", "mine\n");
    for name in ["one", "two", "three"] {
        install(&ctx, "tools", name, name).success();
    }
    assert_eq!(text(&ctx, "tools.previous/two"), "two");
    assert_eq!(ctx.names_in("shop"), [".tools.old", "tools", "tools.previous"]);
    assert_eq!(text(&ctx, ".tools.old/mine"), "mine\n");
}

#[test]
fn a_failure_changes_nothing_in_the_target() {
    let ctx = with_three();
    install(&ctx, "tools", "one", "1").success();
    exec(&ctx, &["--isolated=area", "--keep-bin", "tools"], &["fake-exit", "1"]).exits(1);
    assert_eq!(text(&ctx, "tools/one"), "1");
    assert!(!ctx.work().join("tools.previous").exists());
    // Nor is the program lost if the target cannot be replaced after all.
    ctx.write("blocked.previous", "mine\n");
    install(&ctx, "blocked", "one", "1").exits(1);
    assert_eq!(ctx.names_in("shop"), ["area", "blocked.previous", "tools"]);
}

#[test]
fn programs_of_an_earlier_command_are_not_kept_with_those_of_this_one() {
    let ctx = with_three();
    exec(&ctx, &["--isolated=area"], &["fake-install", "one", "1"]).success();
    let options = ["--isolated=area", "--keep-bin", "tools"];
    let refused = exec(&ctx, &options, &["fake-install", "two", "2"]);
    assert!(refused.exits(1).stderr.contains("has programs of an earlier command"), "{refused}");
    assert!(!ctx.work().join("tools").exists());
    assert_eq!(ctx.names_in(ctx.work().join("area/bin")).len(), 1);
    fs::remove_dir_all(ctx.work().join("area/bin")).unwrap();
    exec(&ctx, &options, &["fake-install", "two", "2"]).success();
    assert_eq!(ctx.names_in(ctx.work().join("tools")).len(), 2, "with the marker");
}

#[test]
fn files_of_others_in_the_target_are_never_moved_or_deleted() {
    let ctx = with_three();
    install(&ctx, "tools", "one", "1").success();
    let notes = ctx.write("tools/notes.txt", "mine\n");
    let refused = install(&ctx, "tools", "two", "2");
    assert!(refused.exits(1).stderr.contains("has `notes.txt`, which gover did not put there"), "{refused}");
    assert_eq!(fs::read_to_string(&notes).unwrap(), "mine\n");
    fs::remove_file(&notes).unwrap();
    install(&ctx, "tools", "two", "2").success();
    let kept = ctx.write("tools.previous/notes.txt", "mine\n");
    install(&ctx, "tools", "three", "3").exits(1);
    ctx.gover(["exec", "--rollback", "tools"]).exits(1);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "mine\n");
}

#[test]
fn a_target_that_gover_did_not_make_is_refused() {
    let ctx = with_three();
    ctx.write("bin/mine", "mine\n");
    ctx.write("file", "mine\n");
    let before = files(&ctx.work());
    gover_snapshot!(
        install(&ctx, "bin", "tool", "1"),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `[ROOT]/shop/bin` is not empty, and was not made with --keep-bin, so gover does not replace it
hint: name a directory that does not exist yet

"#]]
    );
    install(&ctx, "file", "tool", "1").exits(1);
    install(&ctx, "..", "tool", "1").exits(2);
    ctx.gover(["exec", "--rollback", "bin"]).exits(1);
    for (area, target) in [("area", "area/tools"), ("tools/area", "tools")] {
        let options = [&format!("--isolated={area}"), "--keep-bin", target];
        exec(&ctx, &options, &["fake-install", "tool", "1"]).exits(2);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("bin", ctx.work().join("link")).unwrap();
        let output = install(&ctx, "link", "tool", "1");
        assert!(output.exits(1).stderr.contains("is a link"), "{output}");
        fs::remove_file(ctx.work().join("link")).unwrap();
    }
    let mut after = files(&ctx.work());
    after.retain(|name, _| !name.contains("area/"));
    assert_eq!(after, before);
    ctx.directory("empty");
    install(&ctx, "empty", "tool", "1").success();
    install(&ctx, "new/tools", "tool", "1").success();
    assert_eq!((text(&ctx, "empty/tool"), text(&ctx, "new/tools/tool")), ("1".to_owned(), "1".to_owned()));
}

#[test]
fn a_target_that_cannot_be_made_is_refused_before_the_command_runs() {
    let ctx = with_three();
    ctx.write("file", "mine\n");
    // Windows reports such a name as missing.
    let long = if IS_WINDOWS { "file/x".to_owned() } else { "x".repeat(300) };
    for target in ["file/tools", "file/deep/tools", &long] {
        let output = exec(&ctx, &["--isolated=area", "--keep-bin", target], &["fake-install", "one", "1"]);
        assert!(output.exits(1).stderr.contains("cannot create `"), "{output}");
        assert!(output.stderr.contains("hint: "), "{output}");
        assert!(!ctx.work().join("area").exists(), "the command did not run");
    }
    // Its parents are made when they are needed.
    exec(&ctx, &["--isolated", "--keep-bin", "a/b/tools"], &["fake-exit", "1"]).exits(1);
    assert_eq!(ctx.names_in("shop"), ["file"]);
}

#[test]
fn a_command_that_installs_nothing_succeeds_and_changes_nothing() {
    let ctx = with_three();
    install(&ctx, "tools", "one", "1").success();
    gover_snapshot!(
        exec(&ctx, &["--isolated", "--keep-bin", "tools"], &["fake-exit", "0"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
warning: the command installed no program, so [ROOT]/shop/tools was not changed

"#]]
    );
    exec(&ctx, &["--isolated", "--keep-bin", "new/tools"], &["fake-exit", "0"]).success();
    assert_eq!(ctx.names_in("shop"), ["tools"]);
    assert_eq!(text(&ctx, "tools/one"), "1");
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
}

#[test]
fn a_rollback_of_another_directory_is_answered_with_the_right_one() {
    let ctx = with_three();
    for name in ["one", "two"] {
        install(&ctx, "tools", name, name).success();
    }
    let named = |target: &str| {
        let refused = ctx.gover(["exec", "--rollback", target]);
        let hint = refused.exits(1).stderr.lines().find_map(|line| line.strip_prefix("hint: "));
        hint.unwrap().to_owned()
    };
    for wrong in [".", "tools.previous"] {
        assert_eq!(named(wrong), "gover exec --rollback [ROOT]/shop/tools");
    }
    ctx.write("other/notes.txt", "mine\n");
    assert!(named("other").starts_with("name the directory that "), "{}", named("other"));
}

/// A directory as a run of gover that was killed leaves it.
fn left(ctx: &TestContext, name: &str, run: &str, program: &str) {
    ctx.write(&format!("{name}/{program}"), program);
    let marker = format!("gover exec --keep-bin {run}\n{program}\n");
    ctx.write(&format!("{name}/.gover-keep-bin"), marker);
}

#[test]
fn what_a_killed_run_left_next_to_the_target_is_cleaned_up() {
    let ctx = with_three();
    install(&ctx, "tools", "one", "1").success();
    // Its own programs, complete or not, are of no use.
    left(&ctx, ".tools.new-7-1", "7-1", "two");
    ctx.directory(".tools.new-7-2");
    // These are not gover's.
    ctx.write(".tools.new-7-3/mine", "mine\n");
    left(&ctx, ".tools.new-7-4", "7-4", "two");
    ctx.write(".tools.new-7-4/mine", "mine\n");
    left(&ctx, ".tools.new-1.new-7-5", "7-5", "other");
    let others = [".tools.new-1.new-7-5", ".tools.new-7-3", ".tools.new-7-4"];
    install(&ctx, "tools", "two", "2").success();
    assert_eq!(ctx.names_in("shop"), [&others[..], &["tools", "tools.previous"]].concat());
    assert_eq!((text(&ctx, "tools/two"), text(&ctx, "tools.previous/one")), ("2".to_owned(), "1".to_owned()));
}

#[test]
fn what_a_killed_run_put_aside_is_restored() {
    let ctx = with_three();
    // Killed after the programs were in place, and before what they replaced got its name.
    left(&ctx, "tools", "7-1", "three");
    left(&ctx, ".tools.new-7-1", "6-1", "two");
    left(&ctx, ".tools.old-7-1", "5-1", "one");
    ctx.gover(["exec", "--rollback", "tools"]).success();
    assert_eq!(ctx.names_in("shop"), ["tools", "tools.previous"]);
    assert_eq!(text(&ctx, "tools/two"), "two");
    assert_eq!(text(&ctx, "tools.previous/three"), "three");
    // Killed when only the older one had been put aside.
    fs::rename(ctx.work().join("tools.previous"), ctx.work().join(".tools.old-8-1")).unwrap();
    left(&ctx, ".tools.new-8-1", "8-1", "four");
    ctx.gover(["exec", "--rollback", "tools"]).success();
    assert_eq!(text(&ctx, "tools/three"), "three");
    // Killed in the middle of a rollback, where names cannot be exchanged.
    fs::rename(ctx.work().join("tools"), ctx.work().join(".tools.new-9-1")).unwrap();
    ctx.gover(["exec", "--rollback", "tools"]).success();
    assert_eq!(ctx.names_in("shop"), ["tools", "tools.previous"]);
    assert_eq!(text(&ctx, "tools/two"), "two");
}
