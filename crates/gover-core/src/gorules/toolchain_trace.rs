use super::environment::GoEnv;
use crate::env::vars;

/// What Go prints about its decision with `GODEBUG=toolchaintrace=1`. If the shim switches in its
/// place, the shim prints the same. Go does so since 1.24, the shim for older toolchains too: nobody
/// asks for it by accident.
pub(super) struct ToolchainTrace {
    /// `None` if nobody asked.
    lines: Option<Vec<String>>,
    /// The value of GOTOOLCHAIN as these lines name it: `auto`, `<name>+path`.
    setting: String,
}

impl ToolchainTrace {
    pub(super) fn new(settings: &GoEnv<'_>) -> Self {
        Self { lines: is_asked_for(settings).then(Vec::new), setting: "auto".to_owned() }
    }

    /// GOTOOLCHAIN is `setting`, which means at least `name`.
    pub(super) fn minimum(&mut self, name: &str, setting: &str) {
        let mode = setting.split_once('+').map_or(setting, |(_, mode)| mode);
        self.setting = if setting.contains('+') { format!("<name>+{mode}") } else { mode.to_owned() };
        if setting != "auto" && setting != "path" {
            self.say(|_| format!("go: default toolchain set to {name} from GOTOOLCHAIN={setting}"));
        }
    }

    /// The line of that key in `file` asks for `name`.
    pub(super) fn raised(&mut self, name: &str, key: &str, file: &str) {
        self.say(|allowed| {
            format!(
                "go: upgrading toolchain to {name} (required by {key} line in {file}; upgrade allowed by \
                 GOTOOLCHAIN={allowed})"
            )
        });
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }

    fn say(&mut self, line: impl FnOnce(&str) -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(line(&self.setting));
        }
    }
}

/// The last setting of a name counts (`internal/godebug`). Only the environment has GODEBUG.
fn is_asked_for(settings: &GoEnv<'_>) -> bool {
    let Some(value) = settings.variable(vars::GODEBUG) else { return false };
    let mut parts = value.rsplit(',').filter_map(|part| part.split_once('='));
    parts.find(|(name, _)| *name == "toolchaintrace").is_some_and(|(_, value)| value == "1")
}
