use gover_source::{ModuleAnswer, ModuleQuestion, Probe, Verdict};

use crate::check::CheckResult;
use crate::checks::{by_name, modules_to_ask};
use crate::finding::Finding;
use crate::testing::{Machine, asked};
use crate::{Severity, text};

const LIB: &str = "git.corp.example/team/lib";
const PROXY: &str = "https://proxy.example";

/// A project that needs one module of a company.
fn project() -> Machine {
    let module = format!("module git.corp.example/team/shop\n\nrequire {LIB} v1.2.0\n");
    Machine::linux().file("~/shop/go.mod", &module)
}

/// The same with GOPRIVATE.
fn private() -> Machine {
    project().var("GOPRIVATE", "*.corp.example")
}

fn status(status: u16) -> Verdict {
    Verdict::Status(status, String::new())
}

fn answer() -> ModuleAnswer {
    let (path, version) = (LIB.to_owned(), "v1.2.0".to_owned());
    ModuleAnswer { path, version, proxies: Vec::new(), metadata: None, repository: None }
}

fn page(verdict: Verdict) -> ModuleAnswer {
    ModuleAnswer { metadata: Some(asked(&format!("https://{LIB}"), verdict)), ..answer() }
}

/// The page is good, and the repository answers this.
fn repository(verdict: Verdict) -> ModuleAnswer {
    let repository = Some(asked("https://git.corp.example/team/lib.git", verdict));
    ModuleAnswer { repository, ..page(Verdict::Good) }
}

fn findings(machine: Machine, answer: ModuleAnswer) -> Vec<Finding> {
    machine.network(|network| network.modules = vec![answer]).findings("private-hosts")
}

fn one(machine: Machine, answer: ModuleAnswer) -> Finding {
    let mut findings = findings(machine, answer);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn evidence(finding: &Finding) -> Vec<String> {
    finding.evidence.iter().map(ToString::to_string).collect()
}

fn questions(machine: &Machine) -> Vec<ModuleQuestion> {
    machine.snapshot(modules_to_ask)
}

#[test]
fn a_host_that_refuses_go_is_reported_with_what_go_says() {
    let finding = one(private(), page(status(401)));
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.what.en, format!("git.corp.example, the host of {LIB}, answers with status 401"));
    let error = format!("`reading https://{LIB}?go-get=1: 401 Unauthorized`");
    assert_eq!(finding.why.en, format!("go cannot download the module: {error}"));
    assert_eq!(
        evidence(&finding),
        [
            format!("/home/ann/shop/go.mod:3: require {LIB} v1.2.0"),
            format!("https://{LIB}: answers with status 401 (250ms)"),
            "~/.netrc: does not exist".to_owned(),
        ]
    );
    let line = "machine git.corp.example login NAME password TOKEN";
    assert_eq!(finding.fix.commands, [format!("echo '{line}' >> ~/.netrc")]);
    let sign_in = one(private(), page(Verdict::Wrong("no go-import meta tags".to_owned())));
    assert!(sign_in.what.en.ends_with("a page without go-import tags, for example to sign in"));
    assert!(sign_in.why.en.ends_with("?go-get=1: no go-import meta tags ()`"), "{}", sign_in.why.en);
}

#[test]
fn the_netrc_file_is_searched_for_the_host_and_its_secrets_stay_there() {
    let with = |text: &str| one(private().file("~/.netrc", text), page(status(403)));
    let refused = with("machine git.corp.example login ann password s3cret\n");
    assert!(evidence(&refused).contains(
        &"~/.netrc: has an entry for git.corp.example, which may have expired or lack rights".to_owned()
    ));
    assert_eq!(refused.fix.commands, [""; 0]);
    assert!(!format!("{refused:?}").contains("s3cret"));
    let other = with("machine other.example login ann password s3cret\n");
    assert!(evidence(&other).contains(&"~/.netrc: has no entry for git.corp.example".to_owned()));
    assert_eq!(other.fix.commands.len(), 1);
    let named = private().var("NETRC", "/etc/my netrc");
    let command = &one(named, page(status(401))).fix.commands[0];
    assert!(command.ends_with(">> '/etc/my netrc'"), "{command}");
    let windows = Machine::windows()
        .file("~/shop/go.mod", &format!("require {LIB} v1.2.0\n"))
        .file("~/_netrc", "")
        .var("GOPRIVATE", "git.corp.example");
    let line = "machine git.corp.example login NAME password TOKEN";
    let command = format!(r"Add-Content C:\Users\ann\_netrc '{line}'");
    assert_eq!(one(windows, page(status(401))).fix.commands, [command]);
}

#[test]
fn goauth_decides_where_credentials_come_from() {
    let off = one(private().var("GOAUTH", "off"), page(status(401)));
    assert_eq!(off.fix.commands[0], "unset GOAUTH");
    let program = private().var("GOAUTH", "/opt/helper s3cret").selects("go1.24.1");
    let program = one(program, page(status(401)));
    assert_eq!(program.fix.commands, [""; 0]);
    assert!(evidence(&program).contains(&"GOAUTH=/opt/helper ***".to_owned()), "{program:?}");
    let old = one(private().var("GOAUTH", "git /home/ann").selects("go1.23.4"), page(status(401)));
    let line = "GOAUTH: go1.23.4 does not read it; Go 1.24 and later do".to_owned();
    assert!(evidence(&old).contains(&line), "{old:?}");
    assert!(!evidence(&program).iter().any(|line| line.contains("1.24 and later")));
}

#[test]
fn git_decides_whether_it_may_read_a_repository() {
    const READ: &str = "/usr/bin/git -C /home/ann ls-remote -q https://git.corp.example/team/lib.git HEAD";
    const HELPER: &str = "/usr/bin/git -C /home/ann config --get-urlmatch credential.helper https://git.corp.example/team/lib.git";
    const INSTEAD: &str = r"/usr/bin/git -C /home/ann config --get-regexp ^url\..*\.insteadof$";
    let fatal = "fatal: could not read Username for 'https://git.corp.example': terminal prompts disabled";
    let git = || private().program("/usr/bin/git", "");
    let allowed = git().answers(READ, 0, "0123 HEAD\n", "");
    assert_eq!(findings(allowed, repository(status(401))), []);
    // It takes too long, so nothing is certain.
    assert_eq!(findings(git(), repository(status(401))), []);
    let refused = || git().answers(READ, 128, "", &format!("remote: no\n{fatal}\n"));
    let finding = one(refused(), repository(status(401)));
    assert_eq!(
        finding.what.en,
        format!("git may not read https://git.corp.example/team/lib.git, which has {LIB}")
    );
    assert_eq!(finding.why.en, format!("go cannot download the module: `{fatal}`"));
    assert!(finding.fix.commands[0].ends_with(">> ~/.netrc"), "{finding:?}");
    let key = one(refused().file("~/.ssh/id_ed25519.pub", ""), repository(status(404)));
    assert_eq!(
        key.fix.commands,
        ["git config --global url.ssh://git@git.corp.example/.insteadOf https://git.corp.example/"]
    );
    let helper =
        one(refused().answers(HELPER, 0, "!f() { echo password=s3cret; }; f\n", ""), repository(status(401)));
    assert_eq!(helper.fix.commands, ["git ls-remote https://git.corp.example/team/lib.git"]);
    assert!(!format!("{helper:?}").contains("s3cret"));
    let rules = "url.git@git.corp.example:.insteadof https://git.corp.example/\nurl.x.insteadof https://x/\n";
    let instead = one(refused().answers(INSTEAD, 0, rules, ""), repository(status(401)));
    assert_eq!(instead.fix.commands, ["ssh -T git@git.corp.example"]);
    let token = "url.https://ann:s3cret@git.corp.example/.insteadof https://git.corp.example/\n";
    let token = one(refused().answers(INSTEAD, 0, token, ""), repository(status(401)));
    assert!(!format!("{token:?}").contains("s3cret"), "{token:?}");
    let missing = one(private(), repository(status(401)));
    assert!(missing.why.en.contains("executable file not found"), "{missing:?}");
}

#[test]
fn a_host_out_of_reach_matters_only_if_go_needs_it() {
    let unreachable = || page(Verdict::Unreachable("DNS lookup failed".to_owned()));
    let finding = one(private(), unreachable());
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.what.en, format!("https://{LIB}, which has {LIB}: cannot connect: DNS lookup failed"));
    let cached = || private().file("~/go/pkg/mod/cache/download/git.corp.example/team/lib/@v/v1.2.0.zip", "");
    assert_eq!(findings(cached(), unreachable()), []);
    assert_eq!(findings(private().file("~/shop/vendor/modules.txt", ""), unreachable()), []);
    // The next version does matter.
    let refused = one(cached(), page(status(401)));
    assert_eq!(refused.severity, Severity::Warning);
    assert!(refused.why.en.starts_with("go has the version that go.mod names"), "{refused:?}");
    // Other checks report those.
    for verdict in [Verdict::UntrustedCertificate(None), Verdict::CertificateTime] {
        assert_eq!(findings(private(), page(verdict)), []);
    }
}

fn in_no_proxy(answer: ModuleAnswer) -> ModuleAnswer {
    ModuleAnswer { proxies: vec![asked(PROXY, status(404))], ..answer }
}

#[test]
fn a_module_that_goprivate_does_not_name_is_reported() {
    let found = findings(project(), in_no_proxy(page(status(401))));
    assert_eq!(found.len(), 2, "{found:#?}");
    let what = format!("no proxy in GOPROXY has {LIB}, and GOPRIVATE does not name it");
    assert_eq!((found[0].what.en.as_str(), found[0].severity), (what.as_str(), Severity::Error));
    assert_eq!(found[0].fix.commands, ["go env -w GOPRIVATE=git.corp.example"]);
    assert!(evidence(&found[0]).contains(&format!("{PROXY}: answers with status 404 (250ms)")));
    // In the company's network, everybody may read it.
    let open = || in_no_proxy(repository(Verdict::Good));
    assert_eq!(one(project(), open()).severity, Severity::Error);
    let recorded = || project().file("~/shop/go.sum", &format!("{LIB} v1.2.0 h1:x=\n"));
    assert_eq!(one(recorded(), open()).severity, Severity::Warning);
    let others = one(project().file("~/.config/go/env", "GOPRIVATE=x.example\n"), open());
    assert_eq!(others.fix.commands, ["go env -w 'GOPRIVATE=x.example,git.corp.example'"]);
    let without = one(project().var("GONOPROXY", "none"), open());
    assert_eq!(without.fix.commands, ["export GONOPROXY='git.corp.example'"]);
    let closed = one(project(), in_no_proxy(answer()));
    assert!(closed.why.en.contains("GOPROXY has no `direct`"), "{closed:?}");
    // A public module.
    let public = ModuleAnswer { proxies: vec![asked(PROXY, Verdict::Good)], ..answer() };
    assert_eq!(findings(project(), public), []);
    // `goproxy` reports those.
    let dead: Vec<Probe> = vec![asked(PROXY, status(404)), asked("https://b.example", Verdict::Silent)];
    assert_eq!(findings(project(), ModuleAnswer { proxies: dead, ..answer() }), []);
}

#[test]
fn the_checksum_database_is_not_asked_about_private_modules() {
    let direct = || project().var("GONOPROXY", "git.corp.example");
    let found = findings(direct(), page(status(401)));
    let what = format!("go asks the checksum database about {LIB}, which is private");
    assert_eq!((found[0].what.en.as_str(), found[0].severity), (what.as_str(), Severity::Error));
    assert_eq!(found[0].fix.commands, ["go env -w GOPRIVATE=git.corp.example"]);
    let listed = direct().var("GONOSUMDB", "*.corp.example");
    for machine in [listed, direct().var("GOSUMDB", "off")] {
        assert_eq!(findings(machine, page(status(401))).len(), 1);
    }
}

#[test]
fn few_modules_are_asked_about_and_only_those_that_go_would_ask_about() {
    let path = |question: &ModuleQuestion| (question.path.clone(), question.is_direct);
    let of = |machine: &Machine| questions(machine).iter().map(path).collect::<Vec<_>>();
    assert_eq!(of(&private()), [(LIB.to_owned(), true)]);
    assert_eq!(of(&project()), [(LIB.to_owned(), false)]);
    let cached = "~/go/pkg/mod/cache/download/git.corp.example/team/lib/@v/v1.2.0.zip";
    assert_eq!(of(&project().file(cached, "")), []);
    assert_eq!(of(&private().file(cached, "")), [(LIB.to_owned(), true)]);
    let module = "module github.com/Acme/shop\n\nrequire (\n\tgithub.com/Acme/lib v1.0.0\n\tgithub.com/Acme/other v1.0.0\n\
        \tgithub.com/pkg/errors v0.9.1\n\tgolang.org/x/text v0.14.0\n\tlocal.example/a v1.0.0\n\tfork.example/b v1.0.0\n)\n\
        replace local.example/a => ../a\nreplace fork.example/b => mine.example/b v1.0.1\n";
    let machine = Machine::linux().file("~/shop/go.mod", module);
    let both = [("github.com/Acme/lib".to_owned(), false), ("mine.example/b".to_owned(), false)];
    assert_eq!(of(&machine), both);
    let lib = "~/go/pkg/mod/cache/download/github.com/!acme/lib/@v/v1.0.0.zip";
    assert_eq!(of(&machine.clone().file(lib, ""))[0].0, "github.com/Acme/other");
    // A pattern for everything does not make everything private.
    assert_eq!(of(&machine.clone().var("GOPRIVATE", "*")).len(), 2);
    assert!(of(&machine.var("GOPROXY", "direct")).iter().all(|(_, is_direct)| *is_direct));
    assert_eq!(of(&private().var("GOINSECURE", "git.corp.example")), []);
    let sums = "old.corp.example/a v1.0.0 h1:x=\nold.corp.example/a v1.0.0/go.mod h1:x=\n";
    let old = private().file("~/shop/go.sum", sums);
    assert_eq!(of(&old).len(), 2);
    let many: Vec<String> = (0..20).map(|number| format!("require h{number}.example/a v1.0.0\n")).collect();
    assert_eq!(of(&Machine::linux().file("~/shop/go.mod", &many.concat())).len(), 6);
}

#[test]
fn a_workspace_names_the_modules_of_its_members() {
    let machine = Machine::linux()
        .file("~/shop/go.work", "use (\n\t./a\n\t./b\n)\n")
        .file(
            "~/shop/a/go.mod",
            &format!("module corp.example/a\nrequire {LIB} v1.2.0\nrequire corp.example/b v0.1.0\n"),
        )
        .file("~/shop/b/go.mod", "module corp.example/b\n");
    assert_eq!(questions(&machine).len(), 1);
    assert_eq!(questions(&machine)[0].path, LIB);
}

#[test]
fn a_healthy_machine_is_silent() {
    assert_eq!(findings(private(), repository(Verdict::Good)), []);
    assert_eq!(findings(private(), page(Verdict::Good)), []);
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("private-hosts"), []);
    }
    let result = |machine: &Machine| {
        let check = by_name("private-hosts").unwrap();
        machine.snapshot(|snapshot| check.result(snapshot, !check.examine(snapshot).is_empty()))
    };
    let unasked = text!(en "no server was contacted", zh "没有连接任何服务器");
    assert_eq!(result(&private()), CheckResult::NotRun(unasked));
    let nothing = text!(en "no module here looks private", zh "这里没有看起来是私有的模块");
    assert_eq!(result(&private().network(|_| {})), CheckResult::NotApplicable(nothing));
}
