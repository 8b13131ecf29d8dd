//! What the checksum database says about installed toolchains, and what is known without it.

use super::*;

#[test]
fn a_consistent_forgery_is_contradicted_by_the_log() {
    let mut ctx = installed();
    forge(&ctx);
    // The proven record is kept here, so that no network is needed.
    ctx.set("GOVER_OFFLINE", "1");
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["tree", "list", "receipt"]);
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  damaged
  hash            its files hash to [H1], record 0 of sum.test says [H1]
  list of files   it sums to [H1], record 0 says [H1]
  receipt         it says [H1], record 0 of sum.test says [H1]

----- stderr -----
error: go1.91.2 is not as released
hint: gover install -f 1.91.2

"#]]
    );
    // Who can forge a receipt can remove it.
    for path in [receipt_path(&ctx), list_path(&ctx)] {
        fs::remove_file(path).unwrap();
        let output = ctx.gover(["verify"]);
        assert!(output.exits(1).stderr.contains("go1.91.2 is not as released"), "{output}");
    }
}

#[test]
fn an_unreachable_database_is_reported_and_not_fatal() {
    let mut ctx = installed();
    fs::remove_dir_all(ctx.layout().sumdb_cache()).unwrap();
    ctx.site().server().fault("/proxy/sumdb/*", Fault::Status(503));
    let output = ctx.gover(["verify"]);
    assert!(output.success().stdout.contains("as installed"), "{output}");
    assert!(output.stdout.contains("by its receipt only: cannot read"), "{output}");
    assert!(output.stdout.contains("503"), "{output}");
    ctx.set("GOVER_OFFLINE", "1");
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  as installed  18 files, [SIZE]  by its receipt only: the cache has no record of the checksum database (offline)

----- stderr -----

"#]]
    );
    ctx.set("GOVER_REQUIRE_SUMDB", "1");
    assert_eq!(state(ctx.gover(["verify", "--json"]).exits(1)), "unproven");
}

#[test]
fn a_lying_database_proves_nothing_and_files_are_still_compared() {
    let ctx = context!().with_site();
    ctx.publish(NAME);
    ctx.publish("go1.92.0");
    ctx.gover(["install", "1.91.2", "1.92.0"]).success();
    fs::remove_dir_all(ctx.layout().sumdb_cache()).unwrap();
    ctx.site().server().fault("/proxy/sumdb/sum.test/lookup/*", Fault::FlipByte(5));
    fs::write(goroot(&ctx).join("LICENSE"), "").unwrap();
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  damaged  1 changed
  changed         LICENSE
go1.92.0  not proven  18 files, [SIZE]  checksum database `sum.test`: cannot authenticate record 1 in server response

----- stderr -----
error: 1 of 2 toolchains is not what was installed
hint: gover install -f 1.91.2
error: checksum database `sum.test`: cannot authenticate record 0 in server response
hint: the proxy, or something between you and it, changes answers; `GOPROXY=direct` asks the database itself
hint: if it is a mirror made by `gover mirror DIR`, run that command again to repair it
error: checksum database `sum.test`: cannot authenticate record 1 in server response
hint: the proxy, or something between you and it, changes answers; `GOPROXY=direct` asks the database itself
hint: if it is a mirror made by `gover mirror DIR`, run that command again to repair it

"#]]
    );
    let output = ctx.gover(["verify", "--json"]);
    assert_eq!(findings(output.exits(1)), ["changed LICENSE"]);
    let json = output.json();
    let other = &json["toolchains"][1];
    assert_eq!((&other["state"], &other["log"]), (&"unproven".into(), &Value::Null));
    for toolchain in json["toolchains"].as_array().unwrap() {
        assert!(toolchain["log_failure"].as_str().unwrap().contains("sum.test"), "{toolchain}");
    }
}

#[test]
fn files_are_compared_despite_a_damaged_tree_head() {
    let mut ctx = installed();
    let head = ctx.layout().sumdb_cache().join("sum.test/latest");
    let good = fs::read(&head).unwrap();
    fs::write(&head, "\0\0\0\0").unwrap();
    ctx.set("GOVER_OFFLINE", "1");
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  as installed  18 files, [SIZE]  by its receipt only: the tree head in `[ROOT]/gover/cache/sumdb/sum.test/latest` is damaged (malformed note) and could not be replaced

----- stderr -----
hint: connect to the network once: gover then replaces it and keeps the file as evidence; or, if you trust this machine, delete `[ROOT]/gover/cache/sumdb/sum.test/latest`

"#]]
    );
    fs::write(goroot(&ctx).join("LICENSE"), "").unwrap();
    let output = ctx.gover(["verify", "--json"]);
    assert_eq!(findings(output.exits(1)), ["changed LICENSE"]);
    let failure = output.json()["toolchains"][0]["log_failure"].clone();
    assert!(failure.as_str().unwrap().contains("is damaged (malformed note)"), "{failure}");
    assert!(output.stderr.contains("hint: connect to the network once: gover then replaces it"), "{output}");
    ctx.unset("GOVER_OFFLINE");
    let output = ctx.gover(["verify", "--json"]);
    assert_eq!(findings(output.exits(1)), ["changed LICENSE"]);
    assert_eq!(output.json()["toolchains"][0]["log"]["record"], 0);
    assert_eq!(output.json()["toolchains"][0]["log_failure"], Value::Null);
    assert!(output.stderr.contains("was damaged; it has been replaced"), "{output}");
    assert_eq!(fs::read(&head).unwrap(), good);
}

#[test]
fn a_fork_is_reported_after_the_files_were_compared() {
    let ctx = installed();
    ctx.site().log().pad_to(300);
    ctx.publish("go1.92.0");
    ctx.gover(["install", "1.92.0"]).success();
    fs::remove_dir_all(ctx.layout().sumdb_cache().join("sum.test/lookup")).unwrap();
    let fork = ctx.site().log().fork(0);
    ctx.site().serve_log(&fork);
    let output = ctx.gover(["verify", "--json"]);
    assert_eq!(state(output.exits(1)), "unproven");
    assert_eq!(output.stderr.matches("SECURITY ERROR").count(), 1, "{output}");
    assert!(output.stderr.contains("both signed heads are kept in"), "{output}");

    // It is the most serious error, so it is printed last.
    let answer = "/proxy/sumdb/sum.test/lookup/golang.org/toolchain@v0.0.1-go1.92.0.*";
    ctx.site().server().fault(answer, Fault::StatusText(200, "<html>".to_owned()));
    let output = ctx.gover(["verify"]);
    let told = |words: &str| {
        let place = output.exits(1).stderr.find(words);
        place.unwrap_or_else(|| panic!("no {words}\n{output}"))
    };
    assert!(told("gave a malformed answer about") < told("SECURITY ERROR"), "{output}");
}

#[test]
fn offline_the_record_is_proven_after_the_log_has_grown() {
    let mut ctx = installed();
    // Tiles that were partial are full by then, and have other names.
    ctx.site().log().pad_to(70_000);
    ctx.publish("go1.92.0");
    ctx.gover(["install", "1.92.0"]).success();
    ctx.set("GOVER_OFFLINE", "1");
    ctx.site().server().forget_requests();
    let output = ctx.gover(["verify"]);
    assert_eq!(output.success().stdout.matches("as released").count(), 2, "{output}");
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
}

#[test]
fn a_toolchain_without_receipt_is_proven_by_the_log_alone() {
    let mut ctx = context!().with_site();
    ctx.publish(NAME);
    ctx.install_fake(NAME);
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  as released  18 files, [SIZE]  checksum database record 0

----- stderr -----
go1.91.2: its receipt and its list of files are missing, so changed files cannot be named (was it copied here by hand?), and no proof covers api, doc, misc and test; `gover install -f 1.91.2` writes both again

"#]]
    );
    fs::write(goroot(&ctx).join("src/fmt/print.go"), "package evil\n").unwrap();
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  damaged
  hash            its files hash to [H1], record 0 of sum.test says [H1]

----- stderr -----
error: go1.91.2 is not as released
hint: gover install -f 1.91.2
hint: without the list of files, gover cannot name the changed ones; that install writes a list

"#]]
    );
    ctx.set("GOVER_OFFLINE", "1");
    fs::remove_dir_all(ctx.layout().sumdb_cache()).unwrap();
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  not proven  18 files, [SIZE]  it has no receipt, and the cache has no record of the checksum database (offline)

----- stderr -----
go1.91.2: its receipt and its list of files are missing, so changed files cannot be named (was it copied here by hand?), and no proof covers api, doc, misc and test; `gover install -f 1.91.2` writes both again
error: go1.91.2 is not verified by any proof
hint: gover install -f 1.91.2

"#]]
    );
}
