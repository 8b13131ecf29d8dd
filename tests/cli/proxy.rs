//! Module proxies and sources: measured, and written into GOPROXY and `sources`.

use std::fs;
use std::path::PathBuf;

use gover_test::{FakeProxy, Fault, Output, Response, TestContext, TlsFront, context};
use serde_json::Value;

const INFO: &str = "golang.org/x/text/@v/v0.14.0.info";
const ZIP: &str = "golang.org/x/text/@v/v0.14.0.zip";

/// A site whose `/proxy` serves everything, and a file for `go env -w`.
fn machine() -> TestContext {
    let mut ctx = context!().with_site();
    ctx.publish("go1.91.2");
    modules(&ctx, "/proxy", 200 << 10);
    let file = ctx.write("env", "GOFLAGS=-v\r\nGOPRIVATE=git.corp.example\n");
    ctx.unset("GOPROXY").set("GOENV", file);
    ctx
}

/// Lets the server serve a module below `base`.
fn modules(ctx: &TestContext, base: &str, bytes: usize) {
    let mut zip = b"PK\x03\x04".to_vec();
    zip.resize(bytes, 0);
    ctx.site()
        .server()
        .serve(&format!("{base}/{INFO}"), r#"{"Version":"v0.14.0","Time":"2023-10-11T14:18:28Z"}"#);
    ctx.site().server().serve(&format!("{base}/{ZIP}"), zip);
}

fn at(ctx: &TestContext, base: &str) -> String {
    ctx.site().server().at(base)
}

/// Writes GOPROXY as `go env -w` does. `/name` stands for a place on the server.
fn set_goproxy(ctx: &TestContext, value: &str) {
    let value = value.replace('/', &at(ctx, "/")).replace("DEAD", DEAD);
    fs::write(env_file(ctx), format!("GOFLAGS=-v\r\nGOPRIVATE=git.corp.example\nGOPROXY={value}\n")).unwrap();
}

fn env_file(ctx: &TestContext) -> PathBuf {
    ctx.work().join("env")
}

fn goproxy(ctx: &TestContext) -> String {
    let text = fs::read_to_string(env_file(ctx)).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("GOPROXY=")).unwrap_or_default();
    line.replace(&at(ctx, "/"), "/").replace(DEAD, "DEAD")
}

/// The entry of a report with an address.
fn entry<'a>(report: &'a Value, address: &str) -> &'a Value {
    let entries = report["entries"].as_array().unwrap();
    entries
        .iter()
        .find(|entry| entry["address"] == address)
        .unwrap_or_else(|| panic!("{address} in {report}"))
}

fn measured(ctx: &TestContext, urls: &[&str]) -> Value {
    ctx.gover(["proxy", "--json"].iter().chain(urls)).json()
}

/// Nothing listens there.
const DEAD: &str = "http://127.0.0.1:1";

#[test]
fn a_healthy_proxy_serves_everything() {
    let ctx = machine();
    set_goproxy(&ctx, "/proxy,direct");
    let report = measured(&ctx, &[]);
    let proxy = entry(&report, &at(&ctx, "/proxy"));
    for key in ["works", "modules", "toolchains", "sumdb", "ranges"] {
        assert_eq!(proxy[key], true, "{key} in {proxy}");
    }
    assert!(proxy["bytes_per_second"].as_u64().unwrap() > 0, "{proxy}");
    assert!(proxy["first_byte_ms"].is_u64(), "{proxy}");
    assert_eq!(proxy["addresses"][0]["address"], "127.0.0.1");
    assert_eq!(proxy["addresses"][0]["problem"], Value::Null);
    assert_eq!(report["fastest"], at(&ctx, "/proxy"));
    let site = entry(&report, &ctx.site().url());
    assert_eq!(
        (&site["origin"], &site["works"], &site["ranges"]),
        (&"sources".into(), &true.into(), &true.into())
    );
    let shown = ctx.gover(["proxy"]);
    assert!(shown.success().stdout.contains("modules, toolchains, /sumdb/, ranges"), "{shown}");
    assert!(shown.stderr.contains("2 of 2 work; the fastest module proxy is "), "{shown}");
}

#[test]
fn each_lack_is_named() {
    let ctx = machine();
    modules(&ctx, "/modules", 2000);
    modules(&ctx, "/whole", 2000);
    ctx.site().server().fault(&format!("/whole/{ZIP}"), Fault::IgnoreRange);
    let (some, whole) = (at(&ctx, "/modules"), at(&ctx, "/whole"));
    let report = measured(&ctx, &[&some, &whole]);
    let some = entry(&report, &some);
    assert_eq!((&some["works"], &some["ranges"]), (&true.into(), &true.into()));
    assert_eq!((&some["toolchains"], &some["sumdb"]), (&false.into(), &false.into()));
    assert_eq!(entry(&report, &whole)["ranges"], false);
    let shown = ctx.gover(["proxy", &whole]);
    assert!(shown.stdout.contains("modules; no toolchains, /sumdb/, ranges"), "{shown}");
}

#[test]
fn a_proxy_that_only_answers_does_not_work() {
    let ctx = machine();
    let server = ctx.site().server();
    let page = || Response::ok("<html>Please sign in</html>").with_header("Content-Type", "text/html");
    server.handle("/portal/", move |_| Some(page()));
    for base in ["/cut", "/cut-at-once", "/stalls", "/page"] {
        modules(&ctx, base, 100_000);
    }
    server.fault(&format!("/cut/{ZIP}"), Fault::TruncateAt(50_000));
    server.fault(&format!("/cut-at-once/{INFO}"), Fault::TruncateAt(3));
    server.fault(&format!("/stalls/{ZIP}"), Fault::StallAt(50_000));
    server.serve(&format!("/page/{ZIP}"), "<html>Please sign in</html>");
    let problem = |base: &str| {
        let address = if base == "DEAD" { DEAD.to_owned() } else { at(&ctx, base) };
        let output = ctx.gover(["proxy", "--json", &address]);
        let report = output.json();
        let entry = entry(&report, &address);
        assert_eq!((&entry["works"], &entry["modules"]), (&false.into(), &Value::Null), "{entry}");
        entry["problem"].as_str().unwrap().to_owned()
    };
    assert_eq!(problem("/portal"), "it returned a web page");
    assert_eq!(problem("/page"), "it returned a web page");
    assert_eq!(problem("DEAD"), "cannot connect: connection refused");
    assert_eq!(problem("/nothing"), "answers with status 404, page not found");
    for base in ["/cut", "/cut-at-once"] {
        assert!(problem(base).starts_with("connection broke: "), "{}", problem(base));
    }
    assert_eq!(problem("/stalls"), "connection timed out: the server stopped sending");
}

#[test]
fn it_fails_only_if_nothing_works() {
    let mut ctx = machine();
    ctx.set("GOVER_GODEV_URL", DEAD);
    let failed = ctx.gover(["proxy", DEAD]);
    failed.exits(1);
    assert!(failed.stderr.contains("0 of 2 work\nhint: gover doctor goproxy"), "{failed}");
    let dead_source = ctx.gover(["proxy", &at(&ctx, "/proxy")]);
    assert!(dead_source.success().stderr.contains("1 of 2 work; "), "{dead_source}");
    assert!(dead_source.stderr.ends_with("hint: gover proxy set\n"), "{dead_source}");
}

#[test]
fn a_certificate_of_an_inspecting_authority_is_named_whether_trusted_or_not() {
    let mut ctx = machine();
    let front = TlsFront::start(ctx.site().server());
    let address = front.at("/proxy");
    for (authority, works) in [(TlsFront::STRANGER, false), (TlsFront::AUTHORITY, true)] {
        let bundle = ctx.write("authority.pem", authority);
        ctx.set("SSL_CERT_FILE", bundle);
        let report = measured(&ctx, &[&address]);
        let entry = entry(&report, &address);
        assert_eq!(
            (&entry["works"], &entry["inspected_by"]),
            (&works.into(), &"Acme Inspection CA".into()),
            "{entry}"
        );
        let shown = ctx.gover(["proxy", &address]).stdout;
        let said = if works {
            "inspected by `Acme Inspection CA`"
        } else {
            "intercepted: its certificate comes from `Acme Inspection CA`, which is not trusted"
        };
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn the_hosts_file_is_named_if_it_has_the_name() {
    let ctx = machine();
    let hosts = if cfg!(windows) { r"C:\Windows\System32\drivers\etc\hosts" } else { "/etc/hosts" };
    let hosts = fs::read_to_string(hosts).unwrap_or_default();
    let has_name = |line: &str| {
        line.split('#')
            .next()
            .is_some_and(|line| line.split_whitespace().skip(1).any(|name| name == "localhost"))
    };
    let expected = hosts.lines().position(has_name).map(|index| index + 1);
    let address = at(&ctx, "/proxy").replace("127.0.0.1", "localhost");
    let report = measured(&ctx, &[&address, DEAD]);
    let named = entry(&report, &address);
    assert_eq!(named["hosts_line"].as_u64(), expected.map(|line| line as u64));
    let families: Vec<_> = named["addresses"].as_array().unwrap().iter().map(|one| &one["family"]).collect();
    assert!(families.contains(&&"IPv4".into()), "{named}");
    assert_eq!(entry(&report, DEAD)["hosts_line"], Value::Null);
}

#[test]
fn credentials_are_never_shown_and_only_what_is_named_is_asked() {
    let ctx = machine();
    let front = TlsFront::start(ctx.site().server());
    let secret = front.at("/proxy?token=s3cret").replace("https://", "https://ann:s3cret@");
    for arguments in [vec!["proxy", &secret], vec!["proxy", "--json", &secret], vec!["proxy", "set", &secret]]
    {
        let output = ctx.gover(arguments);
        assert!(!output.stdout.contains("s3cret") && !output.stderr.contains("s3cret"), "{output}");
    }
    ctx.site().server().forget_requests();
    ctx.gover(["proxy"]).success();
    let asked = ctx.site().server().request_lines();
    assert!(asked.iter().all(|line| line.starts_with("GET /dl/")), "{asked:?}");
}

#[test]
fn what_is_not_an_address_is_a_usage_error() {
    let ctx = machine();
    for word in ["nosuch", "direct", "off", "ftp://a.example"] {
        let refused = ctx.gover(["proxy", word]);
        refused.exits(2);
        assert!(
            refused.stderr.contains(&format!("`{word}` is not the address of a module proxy")),
            "{refused}"
        );
    }
    let offline = ctx.gover(["proxy", "--offline"]);
    assert!(offline.exits(1).stderr.contains("cannot measure anything without the network"), "{offline}");
}

/// Five proxies, of which two work.
fn five() -> TestContext {
    let ctx = machine();
    let server = ctx.site().server();
    for base in ["/slow", "/cut"] {
        modules(&ctx, base, 20_000);
    }
    server.fault(&format!("/slow/{ZIP}"), Fault::BytesPerSecond(20_000));
    server.fault(&format!("/cut/{ZIP}"), Fault::TruncateAt(10_000));
    server.handle("/portal/", |_| Some(Response::ok("<html>Please sign in</html>")));
    set_goproxy(&ctx, "/portal,/slow,DEAD,/cut,/proxy,direct");
    ctx
}

fn undo_is_named(output: &Output) {
    assert!(output.success().stderr.contains("(`gover proxy set --undo` undoes this)"), "{output}");
}

#[test]
fn the_fastest_comes_first_and_what_does_not_work_is_left_out() {
    let mut ctx = five();
    ctx.set("GOVER_GODEV_URL", DEAD);
    let before = fs::read(env_file(&ctx)).unwrap();
    let written = ctx.gover(["proxy", "set", "--fastest", "--yes"]);
    undo_is_named(&written);
    assert_eq!(goproxy(&ctx), "/proxy|/slow|direct");
    let text = fs::read_to_string(env_file(&ctx)).unwrap();
    assert!(text.starts_with("GOFLAGS=-v\r\nGOPRIVATE=git.corp.example\nGOPROXY="), "{text}");
    for gone in ["[SITE]/portal", "[SITE]/cut", DEAD] {
        assert!(written.stderr.contains(&format!("{gone} is left out: ")), "{written}");
    }
    assert!(written.stderr.contains("after `|`, go asks the next entry after any error"), "{written}");
    // The release site is dead, too.
    assert_eq!(ctx.gover(["config", "get", "sources"]).stdout, "goproxy\n");
    assert!(ctx.gover(["proxy", "set", "--fastest", "--yes"]).stderr.ends_with("nothing changed\n"));
    ctx.gover(["proxy", "set", "--undo"]).success();
    assert_eq!(fs::read(env_file(&ctx)).unwrap(), before);
    assert!(!ctx.layout().config().exists());
    let again = ctx.gover(["proxy", "set", "--undo"]);
    assert!(again.exits(1).stderr.contains("gover has not changed GOPROXY or `sources`"), "{again}");
}

#[test]
fn without_an_option_the_order_stays() {
    let ctx = five();
    ctx.gover(["proxy", "set", "--yes"]).success();
    assert_eq!(goproxy(&ctx), "/slow|/proxy|direct");
    assert_eq!(ctx.gover(["config", "get", "sources"]).stdout, "go.dev,goproxy\n");
    set_goproxy(&ctx, "DEAD|/proxy|off");
    ctx.gover(["proxy", "set", "--yes"]).success();
    assert_eq!(goproxy(&ctx), "/proxy|off");
}

#[test]
fn nothing_is_written_that_was_not_found_to_work() {
    let ctx = five();
    let before = fs::read(env_file(&ctx)).unwrap();
    let (good, cut) = (at(&ctx, "/proxy"), at(&ctx, "/cut"));
    for arguments in [vec![good.as_str(), &cut], vec![DEAD]] {
        let refused = ctx.gover(["proxy", "set", "--yes"].into_iter().chain(arguments));
        assert!(refused.exits(1).stderr.contains("; nothing was changed"), "{refused}");
    }
    set_goproxy(&ctx, "DEAD,/cut,direct");
    let refused = ctx.gover(["proxy", "set", "--fastest", "--yes"]);
    assert!(refused.exits(1).stderr.contains("no module proxy works; nothing was changed"), "{refused}");
    assert_eq!(goproxy(&ctx), "DEAD,/cut,direct");
    fs::write(env_file(&ctx), &before).unwrap();
    // Nobody agreed.
    let shown = ctx.gover(["proxy", "set"]);
    assert!(shown.success().stderr.contains("1 file would change\nhint: gover proxy set --yes"), "{shown}");
    let json = ctx.gover(["proxy", "set", "--json"]).json();
    assert_eq!((&json["changed"], &json["left_out"].as_array().unwrap().len()), (&Value::Array(vec![]), &3));
    assert_eq!(fs::read(env_file(&ctx)).unwrap(), before);
}

#[test]
fn named_proxies_replace_others_but_not_private_ones() {
    let ctx = five();
    set_goproxy(&ctx, "/slow,direct");
    let text = fs::read_to_string(env_file(&ctx)).unwrap();
    let directory = ctx.directory("modules").display().to_string().replace('\\', "/");
    let private = format!("file:///{}", directory.trim_start_matches('/'));
    fs::write(env_file(&ctx), text.replace("GOPROXY=", &format!("GOPROXY={private},"))).unwrap();
    let written = ctx.gover(["proxy", "set", "--yes", &at(&ctx, "/proxy")]);
    undo_is_named(&written);
    assert!(goproxy(&ctx).ends_with("|/proxy|direct"), "{}", goproxy(&ctx));
    assert!(fs::read_to_string(env_file(&ctx)).unwrap().contains(&format!("GOPROXY={private}|")));
    assert!(written.stderr.contains("/slow is left out: it was not named"), "{written}");
}

#[test]
fn a_variable_that_overrides_the_file_is_a_warning() {
    let mut ctx = machine();
    let file = env_file(&ctx);
    fs::remove_file(&file).unwrap();
    ctx.set("GOPROXY", format!("{DEAD},{},direct", at(&ctx, "/proxy")));
    let written = ctx.gover(["proxy", "set", "--yes"]);
    undo_is_named(&written);
    assert_eq!(goproxy(&ctx), "/proxy|direct");
    assert!(written.stderr.contains("GOPROXY is set in the environment, which overrides"), "{written}");
    assert_eq!(ctx.gover(["proxy", "set", "--yes", "--json"]).json()["overridden"], false);
    ctx.gover(["proxy", "set", "--undo"]).success();
    assert!(!file.exists());
    ctx.set("GOENV", "off");
    let refused = ctx.gover(["proxy", "set", "--yes"]);
    assert!(refused.exits(1).stderr.contains("because GOENV is `off`"), "{refused}");
}

#[test]
fn a_private_proxy_stays_first_though_it_does_not_work_here() {
    let ctx = five();
    let private = format!("{}/go", DEAD.replace("http://", "https://ann:s3cret@"));
    let text = fs::read_to_string(env_file(&ctx)).unwrap();
    fs::write(env_file(&ctx), text.replace(",direct", &format!(",{private},direct"))).unwrap();
    let written = ctx.gover(["proxy", "set", "--fastest", "--yes"]);
    undo_is_named(&written);
    assert_eq!(goproxy(&ctx), format!("{private}|/proxy|/slow|direct").replace(DEAD, "DEAD"));
    assert!(written.stderr.contains("https://127.0.0.1:1/go is private and stays, but"), "{written}");
    assert!(!written.stdout.contains("s3cret") && !written.stderr.contains("s3cret"), "{written}");
}

/// The real database is asked by both of its names, which lead to a server here.
#[test]
fn the_database_gets_its_other_address_if_nothing_leads_to_the_usual_one() {
    let notes = include_str!("../vectors/sumdb_note.json");
    let notes: Value = serde_json::from_str(notes).unwrap();
    let is_real = |note: &&Value| note["name"].as_str().unwrap().starts_with("real sum.golang.org head");
    let head = notes["notes"].as_array().unwrap().iter().find(is_real).unwrap()["msg"].as_str().unwrap();
    let head = head.to_owned();
    for (names, expected) in [
        (&["sum.golang.google.cn"][..], Some("sum.golang.google.cn")),
        (&["sum.golang.org", "sum.golang.google.cn"], None),
        (&[], None),
    ] {
        let mut ctx = machine();
        set_goproxy(&ctx, "DEAD,/proxy,direct");
        let (front, head) = (TlsFront::start_as_database(ctx.site().server()), head.clone());
        ctx.site().server().handle("/latest", move |request| {
            let host = request.header("host").unwrap_or_default();
            names.contains(&host).then(|| Response::ok(head.clone()))
        });
        let way_out = FakeProxy::start(ctx.site().server(), &front);
        let bundle = ctx.write("authority.pem", TlsFront::DATABASE_AUTHORITY);
        ctx.set("SSL_CERT_FILE", bundle).set("HTTPS_PROXY", way_out.url());
        ctx.unset("NO_PROXY").unset("GOSUMDB");
        let before = fs::read(env_file(&ctx)).unwrap();
        let report = ctx.gover(["proxy", "set", "--yes", "--json"]).json();
        assert_eq!(report["gosumdb"].as_str(), expected, "{report}");
        let text = fs::read_to_string(env_file(&ctx)).unwrap();
        assert_eq!(text.lines().find_map(|line| line.strip_prefix("GOSUMDB=")), expected);
        ctx.gover(["proxy", "set", "--undo"]).success();
        assert_eq!(fs::read(env_file(&ctx)).unwrap(), before);
        // One that the user set stays, and a proxy that relays the database is enough.
        ctx.set("GOSUMDB", ctx.site().gosumdb());
        assert_eq!(ctx.gover(["proxy", "set", "--json"]).json()["gosumdb"], Value::Null);
    }
}
