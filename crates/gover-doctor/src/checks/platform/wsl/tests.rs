use gover_source::Verdict;

use crate::Severity;
use crate::finding::Finding;
use crate::snapshot::disk::FileSystem;
use crate::testing::{Machine, asked};

const CONFIG: &str = "/mnt/c/Users/ann/.wslconfig";

fn wsl() -> Machine {
    let mut machine = Machine::linux()
        .mounted("/mnt/c", FileSystem { kind: "9p".to_owned(), is_remote: true, ..FileSystem::default() });
    machine.system.is_wsl = true;
    "5.15.153.1-microsoft-standard-WSL2".clone_into(&mut machine.system.release);
    machine
}

/// With the PATH of Windows behind that of Linux, and this `.wslconfig`.
fn configured(config: &str) -> Machine {
    let machine = wsl();
    let path = machine.variables.value("PATH").unwrap().to_owned();
    let machine =
        machine.var("PATH", &format!("{path}:/mnt/c/Users/ann/AppData/Local/Microsoft/WindowsApps"));
    if config.is_empty() { machine } else { machine.file(CONFIG, config) }
}

fn one(machine: &Machine) -> Finding {
    let mut found = machine.findings("wsl");
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// The place and the lines of the only edit.
fn edit(finding: &Finding) -> (&str, String) {
    let [edit] = finding.fix.edits.as_slice() else { panic!("{finding:?}") };
    assert_eq!(edit.file, CONFIG);
    (edit.place.en.as_str(), edit.lines.join("\n"))
}

#[test]
fn settings_in_another_section_are_moved() {
    let experimental = "[wsl2]\nmemory=4GB\n[boot]\nnetworkingMode = mirrored # why\n";
    let finding = one(&configured(experimental));
    assert_eq!(finding.severity, Severity::Note);
    assert_eq!(finding.what.en, format!("{CONFIG} sets networkingMode in the section `[boot]`"));
    assert_eq!(edit(&finding), ("in the section [wsl2]", "networkingMode = mirrored # why".to_owned()));
    let above = one(&configured("autoproxy=false\n"));
    assert_eq!(above.what.en, format!("{CONFIG} sets autoProxy above every section"));
    assert_eq!(edit(&above), ("at its end", "[wsl2]\nautoproxy=false".to_owned()));
    let only = one(&configured("[WSL2]\nhostAddressLoopback=true\n"));
    assert_eq!(edit(&only), ("at its end", "[experimental]\nhostAddressLoopback=true".to_owned()));
}

#[test]
fn misspelled_settings_and_values_are_corrected() {
    let key = one(&configured("[wsl2]\nnetworkMode=mirrored\n"));
    assert_eq!(key.what.en, format!("{CONFIG} sets `networkMode`, which WSL does not know"));
    assert_eq!(edit(&key), ("in place of line 2", "networkingMode=mirrored".to_owned()));
    let key = one(&configured("[wsl2]\ndnsTunnelling=true\n"));
    assert_eq!(edit(&key), ("in place of line 2", "dnsTunneling=true".to_owned()));
    let value = one(&configured("[wsl2]\nnetworkingMode=mirror\n"));
    assert_eq!(value.what.en, format!("{CONFIG} sets networkingMode to `mirror`, which WSL does not know"));
    assert_eq!(edit(&value), ("in place of line 2", "networkingMode=mirrored".to_owned()));
}

#[test]
fn what_wsl_reads_is_silent() {
    for config in [
        "",
        "[wsl2]\nnetworkingMode=mirrored\ndnsTunneling=true\nautoProxy=true\nfirewall=true\nmemory=4GB\n",
        "\u{feff}[experimental]\r\nNetworkingMode=VirtioProxy\r\nignoredPorts=53\r\nsparseVhd=true\r\n",
        "# networkMode=x\n[general]\ninstanceIdleTimeout=1\n[wsl2]\nnetworkingMode=Consomme\nkernel=C:\\\\k\n",
    ] {
        assert_eq!(configured(config).findings("wsl"), [], "{config}");
    }
    // The file of another user of this machine.
    assert_eq!(wsl().file("/mnt/c/Users/eve/.wslconfig", "[x]\nautoProxy=true\n").findings("wsl"), []);
}

#[test]
fn a_proxy_of_windows_is_not_at_127_0_0_1_of_wsl() {
    const PROXY: &str = "http://127.0.0.1:7890";
    let with = |config: &str| {
        let dead = asked(PROXY, Verdict::Unreachable("connection refused".to_owned()));
        configured(config).var("HTTPS_PROXY", PROXY).network(|network| network.http_proxies = vec![dead])
    };
    let finding = one(&with(""));
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.what.en, "HTTPS_PROXY names a proxy at 127.0.0.1, and WSL uses NAT");
    assert_eq!(finding.evidence[1].to_string(), format!("{CONFIG}: does not exist"));
    assert_eq!(edit(&finding), ("at its end", "[wsl2]\nnetworkingMode=mirrored".to_owned()));
    let set = one(&with("[wsl2]\nnetworkingMode=NAT\n"));
    assert_eq!(edit(&set), ("in place of line 2", "networkingMode=mirrored".to_owned()));
    assert_eq!(with("[wsl2]\nnetworkingMode=mirrored\n").findings("wsl"), []);
    assert_eq!(with("[wsl2]\nnetworkingMode=virtioproxy\n").findings("wsl"), []);
    // What WSL says counts: it was not started again since.
    let nat = with("[wsl2]\nnetworkingMode=mirrored\n").program("/usr/bin/wslinfo", "");
    let nat = one(&nat.answers("/usr/bin/wslinfo --networking-mode", 0, "nat\n", ""));
    assert_eq!(nat.evidence[1].to_string(), "wslinfo --networking-mode: nat");
    assert_eq!(nat.fix.edits, []);
    let mirrored = with("").program("/usr/bin/wslinfo", "");
    assert_eq!(
        mirrored.answers("/usr/bin/wslinfo --networking-mode", 0, "mirrored\n", "").findings("wsl"),
        []
    );
    // A proxy of this Linux, another machine, and what nobody asked.
    let good = with("").network(|network| network.http_proxies = vec![asked(PROXY, Verdict::Good)]);
    assert_eq!(good.findings("wsl"), []);
    assert_eq!(configured("").var("HTTPS_PROXY", PROXY).findings("wsl"), []);
    assert_eq!(with("").var("HTTPS_PROXY", "http://172.30.96.1:7890").findings("wsl"), []);
    let handed_over =
        configured("").var("WSLENV", "HTTP_PROXY").var("HTTP_PROXY", "http://ann:pw@localhost:1");
    assert!(!format!("{:?}", one(&handed_over)).contains("pw@"));
    let mut first = with("");
    "4.4.0-22621-Microsoft".clone_into(&mut first.system.release);
    assert_eq!(first.findings("wsl"), []);
}

#[test]
fn names_that_only_windows_knows_need_its_name_service() {
    let with = |config: &str| {
        let unknown =
            asked("https://proxy.corp.example", Verdict::Unreachable("DNS lookup failed".to_owned()));
        configured(config).network(|network| network.proxies = vec![unknown])
    };
    let finding = one(&with("[wsl2]\ndnsTunneling=false\n"));
    assert_eq!(finding.evidence[0].to_string(), format!("{CONFIG}:2: dnsTunneling=false"));
    assert_eq!(with("[wsl2]\ndnsTunneling=true\n").findings("wsl"), []);
    assert_eq!(configured("[wsl2]\ndnsTunneling=false\n").findings("wsl"), []);
}

#[test]
fn windows_reads_its_own_file() {
    let machine = Machine::windows().file("~/.wslconfig", "[wsl]\nnetworkingMode=mirrored\n");
    let finding = one(&machine);
    assert!(
        finding.what.en.ends_with(r".wslconfig sets networkingMode in the section `[wsl]`"),
        "{finding:?}"
    );
    assert_eq!(Machine::windows().file("~/.wslconfig", "[wsl2]\nmemory=4GB\n").findings("wsl"), []);
}

#[test]
fn a_go_of_windows_before_that_of_linux_is_reported() {
    let machine =
        wsl().program("/mnt/c/Program Files/Go/bin/go.exe", "").path_first("/mnt/c/Program Files/Go/bin");
    let findings = machine.findings("wsl");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(
        findings[0].evidence[0].to_string(),
        "/mnt/c/Program Files/Go/bin/go.exe: comes before every `go` of Linux"
    );
    assert_eq!(findings[0].fix.commands, ["gover setup"]);
    let ordered = machine.path_first("/home/ann/.gover/bin");
    assert_eq!(ordered.findings("wsl"), []);
}

#[test]
fn a_project_on_a_windows_drive_is_reported_with_a_copy_command() {
    let machine = wsl().at("/mnt/c/Users/ann/shop/api").file("/mnt/c/Users/ann/shop/go.mod", "go 1.22\n");
    let findings = machine.findings("wsl");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].evidence[0].to_string(), "/mnt/c/Users/ann/shop: is on 9p");
    assert_eq!(findings[0].fix.commands, ["cp -a /mnt/c/Users/ann/shop /home/ann/shop"]);
    assert_eq!(wsl().at("/mnt/c/Users/ann").findings("wsl"), []);
    assert_eq!(wsl().at("~/shop").file("~/shop/go.mod", "go 1.22\n").findings("wsl"), []);
}

#[test]
fn a_setting_in_the_wrong_file_is_a_note() {
    let machine = wsl().file("/etc/wsl.conf", "[boot]\nsystemd=true\n[wsl2]\nnetworkingMode = mirrored\n");
    let findings = machine.findings("wsl");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Note));
    assert_eq!(findings[0].evidence[0].to_string(), "/etc/wsl.conf:4: networkingMode = mirrored");
    let edit = &findings[0].fix.edits[0];
    assert_eq!(edit.head().en, r"edit %UserProfile%\.wslconfig, in the section [wsl2]:");
    assert_eq!(edit.lines, ["networkingMode = mirrored"]);
    assert_eq!(wsl().file("/etc/wsl.conf", "[boot]\nsystemd=true\n").findings("wsl"), []);
}

#[test]
fn a_path_of_windows_that_wslenv_hands_over_is_a_warning() {
    let machine =
        wsl().var("WSLENV", "GOPROXY:GOROOT:GOPATH/p").var("GOROOT", r"C:\Go").var("GOPROXY", "direct");
    let findings = machine.findings("wsl");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning));
    assert_eq!(findings[0].what.en, "WSLENV passes GOROOT from Windows to Linux");
    assert_eq!(findings[0].evidence[1].to_string(), r"GOROOT=C:\Go (set in Windows, by WSLENV)");
    assert_eq!(findings[0].fix.commands, ["setx.exe WSLENV GOPROXY:GOPATH/p"]);
    let translated = wsl().var("WSLENV", "GOPATH/p").var("GOPATH", "/mnt/c/Users/ann/go");
    assert_eq!(translated.findings("wsl")[0].fix.commands, ["setx.exe WSLENV \"\""]);
    assert_eq!(wsl().var("WSLENV", "GOPROXY:GOPATH").var("GOPATH", "/srv/go").findings("wsl"), []);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [wsl(), Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("wsl"), []);
    }
    // A Linux whose disk happens to be mounted there.
    let linux = Machine::linux().at("/mnt/c/shop").file("/mnt/c/shop/go.mod", "go 1.22\n");
    assert_eq!(linux.findings("wsl"), []);
}
