//! `gover init` and `gover setup`.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot};

use crate::scene::{files, has_startup_files};

mod elsewhere;
#[cfg(all(windows, feature = "test-windows-registry"))]
mod registry;

#[test]
fn init_prints_a_script_for_each_shell_and_nothing_else() {
    let ctx = context!();
    for shell in ["bash", "zsh", "fish", "powershell", "nu", "elvish"] {
        let output = ctx.gover(["init", shell]);
        assert!(output.success().stdout.contains("gover"), "{output}");
        assert_eq!(output.stderr, "", "{shell}");
        // A path to the shell's program is as good.
        assert_eq!(ctx.gover(["init", &format!("/usr/bin/{shell}")]).success().stdout, output.stdout);
    }
}

#[cfg(unix)]
#[test]
fn setup_names_a_login_shell_that_it_leaves_alone() {
    if !crate::scene::has_startup_files() {
        return;
    }
    let mut ctx = context!();
    let warning = "warning: gover cannot set up tcsh, your login shell; put ";
    let claim = |kinds: &str| format!("new shells{kinds} have gover first on PATH");
    for (shell, is_named) in [("/bin/tcsh", true), ("/bin/bash", false), ("", false)] {
        ctx.set("SHELL", shell);
        let output = ctx.gover(["setup"]);
        assert_eq!(output.success().stderr.contains(warning), is_named, "{shell}\n{output}");
        let kinds = if is_named { " of other kinds" } else { "" };
        assert!(output.stderr.contains(&claim(kinds)), "{shell}\n{output}");
        ctx.gover(["setup", "--undo"]).success();
    }
}

#[test]
fn setup_ends_with_what_to_type_next() {
    if !has_startup_files() {
        return;
    }
    let mut ctx = with_startup_files();
    ctx.set("PATH", ctx.root().join("empty"));
    let next = |ctx: &TestContext, arguments: &[&str]| {
        let output = ctx.gover(arguments);
        output.success().stderr.lines().last().unwrap_or_default().to_owned()
    };
    let open = |command: &str| format!("hint: open a new shell, then run `{command}`");
    let missing = ["setup", "--still-missing", ">=1.22"];
    assert_eq!(next(&ctx, &missing), open("gover install '>=1.22'"));
    // Nothing to change any more.
    assert_eq!(next(&ctx, &missing), open("gover install '>=1.22'"));
    assert_eq!(next(&ctx, &["setup"]), open("gover install latest"));
    ctx.install_fake("go1.91.2");
    assert_eq!(next(&ctx, &["setup"]), open("go version"));
    ctx.install_shim("go");
    let bin = ctx.layout().bin();
    ctx.set("PATH", bin);
    assert_eq!(next(&ctx, &["setup"]), "hint: go version");
    ctx.gover(["setup", "--undo"]).success();
    assert_eq!(next(&ctx, &["setup"]), open("go version"));
}

#[test]
fn the_login_shell_is_set_up_even_without_its_directory() {
    if !has_startup_files() {
        return;
    }
    for (shell, file) in [
        ("/usr/bin/pwsh", "powershell/profile.ps1"),
        ("/usr/bin/nu", "nushell/autoload/gover.nu"),
        ("/usr/bin/elvish", "elvish/rc.elv"),
        ("/usr/bin/fish", "fish/conf.d/gover.fish"),
    ] {
        let mut ctx = context!();
        ctx.set("SHELL", shell);
        let output = ctx.gover(["setup"]);
        assert!(output.success().stderr.contains(&format!("created ~/.config/{file}\n")), "{output}");
        let content = fs::read_to_string(ctx.home().join(".config").join(file)).unwrap();
        assert!(content.contains("gover for Nushell") || content.contains(" init "), "{content}");
        ctx.gover(["setup", "--undo"]).success();
        assert!(!ctx.home().join(".config").join(file).exists());
    }
    // A profile of the terminal is enough.
    let mut ctx = context!();
    ctx.set("SHELL", "pwsh");
    let profile = ctx.home().join(".config/powershell/Microsoft.PowerShell_profile.ps1");
    fs::create_dir_all(profile.parent().unwrap()).unwrap();
    fs::write(&profile, "").unwrap();
    ctx.gover(["setup"]).success();
    assert!(!profile.with_file_name("profile.ps1").exists());
}

#[test]
fn init_for_an_unsupported_shell_is_a_usage_error() {
    let ctx = context!();
    gover_snapshot!(
        ctx.gover(["init", "csh"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `csh` is not a shell that gover knows
hint: use one of bash, zsh, fish, powershell, cmd, nu, elvish, sh

"#]]
    );
    gover_snapshot!(
        ctx.gover(["init", "cmd"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `cmd` cannot run a script when it starts
hint: `gover use` works in that shell without a script

"#]]
    );
    ctx.gover(["init"]).exits(2);
}

/// Startup files as people have them: with and without a last newline, with the other line ends,
/// not UTF-8.
const FILES: [(&str, &[u8]); 4] = [
    (".bashrc", b"# mine\nalias ll='ls -l'"),
    (".bash_profile", b"# login\r\n[ -f ~/.bashrc ] && . ~/.bashrc\r\n"),
    (".zshrc", b"# \xff\xfe not text\nsetopt autocd\n\n"),
    (".config/fish/config.fish", b""),
];

fn with_startup_files() -> TestContext {
    let mut ctx = context!();
    ctx.set("SHELL", "/bin/bash");
    for (name, content) in FILES {
        let path = ctx.home().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    ctx
}

#[test]
fn setup_changes_existing_files_and_undo_restores_every_byte() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    let before = files(&ctx.home());
    let dry = ctx.gover(["setup", "--dry-run"]);
    assert!(dry.success().stdout.contains("would change ~/.bashrc\n  if [ -x "), "{dry}");
    assert!(dry.stdout.contains("would change ~/.config/fish/config.fish\n"), "{dry}");
    assert_eq!(files(&ctx.home()), before);

    gover_snapshot!(
        ctx.gover(["setup"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
changed ~/.bashrc
changed ~/.bash_profile
changed ~/.zshrc
changed ~/.config/fish/config.fish
new shells have gover first on PATH (`gover setup --undo` undoes this)
hint: open a new shell, then run `gover install latest`

"#]]
    );
    let after = files(&ctx.home());
    assert_ne!(after, before);
    for (name, content) in after.iter().filter(|(name, content)| before.get(*name) != Some(*content)) {
        let old = before.get(name).map(Vec::as_slice);
        assert!(content.windows(13).any(|part| part == b"# >>> gover >"), "{name}");
        assert!(old.is_none_or(|old| content.starts_with(old) || content.ends_with(old)), "{name}");
    }
    gover_snapshot!(
        ctx.gover(["setup"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
~/.bashrc is already set up
~/.bash_profile is already set up
~/.zshrc is already set up
~/.config/fish/config.fish is already set up
hint: gover install latest

"#]]
    );
    assert_eq!(files(&ctx.home()), after);

    let dry = ctx.gover(["setup", "--dry-run"]);
    assert!(dry.success().stdout.is_empty() && dry.stderr.contains("~/.zshrc is already set up"), "{dry}");
    let dry = ctx.gover(["setup", "--undo", "--dry-run"]);
    assert!(dry.success().stdout.contains("would remove gover's lines from ~/.zshrc\n"), "{dry}");
    assert!(dry.stdout.contains("would remove gover's lines from ~/.config/fish/config.fish\n"), "{dry}");
    assert_eq!(files(&ctx.home()), after);
    gover_snapshot!(
        ctx.gover(["setup", "--undo"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
removed gover's lines from ~/.bash_profile
removed gover's lines from ~/.bashrc
removed gover's lines from ~/.config/fish/config.fish
removed gover's lines from ~/.zshrc
new shells no longer have gover on PATH (`gover setup` undoes this)

"#]]
    );
    assert_eq!(files(&ctx.home()), before);
    gover_snapshot!(
        ctx.gover(["setup", "--undo"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
gover was not set up; nothing changed

"#]]
    );
    assert_eq!(files(&ctx.home()), before);
}

#[test]
fn nushell_and_elvish_are_set_up_if_they_are_there() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    let file = |name: &str| ctx.home().join(".config").join(name);
    ctx.gover(["setup"]).success();
    assert!(!file("nushell").exists() && !file("elvish").exists());
    for directory in ["nushell", "elvish"] {
        fs::create_dir_all(file(directory)).unwrap();
    }
    let output = ctx.gover(["setup"]);
    assert!(output.success().stderr.contains("created ~/.config/nushell/autoload/gover.nu\n"), "{output}");
    assert!(output.stderr.contains("created ~/.config/elvish/rc.elv\n"), "{output}");
    // Nushell cannot evaluate the output of a program.
    let script = fs::read_to_string(file("nushell/autoload/gover.nu")).unwrap();
    assert!(script.contains("def --env --wrapped gover ["), "{script}");
    ctx.gover(["setup", "--undo"]).success();
    assert!(!file("nushell/autoload/gover.nu").exists() && !file("elvish/rc.elv").exists());
}

#[test]
fn undo_keeps_later_edits() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    ctx.gover(["setup"]).success();
    let path = ctx.home().join(".zshrc");
    let mut content = b"# new first line\n".to_vec();
    content.extend(fs::read(&path).unwrap());
    content.extend(b"# new last line\n");
    fs::write(&path, content).unwrap();
    ctx.gover(["setup", "--undo"]).success();
    let expected = b"# new first line\n# \xff\xfe not text\nsetopt autocd\n\n# new last line\n";
    assert_eq!(fs::read(&path).unwrap(), expected);
}

#[test]
fn a_damaged_block_is_reported_and_the_other_files_are_set_up() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    let damaged = "alias x=y\n# >>> gover >>>\nexport PATH\n";
    fs::write(ctx.home().join(".zshrc"), damaged).unwrap();
    let output = ctx.gover(["setup"]);
    assert!(output.exits(1).stderr.contains(".zshrc"), "{output}");
    assert!(output.stderr.contains("hint: remove line 2"), "{output}");
    assert_eq!(fs::read_to_string(ctx.home().join(".zshrc")).unwrap(), damaged);
    let bashrc = fs::read_to_string(ctx.home().join(".bashrc")).unwrap();
    assert!(bashrc.contains("# <<< gover <<<"), "{bashrc}");
}

#[test]
fn a_new_shell_has_gover_and_go_first_on_path() {
    if !has_startup_files() {
        return;
    }
    let mut ctx = with_startup_files();
    ctx.install_fake("go1.91.2");
    fs::write(ctx.layout().default_file(), "1.91.2\n").unwrap();
    ctx.gover(["setup"]).success();
    // As a new terminal: nothing of gover in the environment.
    ctx.set("PATH", ctx.root().join("empty")).unset("GOVER_HOME");
    for (shell, arguments) in
        [("bash", ["-i", "-c"]), ("bash", ["-l", "-c"]), ("zsh", ["-i", "-c"]), ("fish", ["-i", "-c"])]
    {
        let Some(program) = ctx.find_on_machine(shell) else { continue };
        let output = ctx.command(program).args(arguments).arg("go version; gover current").run();
        assert!(output.stdout.contains("go version go1.91.2 "), "{shell} {arguments:?}\n{output}");
        assert!(output.stdout.contains("chosen by"), "{shell} {arguments:?}\n{output}");
    }
}

#[test]
fn setup_repairs_an_overwritten_shim() {
    if !has_startup_files() {
        return;
    }
    let ctx = crate::scene::with_three();
    ctx.gover(["setup"]).success();
    let go = ctx.layout().program("go");
    // The programs of tests share their file.
    fs::remove_file(&go).unwrap();
    fs::write(&go, "not a program").unwrap();
    ctx.gover(["setup"]).success();
    assert!(ctx.shim("go", ["version"]).success().text().starts_with("go version go1.91.2 "));
}
