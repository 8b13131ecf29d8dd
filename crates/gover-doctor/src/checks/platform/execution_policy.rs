//! Windows PowerShell may not run the profile that contains gover's lines.

use gover_shell::ShellKind;

use crate::snapshot::registry::Hive;
use crate::{Check, Evidence, Finding, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "execution-policy",
    summary: text!(
        en "Windows PowerShell may not run its profile",
        zh "Windows PowerShell 不能运行它的配置文件",
    ),
    symptom: text!(
        en "`… Microsoft.PowerShell_profile.ps1 cannot be loaded because running scripts is disabled on \
            this system` (in Chinese `因为在此系统上禁止运行脚本`), in red, at each start of Windows PowerShell; and `gover use` does not change the \
            shell.",
        zh "每次打开 Windows PowerShell 都有红色的 `因为在此系统上禁止运行脚本`（英文 \
            `… Microsoft.PowerShell_profile.ps1 cannot be loaded because running scripts is disabled on this system`）\
            ；`gover use` 对这个 shell 不起作用。",
    ),
    cause: text!(
        en "By default Windows PowerShell may not run scripts, and a profile is a script.",
        zh "Windows PowerShell 默认不能运行脚本，而配置文件（profile）就是脚本。",
    ),
    repair: text!(
        en "`Set-ExecutionPolicy -Scope CurrentUser RemoteSigned` allows your own scripts. It affects \
            security, so you decide. A group policy can only be changed by an administrator; PowerShell 7 is \
            not affected.",
        zh "`Set-ExecutionPolicy -Scope CurrentUser RemoteSigned` 允许运行你自己的脚本。这关系到安全，由你\
            决定。组策略只有管理员能改；PowerShell 7 不受影响。",
    ),
    scope: scope::windows,
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    // PowerShell 7 has its own policy in a file; the default is RemoteSigned.
    let mut files = snapshot.startup.files.iter().filter(|file| file.shell == ShellKind::PowerShell);
    let (profile, line, text) = files.find_map(|file| {
        let is_windows_own = file.path.as_str().contains(r"\WindowsPowerShell\");
        let mut lines = file.lines().into_iter().filter(|_| is_windows_own);
        lines.find(|(_, line)| line.contains("gover")).map(|(line, text)| (file, line, text))
    })?;
    let (name, evidence, is_forced) = policy(snapshot);
    if !matches!(name.as_str(), "restricted" | "allsigned" | "default") {
        return None;
    }
    let finding = Finding::warning(
        text!(
            en "Windows PowerShell may not run scripts, and gover's lines are in its profile",
            zh "Windows PowerShell 不能运行脚本，而 gover 的行就在它的配置文件里",
        ),
        text!(
            en "the function for `gover use` is missing there, and each start shows an error",
            zh "那里没有 `gover use` 需要的函数，而且每次打开都会报错",
        ),
    );
    let command = if is_forced {
        "Get-ExecutionPolicy -List"
    } else {
        "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"
    };
    let evidence = [Evidence::line(&profile.path, line, text), evidence];
    Some(finding.shown_by(evidence).command(snapshot.in_powershell(command.to_owned())))
}

/// The name in lower case, what sets it, and whether it is a group policy.
type Policy = (String, Evidence, bool);

/// The effective policy: group, process, user, machine, default (`about_Execution_Policies`).
fn policy(snapshot: &Snapshot<'_>) -> Policy {
    const GROUP: &str = r"SOFTWARE\Policies\Microsoft\Windows\PowerShell";
    const OWN: &str = r"SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell";
    let policy = |name: &str, evidence, is_forced| (name.to_ascii_lowercase(), evidence, is_forced);
    let stored = |hive: Hive, key: &str, is_forced| {
        let value = snapshot.registry.shown(hive, key, "ExecutionPolicy")?;
        let evidence = Evidence::registry(hive, key, "ExecutionPolicy", value.as_str());
        let policy = policy(&value, evidence, is_forced);
        (!matches!(policy.0.as_str(), "undefined" | "")).then_some(policy)
    };
    let disabled = |hive: Hive| {
        let number = snapshot.registry.number(hive, GROUP, "EnableScripts")?;
        let evidence = Evidence::registry(hive, GROUP, "EnableScripts", number.to_string());
        (number == 0).then(|| policy("restricted", evidence, true))
    };
    let group = |hive| disabled(hive).or_else(|| stored(hive, GROUP, true));
    let process = || {
        let name = "PSExecutionPolicyPreference";
        Some(policy(snapshot.variable(name)?, snapshot.variable_evidence(name), false))
    };
    // Windows clients forbid scripts by default, servers allow local ones.
    let default = || {
        let key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
        let kind = snapshot.registry.shown(Hive::Machine, key, "InstallationType");
        let is_server = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("server"));
        let name = if is_server { "RemoteSigned" } else { "Restricted" };
        policy(name, Evidence::answer("Get-ExecutionPolicy", format!("{name}, the default")), false)
    };
    group(Hive::Machine)
        .or_else(|| group(Hive::User))
        .or_else(process)
        .or_else(|| stored(Hive::User, OWN, false))
        .or_else(|| stored(Hive::Machine, OWN, false))
        .unwrap_or_else(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    const OWN: &str = r"SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell";
    const GROUP: &str = r"SOFTWARE\Policies\Microsoft\Windows\PowerShell";

    fn with_profile(version: &str) -> Machine {
        let path = format!(r"~/Documents\{version}\Microsoft.PowerShell_profile.ps1");
        Machine::windows().file(&path, "# mine\ngover init powershell | Out-String | Invoke-Expression\n")
    }

    #[test]
    fn the_default_of_windows_is_reported_with_the_command() {
        let machine = with_profile("WindowsPowerShell");
        let findings = machine.findings("execution-policy");
        assert_eq!(findings[0].severity, Severity::Warning);
        let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                r"C:\Users\ann\Documents\WindowsPowerShell\Microsoft.PowerShell_profile.ps1:2: gover init powershell | Out-String | Invoke-Expression",
                "Get-ExecutionPolicy: Restricted, the default"
            ]
        );
        assert_eq!(findings[0].fix.commands, ["Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"]);
        assert_eq!(findings[0].fix.changes, []);
        // As the command leaves it.
        let allowed = machine.registry(Hive::User, OWN, "ExecutionPolicy", "RemoteSigned");
        assert_eq!(allowed.findings("execution-policy"), []);
    }

    #[test]
    fn a_group_policy_comes_before_what_the_user_set() {
        let machine = with_profile("WindowsPowerShell")
            .registry(Hive::User, OWN, "ExecutionPolicy", "RemoteSigned")
            .registry(Hive::Machine, GROUP, "ExecutionPolicy", "AllSigned");
        let findings = machine.findings("execution-policy");
        assert_eq!(
            findings[0].evidence[1].to_string(),
            r"HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ExecutionPolicy = AllSigned"
        );
        assert_eq!(findings[0].fix.commands, ["Get-ExecutionPolicy -List"]);
        let mut machine = with_profile("WindowsPowerShell");
        machine.registry.put_number(Hive::User, GROUP, "EnableScripts", 0);
        assert!(
            machine.findings("execution-policy")[0].evidence[1].to_string().ends_with("EnableScripts = 0")
        );
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("execution-policy"), []);
        }
        assert_eq!(with_profile("PowerShell").findings("execution-policy"), []);
        let machine = with_profile("WindowsPowerShell");
        assert_eq!(
            machine.clone().var("PSExecutionPolicyPreference", "Bypass").findings("execution-policy"),
            []
        );
        let key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
        let server = machine.registry(Hive::Machine, key, "InstallationType", "Server");
        assert_eq!(server.findings("execution-policy"), []);
    }
}
