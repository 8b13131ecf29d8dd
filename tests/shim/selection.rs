use std::path::Path;

use gover_test::{Programs, SelectionCase, context, fake_go, spawn};

/// The same cases as gover-core and `gover which`, put to the program itself.
#[test]
fn every_selection_case_is_answered_as_expected() {
    let programs = Programs::find(None, Some(env!("CARGO_BIN_EXE_gover-shim")));
    for case in SelectionCase::all() {
        let root = tempfile::tempdir().unwrap();
        let root = gover_core::real_path::real_path(root.path()).unwrap();
        let variables = case.lay_out(&root, Some(fake_go()));
        let bin = root.join("home").join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        let shim = bin.join(format!("{}{}", case.called, std::env::consts::EXE_SUFFIX));
        std::fs::hard_link(programs.shim(), &shim)
            .or_else(|_| std::fs::copy(programs.shim(), &shim).map(drop))
            .unwrap();
        let version_only = case.args.iter().all(|arg| arg.starts_with('+'));
        let mut command = std::process::Command::new(&shim);
        command.args(&case.args).args(version_only.then_some("version")).current_dir(root.join(&case.cwd));
        command
            .env_clear()
            .envs(variables)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let output = spawn(&mut command).unwrap().wait_with_output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        check(&case, &root, output.status.code(), &stdout, &stderr);
    }
}

fn check(case: &SelectionCase, root: &Path, code: Option<i32>, stdout: &str, stderr: &str) {
    let context = format!("{}\n{stdout}\n{stderr}", case.name);
    let mut words = case.expect.split(' ');
    match words.next().unwrap() {
        "missing" => {
            let request = words.next().unwrap();
            assert_eq!(code, Some(127), "{context}");
            let hinted = |prefix: &str| stderr.contains(&format!("hint: gover install {prefix}{request}"));
            let is_told = stderr.contains(" is not installed") || stderr.contains("no installed Go matches");
            assert!(is_told && (hinted("") || hinted("go")), "{context}");
        }
        "nothing" => {
            assert_eq!(code, Some(127), "{context}");
            assert!(stderr.contains("no toolchain is chosen here"), "{context}");
        }
        "error" => {
            assert!(matches!(code, Some(1 | 127)), "{context}");
            assert!(stderr.contains(words.next().unwrap()) && stderr.contains("hint: "), "{context}");
        }
        name => {
            // Only `version` tells the version; other commands of a case are there for their
            // arguments.
            if case.args.iter().all(|arg| arg.starts_with('+') || arg == "version") {
                assert!(stdout.starts_with(&format!("go version {name} ")), "{context}");
                assert_eq!(code, Some(0), "{context}");
            } else {
                assert_ne!(code, Some(127), "{context}");
            }
        }
    }
    assert!(!stderr.contains("panicked"), "{context} {}", root.display());
}

#[test]
fn a_session_record_of_the_calling_process_is_found() {
    let mut ctx = context!();
    ctx.install_fake("go1.21.5");
    ctx.install_fake("go1.22.5");
    ctx.unset("GOVER_VERSION");
    std::fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    let own = gover_sys::process::current().expect("this process can be looked at");
    std::fs::create_dir_all(ctx.layout().sessions()).unwrap();
    std::fs::write(ctx.layout().session(own.id), format!("{}\n1.21\n", own.start)).unwrap();
    assert!(ctx.shim("go", ["version"]).text().starts_with("go version go1.21.5 "));
    std::fs::write(ctx.layout().session(own.id), format!("{}\n1.21\n", own.start + 1)).unwrap();
    assert!(ctx.shim("go", ["version"]).text().starts_with("go version go1.22.5 "));
}

#[test]
fn the_name_of_a_minor_version_means_its_newest_toolchain() {
    let mut ctx = context!();
    ctx.set("GOVER_AUTO_INSTALL", "0");
    for name in ["go1.22.5", "go1.22.12", "go1.20", "go1.20.3"] {
        ctx.install_fake(name);
    }
    for (called, runs) in [("go1.22", "go1.22.12"), ("go1.20", "go1.20")] {
        let output = ctx.shim(called, ["version"]);
        assert!(output.success().text().starts_with(&format!("go version {runs} ")), "{output}");
    }
    // Without a toolchain of exactly that name, the newest of that minor version is near enough.
    std::fs::remove_dir_all(ctx.layout().versions().join("go1.20")).unwrap();
    for (called, runs) in [("go1.20", "go1.20.3"), ("go1", "go1.22.12")] {
        let output = ctx.shim(called, ["version"]);
        assert!(output.success().text().starts_with(&format!("go version {runs} ")), "{called}\n{output}");
    }
    let output = ctx.shim("go1.19", ["version"]);
    assert!(output.exits(127).stderr.contains("no installed Go matches `1.19`"), "{output}");
    let output = ctx.shim("go1.23", ["version"]);
    assert!(output.exits(127).stderr.contains("no installed Go matches `1.23`"), "{output}");
}
