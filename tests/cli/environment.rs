//! `gover exec` and `gover env`.

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

use crate::scene::{go_of, with_three};

#[test]
fn exec_runs_a_command_and_its_children_with_one_toolchain() {
    let mut ctx = with_three();
    ctx.install_shim("go");
    ctx.set("GOROOT", "/nonexistent").set("GOTOOLCHAIN_INTERNAL_SWITCH_COUNT", "3");
    let output = ctx.gover(["exec", "1.90", "--", "go", "fake-report", "a b"]);
    let goroot = ctx.layout().versions().join("go1.90.4");
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str());
    assert_eq!(output.reported("GOTOOLCHAIN").as_deref(), Some("local"));
    assert_eq!(output.reported("GOVER_VERSION").as_deref(), Some("go1.90.4"));
    assert_eq!(output.reported("GOTOOLCHAIN_INTERNAL_SWITCH_COUNT"), None);
    let path = output.reported("PATH").unwrap();
    assert!(path.starts_with(goroot.join("bin").to_str().unwrap()), "{path}");
    assert!(path.contains(ctx.layout().bin().to_str().unwrap()), "{path}");
    assert!(output.text().contains("argument a b"), "{output}");

    // A shim that is run by its path obeys too, and so do its children.
    let shim = ctx.layout().program("go");
    let output = ctx.gover(["exec", "1.90.1", "--", shim.to_str().unwrap(), "fake-run", "go", "version"]);
    assert!(output.success().text().starts_with("go version go1.90.1 "), "{output}");
}

#[test]
fn exec_is_not_changed_by_go_mod() {
    let mut ctx = with_three();
    ctx.write("go.mod", "module m\n\ngo 1.91.2\n");
    ctx.write(".go-version", "1.91.2\n");
    let output = ctx.gover(["exec", "1.90.1", "go", "version"]);
    assert!(output.success().text().starts_with("go version go1.90.1 "), "{output}");
    ctx.set("GOTOOLCHAIN", "auto");
    let output = ctx.gover(["exec", "1.90.1", "--", "go", "fake-report"]);
    assert_eq!(output.success().reported("GOTOOLCHAIN").as_deref(), Some("auto"));
}

#[test]
fn exec_returns_the_exit_code_of_its_command() {
    let ctx = with_three();
    ctx.gover(["exec", "1.90", "--", "go", "fake-exit", "7"]).exits(7);
    gover_snapshot!(
        ctx.gover(["exec", "1.90", "--", "no-such-program"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: cannot find program `no-such-program` on PATH
hint: check the name, or use its path

"#]]
    );
    gover_snapshot!(
        ctx.gover(["exec", "1.89", "--offline", "--", "go", "version"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: no installed Go matches `1.89`
hint: gover install 1.89

"#]]
    );
    let file = gover_core::layout::executable_name("text");
    ctx.write(&file, "no program\n");
    let path = [".", &file].join(std::path::MAIN_SEPARATOR_STR);
    let output = ctx.gover(["exec", "1.90", "--", &path]);
    assert!(output.exits(126).stderr.contains("cannot execute"), "{output}");
    ctx.gover(["exec", "1.90"]).exits(2);
    ctx.gover(["exec"]).exits(2);
    ctx.gover(["exec", "what", "--", "go"]).exits(2);
}

#[test]
fn exec_does_not_need_the_dashes() {
    let ctx = with_three();
    // PowerShell takes the first `--` away from a function, and leaves later ones.
    for dashes in [&["--"][..], &[]] {
        let arguments = ["exec", "1.90.1"].iter().chain(dashes);
        let output = ctx.gover(arguments.chain(&["go", "fake-report", "-v", "--json", "--", "-x"]));
        for argument in ["argument -v\n", "argument --json\n", "argument --\n", "argument -x\n"] {
            assert!(output.success().stdout.contains(argument), "{output}");
        }
    }
}

#[test]
fn exec_passes_stdin_and_stdout_untouched() {
    let ctx = with_three();
    let command = ctx.command(ctx.gover_program()).args(["exec", "1.90", "--", "go", "fake-cat"]);
    let output = command.stdin([0, 0xff, b'\n', b'x']).run();
    assert_eq!(output.success().raw_stdout, [0, 0xff, b'\n', b'x']);
    assert_eq!(output.stderr, "");
}

#[test]
fn env_unsets_goroot_and_puts_the_programs_first() {
    if IS_WINDOWS {
        return; // These shells write paths in their own way elsewhere.
    }
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["env", "--shell", "bash"]),
        str![[r#"
exit: 0
----- stdout -----
unset -v GOROOT
export PATH='[ROOT]/gover/versions/go1.91.2/bin'"${PATH:+:$PATH}"

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["env", "1.90", "--shell", "fish"]),
        str![[r#"
exit: 0
----- stdout -----
set -e GOROOT
set -gx PATH '[ROOT]/gover/versions/go1.90.4/bin' $PATH

----- stderr -----

"#]]
    );
}

#[test]
fn env_prints_code_for_each_shell() {
    let ctx = with_three();
    for shell in ["bash", "zsh", "fish", "powershell", "cmd", "nu", "elvish", "sh"] {
        let output = ctx.gover(["env", "1.90.1", "--shell", shell]);
        let text = output.success().text();
        assert!(text.contains("GOROOT") && text.contains("go1.90.1"), "{shell}\n{output}");
        assert!(text.to_lowercase().contains("path"), "{shell}\n{output}");
    }
    ctx.gover(["env", "--shell", "csh"]).exits(2);
    ctx.gover(["env", "1.89", "--shell", "bash"]).exits(127);
}

#[test]
fn env_as_data() {
    let ctx = with_three();
    let goroot = ctx.layout().versions().join("go1.91.2");
    assert_eq!(
        ctx.gover(["env", "--json"]).success().json(),
        serde_json::json!({ "version": "go1.91.2", "goroot": goroot, "bin": goroot.join("bin") })
    );
    ctx.gover(["env", "--json", "--shell", "bash"]).exits(2);
}

#[test]
fn the_calling_shell_is_detected() {
    let mut ctx = with_three();
    ctx.set("GOVER_SHELL", "fish");
    let output = ctx.gover(["env"]);
    assert!(output.success().stdout.contains("set -gx PATH"), "{output}");
    ctx.unset("GOVER_SHELL");
    let Some(bash) = ctx.find_on_machine("bash") else { return };
    let output = ctx.command(bash).args(["-c", "gover env; true"]).env("SHELL", "/bin/fish").run();
    assert!(output.success().stdout.contains("export PATH="), "{output}");
}

#[test]
fn the_output_of_env_works_in_real_shells() {
    let ctx = with_three();
    for shell in ["bash", "zsh", "sh"] {
        let Some(program) = ctx.find_on_machine(shell) else { continue };
        let script = format!("eval \"$(gover env 1.90.1 --shell {shell})\"; go env GOROOT; command -v go");
        let output = ctx.command(program).args(["-c", &script]).run();
        let go = go_of(&ctx, "go1.90.1");
        let goroot = go.parent().unwrap().parent().unwrap();
        assert_eq!(
            output.success().text(),
            format!("{}\n{}", goroot.display(), go.display()),
            "{shell}\n{output}"
        );
    }
}

#[test]
fn a_home_with_spaces_and_quotes_is_quoted() {
    let mut ctx = context!();
    let home = ctx.root().join("it's a \"home\" $HOME `x`");
    if IS_WINDOWS {
        return; // Such a name cannot be there.
    }
    gover_test::Release::new("go1.91.2").write_to(&home.join("versions/go1.91.2"));
    ctx.set("GOVER_HOME", &home);
    for shell in ["bash", "zsh"] {
        let Some(program) = ctx.find_on_machine(shell) else { continue };
        let script = format!("eval \"$(gover env 1.91 --shell {shell})\"; go env GOROOT");
        let output = ctx.command(program).args(["-c", &script]).run();
        assert_eq!(output.success().text(), home.join("versions/go1.91.2").to_str().unwrap(), "{output}");
    }
}

#[test]
fn the_output_of_env_works_in_the_command_prompt() {
    let mut ctx = context!();
    let Some(cmd) = ctx.find_on_machine("cmd") else { return };
    for name in ["a b", "R&D (x)", "50% off %PATH%", "ca^ret^^", "!bang!", "a=b;c"] {
        let home = ctx.root().join(name);
        gover_test::Release::new("go1.91.2").write_to(&home.join("versions/go1.91.2"));
        ctx.set("GOVER_HOME", &home);
        // `;` separates the directories of PATH, so that one is refused.
        let code = ctx.gover(["env", "1.91", "--shell", "cmd"]);
        if name.contains(';') {
            assert!(code.exits(1).stderr.contains("`;`, the separator of PATH"), "{code}");
            continue;
        }
        ctx.write("env.bat", &code.success().raw_stdout);
        ctx.write("all.bat", "@echo off\r\ncall env.bat\r\ngo fake-report\r\n");
        let output = ctx.command(&cmd).args(["/d", "/c", "all.bat"]).run();
        let goroot = home.join("versions").join("go1.91.2");
        assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str(), "{name}\n{output}");
        let path = output.reported("PATH").unwrap();
        assert!(path.starts_with(goroot.join("bin").to_str().unwrap()), "{name}\n{output}");
    }
}

#[test]
fn the_command_prompt_receives_letters_beyond_ascii() {
    let mut ctx = context!();
    let Some(cmd) = ctx.find_on_machine("cmd") else { return };
    let home = ctx.root().join("Jörg 日本");
    gover_test::Release::new("go1.91.2").write_to(&home.join("versions/go1.91.2"));
    ctx.set("GOVER_HOME", &home);
    // Where chcp is, which every Windows has on PATH.
    let mut path = ctx.variable("PATH").unwrap().to_owned();
    path.push(";");
    path.push(cmd.parent().unwrap());
    ctx.set("PATH", path);
    let code = ctx.gover(["env", "1.91", "--shell", "cmd"]);
    ctx.write("env.bat", &code.success().raw_stdout);
    ctx.write("all.bat", "@echo off\r\nchcp\r\ncall env.bat\r\nchcp\r\nset GOVER_CODE\r\ngo fake-report\r\n");
    let output = ctx.command(&cmd).args(["/d", "/c", "all.bat"]).run();
    let pages: Vec<_> = output.stdout.lines().take(2).collect();
    assert_eq!(pages[0], pages[1], "the code page is what it was\n{output}");
    assert!(!output.stdout.contains("GOVER_CODE_PAGE"), "{output}");

    // Wine 8 reads batch files in one code page, whatever `chcp` says.
    ctx.write("control.bat", "@chcp 65001 >nul\r\n@mkdir \"ö\"\r\n");
    ctx.command(&cmd).args(["/d", "/c", "control.bat"]).run();
    if !ctx.work().join("ö").exists() {
        eprintln!("skipped: this command prompt reads no UTF-8");
        return;
    }
    let goroot = home.join("versions").join("go1.91.2");
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str(), "{output}");
}

#[test]
fn only_unix_like_shells_on_windows_get_their_form_of_path() {
    let mut ctx = with_three();
    if !IS_WINDOWS {
        return; // There are no drives.
    }
    let goroot = ctx.layout().versions().join("go1.91.2").to_str().unwrap().to_owned();
    let (drive, rest) = goroot.split_once(":\\").unwrap();
    ctx.set("MSYSTEM", "MINGW64");
    let output = ctx.gover(["env", "--shell", "bash"]);
    let path = format!("/{}/{}/bin", drive.to_lowercase(), rest.replace('\\', "/"));
    let expected = format!("unset -v GOROOT\nexport PATH='{path}'\"${{PATH:+:$PATH}}\"");
    assert_eq!(output.success().text(), expected);
    let output = ctx.gover(["init", "bash"]);
    let text = output.success().text();
    let program = ctx.gover_program().to_str().unwrap().replace('\\', "/");
    assert!(text.contains(&format!("'{program}' ${{1+\"$@\"}}")), "{text}");
    assert!(text.contains(&format!("export GOVER_HOME='{}'", ctx.layout().home().display())), "{text}");
    assert!(text.contains(&format!("__gover_first '/{}/", drive.to_lowercase())), "{text}");

    ctx.unset("MSYSTEM");
    let output = ctx.gover(["env", "--shell", "sh"]);
    let asked = format!("\"$(\\command cygpath -u '{goroot}\\bin')\"");
    assert!(output.success().text().contains(&asked), "{output}");
}
