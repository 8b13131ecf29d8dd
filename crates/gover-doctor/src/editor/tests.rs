use super::*;
use crate::snapshot::registry::{Hive, environment};
use crate::testing::Machine;

const USER: &str = "~/.config/Code/User/settings.json";

fn vscode(machine: &Machine) -> Advice {
    advice(machine, Scope::User, Naming::IfNeeded)
}

fn advice(machine: &Machine, scope: Scope, naming: Naming) -> Advice {
    machine.snapshot(|snapshot| Editor::VsCode.advice(snapshot, scope, naming))
}

/// The content that a file gets.
#[track_caller]
fn after(file: &FileAdvice) -> String {
    let Ok(Change::File { after: Some(after), .. }) = &file.change else { panic!("{file:?}") };
    String::from_utf8(after.clone()).unwrap()
}

fn names(file: &FileAdvice) -> Vec<&str> {
    file.keys.iter().map(|key| key.name.as_str()).collect()
}

#[test]
fn what_fixes_a_toolchain_goes_even_if_it_fits_now() {
    let settings = "{\n  // Go\n  \"go.goroot\": \"~/.gover/versions/go1.22.5\",\n  \"go.alternateTools\": {\n    \"go\": \"~/.gover/versions/go1.22.5/bin/go\",\n    \"dlv\": \"dlv\"\n  },\n  \"terminal.integrated.env.linux\": {\n    \"GOROOT\": \"/usr/local/go\",\n    \"PATH\": \"/usr/local/go/bin:~/bin:${env:PATH}\"\n  },\n  \"terminal.integrated.env.windows\": {\n    \"GOROOT\": \"C:\\\\Go\"\n  },\n  \"go.toolsEnvVars\": {\n    \"GOTOOLCHAIN\": \"go1.22.5\",\n    \"GOFLAGS\": \"-v\"\n  },\n  \"editor.tabSize\": 4,\n}\n";
    let machine = Machine::linux().toolchain("/usr/local/go", "go1.19.1").file(USER, settings);
    let advice = vscode(&machine);
    assert_eq!(
        names(&advice.files[0]),
        [
            "go.goroot",
            "go.alternateTools.go",
            "terminal.integrated.env.linux.GOROOT",
            "terminal.integrated.env.linux.PATH",
            "go.toolsEnvVars.GOTOOLCHAIN",
        ]
    );
    assert_eq!(
        after(&advice.files[0]),
        "{\n  // Go\n  \"go.alternateTools\": {\n    \"dlv\": \"dlv\"\n  },\n  \"terminal.integrated.env.linux\": {\n    \"PATH\": \"~/bin:${env:PATH}\"\n  },\n  \"terminal.integrated.env.windows\": {\n    \"GOROOT\": \"C:\\\\Go\"\n  },\n  \"go.toolsEnvVars\": {\n    \"GOFLAGS\": \"-v\"\n  },\n  \"editor.tabSize\": 4,\n}\n"
    );
    assert_eq!(
        advice.notes,
        ["PATH is enough: the first `go` on it is ~/.gover/bin/go, and VS Code runs that"]
    );
    let changed = machine.file(USER, &after(&advice.files[0]));
    assert_eq!(vscode(&changed).files, []);
    assert_eq!(changed.findings("vscode"), []);
}

#[test]
fn a_path_of_terminals_goes_as_a_whole_if_nothing_else_is_in_it() {
    let with = |path: &str| {
        let settings = format!("{{\"terminal.integrated.env.linux\": {{\"PATH\": \"{path}\"}}, \"a\": 1}}");
        let machine = Machine::linux().toolchain("/usr/local/go", "go1.19.1").file(USER, &settings);
        let files = vscode(&machine).files;
        assert_eq!(machine.findings("vscode").len(), files.len(), "{path}");
        files.first().map(after)
    };
    assert_eq!(with("/usr/local/go/bin:${env:PATH}").unwrap(), "{\"a\": 1}");
    assert!(
        with("/opt/x:/usr/local/go/bin:${env:PATH}").unwrap().contains("\"PATH\": \"/opt/x:${env:PATH}\"")
    );
    for fine in
        ["/opt/x:${env:PATH}", "${env:PATH}:/usr/local/go/bin", "~/.gover/bin:/usr/local/go/bin", ":", "${x"]
    {
        assert_eq!(with(fine), None, "{fine}");
    }
}

#[test]
fn the_settings_name_go_where_path_leads_to_another_one() {
    let settings = r"C:\Users\ann\AppData\Roaming\Code\User\settings.json";
    let windows = Machine::windows()
        .toolchain(r"C:\Program Files\Go", "go1.21.6")
        .registry(Hive::Machine, environment(Hive::Machine), "Path", r"C:\Program Files\Go\bin")
        .directory(r"C:\Users\ann\AppData\Roaming\Code\User");
    let advice = vscode(&windows);
    let key = &advice.files[0].keys[0];
    assert_eq!((key.name.as_str(), key.line), ("go.alternateTools.go", None));
    assert_eq!(key.why, r"C:\Program Files\Go\bin is in the machine's Path, which comes before the user's");
    assert_eq!(advice.files[0].file, settings);
    assert!(matches!(&advice.files[0].change, Ok(Change::File { before: None, .. })));
    let text = after(&advice.files[0]);
    assert_eq!(
        text,
        "{\n  \"go.alternateTools\": {\n    \"go\": \"C:\\\\Users\\\\ann\\\\.gover\\\\bin\\\\go.exe\"\n  }\n}\n"
    );
    assert!(advice.notes[0].contains("keep the toolchain"), "{advice:?}");
    let changed = windows.file(settings, &text);
    assert_eq!((vscode(&changed).files, changed.findings("vscode")), (vec![], vec![]));

    let gobin = Machine::linux().var("GOBIN", "/opt/tools").program("/opt/tools/go", "x");
    let gobin = gobin.file(USER, "{\n\t\"go.alternateTools\": {\n\t\t\"go\": \"/nowhere/go\"\n\t}\n}");
    let advice = vscode(&gobin);
    assert_eq!(
        after(&advice.files[0]),
        "{\n\t\"go.alternateTools\": {\n\t\t\"go\": \"~/.gover/bin/go\"\n\t}\n}"
    );
    assert_eq!(names(&advice.files[0]), ["go.alternateTools.go"]);
}

#[test]
fn another_go_on_path_is_a_matter_of_the_setup() {
    let machine = Machine::linux().program("/usr/local/go/bin/go", "x").path_first("/usr/local/go/bin");
    let machine = machine.file(USER, "{}\n");
    let advice = vscode(&machine);
    assert_eq!((advice.files.as_slice(), advice.notes.as_slice()), (&[][..], &[][..]));
    assert!(advice.steps[0].why.starts_with("the first `go` on PATH is /usr/local/go/bin/go"), "{advice:?}");
    assert_eq!(advice.steps[0].fix, "gover doctor path-shadowed");
    let always = super::tests::advice(&machine, Scope::User, Naming::Always);
    assert!(after(&always.files[0]).contains("\"go\": \"~/.gover/bin/go\""));
    let without = Machine::linux().file(USER, "{}\n").var("PATH", "/usr/bin");
    assert_eq!(vscode(&without).steps[0].fix, "gover setup");
    let root = Machine::linux().file(USER, "{}\n").toolchain("/opt/go", "go1.20.1").var("GOROOT", "/opt/go");
    assert_eq!(vscode(&root).steps[0].fix, "gover doctor goroot-set");
}

#[test]
fn every_editor_of_the_family_is_found() {
    let settings = "{\"go.goroot\": \"/usr/local/go\"}";
    let places = [
        USER,
        "~/.config/Code/User/profiles/-1a2b/settings.json",
        "~/.config/VSCodium/User/settings.json",
        "~/.config/Code - Insiders/User/settings.json",
        "~/.config/Cursor/User/settings.json",
        "~/.var/app/com.vscodium.codium/config/VSCodium/User/settings.json",
        "~/.vscode-server/data/Machine/settings.json",
    ];
    let machine = places.iter().fold(Machine::linux(), |machine, place| machine.file(place, settings));
    let advice = vscode(&machine);
    assert_eq!((advice.files.len(), machine.findings("vscode").len()), (places.len(), places.len()));
    let nothing = vscode(&Machine::linux());
    assert_eq!((nothing.found, nothing.files), (vec![], vec![]));
    let started = Machine::macos().directory("~/Library/Application Support/Code/User");
    assert_eq!(vscode(&started).found.len(), 1);
    assert_eq!(vscode(&started).files, []);
}

#[test]
fn settings_of_a_project_lose_keys_and_get_none() {
    let machine = Machine::linux()
        .file("~/shop/.vscode/settings.json", "{\n  \"go.goroot\": \"/opt/go\"\n}\n")
        .file("~/shop/all.code-workspace", "{\"settings\": {\"go.goroot\": \"/opt/go\"}, \"folders\": []}")
        .file(USER, "{\"go.goroot\": \"/opt/go\"}")
        .at("~/shop/api");
    let advice = advice(&machine, Scope::Workspace, Naming::Always);
    let texts: Vec<String> = advice.files.iter().map(after).collect();
    assert_eq!(texts, ["{\"folders\": []}", "{}\n"]);
}

#[test]
fn a_file_that_cannot_be_changed_safely_is_named_with_the_reason() {
    let problem = |machine: Machine| vscode(&machine).files[0].change.clone().unwrap_err();
    let broken = problem(Machine::linux().file(USER, "{\n  \"go.goroot\": \"/opt/go\"\n  \"a\": 1\n}\n"));
    assert!(broken.what.starts_with("has an error on line 2, and gover does not rewrite it: "), "{broken:?}");
    assert_eq!(broken.hint, "code -g \"/home/ann/.config/Code/User/settings.json:2\"");
    let root = "{\"go.goroot\": \"/opt/go\"}";
    let locked = problem(Machine::linux().file(USER, root).read_only(USER));
    assert_eq!(
        (locked.what.as_str(), locked.hint.as_str()),
        ("is read-only", "chmod u+w /home/ann/.config/Code/User/settings.json")
    );
    let mut huge = Machine::linux().file(USER, root);
    huge.disk.refuses_to_read("/home/ann/.config/Code/User/settings.json");
    assert!(problem(huge).what.starts_with("cannot be read: "));
}

#[test]
fn other_editors_need_nothing_if_path_is_right() {
    let machine = Machine::linux().program("/usr/bin/nvim", "");
    let machine = machine.built("/usr/bin/gopls", "go1.22.1", "golang.org/x/tools/gopls");
    let of = |machine: &Machine, editor: Editor| {
        machine.snapshot(|snapshot| editor.advice(snapshot, Scope::User, Naming::IfNeeded))
    };
    let advice = of(&machine, Editor::Neovim);
    assert_eq!(
        (advice.found.as_slice(), advice.steps.as_slice()),
        (&[machine.system.path("/usr/bin/nvim")][..], &[][..])
    );
    assert_eq!(
        advice.notes,
        [
            "PATH is enough: the first `go` on it is ~/.gover/bin/go, and Neovim runs that",
            "gopls is /usr/bin/gopls, built with go1.22.1",
            "after the pin changes, restart gopls: `:LspRestart` of nvim-lspconfig, or start Neovim again",
        ]
    );
    let bare = of(&Machine::linux().var("PATH", "/usr/bin"), Editor::Helix);
    assert_eq!(
        bare.steps,
        [
            Step::new("PATH has no `go`, so Helix does not find gover's", "gover setup"),
            Step::new(
                "gopls, which Helix starts for Go, is not installed",
                "go install golang.org/x/tools/gopls@latest",
            ),
        ]
    );
    let hidden = of(&Machine::macos().program("~/go/bin/gopls", ""), Editor::Zed);
    let why = "gopls is in ~/go/bin, which is not on PATH, so Zed does not find it";
    assert_eq!(hidden.steps, [Step::new(why, "gover doctor gobin")]);
}

#[test]
fn goland_is_told_what_to_choose() {
    let machine = Machine::linux()
        .directory("~/.config/JetBrains/GoLand2026.2")
        .link("~/.gover/current", "~/.gover/versions/go1.22.5");
    let of = |machine: &Machine| {
        machine.snapshot(|snapshot| Editor::GoLand.advice(snapshot, Scope::User, Naming::IfNeeded))
    };
    let advice = of(&machine);
    assert_eq!(advice.found, [machine.system.path("/home/ann/.config/JetBrains/GoLand2026.2")]);
    assert_eq!(advice.steps[0].fix, "/home/ann/.gover/current");
    let xml =
        |url: &str| format!("<project>\n<component name=\"GOROOT\" url=\"file://{url}\" />\n</project>\n");
    let right = machine.clone().file("~/shop/.idea/workspace.xml", &xml("$USER_HOME$/.gover/current"));
    assert_eq!(of(&right).notes, ["the GOROOT of this project is ~/.gover/current, as it should be"]);
    let old = machine.toolchain("/opt/go", "go1.19.1").file("~/shop/.idea/workspace.xml", &xml("/opt/go"));
    assert_eq!(of(&old).notes[0], "the GOROOT of this project is /opt/go (go1.19.1)");
}
