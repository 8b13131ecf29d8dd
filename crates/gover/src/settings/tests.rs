use std::fs;
use std::path::PathBuf;

use gover_core::Diagnose as _;

use super::*;
use crate::Failure;

fn resolve(config: &str, variables: &[(&str, &str)], offline: bool) -> Result<Settings, SettingsError> {
    let root = tempfile::tempdir().unwrap();
    let layout = Layout::new(root.path().to_owned());
    fs::write(layout.config(), config).unwrap();
    let env = Env::from_map(variables.iter().copied(), PathBuf::from("/"));
    Settings::resolve(offline, &env, &layout)
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
    write_policy(&path, policy);
    let env = Env::from_map(variables.iter().copied(), PathBuf::from("/")).with_machine_config(path);
    Settings::resolve(false, &env, &layout)
}

/// Writes a file that only its owner may change, whatever the umask.
fn write_policy(path: &Path, policy: &str) {
    gover_sys::file::limit_writers(path);
    fs::write(path, policy).unwrap();
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
        "sources = [\"godev\"]",
        "mininum_go = \"1.22\"",
    ] {
        let error = governed(policy, "", &[]).unwrap_err();
        assert!(error.to_string().contains("policy.toml"), "{policy}: {error}");
        assert!(error.hints()[0].contains("ask an administrator"), "{policy}: {error:?}");
    }
    let error = |policy| governed(policy, "", &[]).unwrap_err().to_string();
    assert!(error("locked = [\"sources\", \"sorces\"]").contains("`sorces`"));
    assert!(error("mininum_go = \"1.22\"").contains("`mininum_go`"));
    let settings = governed("minimum_go = \"go1.22\"", "", &[]).unwrap();
    assert_eq!(settings.policy.minimum_go.unwrap().version.to_string(), "1.22");
}

#[test]
fn a_lock_on_sources_alone_holds_against_what_go_reads() {
    let policy = "sources = [\"goproxy\"]\nlocked = [\"sources\"]\n";
    let root = tempfile::tempdir().unwrap();
    let user = root.path().join("env");
    fs::write(&user, "GOPROXY=https://p.example\nGOSUMDB=sum.own+abcdef01+key\n").unwrap();
    for variables in [
        [("GOENV", "off"), ("GOPROXY", "https://p.example|direct"), ("GOSUMDB", "sum.own+abcdef01+key")],
        [("GOENV", user.to_str().unwrap()), ("GOPROXY", ""), ("GOSUMDB", "")],
    ] {
        let settings = governed(policy, "", &variables).unwrap();
        let starts: Vec<_> = settings.refused.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(starts, ["GOPROXY", "GOSUMDB"], "{variables:?}");
        assert!(settings.refused[1].contains("`sources`"), "{:?}", settings.refused);
    }
    // These let no other server in.
    let strict = [("GOENV", "off"), ("GOPROXY", "off"), ("GOSUMDB", "sum.golang.org https://relay.example")];
    assert!(governed(policy, "", &strict).unwrap().refused.is_empty());
}

#[test]
fn sources_are_compared_by_what_they_mean() {
    let root = tempfile::tempdir().unwrap();
    let (real, other) = (root.path().join("real"), root.path().join("real-not"));
    for directory in [&real, &other] {
        fs::create_dir(directory).unwrap();
    }
    let policy =
        format!("sources = [\"https://a.example/go\", '{}']\nlocked = [\"sources\"]\n", real.display());
    let around = other.join("..").join("real");
    let refused = |source: &str| {
        let settings = governed(&policy, "", &[("GOENV", "off"), ("GOVER_SOURCES", source)]).unwrap();
        (settings.refused.len(), settings.sources.origin == SettingOrigin::Environment("GOVER_SOURCES"))
    };
    for same in ["https://a.example/go/", around.to_str().unwrap(), real.to_str().unwrap()] {
        assert_eq!(refused(same), (0, true), "{same}");
    }
    for other in [
        "https://a.example/go.evil",
        "https://a.example.evil/go",
        "http://a.example/go",
        other.to_str().unwrap(),
    ] {
        assert_eq!(refused(other), (1, false), "{other}");
    }
}

#[test]
fn the_policy_holds_where_the_settings_of_the_user_are_broken() {
    let root = tempfile::tempdir().unwrap();
    let layout = Layout::new(root.path().join("home"));
    fs::create_dir(layout.home()).unwrap();
    fs::write(layout.config(), "auto_install = ").unwrap();
    let path = root.path().join("policy.toml");
    write_policy(&path, "sources = [\"goproxy\"]\nminimum_go = \"1.22\"\nlocked = [\"sources\"]\n");
    let env = Env::from_map([("GOENV", "off")], PathBuf::from("/")).with_machine_config(path);
    let settings = Settings::resolve_leniently(false, &env, &layout);
    assert_eq!(settings.sources.value, ["goproxy"]);
    assert!(settings.policy.locks("sources") && settings.policy.minimum_go.is_some());
    keep_mirrored(&layout, &env, None);
    assert_eq!(ShimState::read(&layout.shim_state()).minimum, GoVersion::parse("1.22").ok());
}

#[cfg(unix)]
#[test]
fn a_file_that_users_can_write_to_is_not_a_policy() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = tempfile::tempdir().unwrap();
    let layout = Layout::new(root.path().join("home"));
    let (directory, path) = (root.path().join("etc"), root.path().join("etc/config.toml"));
    fs::create_dir(&directory).unwrap();
    fs::write(&path, "offline = true\nlocked = [\"offline\"]\n").unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let env = Env::from_map([("GOENV", "off")], PathBuf::from("/")).with_machine_config(path.clone());
    for (of_directory, of_file, is_policy) in
        [(0o755, 0o644, true), (0o755, 0o666, false), (0o777, 0o644, false)]
    {
        mode(&directory, of_directory);
        mode(&path, of_file);
        let settings = Settings::resolve(false, &env, &layout).unwrap();
        assert_eq!((settings.offline.value, settings.refused.is_empty()), (is_policy, is_policy));
        assert!(is_policy || settings.refused[0].contains("every user can write"), "{:?}", settings.refused);
    }
}

#[test]
fn no_hint_names_what_the_policy_locks() {
    let settings = governed("locked = [\"sources\"]\n", "", &[]).unwrap();
    let place = settings.policy.place();
    let hints = |hints: &[&str]| {
        let failure = hints.iter().fold(Failure::new("x", "kept"), |failure, hint| failure.hint_first(*hint));
        settings.policy.without_detours(failure).report().unwrap().hints.clone()
    };
    let locked = format!("{place} locks `sources`; ask its administrator");
    assert_eq!(hints(&[]), ["kept"]);
    assert_eq!(hints(&["add go.dev to GOVER_SOURCES", "set GOPROXY"]), ["kept", &locked]);
    assert_eq!(hints(&["unset GOVER_OFFLINE"]), ["unset GOVER_OFFLINE", "kept"]);
    let free = governed("sources = [\"goproxy\"]\n", "", &[]).unwrap();
    let failure = free.policy.without_detours(Failure::new("x", "set GOVER_SOURCES"));
    assert_eq!(failure.report().unwrap().hints, ["set GOVER_SOURCES"]);
}
