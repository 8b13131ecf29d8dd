//! `gover cache` and `gover config`.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

#[test]
fn the_parts_of_the_cache_are_listed() {
    let ctx = context!().with_site();
    gover_snapshot!(
        ctx.gover(["cache"]),
        str![[r#"
exit: 0
----- stdout -----
[ROOT]/gover/cache  [SIZE]

----- stderr -----

"#]]
    );
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
    gover_snapshot!(
        ctx.gover(["cache"]),
        str![[r#"
exit: 0
----- stdout -----
[ROOT]/gover/cache  [SIZE]
  index[..][SIZE]
  sumdb[..][SIZE]

----- stderr -----

"#]]
    );
    let facts = ctx.gover(["cache", "--json"]).success().json();
    assert_eq!(facts["path"], ctx.layout().cache().to_str().unwrap());
    assert_eq!(facts["parts"][0]["name"], "index");
    assert!(facts["parts"][0]["bytes"].as_u64().unwrap() > 0);
    assert_eq!(facts["parts"][1]["name"], "sumdb");
}

#[test]
fn cleaning_keeps_tree_heads() {
    let mut ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.set("GOVER_SOURCES", "goproxy,go.dev");
    ctx.gover(["install", "1.91"]).success();
    let head = ctx.layout().sumdb_cache().join("sum.test").join("latest");
    let before = fs::read(&head).unwrap();
    fs::write(ctx.layout().cache().join("go1.91.3@0123.part"), [0; 5000]).unwrap();
    let output = ctx.gover(["cache", "clean"]);
    assert!(output.success().stderr.starts_with("removed "), "{output}");
    assert_eq!(fs::read(&head).unwrap(), before);
    assert!(!ctx.layout().index_cache().exists());
    assert_eq!(ctx.names_in("gover/cache"), ["sumdb"]);
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
    gover_snapshot!(
        ctx.gover(["cache", "clean"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
the cache holds nothing to remove

"#]]
    );
    // The index is fetched anew.
    ctx.site().server().forget_requests();
    ctx.gover(["list", "--remote", "1.91"]).success();
    assert_eq!(ctx.site().server().requests_for("/dl/").len(), 1);
}

#[test]
fn settings_are_listed_with_their_origins() {
    let mut ctx = context!();
    gover_snapshot!(
        ctx.gover(["config"]),
        str![[r#"
exit: 0
----- stdout -----
sources               go.dev,goproxy  default
auto_install          true            default
offline               false           default
require_sumdb         false           default
verify_before_unpack  false           default

----- stderr -----

"#]]
    );
    ctx.gover(["config", "set", "auto_install", "off"]).success();
    ctx.set("GOVER_SOURCES", "goproxy").set("GOVER_REQUIRE_SUMDB", "1");
    gover_snapshot!(
        ctx.gover(["config", "list", "--offline"]),
        str![[r#"
exit: 0
----- stdout -----
sources               goproxy  GOVER_SOURCES
auto_install          false    config.toml
offline               true     --offline
require_sumdb         true     GOVER_REQUIRE_SUMDB
verify_before_unpack  false    default

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["config", "list", "--json"]),
        str![[r#"
exit: 0
----- stdout -----
{"sources":{"value":"goproxy","origin":"GOVER_SOURCES","locked":false},"auto_install":{"value":"false","origin":"config.toml","locked":false},"offline":{"value":"false","origin":"default","locked":false},"require_sumdb":{"value":"true","origin":"GOVER_REQUIRE_SUMDB","locked":false},"verify_before_unpack":{"value":"false","origin":"default","locked":false}}

----- stderr -----

"#]]
    );
    assert_eq!(ctx.gover(["config", "get", "sources"]).success().text(), "goproxy");
    let path = ctx.gover(["config", "path"]);
    assert_eq!(path.success().text(), ctx.layout().config().to_str().unwrap());
}

#[test]
fn a_changed_setting_keeps_the_rest_of_the_file() {
    let mut ctx = context!();
    fs::write(ctx.layout().config(), "# mine\noffline = false  # for now\nfuture = 1\n").unwrap();
    gover_snapshot!(
        ctx.gover(["config", "set", "offline", "yes"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
offline is now yes in [ROOT]/gover/config.toml (`gover config set offline false` undoes this)

"#]]
    );
    ctx.gover(["config", "set", "sources", "goproxy, https://m.example/go"]).success();
    assert_eq!(
        fs::read_to_string(ctx.layout().config()).unwrap(),
        "# mine\noffline = true  # for now\nfuture = 1\nsources = [\"goproxy\", \"https://m.example/go\"]\n"
    );
    let output = ctx.gover(["config", "list"]);
    assert!(output.success().stderr.contains("warning: ") && output.stderr.contains("`future`"), "{output}");
    gover_snapshot!(
        ctx.gover(["config", "set", "offline", ""]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
offline was removed from [ROOT]/gover/config.toml (`gover config set offline true` undoes this)

"#]]
    );
    assert_eq!(ctx.gover(["config", "get", "offline"]).success().text(), "false");
    ctx.set("GOVER_OFFLINE", "1");
    let output = ctx.gover(["config", "set", "offline", "false"]);
    assert!(output.success().stderr.contains("warning: GOVER_OFFLINE still sets it to true"), "{output}");
}

#[test]
fn an_unknown_setting_or_invalid_value_is_a_usage_error() {
    let mut ctx = context!();
    gover_snapshot!(
        ctx.gover(["config", "set", "offlin", "true"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: there is no setting `offlin`
hint: gover config set offline true

"#]]
    );
    gover_snapshot!(
        ctx.gover(["config", "set", "offline", "perhaps"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `offline` cannot be `perhaps`: it must be true or false
hint: gover config set offline true

"#]]
    );
    ctx.gover(["config", "get", "colour"]).exits(2);
    ctx.gover(["config", "what"]).exits(2);
    assert!(!ctx.layout().config().exists());
    ctx.set("GOVER_AUTO_INSTALL", "perhaps");
    gover_snapshot!(
        ctx.gover(["list"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: GOVER_AUTO_INSTALL is `perhaps`, which is neither true nor false
hint: set GOVER_AUTO_INSTALL to 1 or 0, or unset it

"#]]
    );
}

#[test]
fn invalid_sources_are_refused_when_they_are_set() {
    let ctx = context!();
    for sources in ["godev", "ftp://m.example", "goproxy,what"] {
        let output = ctx.gover(["config", "set", "sources", sources]);
        assert!(output.exits(2).stderr.contains("is not a source"), "{sources}\n{output}");
    }
    assert!(!ctx.layout().config().exists());
}

#[test]
fn the_shim_follows_the_settings() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.write(".go-version", "1.91.2\n");
    ctx.gover(["config", "set", "offline", "true"]).success();
    ctx.shim("go", ["fake-report"]).exits(127);
    ctx.gover(["config", "set", "offline", "false"]).success();
    ctx.shim("go", ["fake-report"]).success();
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_settings_with_a_password() {
    use std::os::unix::fs::PermissionsExt;

    let ctx = context!();
    let mode = || fs::metadata(ctx.layout().config()).unwrap().permissions().mode() & 0o777;
    let open = || fs::set_permissions(ctx.layout().config(), fs::Permissions::from_mode(0o644)).unwrap();
    ctx.gover(["config", "set", "offline", "false"]).success();
    open();
    ctx.gover(["config", "set", "sources", "https://mirror.example/go,go.dev"]).success();
    assert_eq!(mode(), 0o644);
    ctx.gover(["config", "set", "sources", "https://ann:secret@mirror.example/go,go.dev"]).success();
    assert_eq!(mode(), 0o600);
    // The password is there still.
    open();
    ctx.gover(["config", "set", "offline", "false"]).success();
    assert_eq!(mode(), 0o600);
    // What a person set stays.
    fs::set_permissions(ctx.layout().config(), fs::Permissions::from_mode(0o400)).unwrap();
    ctx.gover(["config", "set", "offline", "true"]).success();
    assert_eq!(mode(), 0o400);
}
