//! Windows: a store in a profile that Windows copies at each sign-in and sign-out.

use crate::snapshot::registry::Hive;
use crate::{Evidence, Finding, Snapshot, text};

pub(super) fn finding(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let home = &snapshot.gover.home;
    if !snapshot.system.is_windows() || !home.is_inside(&snapshot.home) || is_left_out(snapshot) {
        return None;
    }
    let (key, server) = central_profile(snapshot)?;
    let what = text!(
        en "{home} is in a roaming profile",
        zh "{home} 在漫游配置文件里",
        home = snapshot.short(home),
    );
    let why = text!(
        en "Windows copies it at each sign-in and sign-out, and a toolchain has about 15,000 files",
        zh "每次登录和注销时 Windows 都要复制它，而一个工具链大约有 15,000 个文件",
    );
    let finding = Finding::note(what, why).shown_by([Evidence::registry(
        Hive::Machine,
        &key,
        "CentralProfile",
        server,
    )]);
    let local = snapshot.system.path(snapshot.variable("LOCALAPPDATA")?).join("gover");
    let may_move = snapshot.may_change_store() && !snapshot.exists(&local);
    Some(finding.commands(may_move.then(|| snapshot.move_store(&local))))
}

/// Whether Windows leaves the store out when it copies the profile.
fn is_left_out(snapshot: &Snapshot<'_>) -> bool {
    const KEY: &str = r"Software\Microsoft\Windows NT\CurrentVersion\Winlogon";
    let excluded = snapshot.registry.shown(Hive::User, KEY, "ExcludeProfileDirs").unwrap_or_default();
    let names = excluded.split(';').map(str::trim).chain([r"AppData\Local", r"AppData\LocalLow"]);
    let mut directories = names.filter(|name| !name.is_empty()).map(|name| snapshot.home.join(name));
    directories.any(|directory| snapshot.gover.home.is_inside(&directory))
}

/// The key of this user's profile, and its place on a server; `None` if it stays on this machine.
fn central_profile(snapshot: &Snapshot<'_>) -> Option<(String, String)> {
    const KEY: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
    snapshot.registry.keys(Hive::Machine, KEY).into_iter().find_map(|user| {
        let key = format!(r"{KEY}\{user}");
        let image = snapshot.registry.shown(Hive::Machine, &key, "ProfileImagePath")?;
        let is_own = snapshot.system.path(snapshot.expand(&image)) == snapshot.home;
        let server = snapshot.registry.shown(Hive::Machine, &key, "CentralProfile")?;
        (is_own && !server.is_empty()).then_some((key, server))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    fn roaming(machine: Machine) -> Machine {
        const KEY: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-7";
        machine
            .registry(Hive::Machine, KEY, "ProfileImagePath", r"%SystemDrive%\Users\ann")
            .registry(Hive::Machine, KEY, "CentralProfile", r"\\files\profiles\ann.V6")
            .var("SystemDrive", "C:")
    }

    #[test]
    fn a_store_in_a_roaming_profile_is_a_note() {
        let machine = roaming(Machine::windows());
        let findings = machine.findings("store");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Note));
        assert_eq!(findings[0].what.en, r"~\.gover is in a roaming profile");
        assert!(findings[0].evidence[0].to_string().ends_with(r"CentralProfile = \\files\profiles\ann.V6"));
        assert_eq!(
            findings[0].fix.commands,
            [
                r"Move-Item C:\Users\ann\.gover C:\Users\ann\AppData\Local\gover; if ($?) { & C:\Users\ann\AppData\Local\gover\bin\gover.exe setup }"
            ]
        );
        let of_others = machine.read_only(r"C:\Users\ann\.gover").findings("store");
        assert!(of_others.iter().all(|finding| !finding.fix.commands.concat().contains("Move-Item")));
    }

    #[test]
    fn what_is_not_copied_is_silent() {
        let mut local = roaming(Machine::windows());
        local.gover.home = local.system.path(r"C:\Users\ann\AppData\Local\gover");
        assert!(local.findings("store").iter().all(|finding| !finding.what.en.contains("roaming")));
        let excluded = roaming(Machine::windows()).registry(
            Hive::User,
            r"Software\Microsoft\Windows NT\CurrentVersion\Winlogon",
            "ExcludeProfileDirs",
            r"AppData\Local;.gover",
        );
        assert_eq!(excluded.findings("store"), []);
        let mut of_another = roaming(Machine::windows());
        of_another.home = of_another.system.path(r"C:\Users\bob");
        of_another.gover.home = of_another.system.path(r"C:\Users\bob\.gover");
        assert!(of_another.findings("store").is_empty());
    }
}
