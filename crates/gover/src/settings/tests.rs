use std::fs;
use std::path::PathBuf;

use super::*;
use crate::cli::Color;

fn resolve(config: &str, variables: &[(&str, &str)], offline: bool) -> Result<Settings, SettingsError> {
    let root = tempfile::tempdir().unwrap();
    let layout = Layout::new(root.path().to_owned());
    fs::write(layout.config(), config).unwrap();
    let env = Env::from_map(variables.iter().copied(), PathBuf::from("/"));
    let global = Global { color: Color::Never, offline, quiet: false, verbose: false };
    Settings::resolve(&global, &env, &layout)
}

#[test]
fn the_command_line_beats_the_environment_beats_the_file() {
    let settings =
        resolve("auto_install = false\noffline = false\n", &[("GOVER_AUTO_INSTALL", "1")], true).unwrap();
    assert!(settings.auto_install.value);
    assert_eq!(settings.auto_install.origin, SettingOrigin::Environment("GOVER_AUTO_INSTALL"));
    assert_eq!(settings.offline.origin, SettingOrigin::Option("--offline"));
    assert_eq!(settings.require_sumdb.origin, SettingOrigin::Builtin);
    assert_eq!(settings.arch.value, None);
    let settings = resolve("", &[("GOVER_ARCH", "arm64")], false).unwrap();
    assert_eq!(settings.arch.value.map(Arch::as_str), Some("arm64"));
    assert_eq!(settings.arch.origin, SettingOrigin::Environment("GOVER_ARCH"));
    let settings = resolve("sources = [\"goproxy\"]", &[], false).unwrap();
    assert_eq!(settings.sources.value, ["goproxy"]);
}

#[test]
fn what_cannot_be_understood_is_an_error() {
    for (config, variables) in [
        ("auto_install = ", &[][..]),
        ("auto_install = \"maybe\"", &[]),
        ("sources = [1]", &[]),
        ("", &[("GOVER_OFFLINE", "perhaps")]),
        ("", &[("GOVER_ARCH", "x86_64")]),
    ] {
        assert!(resolve(config, variables, false).is_err(), "{config}");
    }
}

#[test]
fn a_change_keeps_comments_and_order() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("config.toml");
    fs::write(&path, "# mine\noffline = false # slow line\nfuture = 1\n").unwrap();
    let mut file = ConfigFile::read(&path).unwrap();
    assert_eq!(file.unknown(), ["future"]);
    file.set("offline", "on").unwrap();
    file.set("sources", "goproxy, go.dev").unwrap();
    file.write().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, "# mine\noffline = true # slow line\nfuture = 1\nsources = [\"goproxy\", \"go.dev\"]\n");
    assert!(file.set("offlin", "on").is_err());
    assert!(file.set("offline", "perhaps").is_err());
}

/// Settings of a machine with this policy, and the user's own.
fn governed(policy: &str, config: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let root = tempfile::tempdir().unwrap();
    let layout = Layout::new(root.path().to_owned());
    fs::write(layout.config(), config).unwrap();
    let path = root.path().join("policy.toml");
    fs::write(&path, policy).unwrap();
    let env = Env::from_map(variables.iter().copied(), PathBuf::from("/")).with_machine_config(path);
    let global = Global { color: Color::Never, offline: false, quiet: false, verbose: false };
    Settings::resolve(&global, &env, &layout)
}

#[test]
fn a_policy_that_locks_nothing_only_changes_what_stands_without_a_choice() {
    let policy = "require_sumdb = true\nsources = [\"goproxy\"]\n";
    let settings = governed(policy, "", &[]).unwrap();
    assert!(settings.require_sumdb.value);
    assert!(matches!(settings.require_sumdb.origin, SettingOrigin::Machine(_)));
    assert_eq!(settings.sources.value, ["goproxy"]);
    let settings = governed(policy, "sources = [\"go.dev\"]", &[("GOVER_REQUIRE_SUMDB", "0")]).unwrap();
    assert!(!settings.require_sumdb.value);
    assert_eq!(settings.sources.value, ["go.dev"]);
    assert!(settings.refused.is_empty());
}

#[test]
fn nothing_loosens_what_the_policy_locks() {
    let policy = "require_sumdb = true\nsources = [\"https://a.example\", \"goproxy\"]\nauto_install = false\n\
                  locked = [\"require_sumdb\", \"sources\", \"auto_install\", \"offline\"]\n";
    let loose = [
        ("GOVER_REQUIRE_SUMDB", "0"),
        ("GOVER_SOURCES", "goproxy,https://b.example"),
        ("GOVER_AUTO_INSTALL", "1"),
        ("GOVER_GODEV_URL", "https://c.example"),
        ("GOSUMDB", "sum.own+abcdef01+key https://c.example"),
    ];
    let file = "require_sumdb = false\nsources = [\"go.dev\"]\nauto_install = true\n";
    for (config, variables, refused) in [("", &loose[..], 5), (file, &[][..], 3)] {
        let settings = governed(policy, config, variables).unwrap();
        assert!(settings.require_sumdb.value && !settings.auto_install.value);
        assert_eq!(settings.sources.value, ["https://a.example", "goproxy"]);
        assert_eq!(settings.refused.len(), refused, "{:?}", settings.refused);
        assert!(settings.refused.iter().all(|line| line.contains("policy.toml locks")));
    }
    // Stricter is allowed: fewer sources, no network.
    let strict = [("GOVER_SOURCES", "goproxy"), ("GOVER_OFFLINE", "1")];
    let settings = governed(policy, "", &strict).unwrap();
    assert_eq!(settings.sources.value, ["goproxy"]);
    assert!(settings.offline.value && settings.refused.is_empty());
}

#[test]
fn a_locked_setting_without_a_value_stays_at_the_built_in_one() {
    let settings = governed("locked = [\"sources\"]", "sources = [\"https://b.example\"]", &[]).unwrap();
    assert_eq!(settings.sources.value, ["go.dev", "goproxy"]);
    assert_eq!(settings.refused.len(), 1);
}

#[test]
fn a_policy_that_cannot_be_understood_is_an_error() {
    for policy in [
        "locked = ",
        "locked = [\"sorces\"]",
        "locked = true",
        "minimum_go = 1.22",
        "minimum_go = \"new\"",
        "require_sumdb = \"maybe\"",
    ] {
        assert!(governed(policy, "", &[]).is_err(), "{policy}");
    }
    let settings = governed("minimum_go = \"go1.22\"", "", &[]).unwrap();
    assert_eq!(settings.policy.minimum_go.unwrap().to_string(), "1.22");
}
