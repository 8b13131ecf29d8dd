use super::*;
use crate::testing::Machine;

fn found(machine: &Machine) -> Vec<String> {
    machine.snapshot(|snapshot| {
        let shown = |kept: Kept| {
            let keeper = kept.keeper.map_or("-", |keeper| keeper.name);
            format!("{keeper}: {} {}", kept.goroot, kept.version.as_deref().unwrap_or("-"))
        };
        kept(snapshot).into_iter().map(shown).collect()
    })
}

#[test]
fn the_places_of_each_keeper_are_known() {
    for (goroot, keeper) in [
        ("~/sdk/go1.21.0", "golang.org/dl"),
        ("~/.goenv/versions/1.21.0", "goenv"),
        ("~/.local/share/mise/installs/go/1.21.0", "mise"),
        ("~/.gvm/gos/go1.21.0", "gvm"),
        ("~/.asdf/installs/golang/1.21.0/go", "asdf"),
        ("~/.g/versions/1.21.0", "g"),
        ("~/.go/.versions/1.21.0", "g"),
        ("~/.gobrew/versions/1.21.0/go", "gobrew"),
        ("~/.go/go1.21.0", "goup"),
        ("~/.goup/go1.21.0", "goup"),
        ("~/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.21.0.linux-amd64", "the go command"),
        ("/usr/local/go", "a tarball"),
        ("/home/linuxbrew/.linuxbrew/Cellar/go@1.21/1.21.0/libexec", "Homebrew"),
        ("/usr/lib/go-1.21", "system packages"),
        ("/usr/lib/golang", "system packages"),
        ("/opt/hostedtoolcache/go/1.21.0/x64", "tool cache"),
    ] {
        let machine = Machine::linux().toolchain(goroot, "go1.21.0");
        let goroot = goroot.replace('~', "/home/ann");
        assert_eq!(found(&machine), [format!("{keeper}: {goroot} go1.21.0")]);
    }
    for (goroot, keeper) in [
        (r"C:\Program Files\Go", "Go's installer"),
        (r"C:\Go", "Go's installer"),
        (r"C:\Users\ann\AppData\Local\Programs\Go", "Go's installer"),
        (r"C:\Users\ann\AppData\Local\mise\installs\go\1.21.0", "mise"),
        (r"C:\Users\ann\scoop\apps\go121\1.21.0", "Scoop"),
        (r"C:\Users\ann\.gobrew\versions\1.21.0\go", "gobrew"),
        (r"D:\tools\go\1.21.0\x64", "tool cache"),
    ] {
        let machine = Machine::windows()
            .var("ProgramFiles", r"C:\Program Files")
            .var("SystemDrive", "C:")
            .var("RUNNER_TOOL_CACHE", r"D:\tools")
            .toolchain(goroot, "go1.21.0");
        assert_eq!(found(&machine), [format!("{keeper}: {goroot} go1.21.0")]);
    }
    let macos = Machine::macos().toolchain("/opt/homebrew/Cellar/go/1.21.0/libexec", "go1.21.0");
    assert_eq!(found(&macos), ["Homebrew: /opt/homebrew/Cellar/go/1.21.0/libexec go1.21.0"]);
}

#[test]
fn each_toolchain_is_found_once_and_none_of_gover() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(found(&machine), [""; 0]);
    }
    let machine = Machine::linux()
        .toolchain("~/.goenv/versions/1.21.0", "go1.21.0")
        .link("~/.goenv/versions/latest", "~/.goenv/versions/1.21.0")
        .link("~/sdk/go1.22.5", "~/.gover/versions/go1.22.5")
        .link("/usr/local/go", "~/.gover/versions/go1.22.5")
        .toolchain("/usr/lib/go-1.22", "go1.22.1")
        .link("/usr/lib/go", "/usr/lib/go-1.22")
        .directory("~/sdk/android");
    assert_eq!(
        found(&machine),
        ["goenv: /home/ann/.goenv/versions/1.21.0 go1.21.0", "system packages: /usr/lib/go-1.22 go1.22.1"]
    );
}

#[test]
fn a_directory_is_a_toolchain_or_has_some() {
    let machine = Machine::linux()
        .toolchain("/data/goenv/versions/1.21.0", "go1.21.0")
        .toolchain("/data/asdf/installs/golang/1.22.0/go", "go1.22.0")
        .toolchain("/data/own/go1.23.0", "go1.23.0")
        .program("/data/tip/bin/go", "");
    let found = |directory: &str| {
        machine.snapshot(|snapshot| {
            let found = kept_in(&snapshot.system.path(directory), snapshot);
            found.into_iter().map(|kept| kept.goroot.to_string()).collect::<Vec<_>>()
        })
    };
    assert_eq!(found("/data/own/go1.23.0"), ["/data/own/go1.23.0"]);
    assert_eq!(found("/data/own"), ["/data/own/go1.23.0"]);
    assert_eq!(found("/data/goenv"), ["/data/goenv/versions/1.21.0"]);
    assert_eq!(found("/data/asdf/installs/golang/1.22.0"), ["/data/asdf/installs/golang/1.22.0/go"]);
    assert_eq!(found("/data/asdf"), ["/data/asdf/installs/golang/1.22.0/go"]);
    assert_eq!(found("/data/tip"), ["/data/tip"]);
    assert_eq!(found("/data/none"), [""; 0]);
}

#[test]
fn what_may_not_be_read_is_not_taken_for_an_empty_place() {
    let ready = || {
        Machine::linux()
            .toolchain("~/.asdf/installs/golang/1.21.0/go", "go1.21.0")
            .toolchain("~/.goenv/versions/1.22.0", "go1.22.0")
    };
    for (closed, expected) in [
        ("/home/ann/.asdf/installs/golang/1.21.0", "asdf: /home/ann/.asdf/installs/golang/1.21.0 -"),
        ("/home/ann/.asdf/installs", "asdf: /home/ann/.asdf/installs -"),
        ("/home/ann/.goenv/versions/1.22.0/bin", "goenv: /home/ann/.goenv/versions/1.22.0 go1.22.0"),
        ("/home/ann/.goenv", "goenv: /home/ann/.goenv -"),
    ] {
        let mut machine = ready();
        machine.disk.forbid_reading(closed);
        let found = found(&machine);
        assert!(found.len() == 2 && found.iter().any(|one| one == expected), "{closed}: {found:?}");
        // Nothing says that it is a leftover.
        assert!(!machine.findings("go-leftovers").iter().any(|finding| finding.what.en.contains(closed)));
    }
}

#[test]
fn the_default_of_each_keeper_is_read() {
    let choice = |machine: &Machine| {
        machine.snapshot(|snapshot| {
            choices(snapshot)
                .into_iter()
                .map(|choice| format!("{} {} {:?}", choice.keeper, choice.request, choice.scope))
                .collect::<Vec<_>>()
        })
    };
    let gvm = "export GVM_ROOT; GVM_ROOT=\"/home/ann/.gvm\"\nexport gvm_go_name; gvm_go_name=\"go1.22.5\"\n";
    for (machine, expected) in [
        (Machine::linux().file("~/.goenv/version", "1.22.5\n"), "goenv 1.22.5 Default"),
        (Machine::linux().file("~/.gvm/environments/default", gvm), "gvm go1.22.5 Default"),
        (
            Machine::linux().file("~/.config/mise/config.toml", "[tools]\ngo = \"1.21.13\"\n"),
            "mise 1.21.13 Default",
        ),
        (Machine::linux().file("~/.tool-versions", "nodejs 20\ngolang 1.22.5\n"), "asdf 1.22.5 Default"),
        (
            Machine::linux()
                .toolchain("~/.gobrew/versions/1.22.5/go", "go1.22.5")
                .link("~/.gobrew/current", "~/.gobrew/versions/1.22.5/go"),
            "gobrew go1.22.5 Default",
        ),
        (
            Machine::linux()
                .toolchain("~/.g/versions/1.22.5", "go1.22.5")
                .link("~/.g/go", "~/.g/versions/1.22.5"),
            "g go1.22.5 Default",
        ),
        (Machine::linux().file("~/shop/mise.toml", "[tools]\ngo = \"1.21\"\n"), "mise 1.21 Project"),
    ] {
        assert_eq!(choice(&machine), [expected]);
    }
    let read_by_gover = Machine::linux()
        .file("~/shop/mise.toml", "[tools]\ngo = \"1.21\"\n")
        .file("~/shop/.go-version", "1.21\n");
    assert_eq!(choice(&read_by_gover), [""; 0]);
    assert_eq!(choice(&Machine::linux()), [""; 0]);
}
