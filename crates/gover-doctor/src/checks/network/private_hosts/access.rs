//! How go and git get credentials for a host. Whether there are any is looked at, never what they are.

use gover_source::netrc_machines;

use crate::checks::network::setting::{self, Setting};
use crate::snapshot::programs::{Patience, Ran, Run};
use crate::{Evidence, MachinePath, Snapshot};

/// The netrc file, and whether it has a user and a password for a host.
pub(super) struct Netrc {
    path: MachinePath,
    pub(super) has_entry: bool,
    pub(super) evidence: Evidence,
}

impl Netrc {
    pub(super) fn of(snapshot: &Snapshot<'_>, host: &str) -> Option<Self> {
        let path = path(snapshot)?;
        let text = snapshot.text(&path);
        let is_of_host = |machine: &String| machine.split('/').next() == Some(host);
        let has_entry = text.as_deref().is_some_and(|text| netrc_machines(text).iter().any(is_of_host));
        let fact = match (&text, has_entry) {
            (None, _) if snapshot.is_file(&path) => "cannot be read".to_owned(),
            (None, _) => "does not exist".to_owned(),
            (Some(_), true) => format!("has an entry for {host}, which may have expired or lack rights"),
            (Some(_), false) => format!("has no entry for {host}"),
        };
        let evidence = Evidence::path(snapshot.short(&path), fact);
        Some(Self { path, has_entry, evidence })
    }

    /// The command that adds an entry.
    pub(super) fn command(&self, snapshot: &Snapshot<'_>, host: &str) -> String {
        let line = format!("machine {host} login NAME password TOKEN");
        if snapshot.system.is_windows() {
            let path = snapshot.powershell_word(self.path.as_str());
            return snapshot.in_powershell(format!("Add-Content {path} '{line}'"));
        }
        let path = snapshot.below_home(&self.path, "~");
        let path = if path.starts_with("~/") && snapshot.word(&self.path) == self.path.as_str() {
            path
        } else {
            snapshot.word(&self.path)
        };
        format!("echo '{line}' >> {path}")
    }
}

/// As cmd/go finds it (`cmd/go/internal/auth.netrcPath`).
fn path(snapshot: &Snapshot<'_>) -> Option<MachinePath> {
    if let Some(path) = snapshot.variable("NETRC") {
        return Some(snapshot.system.path(path));
    }
    if snapshot.home.is_empty() {
        return None;
    }
    let old = snapshot.home.join("_netrc");
    let is_old = snapshot.system.is_windows() && snapshot.exists(&old);
    Some(if is_old { old } else { snapshot.home.join(".netrc") })
}

/// What GOAUTH says besides `netrc`, the default.
pub(super) fn goauth(snapshot: &Snapshot<'_>) -> Option<Setting> {
    Setting::of(snapshot, "GOAUTH").filter(|setting| setting.value.trim() != "netrc")
}

/// The git on PATH, asked in the home directory: go does not use the configuration of a project.
pub(super) struct Git<'a> {
    program: MachinePath,
    snapshot: &'a Snapshot<'a>,
}

impl<'a> Git<'a> {
    pub(super) fn of(snapshot: &'a Snapshot<'a>) -> Option<Self> {
        Some(Self { program: snapshot.program("git")?, snapshot })
    }

    /// Whether git may read a repository, with what it says if not. It does not ask the user. `None` if
    /// it takes too long.
    pub(super) fn reads(&self, url: &str) -> Option<Result<(), String>> {
        let ran = self.run(&["ls-remote", "-q", url, "HEAD"])?;
        if ran.code == Some(0) {
            return Some(Ok(()));
        }
        let lines = || ran.stderr.lines().map(str::trim).filter(|line| !line.is_empty());
        let said = lines().find(|line| line.starts_with("fatal:")).or_else(|| lines().next());
        Some(Err(said.unwrap_or("it failed without a message").to_owned()))
    }

    /// Whether a helper keeps credentials for an address.
    pub(super) fn has_helper(&self, url: &str) -> bool {
        let ran = self.run(&["config", "--get-urlmatch", "credential.helper", url]);
        ran.is_some_and(|ran| ran.code == Some(0) && !ran.stdout.trim().is_empty())
    }

    /// The `insteadOf` that gives an address another beginning: what stands there instead.
    pub(super) fn instead(&self, url: &str) -> Option<String> {
        let ran = self.run(&["config", "--get-regexp", r"^url\..*\.insteadof$"])?;
        let rules = ran.stdout.lines().filter_map(|line| line.split_once(' '));
        let fits = rules.filter(|(_, beginning)| url.starts_with(beginning.trim()));
        let (name, _) = fits.max_by_key(|(_, beginning)| beginning.len())?;
        Some(name.strip_prefix("url.")?.strip_suffix(".insteadof")?.to_owned())
    }

    fn run(&self, arguments: &[&str]) -> Option<Ran> {
        // As the go command starts it (`modload.Init` and `codehost`).
        let mut variables = vec![("GIT_TERMINAL_PROMPT", Some("0")), ("GCM_INTERACTIVE", Some("never"))];
        let is_chosen = |name| self.snapshot.variable(name).is_some();
        if !is_chosen("GIT_SSH") && !is_chosen("GIT_SSH_COMMAND") {
            variables.push(("GIT_SSH_COMMAND", Some("ssh -o ControlMaster=no -o BatchMode=yes")));
        }
        let home = self.snapshot.home.as_str();
        let arguments = [&["-C", home], arguments].concat();
        let run = Run {
            program: &self.program,
            arguments: &arguments,
            variables: &variables,
            input: "",
            patience: Patience::Short,
        };
        self.snapshot.programs.run(&run)
    }
}

/// Whether the user has a key for ssh.
pub(super) fn has_ssh_key(snapshot: &Snapshot<'_>) -> bool {
    let names = snapshot.disk.list(&snapshot.home.join(".ssh"));
    names.iter().any(|name| name.starts_with("id_") && name.strip_suffix(".pub").is_some())
}

/// `git@HOST` of an address for ssh, if it is one.
pub(super) fn ssh_login(address: &str) -> Option<String> {
    let rest = match address.split_once("://") {
        Some(("ssh" | "git+ssh", rest)) => rest,
        Some(_) => return None,
        None => address,
    };
    let (user, _) = rest.split_once('@')?;
    let is_word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let host = setting::host(&format!("ssh://{rest}"));
    (is_word(user) && is_word(&host)).then(|| format!("{user}@{host}"))
}
