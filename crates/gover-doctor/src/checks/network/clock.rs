//! The clock is so wrong that certificates are refused.

use std::time::Duration;

use gover_core::ToolchainName;
use gover_core::date::Date;
use gover_source::Verdict;

use crate::snapshot::network::{self, NetworkFacts};
use crate::{Check, Evidence, Finding, Os, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "clock",
    summary: text!(
        en "the clock is so wrong that certificates are refused",
        zh "时钟差得太多，证书被拒绝",
    ),
    symptom: text!(
        en "`x509: certificate has expired or is not yet valid: current time 2019-01-01T… is before …`, for \
            every address.",
        zh "不管访问哪个地址，都报 `x509: certificate has expired or is not yet valid: current time \
            2019-01-01T… is before …`。",
    ),
    cause: text!(
        en "The machine's clock is wrong: an empty battery, a suspended virtual machine or WSL, a board \
            without a clock.",
        zh "本机的时钟不对：电池没电了，虚拟机或 WSL 挂起过，或者主板没有时钟。",
    ),
    repair: text!(
        en "Set the clock with the commands shown, and let the system keep it synchronized.",
        zh "用列出的命令校准时钟，并让系统自动同步。",
    ),
    scope: scope::network,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let network = snapshot.network.as_ref();
    let asked = network.into_iter().flat_map(NetworkFacts::iter);
    let refused = asked.filter(|asked| asked.verdict == Verdict::CertificateTime);
    let refused: Vec<Evidence> = refused.map(network::evidence).collect();
    let why_if_refused = text!(
        en "certificates are refused as expired or not yet valid, so downloads fail",
        zh "证书会被当成已过期或尚未生效而拒绝，下载就会失败",
    );
    let finding = if let Some(ahead) = network.and_then(|network| network.clock_ahead) {
        let size = ahead.unsigned_abs();
        if size < TOLERATED {
            return Vec::new();
        }
        let direction = if ahead > 0 { text!(en "ahead", zh "快") } else { text!(en "behind", zh "慢") };
        let what = text!(
            en "the clock is {span} {direction}",
            zh "时钟{direction}了 {span}",
            span = span(size), direction = direction,
        );
        if size > DAY || !refused.is_empty() {
            Finding::error(what, why_if_refused)
        } else {
            let why = text!(
                en "files may seem to come from the future, and tokens may be refused",
                zh "文件的时间可能像是在未来，令牌可能被拒绝",
            );
            Finding::warning(what, why)
        }
    } else if let Some((name, date)) = released_later(snapshot) {
        let text = format!("{}, but {name} was released on {date}", Date::of(snapshot.system.now));
        let what = text!(
            en "the clock shows a time before a known Go release",
            zh "时钟显示的时间早于某个已知 Go 版本的发布日期",
        );
        Finding::error(what, why_if_refused).shown_by([Evidence::answer("the clock", text)])
    } else {
        // Without the time of any server, it may also be a server's expired certificate.
        return Vec::new();
    };
    vec![finding.shown_by(refused).commands(commands(snapshot).iter().copied())]
}

/// A release that is newer than the clock's time.
fn released_later<'a>(snapshot: &'a Snapshot<'_>) -> Option<(&'a ToolchainName, Date)> {
    // Time zones differ by up to a day.
    let today = Date::of(snapshot.system.now + Duration::from_secs(DAY));
    let dated = snapshot.releases.iter().rev().filter_map(|release| Some((&release.name, release.date?)));
    dated.filter(|(_, date)| *date > today).max_by_key(|(_, date)| *date)
}

fn commands(snapshot: &Snapshot<'_>) -> &'static [&'static str] {
    match (snapshot.system.os, snapshot.system.distribution.as_str()) {
        (Os::Windows, _) => &["net start w32time", "w32tm /resync"],
        (Os::MacOs, _) => &["sudo sntp -sS time.apple.com"],
        _ if snapshot.system.is_wsl => &["sudo hwclock -s"],
        (_, "alpine") => &["doas rc-update add ntpd", "doas rc-service ntpd start"],
        _ => &["sudo timedatectl set-ntp true"],
    }
}

/// `3 days`, `2 hours`, `10 minutes`.
fn span(seconds: u64) -> Words {
    let (count, unit) = match seconds {
        _ if seconds >= 2 * DAY => (seconds / DAY, text!(en "days", zh "天")),
        _ if seconds >= 2 * 3600 => (seconds / 3600, text!(en "hours", zh "小时")),
        _ => (seconds / 60, text!(en "minutes", zh "分钟")),
    };
    text!(en "{count} {unit}", zh "{count} {unit}", count = count, unit = unit)
}

const DAY: u64 = 86_400;

/// Smaller differences cause no problems; this is the limit of Kerberos.
const TOLERATED: u64 = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::{Machine, asked, midnight};

    fn ahead(machine: Machine, seconds: i64) -> Machine {
        machine.network(|network| network.clock_ahead = Some(seconds))
    }

    #[test]
    fn a_wrong_clock_is_reported_with_the_command_that_sets_it() {
        for (machine, command) in [
            (Machine::linux(), "sudo timedatectl set-ntp true"),
            (Machine::macos(), "sudo sntp -sS time.apple.com"),
            (Machine::windows(), "w32tm /resync"),
            (Machine::alpine(), "doas rc-service ntpd start"),
        ] {
            let findings = ahead(machine, -3 * 86_400).findings("clock");
            assert_eq!(
                (findings[0].severity, findings[0].what.en.as_str()),
                (Severity::Error, "the clock is 3 days behind")
            );
            assert_eq!(findings[0].fix.commands.last().map(String::as_str), Some(command));
        }
        let findings = ahead(Machine::linux(), 600).findings("clock");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Warning, "the clock is 10 minutes ahead")
        );
        let mut sleeping = Machine::linux();
        sleeping.system.is_wsl = true;
        assert_eq!(ahead(sleeping, -7200).findings("clock")[0].fix.commands, ["sudo hwclock -s"]);
    }

    #[test]
    fn refused_certificates_make_a_wrong_clock_an_error() {
        let machine = ahead(Machine::linux(), 7200)
            .network(|network| network.proxies = vec![asked("https://a.example", Verdict::CertificateTime)]);
        let findings = machine.findings("clock");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "https://a.example: its certificate is not valid at the time of this machine's clock (250ms)"
        );
        // A clock that is right, and a certificate that is not.
        let machine = ahead(machine, 5);
        assert!(machine.findings("clock").is_empty());
    }

    #[test]
    fn a_clock_before_a_known_release_is_wrong_without_network() {
        let mut machine = Machine::linux();
        machine.system.now = midnight(2019, 1, 1);
        let findings = machine.findings("clock");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "the clock: 2019-01-01, but go1.22.5 was released on 2024-07-02"
        );
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("clock").is_empty());
            assert!(ahead(machine, -20).findings("clock").is_empty());
        }
    }
}
