//! `gover setup` on Windows, against the registry of the user who runs the tests. Each test takes
//! its turn and puts everything back, whatever happens.

use std::fs;
use std::path::PathBuf;

use gover_core::Env;
use gover_core::layout::executable_name;
use gover_sys::Lock;
use gover_sys::registry::Text;
use gover_sys::user_path;
use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};

const MACHINE: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

/// The user's and the machine's PATH, which are put back in the end.
struct Registry {
    ctx: TestContext,
    user: Option<Text>,
    machine: Option<Text>,
    /// After what is put back: released last.
    _turn: Lock,
}

impl Registry {
    fn take(home: &str) -> Self {
        let turn = Env::from_process().temporary_directory().join("gover-test-registry.lock");
        let turn = Lock::acquire(&turn, || ()).unwrap();
        let mut ctx = context!();
        let home = ctx.home().join(home);
        let bin = home.join(".gover").join("bin");
        fs::create_dir_all(&bin).unwrap();
        // Where setup would put them otherwise, and say so.
        for program in ["gover.exe", "gover-shim.exe"] {
            fs::hard_link(ctx.gover_program().with_file_name(program), bin.join(program)).unwrap();
        }
        ctx.set("USERPROFILE", &home).set("GOVER_HOME", home.join(".gover"));
        let (drive, path) = home.to_str().unwrap().split_at(2);
        ctx.set("HOMEDRIVE", drive).set("HOMEPATH", path);
        let (user, machine) = (user_path::read().unwrap(), user_path::read_machine().unwrap());
        Self { ctx, user, machine, _turn: turn }
    }

    fn ada() -> Self {
        Self::take("Ada")
    }

    /// The directory that belongs on PATH, as text.
    fn bin(&self) -> String {
        let home = PathBuf::from(self.ctx.variable("GOVER_HOME").unwrap());
        home.join("bin").to_str().unwrap().to_owned()
    }

    fn setup(&self, arguments: &[&str]) -> Output {
        self.ctx.gover([&["setup"], arguments].concat())
    }

    /// Puts a directory first in the machine's PATH; whether this user may.
    fn set_machine(&self, first: &str) -> bool {
        let rest = String::from_utf16(&self.machine.as_ref().unwrap().text).unwrap();
        self.reg(&[
            "add",
            MACHINE,
            "/v",
            "Path",
            "/t",
            "REG_EXPAND_SZ",
            "/d",
            &format!("{first};{rest}"),
            "/f",
        ])
    }

    fn reg(&self, arguments: &[&str]) -> bool {
        self.ctx.command("reg.exe").args(arguments).run().code == Some(0)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        user_path::write(self.user.as_ref()).unwrap();
        if user_path::read_machine().unwrap() != self.machine {
            let before = self.machine.as_ref().unwrap();
            let kind = if before.expands { "REG_EXPAND_SZ" } else { "REG_SZ" };
            let text = String::from_utf16(&before.text).unwrap();
            assert!(self.reg(&["add", MACHINE, "/v", "Path", "/t", kind, "/d", &text, "/f"]));
            assert_eq!(user_path::read_machine().unwrap(), self.machine);
        }
    }
}

fn stored(text: &str, expands: bool) -> Text {
    Text::new(text, expands)
}

fn put(text: &str) -> Text {
    let path = stored(text, true);
    user_path::write(Some(&path)).unwrap();
    path
}

fn now() -> Option<Text> {
    user_path::read().unwrap()
}

#[test]
fn any_value_gets_gover_first_and_undo_restores_it() {
    let registry = Registry::ada();
    let bin = registry.bin();
    let mut values: Vec<Option<Text>> = vec![None];
    for text in
        ["", ";", r"C:\a", r"%USERPROFILE%\x;C:\a;", r";;C:\a;;%NOWHERE%;", r#""C:\a;b";c:/A/ ; C:\é☃𝒜"#]
    {
        values.extend([Some(stored(text, true)), Some(stored(text, false))]);
    }
    // Half of a surrogate pair, which is not valid Unicode.
    let half = Text { text: vec![0x0043, 0xD835, 0x003B, 0xDC9C], expands: true };
    values.push(Some(half));
    for before in values {
        user_path::write(before.as_ref()).unwrap();
        registry.setup(&[]).success();
        let set_up = now().unwrap();
        let mut expected: Vec<u16> = bin.encode_utf16().collect();
        if let Some(before) = &before {
            expected.push(u16::from(b';'));
            expected.extend(&before.text);
        }
        let expands = before.as_ref().is_none_or(|before| before.expands);
        assert_eq!(set_up, Text { text: expected, expands });

        let again = registry.setup(&[]);
        assert_eq!(again.success().stderr, "PATH is already set up\nhint: gover install latest\n", "{again}");
        assert_eq!(now(), Some(set_up));

        registry.setup(&["--undo"]).success();
        assert_eq!(now(), before);
        let again = registry.setup(&["--undo"]);
        assert_eq!(again.success().stderr, "gover was not set up; nothing changed\n", "{again}");
        assert_eq!(now(), before);
    }
}

#[test]
fn the_type_of_the_value_is_kept() {
    let registry = Registry::ada();
    for (expands, kind) in [(true, "REG_EXPAND_SZ"), (false, "REG_SZ")] {
        user_path::write(Some(&stored(r"%USERPROFILE%\x", expands))).unwrap();
        registry.setup(&[]).success();
        let shown = registry.ctx.command("reg.exe").args(["query", r"HKCU\Environment", "/v", "Path"]).run();
        let raw = String::from_utf8(shown.success().raw_stdout.clone()).unwrap();
        let line = raw.lines().find(|line| line.contains("REG_")).unwrap();
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(words, ["Path", kind, &format!(r"{};%USERPROFILE%\x", registry.bin())]);
    }
}

#[test]
fn an_entry_of_gover_is_recognised_in_any_spelling() {
    let registry = Registry::ada();
    let bin = registry.bin();
    let (drive, path) = bin.split_at(2);
    let forms = [
        bin.to_uppercase(),
        format!(r"{bin}\"),
        bin.replace('\\', "/"),
        format!(r#""{bin}""#),
        format!(r#""{drive}{path}\""#),
        r"%USERPROFILE%\.gover\bin".to_owned(),
        r#""%userprofile%"/.gover/bin/"#.to_owned(),
        r"%HOMEDRIVE%%HOMEPATH%\.gover\bin".to_owned(),
    ];
    for form in forms {
        // Programs other than cmd.exe do not find a directory between quotation marks.
        let first = put(&format!(r"{};C:\a", form.replace('"', "")));
        let output = registry.setup(&[]);
        assert_eq!(
            output.success().stderr,
            "PATH is already set up\nhint: gover install latest\n",
            "{form}\n{output}"
        );
        assert_eq!(now(), Some(first.clone()));

        put(&format!(r"C:\a;{form}"));
        let output = registry.setup(&[]);
        let told = format!("moved `{form}` to the front of HKCU\\Environment\\Path\n");
        let raw = String::from_utf8(output.success().raw_stderr.clone()).unwrap();
        assert!(raw.starts_with(&told), "{form}\n{output}");
        assert_eq!(now(), Some(first));

        registry.setup(&["--undo"]).success();
        assert_eq!(now(), Some(stored(r"C:\a", true)));
    }
}

#[test]
fn unexpanded_variables_name_another_directory() {
    let registry = Registry::ada();
    let before = stored(r"%USERPROFILE%\.gover\bin", false);
    user_path::write(Some(&before)).unwrap();
    registry.setup(&[]).success();
    assert_eq!(now(), Some(stored(&format!(r"{};%USERPROFILE%\.gover\bin", registry.bin()), false)));
    registry.setup(&["--undo"]).success();
    assert_eq!(now(), Some(before));
}

#[test]
fn the_dry_run_shows_what_setup_then_reports() {
    let registry = Registry::ada();
    let before = put(r"C:\a");
    gover_snapshot!(
        registry.setup(&["--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
would add `[ROOT]/home/Ada/.gover/bin` in front of HKCU/Environment/Path

----- stderr -----

"#]]
    );
    assert_eq!(now(), Some(before.clone()));
    // gover and its shim lie there; names for the shim come with a real run.
    let programs = fs::read_dir(registry.bin()).unwrap().count();
    assert_eq!(programs, 2, "nothing is created");
    gover_snapshot!(
        told(&registry.setup(&[])),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
added `[ROOT]/home/Ada/.gover/bin` in front of HKCU/Environment/Path
new windows have gover first on PATH (`gover setup --undo` undoes this)
hint: open a new window, then run `gover install latest`

"#]]
    );
    let set_up = now();
    gover_snapshot!(
        registry.setup(&["--undo", "--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
would remove `[ROOT]/home/Ada/.gover/bin` from HKCU/Environment/Path; the rest stays

----- stderr -----

"#]]
    );
    assert_eq!(now(), set_up);
    gover_snapshot!(
        told(&registry.setup(&["--undo"])),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
removed `[ROOT]/home/Ada/.gover/bin` from HKCU/Environment/Path; the rest stays
new windows no longer have gover on PATH (`gover setup` undoes this)

"#]]
    );
    assert_eq!(now(), Some(before));

    user_path::write(None).unwrap();
    registry.setup(&[]).success();
    gover_snapshot!(
        told(&registry.setup(&["--undo"])),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
removed `[ROOT]/home/Ada/.gover/bin` from HKCU/Environment/Path; it held nothing else, so the value is removed too
new windows no longer have gover on PATH (`gover setup` undoes this)

"#]]
    );
    assert_eq!(now(), None);

    let before = put(r"C:\a;%USERPROFILE%\.gover\bin");
    gover_snapshot!(
        registry.setup(&["--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
would move `%USERPROFILE%/.gover/bin` to the front of HKCU/Environment/Path

----- stderr -----

"#]]
    );
    assert_eq!(now(), Some(before));
}

#[test]
fn a_user_name_may_be_any_text() {
    for name in ["Jürgen Groß", "Ада ☃", "𝒜da; Lovelace", "it's 100% & co"] {
        let registry = Registry::take(name);
        let before = put(r"C:\a");
        registry.setup(&[]).success();
        let bin = registry.bin();
        let expected = if bin.contains(';') { format!("\"{bin}\"") } else { bin };
        let set_up = stored(&format!(r"{expected};C:\a"), true);
        assert_eq!(now(), Some(set_up.clone()));
        let again = registry.setup(&[]);
        assert_eq!(
            again.success().stderr,
            "PATH is already set up\nhint: gover install latest\n",
            "{name}\n{again}"
        );
        // A value that Windows expands itself, with the same name in a variable.
        put(r"C:\a;%USERPROFILE%\.gover\bin");
        registry.setup(&[]).success();
        assert_eq!(now(), Some(stored(r"%USERPROFILE%\.gover\bin;C:\a", true)));
        user_path::write(Some(&set_up)).unwrap();
        registry.setup(&["--undo"]).success();
        assert_eq!(now(), Some(before));
    }
}

#[test]
fn a_long_path_is_kept_and_reported() {
    let registry = Registry::ada();
    let length = 2048 - registry.bin().encode_utf16().count() - 1;
    let just_fits = put(&"x".repeat(length - 1));
    let output = registry.setup(&[]);
    assert!(!output.success().stderr.contains("characters"), "{output}");
    assert_eq!(now().unwrap().text.len(), 2047);
    registry.setup(&["--undo"]).success();
    assert_eq!(now(), Some(just_fits));

    let too_long = put(&"x".repeat(length));
    gover_snapshot!(
        told(&registry.setup(&[])),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
added `[ROOT]/home/Ada/.gover/bin` in front of HKCU/Environment/Path
warning: your Path has 2048 characters; gover keeps all of them
  the old dialog and some programs truncate it at 2047, setx at 1024
hint: remove what is not needed: rundll32 sysdm.cpl,EditEnvironmentVariables
new windows have gover first on PATH (`gover setup --undo` undoes this)
hint: open a new window, then run `gover install latest`

"#]]
    );
    assert_eq!(now().unwrap().text.len(), 2048);
    gover_snapshot!(
        registry.setup(&[]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
warning: your Path has 2048 characters; gover keeps all of them
  the old dialog and some programs truncate it at 2047, setx at 1024
hint: remove what is not needed: rundll32 sysdm.cpl,EditEnvironmentVariables
PATH is already set up
hint: gover install latest

"#]]
    );
    registry.setup(&["--undo"]).success();
    assert_eq!(now(), Some(too_long));

    put(&"x".repeat(9000));
    let output = registry.setup(&[]);
    assert!(output.success().stderr.contains("cmd accepts 8191 in one line"), "{output}");
}

#[test]
fn a_go_for_all_users_is_reported_with_the_remedy() {
    let mut registry = Registry::ada();
    let programs = registry.ctx.root().join("Program Files");
    let go = programs.join(r"Go\bin");
    fs::create_dir_all(&go).unwrap();
    fs::write(go.join(executable_name("go")), "").unwrap();
    registry.ctx.set("ProgramFiles", &programs);
    if !registry.set_machine(r"%ProgramFiles%\Go\bin") {
        eprintln!("skipped: this user may not change the machine's PATH");
        return;
    }
    let machine = user_path::read_machine().unwrap();
    put(r"C:\a");
    gover_snapshot!(
        told(&registry.setup(&[])),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
added `[ROOT]/home/Ada/.gover/bin` in front of HKCU/Environment/Path
warning: `go` in new windows is [ROOT]/Program Files/Go/bin/go, not gover's
  it is in the Path of the machine, which Windows puts before yours
  Go's own installer puts it there
hint: uninstall that Go in Settings > Apps, or: winget uninstall GoLang.Go
hint: to remove it, in PowerShell as administrator, then sign in again:
  $key = 'HKLM:/SYSTEM/CurrentControlSet/Control/Session Manager/Environment'
  $path = (Get-Item $key).GetValue('Path', '', 'DoNotExpandEnvironmentNames')
  Set-ItemProperty $key Path ($path -split ';' -ne '%ProgramFiles%/Go/bin' -join ';') -Type ExpandString
new windows have gover on PATH, but [ROOT]/Program Files/Go/bin comes before it (`gover setup --undo` undoes this)
hint: open a new window, then run `gover install latest`

"#]]
    );
    // As long as it is so, every setup says it.
    let again = registry.setup(&[]);
    assert!(again.success().stderr.contains("warning: `go` in new windows is"), "{again}");
    assert!(
        again.stderr.contains("PATH is already set up, but [ROOT]/Program Files/Go/bin comes before gover\n"),
        "{again}"
    );
    let undone = registry.setup(&["--undo"]);
    assert!(!undone.success().stderr.contains("warning: `go`"), "{undone}");

    // Somebody else's Go has no uninstaller that is known.
    assert!(registry.set_machine(go.to_str().unwrap()));
    registry.ctx.unset("ProgramFiles");
    let other = registry.setup(&["--dry-run"]);
    assert!(other.success().stderr.contains("PowerShell as administrator"), "{other}");
    assert!(!other.stderr.contains("winget"), "{other}");

    // gover in the machine's PATH too, as the last hint does it.
    assert!(registry.set_machine(&format!("{};{}", registry.bin(), go.display())));
    let first = registry.setup(&[]);
    assert!(!first.success().stderr.contains("warning: `go`"), "{first}");
    gover_snapshot!(
        told(&registry.setup(&["--undo"])),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
removed `[ROOT]/home/Ada/.gover/bin` from HKCU/Environment/Path; the rest stays
warning: ~/.gover/bin is also in the Path of the machine
hint: to remove it, in PowerShell as administrator, then sign in again:
  $key = 'HKLM:/SYSTEM/CurrentControlSet/Control/Session Manager/Environment'
  $path = (Get-Item $key).GetValue('Path', '', 'DoNotExpandEnvironmentNames')
  Set-ItemProperty $key Path ($path -split ';' -ne '[ROOT]/home/Ada/.gover/bin' -join ';') -Type ExpandString
gover is no longer in your PATH, but still in the PATH of the machine

"#]]
    );
    assert_ne!(user_path::read_machine().unwrap(), machine);
}

#[test]
fn a_value_of_another_type_is_left_alone() {
    let registry = Registry::ada();
    user_path::write(None).unwrap();
    assert!(registry.reg(&["add", r"HKCU\Environment", "/v", "Path", "/t", "REG_DWORD", "/d", "7", "/f"]));
    gover_snapshot!(
        registry.setup(&[]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot read `HKCU/Environment/Path` in the registry
  caused by: the value `Path` has the unexpected type 4
hint: gover doctor path-registry

"#]]
    );
    assert!(user_path::read().is_err());
}

/// The output, without the warning that Windows gives if there is no desktop to notify.
fn told(output: &Output) -> Output {
    let mut output = output.clone();
    let untold = "warning: Windows did not tell";
    let lines = output.stderr.split_inclusive('\n').filter(|line| !line.starts_with(untold));
    output.stderr =
        lines.map(|line| line.replace("windows opened after you sign in again", "new windows")).collect();
    output
}
