//! What systemd gives to the programs that it starts for a user: units, and settings for all of them.

use super::Assignment;
use crate::MachinePath;
use crate::snapshot::Facts;
use crate::snapshot::disk::Disk;
use crate::snapshot::system::Os;

/// The assignments of units (systemd.exec(5)) and of `user.conf` (systemd-system.conf(5)). They set a
/// variable only for what such a unit starts, so they can explain a value, but setting one is not a problem.
pub(super) fn assignments(facts: &Facts, disk: &dyn Disk) -> Vec<Assignment> {
    let Some(own) = facts.xdg_configuration().filter(|_| facts.system.os == Os::Linux) else {
        return Vec::new();
    };
    let bases = [facts.system.path("/etc/systemd"), own.join("systemd")];
    let files = bases.iter().flat_map(|base| files(base, disk));
    files.flat_map(|file| of_file(facts, disk, &file)).collect()
}

fn files(base: &MachinePath, disk: &dyn Disk) -> Vec<MachinePath> {
    let user = base.join("user");
    let (mut files, mut parts) = (vec![base.join("user.conf")], vec![base.join("user.conf.d")]);
    for name in disk.list(&user) {
        let path = user.join(&name);
        if name.strip_suffix(".service").is_some() {
            files.push(path);
        } else if name.strip_suffix(".d").is_some() {
            parts.push(path);
        }
    }
    for directory in parts {
        let names = disk.list(&directory).into_iter().filter(|name| name.strip_suffix(".conf").is_some());
        files.extend(names.map(|name| directory.join(name)));
    }
    files
}

fn of_file(facts: &Facts, disk: &dyn Disk, file: &MachinePath) -> Vec<Assignment> {
    let home = facts.home.as_str();
    let mut found = Vec::new();
    for (line, text) in lines(disk, file) {
        let Some((key, value)) = text.split_once('=') else { continue };
        match key.trim() {
            "Environment" | "DefaultEnvironment" | "ManagerEnvironment" => {
                let words = words(value).into_iter().map(|word| word.replace("%h", home));
                found.extend(words.filter_map(|word| assignment(file, line, &text, &word)));
            }
            "EnvironmentFile" => {
                let named = value.trim().trim_start_matches('-').replace("%h", home);
                let named = facts.system.path(named);
                for (line, text) in lines(disk, &named) {
                    found.extend(assignment(&named, line, &text, &words(&text).join(" ")));
                }
            }
            _ => {}
        }
    }
    found
}

fn lines(disk: &dyn Disk, file: &MachinePath) -> Vec<(usize, String)> {
    let content = disk.read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&content);
    let lines = (1..).zip(text.lines()).map(|(line, text)| (line, text.trim().to_owned()));
    lines.filter(|(_, text)| !text.starts_with(['#', ';'])).collect()
}

fn assignment(file: &MachinePath, line: usize, text: &str, word: &str) -> Option<Assignment> {
    let (name, value) = word.split_once('=')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (name, value, text) = (name.to_owned(), value.to_owned(), text.to_owned());
    (!name.is_empty() && name.chars().all(is_name)).then(|| Assignment {
        file: file.clone(),
        line,
        text,
        name,
        value,
    })
}

/// Words between spaces. Quotation marks keep a word together, also in its middle.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use crate::testing::Machine;

    fn origin(machine: &Machine, name: &str, value: &str) -> String {
        let machine = machine.clone().var(name, value);
        machine.snapshot(|snapshot| snapshot.variable_evidence(name).to_string())
    }

    #[test]
    fn a_unit_explains_a_value() {
        let unit = "[Service]\n# Environment=GOROOT=/no\nEnvironment=\"GOFLAGS=-v -x\" GOROOT=%h/go1.20\n\
                    EnvironmentFile=-%h/code.env\nExecStart=/bin/code\n";
        let machine = Machine::linux()
            .file("~/.config/systemd/user/code.service", unit)
            .file("~/code.env", "; why\nGOPROXY='direct'\n")
            .file("~/.config/systemd/user/code.service.d/go.conf", "[Service]\nEnvironment=GOBIN=/opt/bin\n")
            .file("~/.config/systemd/user.conf", "[Manager]\nDefaultEnvironment=GOOS=linux\n");
        for (name, value, place) in [
            ("GOFLAGS", "-v -x", "~/.config/systemd/user/code.service:3"),
            ("GOROOT", "/home/ann/go1.20", "~/.config/systemd/user/code.service:3"),
            ("GOPROXY", "direct", "~/code.env:2"),
            ("GOBIN", "/opt/bin", "~/.config/systemd/user/code.service.d/go.conf:2"),
            ("GOOS", "linux", "~/.config/systemd/user.conf:2"),
        ] {
            assert_eq!(origin(&machine, name, value), format!("{name}={value} (set in {place})"));
        }
        assert_eq!(origin(&machine, "GOROOT", "/no"), "GOROOT=/no");
        // A unit alone is not a problem. Only Linux has them.
        assert_eq!(machine.findings("goroot-set"), []);
        let macos = Machine::macos().file("~/.config/systemd/user/x.service", "Environment=GOOS=js\n");
        assert_eq!(origin(&macos, "GOOS", "js"), "GOOS=js");
    }

    #[test]
    fn a_file_of_environment_d_is_one_that_is_read() {
        let machine = Machine::linux()
            .file("~/.config/environment.d/50-go.conf", "GOROOT=/opt/old\n")
            .var("GOROOT", "/opt/old");
        let findings = machine.findings("goroot-set");
        let evidence = findings[0].evidence.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(evidence[0], "GOROOT=/opt/old (set in ~/.config/environment.d/50-go.conf:1)");
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| assert_eq!(snapshot.startup_evidence("GOROOT"), []));
    }
}
