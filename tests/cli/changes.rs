//! `--json` of commands that change something.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

use crate::scene::{has_startup_files, with_three};

#[test]
fn uninstall_prints_what_it_removed_and_where_that_was_used() {
    let ctx = with_three();
    ctx.write(".go-version", "1.90.1\n");
    gover_snapshot!(
        ctx.gover(["uninstall", "--json", "1.91.2", "1.90.1"]),
        str![[r#"
exit: 0
----- stdout -----
{"toolchains":[{"version":"go1.91.2","goroot":"[ROOT]/gover/versions/go1.91.2","bytes":[..],"uses":[{"kind":"default","what":"the default"}]},{"version":"go1.90.1","goroot":"[ROOT]/gover/versions/go1.90.1","bytes":[..],"uses":[{"kind":"selection","what":"chosen by .go-version:1 in [ROOT]/shop"}]}]}

----- stderr -----
uninstalled go1.91.2 ([SIZE]; `gover install 1.91.2` restores it)
warning: the default, 1.91.2, is no longer installed; choose another: `gover default 1.90.4`
uninstalled go1.90.1 ([SIZE]; `gover install 1.90.1` restores it)
warning: go1.90.1 was in use: chosen by .go-version:1 in [ROOT]/shop

"#]]
    );
}

#[test]
fn prune_prints_what_it_removed() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["prune", "--json", "--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
{"dry_run":true,"bytes":[..],"removed":[{"path":"[ROOT]/gover/versions/go1.90.1","version":"go1.90.1","reason":"superseded by go1.90.4","bytes":[..]}]}

----- stderr -----
gover prune would remove 1 item, [SIZE]
hint: gover prune

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
    gover_snapshot!(
        ctx.gover(["prune", "--json"]),
        str![[r#"
exit: 0
----- stdout -----
{"dry_run":false,"bytes":[..],"removed":[{"path":"[ROOT]/gover/versions/go1.90.1","version":"go1.90.1","reason":"superseded by go1.90.4","bytes":[..]}]}

----- stderr -----
removed go1.90.1, superseded by go1.90.4 ([SIZE]; `gover install 1.90.1` restores it)

"#]]
    );
    gover_snapshot!(
        ctx.gover(["prune", "--json"]),
        str![[r#"
exit: 0
----- stdout -----
{"dry_run":false,"bytes":0,"removed":[]}

----- stderr -----
nothing to prune

"#]]
    );
}

#[test]
fn default_prints_how_it_is_and_how_it_was() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["default", "--json", "-q", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----
{"request":"1.90","version":"go1.90.4","goroot":"[ROOT]/gover/versions/go1.90.4","before":"1.91.2","changed":true}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["default", "--json"]),
        str![[r#"
exit: 0
----- stdout -----
{"request":"1.90","version":"go1.90.4","goroot":"[ROOT]/gover/versions/go1.90.4","before":"1.90","changed":false}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["default", "--json", "-q", "--unset"]),
        str![[r#"
exit: 0
----- stdout -----
{"request":null,"version":null,"goroot":null,"before":"1.90","changed":true}

----- stderr -----

"#]]
    );
}

#[test]
fn pin_prints_how_it_is_and_how_it_was() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["pin", "--json"]),
        str![[r#"
exit: 0
----- stdout -----
{"path":"[ROOT]/shop/.go-version","request":null,"line":null,"before":null,"changed":false}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["pin", "--json", "-q", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----
{"path":"[ROOT]/shop/.go-version","request":"1.90","line":1,"before":null,"changed":true}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["pin", "--json", "-q", "--remove"]),
        str![[r#"
exit: 0
----- stdout -----
{"path":"[ROOT]/shop/.go-version","request":null,"line":null,"before":"1.90","changed":true}

----- stderr -----

"#]]
    );
}

#[test]
fn config_set_prints_the_value_that_applies() {
    let mut ctx = context!();
    gover_snapshot!(
        ctx.gover(["config", "set", "--json", "-q", "offline", "yes"]),
        str![[r#"
exit: 0
----- stdout -----
{"name":"offline","value":"true","origin":"config.toml","path":"[ROOT]/gover/config.toml","overridden":false}

----- stderr -----

"#]]
    );
    ctx.set("GOVER_OFFLINE", "false");
    gover_snapshot!(
        ctx.gover(["config", "set", "--json", "-q", "offline", "true"]),
        str![[r#"
exit: 0
----- stdout -----
{"name":"offline","value":"false","origin":"GOVER_OFFLINE","path":"[ROOT]/gover/config.toml","overridden":true}

----- stderr -----

"#]]
    );
}

#[test]
fn setup_prints_each_file_that_it_changed() {
    if !has_startup_files() {
        return;
    }
    let ctx = context!();
    fs::write(ctx.home().join(".bashrc"), "# mine\n").unwrap();
    gover_snapshot!(
        ctx.gover(["setup", "--json", "-q", "--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
{"dry_run":true,"copied":false,"changes":[{"path":"[ROOT]/home/.bashrc","action":"change"},{"path":"[ROOT]/home/.profile","action":"create"}],"unchanged":[],"problems":[]}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["setup", "--json", "-q"]),
        str![[r#"
exit: 0
----- stdout -----
{"dry_run":false,"copied":false,"changes":[{"path":"[ROOT]/home/.bashrc","action":"change"},{"path":"[ROOT]/home/.profile","action":"create"}],"unchanged":[],"problems":[]}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["setup", "--json", "-q"]),
        str![[r#"
exit: 0
----- stdout -----
{"dry_run":false,"copied":false,"changes":[],"unchanged":["[ROOT]/home/.bashrc","[ROOT]/home/.profile"],"problems":[]}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["setup", "--json", "-q", "--undo"]),
        str![[r#"
exit: 0
----- stdout -----
{"dry_run":false,"copied":false,"changes":[{"path":"[ROOT]/home/.bashrc","action":"change"},{"path":"[ROOT]/home/.profile","action":"remove"}],"unchanged":[],"problems":[]}

----- stderr -----

"#]]
    );
}

#[test]
fn cache_clean_prints_what_it_freed() {
    let ctx = context!();
    fs::create_dir_all(ctx.layout().cache()).unwrap();
    fs::write(ctx.layout().cache().join("go1.88.1@0123.part"), "12345").unwrap();
    gover_snapshot!(
        ctx.gover(["cache", "clean", "--json", "-q"]),
        str![[r#"
exit: 0
----- stdout -----
{"path":"[ROOT]/gover/cache","bytes":5}

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["cache", "--json", "clean", "-q"]),
        str![[r#"
exit: 0
----- stdout -----
{"path":"[ROOT]/gover/cache","bytes":0}

----- stderr -----

"#]]
    );
}

#[test]
fn use_prints_shell_code_and_never_json() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["use", "--json", "1.90.1"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `gover use` prints code for the shell to run, so it cannot print JSON
hint: gover current --json

"#]]
    );
}

#[test]
fn a_running_process_is_a_use_where_the_system_tells() {
    let ctx = with_three();
    ctx.install_shim("go");
    let mut child = ctx.command(ctx.layout().program("go")).args(["+1.90.1", "fake-wait"]).spawn();
    let mut ready = [0; 5];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    let output = ctx.gover(["prune", "--dry-run"]);
    drop(child.stdin.take());
    let id = child.id();
    child.wait().unwrap();
    let said = format!("; running as go, process {id}\n");
    assert!(!cfg!(target_os = "linux") || output.success().stdout.contains(&said), "{output}");
}

#[test]
#[cfg(unix)]
fn uninstall_asks_on_a_terminal_before_it_removes_what_is_in_use() {
    let ctx = with_three();
    let uninstall = |arguments: &[&str], typed: &str| {
        let command = ctx.command(ctx.gover_program()).arg("uninstall").args(arguments);
        command.env("TERM", "dumb").stdin(typed).run_on_terminal(80)
    };
    let output = uninstall(&["1.91.2"], "n\n");
    let asked = output.success().stdout.clone();
    assert!(
        asked.contains("go1.91.2  [SIZE]  the default\r\n") || asked.contains("  the default\n"),
        "{output}"
    );
    assert!(asked.contains("uninstall go1.91.2, ") && asked.contains("nothing was uninstalled"), "{output}");
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
    // What nothing uses goes without a question, and so does anything with `--yes`.
    assert!(uninstall(&["1.90.1"], "").success().stdout.contains("uninstalled go1.90.1 "));
    assert!(uninstall(&["--yes", "1.91.2"], "").success().stdout.contains("uninstalled go1.91.2 "));
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4"]);
}
