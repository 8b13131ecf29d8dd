use std::path::{Path, PathBuf};

use gover_test::SelectionCase;

use super::*;
use crate::diagnose::Diagnose;

fn host() -> Host {
    Host { ancestors: || vec![(4242, 7)], is_executable: Path::is_file, stamp: |_| None }
}

struct Answer {
    text: String,
    steps: Vec<String>,
}

fn ask(case: &SelectionCase, root: &Path) -> Answer {
    let variables = case.lay_out(root, None);
    let directory = root.join(&case.cwd).canonicalize().unwrap();
    let layout = Layout::new(PathBuf::from(&variables["GOVER_HOME"]));
    let env = Env::from_map(variables, directory);
    let arguments: Vec<OsString> = case.args.iter().map(OsString::from).collect();
    let question = Question {
        env: &env,
        layout: &layout,
        host: &host(),
        called_as: &CalledAs::from_program(Path::new(&case.called)),
        arguments: &arguments,
    };
    let mut trace = Trace::on(None);
    let text = match resolve(&question, &mut trace) {
        Ok(resolution) => describe(&resolution),
        Err(error) => {
            assert!(!error.hints().is_empty(), "{error}");
            format!("error {error}")
        }
    };
    Answer { text, steps: trace.into_steps() }
}

fn describe(resolution: &Resolution) -> String {
    let mut words = match &resolution.outcome {
        Outcome::Ready(toolchain) => vec![toolchain.name.as_ref().unwrap().to_string()],
        Outcome::Missing(request) => {
            vec!["missing".to_owned(), request.as_str().trim_start_matches("go").to_owned()]
        }
        Outcome::Nothing => return "nothing".to_owned(),
    };
    words.push(resolution.origin.as_ref().unwrap().kind.as_str().to_owned());
    if let Some(raised) = &resolution.raised {
        words.extend(["raised".to_owned(), raised.by.source.as_str().to_owned()]);
    }
    if let Some(left) = &resolution.left_to_go {
        words.extend(["left".to_owned(), left.name.clone()]);
    }
    if resolution.go_error.is_some() {
        words.push("refused".to_owned());
    }
    words.join(" ")
}

#[test]
fn every_selection_case_has_the_expected_result() {
    for case in SelectionCase::all() {
        let root = tempfile::tempdir().unwrap();
        let answer = ask(&case, &root.path().canonicalize().unwrap());
        match case.expect.strip_prefix("error ") {
            Some(words) => assert!(
                answer.text.starts_with("error ") && answer.text.contains(words),
                "{}: {}\n{:#?}",
                case.name,
                answer.text,
                answer.steps
            ),
            None => assert_eq!(answer.text, case.expect, "{}\n{:#?}", case.name, answer.steps),
        }
    }
}

fn case_with_session(record: &str) -> (tempfile::TempDir, String) {
    let root = tempfile::tempdir().unwrap();
    let case = SelectionCase {
        installed: vec!["go1.21.5".to_owned(), "go1.22.5".to_owned()],
        files: vec![
            ("$HOME/default".to_owned(), "1.22.5".to_owned()),
            ("$HOME/sessions/4242".to_owned(), record.to_owned()),
        ],
        cwd: ".".to_owned(),
        called: "go".to_owned(),
        ..SelectionCase::default()
    };
    let text = ask(&case, &root.path().canonicalize().unwrap()).text;
    (root, text)
}

#[test]
fn a_session_record_counts_for_one_process_only() {
    assert_eq!(case_with_session("7\n1.21\n").1, "go1.21.5 session");
    // Another process had that id once.
    assert_eq!(case_with_session("8\n1.21\n").1, "go1.22.5 default");
    assert_eq!(case_with_session("garbage").1, "go1.22.5 default");
    let record = SessionRecord { start: 7, request: "1.21".to_owned() };
    assert_eq!(SessionRecord::parse(&record.to_string()), Some(record));
}

#[test]
fn the_name_of_the_program_is_read_without_its_suffix() {
    let called = |program: &str| CalledAs::from_program(Path::new(program));
    assert_eq!(called("/x/bin/go"), CalledAs::Go);
    assert_eq!(called("gofmt"), CalledAs::Gofmt);
    assert_eq!(called("something"), CalledAs::Go);
    let name = ToolchainName::parse("go1.22.5").unwrap();
    assert_eq!(called(&format!("go1.22.5{}", std::env::consts::EXE_SUFFIX)), CalledAs::Named(name));
}

#[test]
fn a_trace_has_each_step_in_order() {
    let case = SelectionCase {
        installed: vec!["go1.21.5".to_owned(), "go1.23.1".to_owned()],
        files: vec![
            ("p/.go-version".to_owned(), "1.21\n".to_owned()),
            ("p/go.mod".to_owned(), "module m\n\ngo 1.23.1\n".to_owned()),
        ],
        cwd: "p".to_owned(),
        called: "go".to_owned(),
        ..SelectionCase::default()
    };
    let root = tempfile::tempdir().unwrap();
    let root = root.path().canonicalize().unwrap();
    let location = format!("in {}", root.join("p").display());
    assert_eq!(
        ask(&case, &root).steps,
        [
            "GOVER_VERSION is not set".to_owned(),
            "`gover use` recorded nothing for this shell".to_owned(),
            format!(".go-version:1 {location} asks for 1.21"),
            "the newest installed match is go1.21.5".to_owned(),
            "GOTOOLCHAIN is \"auto\"".to_owned(),
            format!("go.mod:3 {location} asks for go1.23.1"),
        ]
    );
}

#[test]
fn with_a_suffix_the_name_of_a_program_has_any_case() {
    let named = |name: &str| CalledAs::Named(crate::ToolchainName::parse(name).unwrap());
    for (name, suffix, expected) in [
        ("go", "", CalledAs::Go),
        ("gofmt", "", CalledAs::Gofmt),
        ("GOFMT", "", CalledAs::Go),
        ("go1.22.5", "", named("go1.22.5")),
        ("go1.22.5.exe", "", CalledAs::Go),
        ("go1.22.5.exe", ".exe", named("go1.22.5")),
        ("GO1.22.5.EXE", ".exe", named("go1.22.5")),
        ("Go1.22.5", ".exe", named("go1.22.5")),
        ("go1.22.5-BigCorp.exe", ".exe", named("go1.22.5-BigCorp")),
        ("GoFmt.Exe", ".exe", CalledAs::Gofmt),
        ("exe", ".exe", CalledAs::Go),
        ("", ".exe", CalledAs::Go),
        ("gö.exe", ".exe", CalledAs::Go),
    ] {
        assert_eq!(CalledAs::from_name(name, suffix), expected, "{name} {suffix}");
    }
}

/// The answers of the real go commands of eight versions.
#[test]
fn each_version_decides_by_its_own_rules() {
    if cfg!(windows) {
        return; // The cases have links, `PWD` and `/dev/null`.
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/gotoolchain_versions.json");
    let vectors: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        for (local, expected) in case["selected"].as_object().unwrap() {
            assert_eq!(selected(case, local), expected.as_str().unwrap(), "{local}: {case}");
        }
    }
}

fn selected(case: &serde_json::Value, local: &str) -> String {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().canonicalize().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().replace("$ROOT", root.to_str().unwrap());
    for (path, content) in case["files"].as_object().unwrap() {
        let (path, content) = (root.join(path), text(content));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match content.strip_prefix("->") {
            Some(target) => {
                let made =
                    std::process::Command::new("ln").arg("-s").arg(root.join(target)).arg(path).status();
                assert!(made.unwrap().success());
            }
            None => std::fs::write(path, content).unwrap(),
        }
    }
    let home = root.join("home");
    let standing = SelectionCase {
        installed: vec![local.to_owned()],
        files: vec![("$HOME/default".to_owned(), local.to_owned())],
        cwd: ".".to_owned(),
        ..SelectionCase::default()
    };
    let mut variables = standing.lay_out(&root, None);
    variables.insert("TMPDIR".to_owned(), "/nowhere".to_owned());
    variables
        .extend(case["env"].as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))));
    let env = Env::from_map(variables, root.join(text(&case["cwd"])).canonicalize().unwrap());
    let arguments: Vec<OsString> = case["args"].as_array().unwrap().iter().map(|a| text(a).into()).collect();
    let layout = Layout::new(home);
    let question = Question {
        env: &env,
        layout: &layout,
        host: &host(),
        called_as: &CalledAs::Go,
        arguments: &arguments,
    };
    let resolution = resolve(&question, &mut Trace::off()).unwrap();
    match (&resolution.left_to_go, &resolution.go_error, &resolution.outcome) {
        (Some(left), ..) => left.name.clone(),
        (_, Some(error), _) => format!("error: {error}"),
        (.., Outcome::Missing(request)) => request.as_exact().unwrap().to_string(),
        _ => "local".to_owned(),
    }
}

#[test]
fn a_removed_directory_still_lets_gotoolchain_rule() {
    let root = tempfile::tempdir().unwrap();
    let case = SelectionCase {
        installed: vec!["go1.22.5".to_owned(), "go1.26.0".to_owned()],
        files: vec![("$HOME/default".to_owned(), "1.22.5".to_owned())],
        cwd: ".".to_owned(),
        ..SelectionCase::default()
    };
    let variables = case.lay_out(root.path(), None);
    let layout = Layout::new(root.path().join("home"));
    let ask = |gotoolchain: &str, arguments: &[&str]| {
        let variables = variables.clone().into_iter();
        let variables = variables.chain([("GOTOOLCHAIN".to_owned(), gotoolchain.to_owned())]);
        let env = Env::from_map(variables, PathBuf::new()).without_directory();
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let (host, called_as) = (host(), CalledAs::Go);
        let question = Question {
            env: &env,
            layout: &layout,
            host: &host,
            called_as: &called_as,
            arguments: &arguments,
        };
        describe(&resolve(&question, &mut Trace::off()).unwrap())
    };
    assert_eq!(ask("go1.26.0", &["version"]), "go1.26.0 default raised gotoolchain");
    assert_eq!(ask("local", &["version"]), "go1.22.5 default");
    // To look for a go.mod, Go must know where it is.
    assert_eq!(ask("auto", &["version"]), "go1.22.5 default refused");
    write_module(root.path());
    let directory = root.path().to_str().unwrap();
    assert_eq!(ask("auto", &["-C", directory, "version"]), "go1.26.0 default raised go.mod");
}

fn write_module(directory: &Path) {
    std::fs::write(directory.join("go.mod"), "module m\n\ngo 1.26.0\n").unwrap();
}
