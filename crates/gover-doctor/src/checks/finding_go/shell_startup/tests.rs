use super::*;
use crate::testing::Machine;

#[test]
fn a_setting_in_a_file_of_another_shell_is_found() {
    let machine = Machine::macos().file("~/.bash_profile", "# mine\nexport GOPRIVATE=corp.example/*\n");
    let findings = machine.findings("shell-startup");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].what.en, "GOPRIVATE is set in ~/.bash_profile, which zsh never reads");
    assert_eq!(
        findings[0].evidence[0].to_string(),
        "/Users/ann/.bash_profile:2: export GOPRIVATE=corp.example/*"
    );
    assert_eq!(
        findings[0].fix.commands,
        [r"printf '%s\n' 'export GOPRIVATE='\''corp.example/*'\''' >> ~/.zshrc"]
    );
    assert_eq!(machine.clone().var("GOPRIVATE", "x").findings("shell-startup"), []);
    let mut fish = machine.clone().file("~/.config/fish/config.fish", "");
    fish.shell = Some(ShellKind::Fish);
    let finding = &fish.findings("shell-startup")[0];
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.fix.commands[0].contains("set -gx GOPRIVATE"), "{:?}", finding.fix.commands);
    let repeated = machine.file("~/.zprofile", "export GOPRIVATE='corp.example/*'\n");
    assert_eq!(repeated.findings("shell-startup"), []);
}

#[test]
fn a_profile_that_bash_ignores_is_found() {
    let machine = Machine::linux()
        .file("~/.bash_profile", "[ -r ~/.bashrc ] && . ~/.bashrc\n")
        .file("~/.profile", "export GOFLAGS=-mod=mod\nexport GOPATH=$HOME/go\n");
    let findings = machine.findings("shell-startup");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].what.en, "GOFLAGS is set in ~/.profile, which bash never reads");
}

#[test]
fn gover_that_only_another_shell_loads_is_found() {
    let mut machine = Machine::linux().var("PATH", "/usr/bin:/bin");
    machine.shell = Some(ShellKind::Zsh);
    let findings = machine.findings("shell-startup");
    assert_eq!(findings[0].what.en, "gover is loaded in ~/.bashrc, which zsh never reads");
    assert_eq!(
        findings[0].fix.commands,
        [r#"printf '%s\n' 'eval "$(/home/ann/.gover/bin/gover init zsh)"' >> ~/.zshrc"#]
    );
}

#[test]
fn lines_of_a_removed_manager_are_found_and_commented_out() {
    let gvm = "[[ -s \"$HOME/.gvm/scripts/gvm\" ]] && source \"$HOME/.gvm/scripts/gvm\"";
    let goenv = "if command -v goenv; then\n  eval \"$(goenv init -)\"\nfi";
    let machine = Machine::linux().file("~/.bashrc", &format!("{gvm}\n{goenv}\n"));
    let findings = machine.findings("shell-startup");
    assert_eq!(findings.len(), 2);
    assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
    assert_eq!(findings[0].what.en, "~/.bashrc loads gvm, which is not installed");
    assert_eq!(findings[0].evidence[0].to_string(), format!("/home/ann/.bashrc:1: {gvm}"));
    assert_eq!(findings[1].evidence[0].to_string(), "/home/ann/.bashrc:3: eval \"$(goenv init -)\"");
    let once = machine.repaired(&findings[..1]);
    let twice = once.repaired(&once.findings("shell-startup"));
    assert_eq!(twice.findings("shell-startup"), []);
    twice.snapshot(|snapshot| {
        let text = snapshot.text(&snapshot.system.path("/home/ann/.bashrc")).unwrap();
        assert!(text.contains("\n: # gover doctor:   eval"), "{text}");
    });
    let there = machine.directory("~/.gvm").directory("~/.goenv").findings("shell-startup");
    assert!(there.iter().all(|finding| finding.severity == Severity::Note), "{there:?}");
}

#[test]
fn lines_of_asdf_and_of_both_programs_called_g_are_known() {
    for (name, line) in [
        ("asdf", "export PATH=\"${ASDF_DATA_DIR:-$HOME/.asdf}/shims:$PATH\""),
        ("asdf", ". \"$HOME/.asdf/asdf.sh\""),
        ("g", "if [ -f \"${HOME}/.g/env\" ]; then\n  . \"${HOME}/.g/env\"\nfi"),
        ("g", "export PATH=\"${HOME}/bin:${HOME}/.g/go/bin:$PATH\""),
        ("g", "export GOPATH=\"$HOME/go\"; export PATH=\"$GOPATH/bin:$PATH\"; # g-install: do NOT edit"),
    ] {
        let machine = Machine::linux().file("~/.bashrc", &format!("{}{line}\n", Machine::block("bash")));
        let findings = machine.findings("shell-startup");
        let what: Vec<&str> = findings.iter().map(|finding| finding.what.en.as_str()).collect();
        assert_eq!(what, [format!("~/.bashrc loads {name}, which is not installed")], "{line}");
        assert!(
            !findings[0].fix.changes.is_empty() || !findings[0].fix.commands.is_empty(),
            "{line} {findings:?}"
        );
        let there = machine.clone().program(&format!("/usr/bin/{name}"), "").findings("shell-startup");
        assert_eq!(there.is_empty(), name == "asdf", "{line}: {there:?}");
        let with_go = machine.directory("~/.asdf/plugins/golang").directory("~/.g").findings("shell-startup");
        assert_eq!(with_go[0].what.en, format!("{name} is also loaded, in ~/.bashrc"), "{line}");
    }
}

#[test]
fn an_old_goroot_of_another_shell_is_found_and_commented_out() {
    let machine = Machine::linux().file("~/.zshrc", "export GOROOT=/usr/local/go\n");
    let findings = machine.findings("shell-startup");
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.zshrc:1: export GOROOT=/usr/local/go");
    assert_eq!(machine.repaired(&findings).findings("shell-startup"), []);
}

#[test]
fn an_unreadable_file_is_reported() {
    let mut machine = Machine::linux().file("~/.profile", "umask 022\n");
    machine.disk.forbid_reading("/home/ann/.profile");
    let findings = machine.findings("shell-startup");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].what.en, "you may not read ~/.profile");
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.profile: permission denied");
    assert_eq!(
        findings[0].fix.commands,
        ["sudo chown \"$(id -un)\" /home/ann/.profile && chmod u+r /home/ann/.profile"]
    );
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("shell-startup"), []);
        let usual = machine.file("~/.bash_profile", "export GOPATH=$HOME/go\nexport EDITOR=vi\n");
        assert_eq!(usual.findings("shell-startup"), []);
    }
    let mise = Machine::linux()
        .file("~/.zshrc", "eval \"$(mise activate zsh)\"\n")
        .file("~/.profile", "export PATH=$PATH:~/.local/share/mise/shims\n");
    assert_eq!(mise.findings("shell-startup"), []);
}
