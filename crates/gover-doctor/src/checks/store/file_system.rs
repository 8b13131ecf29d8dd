//! The file system of the toolchains.

use crate::{Evidence, Finding, Os, Severity, Snapshot, text};

pub(super) fn finding(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let versions = snapshot.gover.home.join("versions");
    let system = snapshot.disk.file_system(&versions);
    // WSL uses 9p to access Windows drives.
    let is_drive = snapshot.system.is_wsl && system.kind == "9p";
    let shown = snapshot.short(&snapshot.gover.home);
    let kind = if system.kind.is_empty() { "a file system of unknown kind" } else { system.kind.as_str() };
    let (severity, place, why) = if system.forbids_programs {
        let why = text!(
            en "no toolchain in it starts; go fails with `permission denied`",
            zh "里面的工具链都无法启动，go 会报 `permission denied`",
        );
        let place = text!(en "a file system that does not allow programs", zh "不允许运行程序的文件系统");
        (Severity::Error, place, why)
    } else if is_drive {
        let why = text!(
            en "each file access leaves the virtual machine, so builds are many times slower",
            zh "每次访问文件都要离开虚拟机，所以构建会慢很多倍",
        );
        (Severity::Warning, text!(en "a Windows drive", zh " Windows 驱动器"), why)
    } else if system.is_remote {
        let why = text!(
            en "builds read the standard library from there, and locks may not work between machines",
            zh "构建要从那里读取标准库，而且不同机器之间的锁可能不起作用",
        );
        (Severity::Note, text!(en "a network drive", zh "网络驱动器"), why)
    } else {
        return None;
    };
    let mounted = if system.forbids_programs { " mounted with noexec" } else { "" };
    let what = text!(en "{home} is on {place}", zh "{home} 在{place}上", home = shown, place = place);
    let finding = Finding::new(severity, what, why)
        .shown_by([Evidence::path(&snapshot.gover.home, format!("is on {kind}{mounted}"))]);
    let home = snapshot.word(&snapshot.gover.home);
    Some(match snapshot.system.os {
        Os::Linux if system.forbids_programs => {
            finding.command(format!("sudo mount -o remount,exec \"$(findmnt -n -o TARGET -T {home})\""))
        }
        Os::Windows => {
            let command = r"[Environment]::SetEnvironmentVariable('GOVER_HOME', 'C:\gover', 'User')";
            finding.command(snapshot.in_powershell(command.to_owned()))
        }
        _ if is_drive && snapshot.may_change_store() => {
            finding.command(format!("mv {home} ~/.gover && ~/.gover/bin/gover setup"))
        }
        _ => finding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::disk::FileSystem;
    use crate::testing::Machine;

    fn mounted(machine: Machine, top: &str, kind: &str, forbids_programs: bool) -> Vec<Finding> {
        let is_remote = kind.starts_with("nfs");
        let system = FileSystem { kind: kind.to_owned(), forbids_programs, is_remote, available: None };
        machine.mounted(top, system).findings("store")
    }

    #[test]
    fn toolchains_that_may_not_start_are_an_error() {
        let findings = mounted(Machine::linux(), "/home", "ext4", true);
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
        assert_eq!(findings[0].what.en, "~/.gover is on a file system that does not allow programs");
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.gover: is on ext4 mounted with noexec");
        assert_eq!(
            findings[0].fix.commands,
            [r#"sudo mount -o remount,exec "$(findmnt -n -o TARGET -T /home/ann/.gover)""#]
        );
        assert_eq!(mounted(Machine::linux(), "/home", "ext4", false), []);
    }

    #[test]
    fn remote_disks_are_reported() {
        let findings = mounted(Machine::linux(), "/home", "nfs4", false);
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Note));
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.gover: is on nfs4");
        // Virtual machines share directories with the same file system.
        assert_eq!(mounted(Machine::linux(), "/home", "9p", false), []);
        let mut inside_windows = Machine::linux();
        inside_windows.system.is_wsl = true;
        let of_others = mounted(inside_windows.clone().read_only("~/.gover"), "/home", "9p", false);
        let is_move = |command: &String| command.starts_with("mv ");
        assert!(!of_others.iter().flat_map(|finding| &finding.fix.commands).any(is_move), "{of_others:?}");
        let findings = mounted(inside_windows, "/home", "9p", false);
        assert!(is_move(&findings[0].fix.commands[0]), "{findings:?}");
        assert_eq!(findings[0].what.en, "~/.gover is on a Windows drive");
        assert_eq!(findings[0].severity, Severity::Warning);
        let findings = mounted(Machine::windows(), r"C:\Users", "nfs", false);
        assert_eq!(findings[0].severity, Severity::Note);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("store"), []);
        }
    }
}
