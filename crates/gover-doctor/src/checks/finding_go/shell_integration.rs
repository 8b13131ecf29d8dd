//! The shell function `gover` is missing or belongs to another gover.

use gover_shell::ShellKind;

use super::startup_order::StartupOrder;
use crate::snapshot::startup::StartupFile;
use crate::{Check, Evidence, Finding, MachinePath, Os, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "shell-integration",
    summary: text!(
        en "the shell function `gover` is missing or belongs to another gover",
        zh "缺少 shell 函数 `gover`，或者它属于另一个 gover",
    ),
    symptom: text!(
        en "`gover use 1.22` works in the shell, but not in a script or subshell; or `gover use` has no \
            effect, because the function calls a gover with another home.",
        zh "`gover use 1.22` 在 shell 里有效，在脚本或子 shell 里无效；或者 `gover use` 根本不起作用，因为\
            函数调用的 gover 用的是另一个目录。",
    ),
    cause: text!(
        en "The shell's startup file has no line with `gover init`, or the line names a gover that was \
            installed elsewhere.",
        zh "shell 的启动文件里没有 `gover init` 那一行，或者那一行指向装在别处的 gover。",
    ),
    repair: text!(
        en "`gover setup` writes the line for your login shell, and for each other shell whose startup file or \
            configuration directory exists. For other shells, run the command shown. Remove a line \
            that names another gover yourself.",
        zh "`gover setup` 会把这一行写给你的登录 shell，以及启动文件或配置目录已经存在的其他 shell。别的 \
            shell 请运行列出的命令。指向另一个 gover 的行，请自己删除。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(order) = StartupOrder::of(snapshot) else { return Vec::new() };
    let Some(load_line) = order.shell.syntax().load_line() else { return Vec::new() };
    let mut loading: Vec<Loading> = match order.shell {
        ShellKind::Nu => saved_for_nu(snapshot).into_iter().collect(),
        shell => order.read.iter().flat_map(|file| in_file(snapshot, shell, file)).collect(),
    };
    let is_loaded = !loading.is_empty();
    loading.retain(|(_, program)| !is_own(snapshot, program.as_ref()));
    if !loading.is_empty() {
        return vec![of_another(snapshot, load_line, order.shell, loading)];
    }
    if is_loaded {
        return Vec::new();
    }
    let what = text!(
        en "new {shell} shells do not load the function `gover`",
        zh "新开的 {shell} 不加载函数 `gover`",
        shell = order.shell,
    );
    let why = text!(
        en "the choice of `gover use` then applies to this shell only, not to scripts and programs that it starts",
        zh "这样 `gover use` 的选择只在这个 shell 里有效，对它启动的脚本和程序无效",
    );
    let command = match order.shell {
        shell if is_set_up_by_gover(snapshot, shell) => "gover setup".to_owned(),
        ShellKind::Nu => load_line.to_owned(),
        _ => order.append(load_line),
    };
    let evidence = match snapshot.startup.files.iter().rfind(|file| file.shell == order.shell) {
        Some(file) => Evidence::path(&file.path, "has no line with `gover init` and none of `gover setup`"),
        None => Evidence::path(&snapshot.home, format!("has no {} startup file", order.shell)),
    };
    vec![Finding::note(what, why).shown_by([evidence]).command(command)]
}

/// Whether `gover setup` writes the line: for the login shell, and for each shell whose files are
/// there.
fn is_set_up_by_gover(snapshot: &Snapshot<'_>, shell: ShellKind) -> bool {
    if snapshot.system.is_windows() || matches!(shell, ShellKind::Posix | ShellKind::Cmd) {
        return false;
    }
    let has_directory = |name: &str| {
        let configuration = [snapshot.xdg_configuration(), snapshot.user_configuration()];
        configuration.into_iter().flatten().any(|path| snapshot.is_directory(&path.join(name)))
    };
    let is_there = match shell {
        ShellKind::Nu => has_directory("nushell"),
        ShellKind::Fish => has_directory("fish"),
        ShellKind::Elvish => has_directory("elvish"),
        _ => snapshot.startup.own().any(|file| file.shell == shell),
    };
    is_there || snapshot.variable("SHELL").and_then(ShellKind::parse) == Some(shell)
}

/// A place that loads the function, and the gover that it calls; `None` if that is not found.
type Loading = (Evidence, Option<MachinePath>);

fn of_another(snapshot: &Snapshot<'_>, load_line: &str, shell: ShellKind, others: Vec<Loading>) -> Finding {
    let what = text!(
        en "{shell} loads the function `gover` of another gover",
        zh "{shell} 加载的函数 `gover` 属于另一个 gover",
        shell = shell,
    );
    let why = text!(
        en "`gover use` selects a version that this gover, and its `go`, may not know",
        zh "`gover use` 选的版本，这个 gover 和它的 `go` 可能并不知道",
    );
    let own = snapshot.short(&program_of(snapshot));
    others.into_iter().fold(Finding::warning(what, why), |finding, (evidence, program)| {
        let command = match &evidence {
            Evidence::Line { file, line, .. } => match snapshot.system.os {
                Os::Windows => format!("notepad '{file}'  # line {line}"),
                Os::MacOs => format!("sed -i '' '{line}s/^/: # gover doctor: /' '{file}'"),
                Os::Linux | Os::Other => format!("sed -i '{line}s/^/: # gover doctor: /' '{file}'"),
            },
            _ => load_line.to_owned(),
        };
        let fact = |program: &MachinePath| {
            if snapshot.exists(program) {
                format!("is not {own}")
            } else {
                format!("does not exist; this gover is {own}")
            }
        };
        let program = program.map(|program| Evidence::path(&program, fact(&program)));
        finding.shown_by([evidence]).shown_by(program).command(command)
    })
}

fn in_file(snapshot: &Snapshot<'_>, shell: ShellKind, file: &StartupFile) -> Vec<Loading> {
    // Other shells read POSIX files too, which load the function for `sh`.
    let names = [shell.name(), "sh", file.shell.name()];
    let is_call = |line: &str| {
        let rest = line.split(" init ").nth(1).unwrap_or_default();
        let behind = |name: &&str| rest.strip_prefix(name);
        names.iter().filter_map(behind).any(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    file.statements()
        .filter(|(_, line)| line.contains("gover") && (is_call(line) || line.contains("(GOVER_SHELL=")))
        .map(|(number, line)| (Evidence::line(&file.path, number, &line), program_in(snapshot, &line)))
        .collect()
}

/// The `gover` that a line starts: by its path, or the first on PATH.
fn program_in(snapshot: &Snapshot<'_>, line: &str) -> Option<MachinePath> {
    let word = words(line).into_iter().find(|word| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
        name == "gover" || name.eq_ignore_ascii_case("gover.exe")
    })?;
    let home = snapshot.home.as_str();
    let names = ["${HOME}", "$HOME", "$E:HOME"];
    let path = names.iter().fold(word, |path, name| path.replace(name, home));
    if let Some(rest) = path.strip_prefix("~/") {
        return Some(snapshot.home.join(rest));
    }
    if path.contains(['/', '\\']) {
        return Some(snapshot.system.path(path));
    }
    let mut programs = snapshot.path().into_iter().map(|entry| entry.program("gover"));
    programs.find(|path| snapshot.is_file(path))
}

/// The words of a line, each without its quotes: `"$HOME"/bin` is one. A command inside quotes is
/// made of words, too.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        let is_bracket = "()`".contains(c);
        if is_bracket || quote.is_none() && (c.is_whitespace() || "=&|".contains(c)) {
            words.push(String::new());
            quote = quote.filter(|_| !is_bracket);
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && "\"'".contains(c) {
            quote = Some(c);
        } else if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words
}

/// Nushell loads every file in `autoload`; gover's line saves one there.
fn saved_for_nu(snapshot: &Snapshot<'_>) -> Option<Loading> {
    let is_usual = snapshot.system.is_windows() || snapshot.variable("XDG_CONFIG_HOME").is_none();
    let configuration = if is_usual { snapshot.user_configuration() } else { snapshot.xdg_configuration() }?;
    let path = configuration.join("nushell/autoload/gover.nu");
    let text = snapshot.text(&path)?;
    let own = program_of(snapshot);
    let program = if text.contains(&ShellKind::Nu.syntax().quote(own.as_str())) {
        Some(own)
    } else {
        text.lines().filter(|line| line.contains("^\"")).find_map(|line| program_in(snapshot, line))
    };
    Some((Evidence::path(path, "contains the function"), program))
}

/// Whether it is this gover. A name that is not on PATH and a path with variables may be, so they
/// count as this gover.
fn is_own(snapshot: &Snapshot<'_>, program: Option<&MachinePath>) -> bool {
    program.filter(|program| !program.as_str().contains(['$', '%'])).is_none_or(|program| {
        let own = program_of(snapshot);
        *program == own || snapshot.real(program) == snapshot.real(&own)
    })
}

fn program_of(snapshot: &Snapshot<'_>) -> MachinePath {
    snapshot.gover.bin.program("gover")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    fn nu_function(program: &str) -> String {
        format!("# gover for Nushell: gover init nu\ndef gover [] {{\n  ^\"{program}\" ...$arguments\n}}\n")
    }

    #[test]
    fn a_missing_function_is_a_note() {
        let machine = Machine::linux().file("~/.bashrc", "export PATH=~/.gover/bin:$PATH\n");
        let findings = machine.findings("shell-integration");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].fix.commands, ["gover setup"]);
        let windows = Machine::windows().findings("shell-integration");
        assert_eq!(windows[0].severity, Severity::Note);
        assert_eq!(
            windows[0].fix.commands,
            ["New-Item (Split-Path $PROFILE) -ItemType Directory -Force | Out-Null; \
                 Add-Content $PROFILE 'gover init powershell | Out-String | Invoke-Expression'"]
        );
    }

    #[test]
    fn the_line_is_written_by_setup_or_else_in_a_directory_that_exists() {
        let command = |machine: &Machine, shell: ShellKind| {
            let mut machine = machine.clone();
            machine.shell = Some(shell);
            machine.findings("shell-integration")[0].fix.commands.clone()
        };
        let machine = Machine::linux().var("SHELL", "");
        let elvish =
            "mkdir -p ~/.config/elvish; echo 'eval (gover init elvish | slurp)' >> ~/.config/elvish/rc.elv";
        assert_eq!(command(&machine, ShellKind::Elvish), [elvish]);
        assert!(
            command(&machine, ShellKind::Nu)[0]
                .starts_with("mkdir ($nu.default-config-dir | path join autoload); ")
        );
        for (shell, program, directory) in [
            (ShellKind::Elvish, "/usr/bin/elvish", "~/.config/elvish"),
            (ShellKind::Nu, "/usr/bin/nu", "~/.config/nushell"),
        ] {
            assert_eq!(command(&machine.clone().directory(directory), shell), ["gover setup"]);
            assert_eq!(command(&machine.clone().var("SHELL", program), shell), ["gover setup"]);
        }
        assert_eq!(command(&machine.var("SHELL", "/usr/bin/pwsh"), ShellKind::PowerShell), ["gover setup"]);
    }

    #[test]
    fn a_function_of_another_gover_is_a_warning() {
        let machine = Machine::linux()
            .program("/opt/gover/bin/gover", "manager")
            .file("~/.bashrc", "# mine\neval \"$(/opt/gover/bin/gover init bash)\"\n");
        let findings = machine.findings("shell-integration");
        assert_eq!(findings[0].severity, Severity::Warning);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "/home/ann/.bashrc:2: eval \"$(/opt/gover/bin/gover init bash)\"",
                "/opt/gover/bin/gover: is not ~/.gover/bin/gover"
            ]
        );
        assert_eq!(findings[0].fix.commands, ["sed -i '2s/^/: # gover doctor: /' '/home/ann/.bashrc'"]);

        let bare = Machine::linux()
            .program("/opt/gover/bin/gover", "manager")
            .path_first("/opt/gover/bin")
            .file("~/.bashrc", "eval \"$(gover init bash)\"\n");
        assert_eq!(bare.findings("shell-integration")[0].severity, Severity::Warning);

        let mut nu =
            Machine::linux().file("~/.config/nushell/autoload/gover.nu", &nu_function("/old/bin/gover"));
        nu.shell = Some(ShellKind::Nu);
        let findings = nu.findings("shell-integration");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert!(findings[0].fix.commands[0].contains("gover init nu | save"));
    }

    #[test]
    fn a_function_that_was_written_down_is_read() {
        let written = |program: &str| {
            let line = format!("  __gover_command=$(GOVER_SHELL=bash '{program}' \"$@\") || return\n");
            Machine::linux().file("~/.bashrc", &line).findings("shell-integration")
        };
        assert_eq!(written("/home/ann/.gover/bin/gover"), []);
        assert_eq!(written("/old/bin/gover")[0].severity, Severity::Warning);
    }

    #[test]
    fn the_program_is_read_as_each_shell_reads_it() {
        let silent = |mut machine: Machine, shell: ShellKind, file: &str, line: &str| {
            machine.shell = Some(shell);
            assert_eq!(machine.file(file, line).findings("shell-integration"), [], "{line}");
        };
        for line in [
            "eval \"$(\"$HOME\"/.gover/bin/gover init bash)\"\n",
            "eval \"$(\"${HOME}/.gover/bin/gover\" init bash)\"\n",
            "eval \"$('/home/ann/.gover/bin/gover' init bash)\"\n",
            "eval \"`~/.gover/bin/gover init bash`\"\n",
        ] {
            silent(Machine::linux(), ShellKind::Bash, "~/.bashrc", line);
        }
        // What `gover setup` writes.
        let elvish = "eval ((external $E:HOME\"/.gover/bin/gover\") init elvish | slurp)\n";
        silent(Machine::linux(), ShellKind::Elvish, "~/.config/elvish/rc.elv", elvish);
        let line = "eval \"$('/opt/my go/bin/gover' init bash)\"\n";
        let findings = Machine::linux().file("~/.bashrc", line).findings("shell-integration");
        assert!(
            findings[0].evidence[1].to_string().starts_with("/opt/my go/bin/gover: does not exist"),
            "{findings:?}"
        );
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("shell-integration"), []);
        }
        let profile = r"~/Documents\PowerShell\Microsoft.PowerShell_profile.ps1";
        let line = "gover init powershell | Out-String | Invoke-Expression\n";
        assert_eq!(Machine::windows().file(profile, line).findings("shell-integration"), []);
        let mut nu = Machine::linux()
            .file("~/.config/nushell/autoload/gover.nu", &nu_function("/home/ann/.gover/bin/gover"));
        nu.shell = Some(ShellKind::Nu);
        assert_eq!(nu.findings("shell-integration"), []);
        for line in [
            r#"& "$HOME\.gover\bin\gover.exe" init powershell | Out-String | Invoke-Expression"#,
            r#"& "$env:USERPROFILE\.gover\bin\gover.exe" init powershell | Out-String | Invoke-Expression"#,
        ] {
            assert_eq!(Machine::windows().file(profile, line).findings("shell-integration"), []);
        }
        let not_yet = Machine::linux()
            .var("PATH", "/usr/bin")
            .file("~/.bashrc", "export PATH=~/.gover/bin:$PATH\neval \"$(gover init bash)\"\n");
        assert_eq!(not_yet.findings("shell-integration"), []);
        let mut cmd = Machine::windows();
        cmd.shell = Some(ShellKind::Cmd);
        assert_eq!(cmd.findings("shell-integration"), []);
    }
}
