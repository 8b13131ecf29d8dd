//! `.wslconfig` in the user's directory on Windows, read from either side.

use crate::{Edit, Evidence, Finding, MachinePath, Snapshot, Words, text};

/// The settings of `.wslconfig`.
pub(super) struct Config {
    pub(super) path: MachinePath,
    entries: Vec<Entry>,
    sections: Vec<String>,
}

/// `key = value`, with the section that it is in.
struct Entry {
    line: usize,
    text: String,
    /// Empty above the first section.
    section: String,
    key: String,
    value: String,
}

impl Config {
    /// `None` if the user's directory on Windows is not known. A file that does not exist has no
    /// settings.
    pub(super) fn read(snapshot: &Snapshot<'_>) -> Option<Self> {
        let path = home(snapshot)?.join(".wslconfig");
        let text = snapshot.text(&path).unwrap_or_default();
        let (mut entries, mut sections, mut section) = (Vec::new(), Vec::new(), String::new());
        for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let code = text.split('#').next().unwrap_or_default().trim();
            if let Some(name) = code.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.trim().clone_into(&mut section);
                sections.push(section.clone());
            } else if let Some((key, value)) = code.split_once('=') {
                let (key, value) = (key.trim().to_owned(), value.trim().trim_matches('"').to_owned());
                let text = text.trim().to_owned();
                entries.push(Entry { line, text, section: section.clone(), key, value });
            }
        }
        Some(Self { path, entries, sections })
    }

    /// The value of a setting where it has an effect, in lower case.
    fn value(&self, name: &str) -> Option<(&Entry, String)> {
        let entry = self.entries.iter().find(|entry| is(&entry.key, name) && entry.works())?;
        Some((entry, entry.value.to_ascii_lowercase()))
    }

    /// How WSL is connected, in lower case. What WSL does not know means the default.
    pub(super) fn mode(&self) -> String {
        let value = self.value("networkingMode").map(|(_, value)| value);
        value.filter(|value| MODES.contains(&value.as_str())).unwrap_or_else(|| "nat".to_owned())
    }

    /// What says how WSL is connected.
    pub(super) fn evidence(&self, snapshot: &Snapshot<'_>) -> Evidence {
        match self.value("networkingMode") {
            Some((entry, _)) => entry.evidence(&self.path),
            None if snapshot.is_file(&self.path) => Evidence::path(&self.path, "does not set networkingMode"),
            None => Evidence::path(&self.path, "does not exist"),
        }
    }

    pub(super) fn dns_tunneling_off(&self) -> Option<Evidence> {
        let (entry, _) = self.value("dnsTunneling").filter(|(_, value)| value == "false")?;
        Some(entry.evidence(&self.path))
    }

    /// The edit after which WSL has the network of Windows.
    pub(super) fn mirrored(&self) -> Edit {
        let line = "networkingMode=mirrored".to_owned();
        match self.value("networkingMode") {
            Some((entry, _)) => self.edit(in_place_of(entry.line), &[line]),
            None => self.in_section("wsl2", vec![line]),
        }
    }

    fn in_section(&self, section: &str, mut lines: Vec<String>) -> Edit {
        if self.sections.iter().any(|known| is(known, section)) {
            let place = text!(en "in the section [{section}]", zh "[{section}] 一节里", section = section);
            return self.edit(place, &lines);
        }
        lines.insert(0, format!("[{section}]"));
        self.edit(text!(en "at its end", zh "末尾").into(), &lines)
    }

    fn edit(&self, place: Words, lines: &[String]) -> Edit {
        Edit::new(self.path.to_string(), place, lines)
    }

    /// Settings of the network that have no effect as they are written.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let found = self.entries.iter().filter_map(|entry| {
            self.misplaced(entry).or_else(|| self.misspelled(entry)).or_else(|| self.unknown_mode(entry))
        });
        found.collect()
    }

    fn misplaced(&self, entry: &Entry) -> Option<Finding> {
        let (name, right) = entry.known().filter(|_| !entry.works())?;
        let what = if entry.section.is_empty() {
            text!(
                en "{file} sets {name} above every section",
                zh "{file} 在所有小节之前设置了 {name}",
                file = self.path, name = name,
            )
        } else {
            text!(
                en "{file} sets {name} in the section `[{section}]`",
                zh "{file} 在 `[{section}]` 一节里设置了 {name}",
                file = self.path, name = name, section = entry.section,
            )
        };
        let why = text!(
            en "WSL reads it in `[{right}]` and ignores it here",
            zh "WSL 只认 `[{right}]` 里的，写在这里不起作用",
            right = right,
        );
        let edit = self.in_section(right, vec![entry.text.clone()]);
        Some(Finding::note(what, why).shown_by([entry.evidence(&self.path)]).edited_by([edit]))
    }

    fn misspelled(&self, entry: &Entry) -> Option<Finding> {
        let name = entry.meant()?;
        let what = text!(
            en "{file} sets `{key}`, which WSL does not know",
            zh "{file} 设置了 `{key}`，WSL 不认识它",
            file = self.path, key = entry.key,
        );
        let why = text!(
            en "WSL ignores it; the setting is called `{name}`",
            zh "WSL 会忽略它，正确的名字是 `{name}`",
            name = name,
        );
        let edit = self.edit(in_place_of(entry.line), &[format!("{name}={}", entry.value)]);
        Some(Finding::note(what, why).shown_by([entry.evidence(&self.path)]).edited_by([edit]))
    }

    fn unknown_mode(&self, entry: &Entry) -> Option<Finding> {
        let is_known = MODES.iter().any(|mode| is(mode, &entry.value));
        if !is(&entry.key, "networkingMode") || is_known {
            return None;
        }
        let what = text!(
            en "{file} sets networkingMode to `{value}`, which WSL does not know",
            zh "{file} 把 networkingMode 设成 `{value}`，WSL 不认识这个值",
            file = self.path, value = entry.value,
        );
        let why = text!(
            en "WSL uses NAT instead; the others are mirrored, consomme (earlier virtioproxy), bridged and none",
            zh "WSL 会改用 NAT；其他的值有 `mirrored`、`consomme`（旧名 `virtioproxy`）、`bridged` 和 `none`",
        );
        let finding = Finding::note(what, why).shown_by([entry.evidence(&self.path)]);
        Some(finding.edited_by([self.mirrored()]))
    }
}

impl Entry {
    /// The name of a setting of the network, and the section where it belongs.
    fn known(&self) -> Option<(&'static str, &'static str)> {
        SETTINGS.into_iter().find(|(name, _)| is(name, &self.key))
    }

    /// Whether WSL reads it here. Those of [wsl2] were in [experimental] once, which still works.
    fn works(&self) -> bool {
        self.known().is_some_and(|(_, right)| is(&self.section, right) || is(&self.section, "experimental"))
    }

    /// The setting that a name which WSL does not know may mean.
    fn meant(&self) -> Option<&'static str> {
        let letters = |text: &str| -> String {
            let letters = text.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|c| c.to_ascii_lowercase()).collect()
        };
        let key = letters(&self.key);
        if self.known().is_some() {
            return None;
        }
        if matches!(key.as_str(), "networkmode" | "network" | "networking" | "netmode") {
            return Some("networkingMode");
        }
        let is_near =
            |name: &str| similar::TextDiff::from_chars(letters(name).as_str(), key.as_str()).ratio() > 0.85;
        SETTINGS.into_iter().map(|(name, _)| name).find(|name| is_near(name))
    }

    fn evidence(&self, file: &MachinePath) -> Evidence {
        Evidence::line(file, self.line, &self.text)
    }
}

fn in_place_of(line: usize) -> Words {
    text!(en "in place of line {line}", zh "替换第 {line} 行", line = line)
}

/// WSL does not tell capital letters from others in names.
fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// The user's directory on Windows. In WSL, the PATH of Windows names it.
fn home(snapshot: &Snapshot<'_>) -> Option<MachinePath> {
    if snapshot.system.is_windows() {
        return (!snapshot.home.is_empty()).then(|| snapshot.home.clone());
    }
    let handed_over = snapshot.variable("USERPROFILE").map(|path| snapshot.system.path(path));
    let in_path = || {
        let above = |path: &MachinePath| {
            let (above, _) = path.as_str().split_once("/AppData/")?;
            Some(snapshot.system.path(above))
        };
        snapshot.path().iter().find_map(above)
    };
    let handed_over = handed_over.filter(super::is_of_windows);
    handed_over.or_else(|| in_path().filter(super::is_of_windows))
}

/// Settings of the network, each with its section (`wsl::core::Config::ParseConfigFile`).
const SETTINGS: [(&str, &str); 9] = [
    ("networkingMode", "wsl2"),
    ("dnsTunneling", "wsl2"),
    ("autoProxy", "wsl2"),
    ("firewall", "wsl2"),
    ("bestEffortDnsParsing", "experimental"),
    ("dnsTunnelingIpAddress", "experimental"),
    ("initialAutoProxyTimeout", "experimental"),
    ("ignoredPorts", "experimental"),
    ("hostAddressLoopback", "experimental"),
];

const MODES: [&str; 6] = ["nat", "mirrored", "consomme", "virtioproxy", "bridged", "none"];
