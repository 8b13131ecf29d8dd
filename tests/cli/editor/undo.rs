//! `gover editor EDITOR --undo`: what is restored, and what stays.

use std::fs;
use std::path::PathBuf;

use gover_test::context;

use super::{doctor, messy, settings, with_settings};

#[test]
fn every_kind_of_file_is_restored_byte_for_byte() {
    let root = "\"go.goroot\": \"/nowhere/go\"";
    let large =
        format!("{{\n  {root},\n{}  \"z\": 1\n}}\n", "  \"k\": \"0123456789\", // x\n".repeat(40_000));
    let files: Vec<Vec<u8>> = vec![
        format!("{{ {root} }}").into(),
        format!("\u{feff}{{\r\n\t\"a\": 1, // é\r\n\t{root},\r\n}}\r\n").into(),
        format!("{{{root},\"a\":[1,2,],{root}}}").into(),
        format!("// only\n{{\n\n  \"a\": {{}},\n  {root} // old\n  /* end */\n}}").into(),
        large.into(),
    ];
    for before in files {
        let shown = String::from_utf8_lossy(&before[..before.len().min(60)]).into_owned();
        let ctx = with_settings(&before);
        let file = settings(&ctx, "Code");
        ctx.gover(["editor", "vscode", "--yes"]).success();
        let after = fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&after).contains("goroot") && after != before, "{shown}");
        assert_eq!(doctor(&ctx), [""; 0], "{shown}");
        ctx.gover(["editor", "vscode", "--undo"]).success();
        assert!(fs::read(&file).unwrap() == before, "{shown}");
    }
}

#[test]
fn what_changed_since_stays_and_can_be_restored_later() {
    let ctx = with_settings(messy());
    let file = settings(&ctx, "Code");
    ctx.gover(["editor", "vscode", "--yes"]).success();
    let written = fs::read(&file).unwrap();
    fs::write(&file, "{ \"mine\": true }").unwrap();
    let refused = ctx.gover(["editor", "vscode", "--undo"]);
    assert!(refused.exits(1).stderr.contains("has changed since"), "{refused}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "{ \"mine\": true }");
    fs::write(&file, written).unwrap();
    ctx.gover(["editor", "vscode", "--undo"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), messy());
}

#[test]
fn one_file_that_is_gone_or_changed_keeps_no_other_from_being_restored() {
    let ctx = with_settings(messy());
    let files = ["Code", "VSCodium", "Cursor"].map(|name| settings(&ctx, name));
    for file in &files {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, messy()).unwrap();
    }
    ctx.gover(["editor", "vscode", "--yes"]).success();
    let written = fs::read(&files[2]).unwrap();
    fs::remove_file(&files[1]).unwrap();
    fs::write(&files[2], "{}").unwrap();
    let undone = ctx.gover(["editor", "vscode", "--undo"]);
    undone.exits(1);
    assert_eq!(fs::read_to_string(&files[0]).unwrap(), messy());
    assert!(undone.stderr.contains("VSCodium"), "{undone}");
    assert!(undone.stderr.contains(" was deleted since then, so it is not restored\n"), "{undone}");
    assert!(!files[1].exists());
    assert!(undone.stderr.contains("has changed since it was repaired"), "{undone}");
    // Nothing is said again of the other two, and the changed one can still be restored.
    let again = ctx.gover(["editor", "vscode", "--undo"]);
    assert!(!again.exits(1).stderr.contains("VSCodium") && !again.stderr.contains("restored"), "{again}");
    fs::write(&files[2], written).unwrap();
    ctx.gover(["editor", "vscode", "--undo"]).success();
    assert_eq!(fs::read_to_string(&files[2]).unwrap(), messy());
    // Nothing is left if all are gone.
    ctx.gover(["editor", "vscode", "--yes"]).success();
    for file in &files {
        drop(fs::remove_file(file));
    }
    ctx.gover(["editor", "vscode", "--undo"]).success();
    let nothing = ctx.gover(["editor", "vscode", "--undo"]);
    assert!(nothing.exits(1).stderr.contains("gover has changed nothing for VS Code\n"), "{nothing}");
}

#[test]
fn each_project_and_the_user_are_undone_apart() {
    let ctx = with_settings(messy());
    let own = settings(&ctx, "Code");
    let projects = ["one", "two"].map(|name| ctx.write(&format!("{name}/.vscode/settings.json"), messy()));
    let run = |directory: &str, arguments: &[&str]| {
        let command = ctx.command(ctx.gover_program()).current_dir(directory);
        command.args([&["editor", "vscode"][..], arguments].concat()).run()
    };
    run("one", &["--yes"]).success();
    ctx.directory("one/sub");
    run("one/sub", &["--workspace", "--yes"]).success();
    run("two", &["--workspace", "--yes"]).success();
    let is_restored = || {
        let is_messy = |file: &PathBuf| fs::read_to_string(file).unwrap() == messy();
        (is_messy(&own), is_messy(&projects[0]), is_messy(&projects[1]))
    };
    assert_eq!(is_restored(), (false, false, false));
    let undone = run("one/sub", &["--workspace", "--undo"]);
    undone.success();
    assert_eq!(is_restored(), (false, true, false));
    let left = "two/.vscode/settings.json was left as it is; `gover editor vscode --workspace --undo` in its project restores it\n";
    assert!(undone.stderr.replace('\\', "/").contains(left), "{undone}");
    assert!(undone.stderr.contains("settings.json was left as it is; `gover editor vscode --undo` restores"));
    let nothing = run("one", &["--workspace", "--undo"]);
    assert!(nothing.exits(1).stderr.contains("nothing for VS Code in this project\n"), "{nothing}");
    run("one", &["--undo"]).success();
    assert_eq!(is_restored(), (true, true, false));
    let nothing = run("one", &["--undo"]);
    assert!(nothing.exits(1).stderr.contains("nothing for VS Code in your own settings\n"), "{nothing}");
    run("two", &["--workspace", "--undo"]).success();
    assert_eq!(is_restored(), (true, true, true));
}

#[test]
fn doctor_and_the_editor_are_undone_apart() {
    let ctx = with_settings(messy());
    let file = settings(&ctx, "Code");
    ctx.write("x", "");
    ctx.gover(["editor", "vscode", "--yes"]).success();
    let after = fs::read(&file).unwrap();
    // Another problem, in the same file.
    fs::write(
        &file,
        String::from_utf8(after.clone()).unwrap().replace("-v\" }", "-v\", \"GOROOT\": \"/x\" }"),
    )
    .unwrap();
    ctx.gover(["doctor", "--offline", "vscode", "--fix", "--yes"]).success();
    ctx.gover(["doctor", "--undo"]).success();
    ctx.gover(["doctor", "--undo"]).exits(1);
    fs::write(&file, &after).unwrap();
    ctx.gover(["editor", "vscode", "--undo"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), messy());
}

#[test]
fn settings_of_a_project_are_changed_on_request_only() {
    let ctx = with_settings("{}");
    let before = "{\n\t\"go.goroot\": \"/nowhere/go\",\n\t\"a\": 1\n}\n";
    let file = ctx.write(".vscode/settings.json", before);
    ctx.gover(["editor", "vscode", "--yes"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    let written = ctx.gover(["editor", "vscode", "--workspace", "--yes"]);
    assert!(written.success().stderr.contains("(`gover editor vscode --workspace --undo` undoes this)"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\n\t\"a\": 1\n}\n");
    ctx.gover(["editor", "vscode", "--workspace", "--undo"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    let none = context!().gover(["editor", "vscode", "--workspace", "--yes"]);
    assert!(none.success().stderr.contains("this project has no .vscode/settings.json"), "{none}");
}
