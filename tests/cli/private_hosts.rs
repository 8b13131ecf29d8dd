//! `gover doctor private-hosts`: modules of a company, whose host refuses go or git.

use gover_core::platform::IS_WINDOWS;
use gover_test::{Fault, Output};
use serde_json::{Value, json};

use crate::corporate::Company;

/// A project that needs a module of the company, with the page that says where it is.
fn project() -> Company {
    let mut company = Company::trusting();
    let ctx = &mut company.ctx;
    ctx.write("go.mod", "module other.test/team/shop\n\nrequire other.test/team/lib v1.2.0\n");
    ctx.set("GOVER_SHELL", "bash").set("GOPRIVATE", "other.test");
    ctx.set("GOPROXY", "https://proxy.test/proxy,direct");
    let tag = "other.test/team/lib git https://other.test/team/lib.git";
    let page = format!("<html><head><meta name=\"go-import\" content=\"{tag}\"></head></html>");
    ctx.site().server().serve("/team/lib", page);
    ctx.site().server().serve("/team/lib.git/info/refs", "001e# service=git-upload-pack\n");
    company
}

fn doctor(company: &Company) -> Output {
    company.ctx.gover(["doctor", "private-hosts", "--json"])
}

/// What is found, in order.
fn found(output: &Output) -> Vec<String> {
    let document = output.exits(1).json();
    let what = |finding: &Value| finding["what"].as_str().unwrap().to_owned();
    document["findings"].as_array().unwrap().iter().map(what).collect()
}

#[test]
fn a_host_that_lets_go_in_is_no_problem_and_is_asked_once() {
    let company = project();
    company.ctx.site().server().forget_requests();
    assert_eq!(doctor(&company).success().json()["findings"], json!([]));
    let asked = company.ctx.site().server().request_lines();
    let of_host: Vec<&String> = asked.iter().filter(|line| line.contains("/team/")).collect();
    // No proxy learns the name of a private module.
    assert_eq!(of_host, ["GET /team/lib", "GET /team/lib.git/info/refs"], "{asked:?}");
    company.ctx.site().server().forget_requests();
    company.ctx.gover(["doctor", "private-hosts", "--offline"]).success();
    assert_eq!(company.ctx.site().server().request_lines(), Vec::<String>::new());
}

#[test]
fn a_host_that_wants_a_password_is_named_and_netrc_helps() {
    let company = project();
    company.ctx.site().server().guard("/team/lib", "ann", "s3cret");
    let refused = "other.test, the host of other.test/team/lib, answers with status 401, who are you?";
    let output = doctor(&company);
    assert_eq!(found(&output), [refused]);
    let finding = output.json()["findings"][0].clone();
    let error = "`reading https://other.test/team/lib?go-get=1: 401 Unauthorized`";
    assert_eq!(finding["why"], format!("go cannot download the module: {error}"));
    let command = finding["fix"]["commands"][0].as_str().unwrap();
    assert!(command.contains("machine other.test login NAME password TOKEN"), "{finding}");
    let netrc = company.ctx.home().join(if IS_WINDOWS { "_netrc" } else { ".netrc" });
    std::fs::write(&netrc, "machine other.test login ann password wr0ng\n").unwrap();
    let wrong = doctor(&company);
    assert_eq!(found(&wrong), [refused]);
    assert!(wrong.stdout.contains("has an entry for other.test"), "{wrong}");
    assert_eq!(wrong.json()["findings"][0]["fix"]["commands"], json!([]));
    std::fs::write(&netrc, "machine other.test login ann password s3cret\n").unwrap();
    let right = doctor(&company);
    assert_eq!(right.success().json()["findings"], json!([]));
    for output in [wrong, right] {
        assert!(!output.text().contains("s3cret") && !output.text().contains("wr0ng"), "{output}");
    }
}

#[test]
fn refusals_and_pages_to_sign_in_are_told_apart() {
    let of = |change: &dyn Fn(&Company)| {
        let company = project();
        change(&company);
        found(&doctor(&company))
    };
    let status = |status| {
        move |company: &Company| {
            company.ctx.site().server().fault("/team/lib", Fault::StatusText(status, String::new()));
        }
    };
    let host = "other.test, the host of other.test/team/lib,";
    assert_eq!(of(&status(403)), [format!("{host} answers with status 403")]);
    assert_eq!(of(&status(404)), [format!("{host} answers with status 404")]);
    let sign_in = of(&|company| company.ctx.site().server().serve("/team/lib", "<title>Sign in</title>"));
    assert_eq!(
        sign_in,
        [format!("{host} answers with a page without go-import tags, for example to sign in")]
    );
}

#[test]
fn a_module_that_no_proxy_has_belongs_into_goprivate() {
    let mut company = project();
    company.ctx.unset("GOPRIVATE");
    let output = doctor(&company);
    assert_eq!(
        found(&output),
        ["no proxy in GOPROXY has other.test/team/lib, and GOPRIVATE does not name it"]
    );
    assert_eq!(output.json()["findings"][0]["fix"]["commands"], json!(["go env -w GOPRIVATE=other.test"]));
    // With the proxy alone, go does not ask the host.
    company.ctx.set("GOPROXY", "https://proxy.test/proxy");
    company.ctx.site().server().forget_requests();
    assert_eq!(found(&doctor(&company)).len(), 1);
    assert!(company.ctx.site().server().requests_for("/team/*").is_empty());
    // Once a proxy has it, it is public.
    company.ctx.site().server().serve("/proxy/other.test/team/lib/@v/v1.2.0.info", "{}");
    assert_eq!(doctor(&company).success().json()["findings"], json!([]));
}

#[test]
fn a_report_without_names_hides_a_module_that_no_setting_names() {
    let mut company = project();
    company.ctx.unset("GOPRIVATE");
    company.ctx.gover(["doctor", "private-hosts", "--report", "out.md", "--anonymous"]).exits(1);
    let report = std::fs::read_to_string(company.ctx.work().join("out.md")).unwrap();
    assert!(report.contains("private-hosts") && !report.contains("other.test"), "{report}");
}

/// The repository wants a password that go cannot type, and git has none.
#[cfg(unix)]
#[test]
fn what_git_says_decides_about_a_repository() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut company = project();
    company.ctx.site().server().guard("/team/lib.git/", "ann", "s3cret");
    let git = company.ctx.write(
        "tools/git",
        "#!/bin/sh\ncase \"$*\" in\n*ls-remote*) echo \"prompt=$GIT_TERMINAL_PROMPT\" >\"$HOME/asked\"\n\
         test -e \"$HOME/signed-in\" && exit 0\n\
         echo 'fatal: could not read Username: terminal prompts disabled' >&2; exit 128 ;;\n*) exit 1 ;;\nesac\n",
    );
    std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/bin:/usr/bin", git.parent().unwrap().display());
    company.ctx.set("PATH", path);
    let output = doctor(&company);
    assert_eq!(
        found(&output),
        ["git may not read https://other.test/team/lib.git, which has other.test/team/lib"]
    );
    let why = output.json()["findings"][0]["why"].as_str().unwrap().to_owned();
    assert!(why.contains("`fatal: could not read Username: terminal prompts disabled`"), "{why}");
    // Nobody is asked for a password.
    assert_eq!(std::fs::read_to_string(company.ctx.home().join("asked")).unwrap(), "prompt=0\n");
    std::fs::write(company.ctx.home().join("signed-in"), "").unwrap();
    assert_eq!(doctor(&company).success().json()["findings"], json!([]));
}
