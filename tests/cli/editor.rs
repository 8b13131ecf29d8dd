//! `gover editor`: settings of editors are shown, written, checked by doctor and restored.

mod page;
mod undo;

use std::fs;
use std::path::PathBuf;

use gover_core::platform::IS_WINDOWS;
use gover_test::{TestContext, context};
#[cfg(target_os = "linux")]
use gover_test::{gover_snapshot, snapbox::str};
use serde_json::json;

/// A machine with a default, and an editor whose settings have this content.
fn with_settings(content: impl AsRef<[u8]>) -> TestContext {
    let ctx = with_editor("Code");
    fs::write(settings(&ctx, "Code"), content).unwrap();
    ctx
}

/// The same without a settings file, as after the first start of the editor.
fn with_editor(name: &str) -> TestContext {
    let ctx = context!();
    ctx.install_fake("go1.91.2");
    fs::write(ctx.layout().default_file(), "1.91.2\n").unwrap();
    fs::create_dir_all(settings(&ctx, name).parent().unwrap()).unwrap();
    ctx
}

/// Where an editor built on VS Code keeps the settings of the user.
fn settings(ctx: &TestContext, name: &str) -> PathBuf {
    let directory = match ctx.variable("APPDATA") {
        Some(roaming) if IS_WINDOWS => PathBuf::from(roaming),
        _ if cfg!(target_os = "macos") => ctx.home().join("Library/Application Support"),
        _ => ctx.home().join(".config"),
    };
    directory.join(name).join("User").join("settings.json")
}

/// What doctor says about VS Code.
#[track_caller]
fn doctor(ctx: &TestContext) -> Vec<String> {
    let output = ctx.gover(["doctor", "--offline", "vscode", "--json"]);
    let findings = output.json()["findings"].as_array().unwrap().clone();
    findings.iter().map(|finding| finding["what"].as_str().unwrap().to_owned()).collect()
}

/// The group of variables for terminals of this system.
const TERMINAL: &str = if IS_WINDOWS {
    "windows"
} else if cfg!(target_os = "macos") {
    "osx"
} else {
    "linux"
};

/// No directory of any system.
const NOWHERE: &str = if IS_WINDOWS { "C:/nowhere" } else { "/nowhere" };

/// Settings as people have them, with a toolchain in each place that can name one.
fn messy() -> String {
    format!(
        r#"// Settings
{{
    "editor.tabSize": 4, // four
    "go.goroot": "{NOWHERE}/go", // old
    /* tools */
    "go.alternateTools": {{
        "go": "{NOWHERE}/go/bin/go",
        "gopls": "{NOWHERE}/gopls",
    }},
    "terminal.integrated.env.{TERMINAL}": {{
        "GOROOT": "{NOWHERE}/go",
        "EDITOR": "vi"
    }},
    "go.toolsEnvVars": {{ "GOTOOLCHAIN": "go1.20.1", "GOFLAGS": "-v" }},

    "files.eol": "\n",
}}
"#
    )
}

#[test]
fn vscode_is_shown_written_checked_and_restored() {
    let ctx = with_settings(messy());
    let file = settings(&ctx, "Code");
    assert_eq!(doctor(&ctx).len(), 5);
    let shown = ctx.gover(["editor", "vscode"]);
    assert!(shown.success().stderr.contains("1 file would change"), "{shown}");
    assert_eq!(ctx.gover(["editor", "vscode", "--dry-run"]).success().stdout, shown.stdout);
    assert_eq!(fs::read_to_string(&file).unwrap(), messy());

    let written = ctx.gover(["editor", "vscode", "--yes"]);
    written.success();
    let after = format!(
        r#"// Settings
{{
    "editor.tabSize": 4, // four
    // old
    /* tools */
    "terminal.integrated.env.{TERMINAL}": {{
        "EDITOR": "vi"
    }},
    "go.toolsEnvVars": {{ "GOFLAGS": "-v" }},

    "files.eol": "\n",
}}
"#
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), after, "{written}");
    assert_eq!(doctor(&ctx), [""; 0]);
    let again = ctx.gover(["editor", "vscode", "--yes"]);
    assert!(again.success().stderr.contains("nothing to write"), "{again}");

    let undone = ctx.gover(["editor", "vscode", "--undo"]);
    assert!(undone.success().stderr.contains("restored "), "{undone}");
    assert_eq!(fs::read_to_string(&file).unwrap(), messy());
    let nothing = ctx.gover(["editor", "vscode", "--undo"]);
    assert!(nothing.exits(1).stderr.contains("gover has changed nothing for VS Code"), "{nothing}");
}

#[cfg(target_os = "linux")]
#[test]
fn each_change_is_shown_with_its_reason() {
    let ctx = with_settings("{\n  \"go.goroot\": \"/nowhere/go\",\n  \"files.eol\": \"\\n\"\n}\n");
    let shown = ctx.gover(["editor", "vscode"]);
    gover_snapshot!(
        shown,
        str![[r#"
exit: 0
----- stdout -----
~/.config/Code/User/settings.json
  remove go.goroot (line 2): VS Code takes `go` from there before PATH, in every project
      {
    -   "go.goroot": "/nowhere/go",
        "files.eol": "/n"
      }
PATH is enough: the first `go` on it is [ROOT]/gover/bin/go, and VS Code runs that

----- stderr -----
1 file would change
hint: gover editor vscode --yes

"#]]
    );
    let written = ctx.gover(["editor", "vscode", "--yes"]);
    assert_eq!(written.success().stdout, shown.stdout);
    assert_eq!(
        written.stderr,
        "1 file changed (`gover editor vscode --undo` undoes this)\n\
         reload the window of the editor: `Developer: Reload Window`\n"
    );
    gover_snapshot!(
        ctx.gover(["editor", "vscode"]),
        str![[r#"
exit: 0
----- stdout -----
PATH is enough: the first `go` on it is [ROOT]/gover/bin/go, and VS Code runs that

----- stderr -----
gover has nothing to write

"#]]
    );
    gover_snapshot!(
        ctx.gover(["editor", "zed"]),
        str![[r#"
exit: 0
----- stdout -----
PATH is enough: the first `go` on it is [ROOT]/gover/bin/go, and Zed runs that
gopls is not on PATH, so Zed installs one of its own
after the pin changes, restart gopls: `editor: restart language server` in the command palette

----- stderr -----
warning: Zed was not found: PATH has no zed or zeditor
gover has nothing to write

"#]]
    );
}

#[test]
fn the_name_of_go_is_written_on_request_even_into_a_missing_file() {
    for (before, written) in [
        (None, "{\n  \"go.alternateTools\": {\n    \"go\": GO\n  }\n}\n"),
        (Some(""), "{\n  \"go.alternateTools\": {\n    \"go\": GO\n  }\n}\n"),
        (Some("// mine\n"), "// mine\n{\n  \"go.alternateTools\": {\n    \"go\": GO\n  }\n}\n"),
        (
            Some("{\r\n\t\"a\": 1\r\n}\r\n"),
            "{\r\n\t\"a\": 1,\r\n\t\"go.alternateTools\": {\r\n\t\t\"go\": GO\r\n\t}\r\n}\r\n",
        ),
        (
            Some("{\n  \"go.alternateTools\": {\n    \"go\": \"/old\"\n  }\n}"),
            "{\n  \"go.alternateTools\": {\n    \"go\": GO\n  }\n}",
        ),
    ] {
        let ctx = with_editor("VSCodium");
        let file = settings(&ctx, "VSCodium");
        if let Some(before) = before {
            fs::write(&file, before).unwrap();
        }
        ctx.gover(["editor", "vscode", "--set-go", "--yes"]).success();
        let go = serde_json::to_string(&ctx.layout().program("go")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), written.replace("GO", &go), "{before:?}");
        assert_eq!(doctor(&ctx), [""; 0]);
        let again = ctx.gover(["editor", "vscode", "--set-go", "--yes"]);
        assert!(again.success().stderr.contains("nothing to write"), "{again}");
        ctx.gover(["editor", "vscode", "--undo"]).success();
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), before);
    }
}

#[test]
fn a_file_with_an_error_is_never_rewritten() {
    for (content, reason) in [
        ("{\n  \"go.goroot\": \"/nowhere/go\"\n  \"a\": 1\n}\n", "on line 2"),
        ("{\n  \"go.goroot\": \"/nowhere/go\",\n  \"a\": [\n}\n", "has an error"),
        ("{\n  \"go.goroot\": \"/nowhere/go\"\n}}\n", "has an error"),
        ("{\n  \"go.goroot\": \"/nowhere/go\",\n  a: 1\n}\n", "on line 3"),
        ("{\n  \"go.goroot\": \"/nowhere/go\",\n", "has an error"),
    ] {
        let ctx = with_settings(content);
        let output = ctx.gover(["editor", "vscode", "--yes"]);
        assert!(output.exits(1).stderr.contains(reason), "{content}\n{output}");
        assert!(output.stderr.contains("\nhint: code -g ") && !output.stderr.contains("nothing to write"));
        assert_eq!(fs::read_to_string(settings(&ctx, "Code")).unwrap(), content);
        let json = ctx.gover(["editor", "vscode", "--json"]).success().json();
        assert!(json["files"][0]["problem"].as_str().unwrap().contains(reason), "{json}");
        ctx.gover(["editor", "vscode", "--undo"]).exits(1);
    }
    for unreadable in [&b"\xff\xfe{\0}\0"[..], b"[1]", b"{\"go.goroot\": 1}", b"\0"] {
        let ctx = with_settings(unreadable);
        ctx.gover(["editor", "vscode", "--yes"]);
        assert_eq!(fs::read(settings(&ctx, "Code")).unwrap(), unreadable);
    }
}

#[test]
fn comments_on_the_line_of_a_removed_key_stay() {
    let before = "{\n  /* see the wiki */ \"go.goroot\": \"/nowhere/go\", // old\n  \"a\": 1\n}\n";
    let ctx = with_settings(before);
    ctx.gover(["editor", "vscode", "--yes"]).success();
    let after = "{\n  /* see the wiki */ // old\n  \"a\": 1\n}\n";
    assert_eq!(fs::read_to_string(settings(&ctx, "Code")).unwrap(), after);
    ctx.gover(["editor", "vscode", "--undo"]).success();
    assert_eq!(fs::read_to_string(settings(&ctx, "Code")).unwrap(), before);
}

#[test]
fn an_editor_that_is_not_installed_fails_only_if_something_should_be_written() {
    let ctx = context!();
    for name in ["vscode", "code", "goland", "zed", "neovim", "nvim", "vim", "helix", "emacs", "sublime"] {
        let shown = ctx.gover(["editor", name]);
        assert!(shown.success().stderr.contains(" was not found: PATH has no "), "{shown}");
        ctx.gover(["editor", name, "--yes"]).exits(1);
        let json = ctx.gover(["editor", name, "--json"]).success().json();
        assert_eq!((&json["found"], &json["files"], &json["changed"]), (&json!([]), &json!([]), &json!([])));
    }
    let unknown = ctx.gover(["editor", "nano"]);
    assert!(unknown.exits(2).stderr.contains("`EDITOR` cannot be `nano`"), "{unknown}");
    for pair in
        [["--undo", "--yes"], ["--undo", "--set-go"], ["--dry-run", "--yes"], ["--workspace", "--set-go"]]
    {
        ctx.gover(["editor", "vscode"].iter().chain(&pair)).exits(2);
    }
}

#[test]
fn json_has_each_key_and_writes_only_with_yes() {
    let ctx = with_settings("{\n  \"go.goroot\": \"/nowhere/go\"\n}\n");
    let file = settings(&ctx, "Code");
    let shown = ctx.gover(["editor", "vscode", "--json"]).success().json();
    assert_eq!(
        shown["files"],
        json!([{
            "path": file, "problem": null,
            "keys": [{"key": "go.goroot", "line": 2, "value": null,
                      "why": "VS Code takes `go` from there before PATH, in every project"}],
        }])
    );
    assert_eq!((&shown["editor"], &shown["changed"]), (&json!("vscode"), &json!([])));
    assert!(fs::read_to_string(&file).unwrap().contains("goroot"));
    let written = ctx.gover(["editor", "vscode", "--json", "--yes"]).success().json();
    assert_eq!(written["changed"], json!([file]));
    let undone = ctx.gover(["editor", "vscode", "--undo", "--json"]).success().json();
    assert_eq!(undone, json!({ "restored": [file] }));
}

#[test]
fn every_editor_of_the_family_and_each_profile_is_written() {
    let before = "{\n  \"go.goroot\": \"/nowhere/go\",\n  \"a\": 1\n}\n";
    let ctx = with_settings(before);
    let mut files: Vec<PathBuf> = ["Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf"]
        .iter()
        .map(|name| settings(&ctx, name))
        .collect();
    files.push(settings(&ctx, "Code").with_file_name("profiles").join("5f1/settings.json"));
    files.push(ctx.home().join(".vscode-server/data/Machine/settings.json"));
    for file in &files {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, before).unwrap();
    }
    ctx.gover(["editor", "vscode", "--yes"]).success();
    for file in &files {
        assert_eq!(fs::read_to_string(file).unwrap(), "{\n  \"a\": 1\n}\n", "{}", file.display());
    }
    ctx.gover(["editor", "vscode", "--undo"]).success();
    for file in &files {
        assert_eq!(fs::read_to_string(file).unwrap(), before, "{}", file.display());
    }
}

#[cfg(unix)]
#[test]
fn a_terminal_is_asked_first() {
    let ctx = with_settings(messy());
    let file = settings(&ctx, "Code");
    let answered = |answer: &str| {
        ctx.command(ctx.gover_program()).args(["editor", "vscode"]).stdin(answer).run_on_terminal(100)
    };
    let no = answered("\n");
    assert!(no.success().stdout.contains("change 1 file? [y/N]"), "{no}");
    assert!(no.stdout.contains("nothing was changed"), "{no}");
    assert_eq!(fs::read_to_string(&file).unwrap(), messy());
    answered("y\n").success();
    assert_ne!(fs::read_to_string(&file).unwrap(), messy());
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_protected_files_stay_as_they_are() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let ctx = with_editor("Code");
    let (file, target) = (settings(&ctx, "Code"), ctx.home().join("dotfiles.json"));
    fs::write(&target, messy()).unwrap();
    symlink(&target, &file).unwrap();
    ctx.gover(["editor", "vscode", "--yes"]).success();
    assert!(file.is_symlink());
    assert_ne!(fs::read_to_string(&target).unwrap(), messy());
    ctx.gover(["editor", "vscode", "--undo"]).success();
    assert!(file.is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), messy());

    fs::remove_file(&target).unwrap();
    let nowhere = ctx.gover(["editor", "vscode", "--set-go", "--yes"]);
    assert!(nowhere.exits(1).stderr.contains("is not a file"), "{nowhere}");
    assert!(file.is_symlink() && !target.exists());

    let ctx = with_settings(messy());
    let file = settings(&ctx, "Code");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let locked = ctx.gover(["editor", "vscode", "--yes"]);
    // Root may write it all the same.
    if fs::read_to_string(&file).unwrap() == messy() {
        assert!(locked.exits(1).stderr.contains("is read-only"), "{locked}");
    }
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o444);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    ctx.gover(["editor", "vscode", "--yes"]).success();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_still_runs_with_an_older_path_is_named() {
    use std::process::{Command, Stdio};

    let ctx = with_editor("Code");
    let server = ctx.home().join(".vscode-server/cli/servers/Stable-1/server/node");
    fs::create_dir_all(server.parent().unwrap()).unwrap();
    // Any program that waits for its input.
    fs::copy("/bin/cat", &server).unwrap();
    let start = |path: &str| {
        let mut command = Command::new(&server);
        command.env_clear().env("PATH", path).stdin(Stdio::piped()).stdout(Stdio::null());
        command.spawn().unwrap()
    };
    let stop = |mut child: std::process::Child| {
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let doctor = || ctx.gover(["doctor", "--offline", "editor-running", "--json"]);
    let of_server = |output: &gover_test::Output, id: u32| {
        let findings = output.json()["findings"].as_array().unwrap().clone();
        findings.iter().any(|finding| finding["fix"]["commands"] == json!([format!("kill {id}")]))
    };
    let old = start("/nowhere");
    let id = old.id();
    let output = doctor();
    assert!(of_server(output.exits(1), id), "{output}");
    stop(old);
    let new = start(ctx.layout().bin().to_str().unwrap());
    let id = new.id();
    let output = doctor();
    assert!(!of_server(&output, id), "{output}");
    stop(new);
}
