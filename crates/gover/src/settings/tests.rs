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
