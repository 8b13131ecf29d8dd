//! What an archive holds besides the programs: docs, completions, man pages, licences.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gover_shell::ShellKind;
use gover_update::ReleaseBuild;

use super::dependencies::Dependencies;
use super::files::Entry;
use super::licences;
use super::sign;
use super::target::Target;
use crate::process::variable;

pub(super) fn documents(
    target: &Target,
    root: &Path,
    dependencies: &Dependencies,
) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for name in ["README.md", "LICENSE", "NOTICE"] {
        entries.push(Entry::text(name, text(&root.join(name))?));
    }
    let script = target.install_script();
    entries.push(Entry { is_program: true, ..Entry::text(script, install_script(script, root)?) });
    let licence = text(&root.join("LICENSE"))?;
    entries.push(Entry::text("THIRD-PARTY.md", licences::page(target, dependencies, &licence)?));
    for (shell, name) in COMPLETIONS {
        entries
            .push(Entry::text(format!("completions/{name}"), gover::completions(*shell).unwrap_or_default()));
    }
    for page in gover::man_pages() {
        entries.push(Entry::text(format!("man/{}", page.name), page.text));
    }
    Ok(entries)
}

/// A script with the constants of this release: where releases are, and the keys that sign them.
pub(super) fn install_script(name: &str, root: &Path) -> Result<String, String> {
    let base = variable("GOVER_RELEASE_BASE").unwrap_or_default();
    let further = variable("GOVER_RELEASE_KEYS").unwrap_or_default();
    let known = ReleaseBuild::compiled("").keys;
    // Those that were set when xtask was built may be set now, too.
    let keys: BTreeSet<&str> = known.into_iter().chain(further.split_whitespace()).collect();
    let keys: Vec<String> = keys.into_iter().map(ssh_key).collect::<Result<_, _>>()?;
    let names = if name == "install.ps1" {
        ["$DownloadBase = ", "$ReleaseKeys = "]
    } else {
        ["download_base=", "release_keys="]
    };
    let mut script = text(&root.join(name))?;
    for (constant, value) in names.iter().zip([base, keys.join(" ")]) {
        if value.contains('\'') {
            return Err(format!("`{value}` cannot stand in {name}"));
        }
        let empty = format!("\n{constant}''\n");
        if script.matches(&empty).count() != 1 {
            return Err(format!("{name} has no line `{constant}''`"));
        }
        script = script.replace(&empty, &format!("\n{constant}'{value}'\n"));
    }
    Ok(script)
}

/// A text of the checkout, which may have the line ends of Windows.
fn text(path: &Path) -> Result<String, String> {
    Ok(crate::files::read(path)?.replace("\r\n", "\n"))
}

/// A public key as SSH writes it, from `NAME+ID+DATA`.
fn ssh_key(verifier: &str) -> Result<String, String> {
    let data = verifier.splitn(3, '+').nth(2).and_then(|data| BASE64_STANDARD.decode(data).ok());
    let key = data.as_deref().and_then(|data| data.strip_prefix(&[sign::ED25519]));
    let key = key.filter(|key| key.len() == 32);
    key.map(|key| BASE64_STANDARD.encode(sign::ssh_public(key)))
        .ok_or_else(|| format!("`{verifier}` is not a public key; see GOVER_RELEASE_KEYS and crates/gover-update/src/release_build.rs"))
}

/// The names that each shell looks for.
const COMPLETIONS: &[(ShellKind, &str)] = &[
    (ShellKind::Bash, "gover.bash"),
    (ShellKind::Zsh, "_gover"),
    (ShellKind::Fish, "gover.fish"),
    (ShellKind::PowerShell, "gover.ps1"),
    (ShellKind::Nu, "gover.nu"),
    (ShellKind::Elvish, "gover.elv"),
];
