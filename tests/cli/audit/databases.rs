//! Where `gover audit` gets its data: servers, directories, the module, the cache.

use std::fs;
use std::path::Path;

use gover_test::forge::{ZipEntry, zip};
use gover_test::{FakeServer, GO_MOD_HASH, Output, Response, TestContext, context, dirhash};
use serde_json::{Value, json};

use super::numbers;
use crate::scene::file_url;

/// An entry about a made-up version: go1.91.0 and later, fixed in go1.91.`patch`.
fn entry(id: &str, module: &str, patch: u32) -> Value {
    let events = json!([{ "introduced": "1.91.0-0" }, { "fixed": format!("1.91.{patch}") }]);
    json!({
        "schema_version": "1.3.1", "id": id, "modified": "2099-01-01T00:00:00Z", "aliases": ["CVE-2099-1"],
        "summary": "A bug", "details": "Much more about it",
        "affected": [{ "package": { "name": module, "ecosystem": "Go" },
            "ranges": [{ "type": "SEMVER", "events": events }],
            "ecosystem_specific": { "imports": [{ "path": "net/url", "symbols": ["Parse"] }] } }]
    })
}

fn entries() -> Vec<Value> {
    vec![
        entry("GO-2099-0001", "stdlib", 3),
        entry("GO-2099-0002", "toolchain", 2),
        entry("GO-2099-0003", "example.org/x", 9),
    ]
}

/// The files of a database, by their paths.
fn tree(entries: &[Value], modified: &str) -> Vec<(String, String)> {
    let module = |entry: &Value| entry["affected"][0]["package"]["name"].clone();
    let listed = |entry: &Value| {
        json!({ "path": module(entry),
            "vulns": [{ "id": entry["id"], "modified": entry["modified"], "fixed": "1.91.3" }] })
    };
    let modules: Vec<Value> = entries.iter().map(listed).collect();
    let ids = |entry: &Value| json!({ "id": entry["id"], "modified": entry["modified"] });
    let all: Vec<Value> = entries.iter().map(ids).collect();
    let mut files = vec![
        ("index/vulns.json".to_owned(), json!(all).to_string()),
        ("index/db.json".to_owned(), json!({ "modified": modified }).to_string()),
        ("index/modules.json".to_owned(), json!(modules).to_string()),
    ];
    let path = |entry: &Value| format!("ID/{}.json", entry["id"].as_str().unwrap());
    files.extend(entries.iter().map(|entry| (path(entry), entry.to_string())));
    files
}

fn serve(server: &FakeServer, entries: &[Value], modified: &str) {
    for (path, text) in tree(entries, modified) {
        server.serve(&format!("/{path}"), text);
    }
}

fn write(directory: &Path, entries: &[Value], modified: &str) {
    for (path, text) in tree(entries, modified) {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A context that asks a server.
fn asking() -> (TestContext, FakeServer) {
    let mut ctx = context!();
    let server = serve_database(&mut ctx);
    (ctx, server)
}

pub(crate) fn serve_database(ctx: &mut TestContext) -> FakeServer {
    let server = FakeServer::start();
    serve(&server, &entries(), "2099-01-02T03:04:05Z");
    ctx.set("GOVULNDB", server.url());
    server
}

fn found(output: &Output) -> (u64, u64, String) {
    let (_, stdlib, toolchain) = numbers(output).remove(0);
    (stdlib, toolchain, output.json()["database"]["kind"].as_str().unwrap().to_owned())
}

fn of(kind: &str) -> (u64, u64, String) {
    (1, 1, kind.to_owned())
}

const AUDIT: [&str; 3] = ["audit", "1.91.1", "--json"];

#[test]
fn a_server_is_asked_only_for_what_changed() {
    let (ctx, server) = asking();
    let output = ctx.gover(AUDIT);
    assert_eq!(found(&output), of("live"), "{output}");
    assert_eq!(output.json()["database"]["place"], server.url());
    assert_eq!(output.json()["database"]["date"], "2099-01-02");
    assert_eq!(output.json()["toolchains"][0]["nearest"], "go1.91.3");
    assert_eq!(server.downloads_of("/ID/GO-2099-0003.json"), 0, "it is not about Go");
    assert_eq!(server.downloads_of("/ID/GO-2099-0001.json"), 1);

    server.forget_requests();
    assert_eq!(found(&ctx.gover(AUDIT)), of("live"));
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{:?}", server.request_lines());
    assert!(requests[0].header("If-None-Match").is_some());

    server.forget_requests();
    let mut changed = entries();
    changed[1] = entry("GO-2099-0002", "toolchain", 1);
    changed[1]["modified"] = "2099-01-03T00:00:00Z".into();
    serve(&server, &changed, "2099-01-03T00:00:00Z");
    assert_eq!(found(&ctx.gover(AUDIT)), (1, 0, "live".to_owned()), "go1.91.1 has that fix now");
    assert_eq!(server.downloads_of("/ID/GO-2099-0001.json"), 0);
    assert_eq!(server.downloads_of("/ID/GO-2099-0002.json"), 1);
}

#[test]
fn what_was_read_before_is_used_offline_and_if_the_server_is_gone() {
    let (mut ctx, server) = asking();
    ctx.gover(AUDIT);
    server.forget_requests();
    let output = ctx.gover([&AUDIT[..], &["--offline"]].concat());
    assert_eq!(found(&output), of("cached"), "{output}");
    assert_eq!(server.requests().len(), 0);
    server.route("/index/db.json", Response::status(503, "down"));
    let output = ctx.gover(AUDIT);
    assert_eq!(found(&output), of("cached"));
    assert!(output.stderr.contains("could not use the vulnerability database of http"), "{output}");
    // Another database is another answer.
    ctx.set("GOVULNDB", "http://127.0.0.1:1");
    assert_eq!(found(&ctx.gover(AUDIT)), (0, 0, "compiled".to_owned()));
    let kept = ctx.layout().vulnerability_cache().join("go.json");
    fs::write(kept, "{").unwrap();
    ctx.set("GOVULNDB", server.url());
    assert_eq!(found(&ctx.gover(AUDIT)), (0, 0, "compiled".to_owned()));
}

#[test]
fn a_directory_needs_no_network() {
    let mut ctx = context!();
    let directory = ctx.work().join("my vulndb");
    write(&directory, &entries(), "2099-01-01T00:00:00Z");
    ctx.set("GOVULNDB", file_url(&directory));
    ctx.set("GOVER_OFFLINE", "1");
    let output = ctx.gover(AUDIT);
    assert_eq!(found(&output), of("live"), "{output}");
    // On Windows it is part of an address, and stays as it is there.
    let place = directory.to_str().unwrap().replace('\\', "/");
    assert_eq!(output.json()["database"]["place"], place);
    // The directory of a mirror is found by itself.
    let mut ctx = context!();
    write(&ctx.work().join("go/vulndb"), &entries(), "2099-01-01T00:00:00Z");
    ctx.set("GOVER_SOURCES", ctx.work().join("go"));
    assert_eq!(found(&ctx.gover(AUDIT)), of("live"));
}

#[test]
fn bad_data_leads_to_the_next_source() {
    let reason = |change: &dyn Fn(&FakeServer)| {
        let (ctx, server) = asking();
        change(&server);
        let output = ctx.gover(AUDIT);
        assert_eq!(found(&output), (0, 0, "compiled".to_owned()), "{output}");
        assert!(!ctx.layout().vulnerability_cache().join("go.json").exists(), "nothing of it is kept");
        let first = output.stderr.lines().next().unwrap_or_default();
        first.split_once(": ").map(|(_, reason)| reason.to_owned()).unwrap_or_default()
    };
    let with = |path: &'static str, text: &str| {
        let text = text.to_owned();
        reason(&move |server: &FakeServer| server.serve(path, text.clone()))
    };
    let garbage = "is not what a vulnerability database has there";
    assert_eq!(with("/index/db.json", "<html>Log in</html>"), format!("index/db.json {garbage}"));
    assert_eq!(with("/index/db.json", r#"{"modified":"soon"}"#), format!("index/db.json {garbage}"));
    assert_eq!(with("/index/modules.json", "[1]"), format!("index/modules.json {garbage}"));
    let escape = r#"[{"path":"stdlib","vulns":[{"id":"../../x"}]}]"#;
    assert_eq!(with("/index/modules.json", escape), format!("index/modules.json {garbage}"));
    assert_eq!(with("/index/modules.json", "[]"), "it has no vulnerabilities of Go");
    let old = with("/index/db.json", r#"{"modified":"2024-01-01T00:00:00Z"}"#);
    assert!(old.starts_with("it is of 2024-01-01, and one of 20"), "{old}");
    let id = "/ID/GO-2099-0001.json";
    let large = with(id, &" ".repeat(2 << 20));
    assert!(large.contains("1048576") || large.contains("1 MiB"), "{large}");
    let none = r#"{"id":"GO-2099-0001","affected":[{"package":{"name":"stdlib"},"ranges":[{"type":"SEMVER","events":[EVENTS]}]}]}"#;
    let broken = none.replace("EVENTS", r#"{"introduced":"1.91.0"},{"fixed":"1.90.0"}"#);
    assert_eq!(
        with(id, &broken),
        "ID/GO-2099-0001.json: GO-2099-0001 has a range of versions that makes no sense"
    );
    let other = with(id, &entry("GO-2099-0009", "stdlib", 3).to_string());
    assert_eq!(other, format!("ID/GO-2099-0001.json {garbage}"));
    let many: Vec<Value> = (0..5000).map(|n| json!({ "id": format!("GO-2099-{n}") })).collect();
    let many = json!([{ "path": "stdlib", "vulns": many }]).to_string();
    assert_eq!(with("/index/modules.json", &many), "it lists more than 4096 vulnerabilities of Go");
}

#[test]
fn a_withdrawn_entry_counts_for_nothing() {
    let (ctx, server) = asking();
    let mut entries = entries();
    entries[0]["withdrawn"] = "2099-01-01T00:00:00Z".into();
    serve(&server, &entries, "2099-01-01T00:00:00Z");
    assert_eq!(found(&ctx.gover(AUDIT)), (0, 1, "live".to_owned()));
}

/// Serves the database as a module; `is_recorded` in the checksum database or altered since.
fn with_module(is_altered: bool) -> TestContext {
    let ctx = context!().with_site();
    let (module, version) = ("golang.org/x/vulndb", "v0.0.0-20990101000000-0123456789ab");
    let root = format!("{module}@{version}");
    let mut files = vec![(format!("{root}/go.mod"), format!("module {module}\n"))];
    let path = |entry: &Value| format!("{root}/data/osv/{}.json", entry["id"].as_str().unwrap());
    files.extend(entries().iter().map(|entry| (path(entry), entry.to_string())));
    let h1 = dirhash(files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
    ctx.site().log().add(&format!("{module} {version} {h1}\n{module} {version}/go.mod {GO_MOD_HASH}\n"));
    if is_altered {
        files[1].1 = files[1].1.replace("1.91.3", "1.91.1");
    }
    let entries: Vec<ZipEntry> = files.iter().map(|(name, text)| ZipEntry::file(name, text)).collect();
    let server = ctx.site().server();
    let directory = format!("/proxy/{module}");
    server.serve(&format!("{directory}/@latest"), json!({ "Version": version }).to_string());
    server.serve(&format!("{directory}/@v/{version}.zip"), zip(&entries));
    ctx
}

#[test]
fn the_module_is_read_from_goproxy_and_proven() {
    let ctx = with_module(false);
    let output = ctx.gover(AUDIT);
    assert_eq!(found(&output), of("module"), "{output}");
    let place = "golang.org/x/vulndb@v0.0.0-20990101000000-0123456789ab";
    assert_eq!(output.json()["database"]["place"], place);
    assert_eq!(output.json()["database"]["date"], "2099-01-01");
    ctx.site().server().forget_requests();
    assert_eq!(found(&ctx.gover(AUDIT)), of("cached"));
    let lines = ctx.site().server().request_lines();
    assert!(lines.iter().all(|line| !line.contains(".zip")), "{lines:?}");
    let files: Vec<_> = fs::read_dir(ctx.layout().vulnerability_cache()).unwrap().collect();
    assert_eq!(files.len(), 1, "what was unpacked is removed");
}

#[test]
fn a_module_that_was_altered_is_not_used() {
    let ctx = with_module(true);
    let output = ctx.gover(AUDIT);
    assert_eq!(found(&output), (0, 0, "compiled".to_owned()), "{output}");
    assert!(output.stderr.contains("is not what the checksum database has"), "{output}");
}

#[test]
fn an_address_that_is_none_is_named() {
    let mut ctx = context!();
    ctx.set("GOVULNDB", "banana");
    let output = ctx.gover(["audit", "1.26.8"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("GOVULNDB is not the address of a vulnerability database"), "{output}");
    // Others ask nobody, and work without it.
    ctx.install_fake("go1.26.8");
    let output = ctx.gover(["list"]);
    assert!(output.success().stdout.contains("known vulnerabilities"), "{output}");
}

/// The IDs that a mirror has.
fn mirrored(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory.join("vulndb/ID")).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == "json"));
    names.sort();
    names
}

#[test]
fn a_mirror_has_the_whole_database_for_other_machines() {
    let (mut ctx, server) = asking();
    let go = ctx.work().join("go");
    let made = ctx.gover(["mirror", "./go", "--vuln"]);
    let line =
        format!("Go vulnerability database of 2099-01-02: 3 entries from {} (CC BY 4.0)\n", server.url());
    assert!(made.success().stderr.starts_with(&line), "{made}");
    assert_eq!(mirrored(&go), ["GO-2099-0001.json", "GO-2099-0002.json", "GO-2099-0003.json"]);
    let copied = fs::read_to_string(go.join("vulndb/ID/GO-2099-0003.json")).unwrap();
    assert_eq!(copied, entries()[2].to_string(), "byte for byte");
    // govulncheck asks a server for these.
    assert!(go.join("vulndb/index/modules.json.gz").is_file());
    assert!(go.join("vulndb/ID/GO-2099-0001.json.gz").is_file());

    server.forget_requests();
    let mut changed = entries();
    changed[0] = entry("GO-2099-0001", "stdlib", 4);
    changed[0]["modified"] = "2099-02-01T00:00:00Z".into();
    serve(&server, &changed, "2099-02-01T00:00:00Z");
    let again = ctx.gover(["mirror", "./go", "--vuln", "--json"]).success().json();
    assert_eq!(again["vulnerabilities"]["changed"], true);
    assert_eq!(again["vulnerabilities"]["entries"], 3);
    assert_eq!(server.downloads_of("/ID/GO-2099-0001.json"), 1);
    assert_eq!(server.downloads_of("/ID/GO-2099-0002.json"), 0);
    let same = ctx.gover(["mirror", "./go", "--vuln"]);
    assert!(same.success().stderr.contains("(unchanged)"), "{same}");
    assert!(same.stderr.contains("nothing to do"), "{same}");
    serve(&server, &changed, "2098-01-01T00:00:00Z");
    let old = ctx.gover(["mirror", "./go", "--vuln"]);
    assert_eq!(old.code, Some(1));
    assert!(old.stderr.contains("it is of 2098-01-01, and one of 2099-02-01 is known"), "{old}");

    // Another machine has the mirror and no network.
    ctx.unset("GOVULNDB");
    ctx.set("GOVER_SOURCES", &go);
    ctx.set("GOVER_OFFLINE", "1");
    let output = ctx.gover(["audit", "1.91.3", "--json"]);
    assert_eq!(found(&output), (1, 0, "live".to_owned()), "{output}");
}

#[test]
fn a_mirror_can_be_made_from_the_module() {
    let mut ctx = with_module(false);
    let go = ctx.work().join("go");
    let made = ctx.gover(["mirror", "./go", "--vuln", "--json"]).success().json();
    assert_eq!(made["vulnerabilities"]["date"], "2099-01-01");
    assert_eq!(mirrored(&go).len(), 3);
    ctx.site().server().forget_requests();
    let again = ctx.gover(["mirror", "./go", "--vuln", "--json"]).success().json();
    assert_eq!(again["vulnerabilities"]["changed"], false);
    let lines = ctx.site().server().request_lines();
    assert!(lines.iter().all(|line| !line.contains(".zip")), "{lines:?}");
    ctx.set("GOVER_SOURCES", &go);
    ctx.set("GOVER_OFFLINE", "1");
    assert_eq!(found(&ctx.gover(AUDIT)), of("live"));
    let altered = with_module(true);
    let refused = altered.gover(["mirror", "./go", "--vuln"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("is not what the checksum database has"), "{refused}");
    assert!(!altered.work().join("go/vulndb").exists(), "nothing of it is kept");
}
