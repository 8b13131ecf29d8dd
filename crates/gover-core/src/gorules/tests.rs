use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::Env;
use crate::version::ToolchainName;

fn vectors(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text<'a>(case: &'a Value, key: &str) -> Option<&'a str> {
    case.get(key).and_then(Value::as_str)
}

/// The directory tree, environment and GOROOT with which the vectors were made.
struct Project {
    root: tempfile::TempDir,
    variables: Vec<(String, OsString)>,
}

impl Project {
    fn new(case: &Value) -> Self {
        let root = tempfile::tempdir().unwrap();
        let project = Self { root, variables: Vec::new() };
        fs::create_dir_all(project.directory()).unwrap();
        fs::create_dir_all(project.goroot()).unwrap();
        fs::write(project.goroot().join("go.env"), "GOTOOLCHAIN=auto\n").unwrap();
        for (key, file) in [("go_mod", "go.mod"), ("go_work", "go.work")] {
            if let Some(content) = text(case, key) {
                fs::write(project.directory().join(file), content).unwrap();
            }
        }
        project
    }

    fn directory(&self) -> PathBuf {
        self.root.path().join("m")
    }

    fn goroot(&self) -> PathBuf {
        self.root.path().join("goroot")
    }

    fn set(&mut self, key: &str, value: impl Into<OsString>) {
        self.variables.push((key.to_owned(), value.into()));
    }

    fn select(&self, local: &str, arguments: &[&str]) -> Result<Choice, SelectError> {
        self.select_in(&self.directory(), &self.root.path().join("tmp"), local, arguments)
    }

    fn select_in(
        &self,
        directory: &Path,
        temporary: &Path,
        local: &str,
        arguments: &[&str],
    ) -> Result<Choice, SelectError> {
        let env = Env::from_map(self.variables.clone(), directory.to_owned());
        let goroot = self.goroot();
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        Rules {
            settings: &GoEnv::new(&env, Some(&goroot)),
            directory: Some(directory),
            temporary: &Temporary::at(temporary),
            goroot: Some(&goroot),
            arguments: &arguments,
            fallback: None,
        }
        .select(&ToolchainName::parse(local).unwrap())
    }
}

fn outcome(local: &str, choice: Result<Choice, SelectError>) -> (String, String) {
    match choice {
        Ok(Choice::Stay) => (local.to_owned(), String::new()),
        Ok(Choice::Switch { name, .. }) => (name, String::new()),
        Err(go_error) => (String::new(), format!("go: {go_error}")),
    }
}

#[test]
fn toolchain_selection_matches_all_vectors_of_the_go_command() {
    for case in vectors("gotoolchain_select.json")["vectors"].as_array().unwrap() {
        let local = text(case, "local").unwrap();
        let mut project = Project::new(case);
        if let Some(value) = text(case, "GOTOOLCHAIN") {
            project.set("GOTOOLCHAIN", value);
        }
        for (key, value) in case.get("extra").and_then(Value::as_object).into_iter().flatten() {
            project.set(key, value.as_str().unwrap());
        }
        if let Some(content) = text(case, "goenv") {
            let file = project.root.path().join("env");
            fs::write(&file, content).unwrap();
            project.set("GOENV", file);
        }
        let arguments: Vec<&str> = case
            .get("cmd")
            .and_then(Value::as_array)
            .map_or_else(|| vec!["version"], |words| words.iter().filter_map(Value::as_str).collect());
        let choice = project.select(local, &arguments);
        if case["rc"] == 0 && case["selected"].is_null() {
            // These two cases record only whether the command switched at all.
            let switched = matches!(choice, Ok(Choice::Switch { .. }));
            assert_eq!(
                switched,
                text(case, "note").is_some_and(|note| note.starts_with("NOT special")),
                "{case}"
            );
            continue;
        }
        let selected = text(case, "selected_by_that_release").or(text(case, "selected"));
        let expected = (selected.unwrap_or_default(), text(case, "error").unwrap_or_default());
        let (selected, error) = outcome(local, choice);
        assert_eq!((selected.as_str(), error.as_str()), expected, "{case}");
    }
}

#[test]
fn path_vectors_name_the_toolchain_that_was_looked_up() {
    for case in vectors("gotoolchain_select.json")["path_vectors"].as_array().unwrap() {
        let local = text(case, "local").unwrap();
        let arguments: Vec<&str> = case["cmd"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        if arguments.first() == Some(&"run") {
            continue; // A later switch, decided by what a module needs and left to Go.
        }
        let mut project = Project::new(case);
        project.set("GOTOOLCHAIN", text(case, "GOTOOLCHAIN").unwrap());
        let (selected, error) = outcome(local, project.select(local, &arguments));
        assert_eq!(error, "", "{case}");
        let (stdout, stderr) = (text(case, "stdout").unwrap(), text(case, "stderr").unwrap());
        let looked_up = stdout
            .strip_prefix("FAKE ")
            .and_then(|rest| rest.split(' ').next())
            .or_else(|| stderr.strip_prefix("go: cannot find \"").and_then(|rest| rest.split('"').next()));
        assert_eq!(selected, looked_up.unwrap_or(local), "{case}");
    }
}

#[test]
fn search_vectors_follow_the_rule_about_temporary_directories() {
    for case in vectors("gotoolchain_select.json")["search_vectors"].as_array().unwrap() {
        let (what, local) = (text(case, "case").unwrap(), text(case, "local").unwrap());
        let module = serde_json::json!({ "go_mod": "module m\n\ngo 1.30.0\n" });
        let mut project = Project::new(&module);
        let (mut directory, mut temporary) = (project.directory(), project.directory());
        if what.contains("subdirectory of TMPDIR") {
            directory = directory.join("below");
            fs::create_dir_all(&directory).unwrap();
        } else if what.contains("TMPDIR set elsewhere") {
            temporary = project.root.path().join("tmp");
        } else if what.contains("-modfile") {
            temporary = project.root.path().join("tmp");
            fs::write(directory.join("alt.mod"), "module m\n\ngo 1.31.0\n").unwrap();
            project.set("GOFLAGS", "-modfile=alt.mod");
        }
        let (selected, _) = outcome(local, project.select_in(&directory, &temporary, local, &["version"]));
        assert_eq!(selected, text(case, "selected").unwrap(), "{what}");
    }
}

#[test]
fn go_mod_scanning_matches_all_vectors() {
    for case in vectors("gomod_lines.json")["vectors"].as_array().unwrap() {
        let content = text(case, "text").unwrap();
        for (key, expected) in [("go", "lookup_go"), ("toolchain", "lookup_toolchain")] {
            let found = lookup(content, key).map(|(_, value)| value).unwrap_or_default();
            assert_eq!(found, text(case, expected).unwrap_or_default(), "{case}");
        }
        let go = lookup(content, "go").map(|(_, value)| value).unwrap_or_default();
        assert_eq!(crate::GoVersion::parse(go).is_ok(), case["lookup_go_valid"] == true, "{case}");
    }
}

#[test]
fn go_env_files_match_all_vectors() {
    for case in vectors("goenv_file.json")["vectors"].as_array().unwrap() {
        let mut project = Project::new(case);
        let file = project.root.path().join("env");
        fs::write(&file, text(case, "file").unwrap()).unwrap();
        project.set("GOENV", file);
        for (key, value) in case["env"].as_object().unwrap() {
            project.set(key, value.as_str().unwrap());
        }
        let env = Env::from_map(project.variables.clone(), project.directory());
        let value = GoEnv::new(&env, Some(&project.goroot())).get(text(case, "key").unwrap());
        assert_eq!(value.unwrap_or_default(), text(case, "value").unwrap(), "{case}");
        let (_, error) = outcome("go1.27.3", project.select("go1.27.3", &["version"]));
        assert_eq!(error, text(case, "go_version_stderr").unwrap(), "{case}");
    }
}

#[test]
fn the_directory_flag_counts_where_go_takes_it() {
    let arguments = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    for (words, directory, rest) in [
        (&["-C", "sub", "build"][..], "/w/sub", &["build"][..]),
        (&["build", "-C", "sub", "."], "/w/sub", &["build", "."]),
        (&["mod", "tidy", "-C=sub"], "/w/sub", &["mod", "tidy"]),
        (&["build", "-v", "-C", "sub"], "/w", &["build", "-v", "-C", "sub"]),
        (&["build", "-C"], "/w", &["build", "-C"]),
        (&["run", "x", "-C", "sub"], "/w", &["run", "x", "-C", "sub"]),
    ] {
        let env = Env::from_map([("X", "y")], PathBuf::from("/w"));
        let words = arguments(words);
        let start = starting_directory(&env, &words, None);
        // The directory is not there: the command stays where it is, and Go refuses to start.
        assert_eq!(start.directory.as_deref(), Some(Path::new("/w")), "{words:?}");
        let refusal = start.refusal.map(|refusal| refusal.to_string());
        let is_refused = refusal.is_some_and(|refusal| refusal.starts_with("chdir sub: "));
        assert_eq!(is_refused, directory != "/w", "{words:?}");
        assert_eq!(without_directory_flag(&words, None), arguments(rest));
    }
}

#[test]
fn the_scanner_agrees_with_a_simple_reader_on_what_fuzzing_found() {
    for (name, bytes) in gover_test::fuzzed("go_mod") {
        let Ok(text) = str::from_utf8(&bytes) else { continue };
        for key in ["go", "toolchain"] {
            let found = lookup(text, key).map(|(line, value)| (line, value.to_owned()));
            assert_eq!(found, gover_test::model::go_mod(text, key), "{key} in {name}");
        }
    }
}

#[test]
fn a_workspace_turns_modules_on_since_1_27() {
    let mut project = Project::new(&serde_json::json!({ "go_work": "go 1.30.0\n" }));
    project.set("GO111MODULE", "auto");
    for (local, switches) in [("go1.26.8", false), ("go1.27rc1", true), ("go1.27.4", true)] {
        let choice = project.select(local, &["build"]).unwrap();
        assert_eq!(choice != Choice::Stay, switches, "{local}");
    }
    project.set("GOWORK", "off");
    assert_eq!(project.select("go1.27.4", &["build"]).unwrap(), Choice::Stay);
}
