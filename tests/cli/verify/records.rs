//! `gover verify` where the receipt or the list of files is missing or was changed.

use super::*;

#[test]
fn a_changed_list_is_detected_and_hides_nothing() {
    let ctx = installed();
    replace_in(&list_path(&ctx), &sha256_hex(b"package fmt\n"), &sha256_hex(b"package evil\n"));
    let output = ctx.gover(["verify", "--json"]);
    assert_eq!(findings(output.exits(1)), ["list"]);
    fs::write(goroot(&ctx).join("src/fmt/print.go"), "package evil\n").unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["tree", "list"]);
    // If the checksum in the receipt is made to match, the tree hash does not.
    let sum = sha256_hex(&fs::read(list_path(&ctx)).unwrap());
    change_receipt(&ctx, |receipt| receipt["files_sha256"] = sum.into());
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["tree", "list"]);
    for content in ["", "no list\n"] {
        fs::write(list_path(&ctx), content).unwrap();
        assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["tree", "list"], "{content}");
    }
    fs::remove_file(list_path(&ctx)).unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["tree", "list"]);
    ctx.gover(["install", "-f", "1.91.2"]).success();
    ctx.gover(["verify"]).success();
}

#[test]
fn a_changed_receipt_is_detected() {
    let ctx = installed();
    let other = Release::new(NAME).with_file("src/fmt/print.go", "package evil\n");
    change_receipt(&ctx, |receipt| receipt["h1"] = other.h1().into());
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["receipt"]);
    fs::write(receipt_path(&ctx), "{").unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["receipt"]);
    fs::remove_file(receipt_path(&ctx)).unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["receipt"]);
}

#[test]
fn a_missing_receipt_or_list_is_reported() {
    let mut ctx = installed();
    for (path, what) in [(receipt_path(&ctx), "receipt"), (list_path(&ctx), "list of files")] {
        let good = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        for offline in ["0", "1"] {
            ctx.set("GOVER_OFFLINE", offline);
            let output = ctx.gover(["verify"]);
            let told = format!(
                "error: the {what} of go1.91.2 is missing\n\
                 hint: gover install -f 1.91.2\nhint: that install writes the receipt and the list"
            );
            assert!(output.exits(1).stderr.contains(&told), "{output}");
        }
        // A file with invalid content is reported differently.
        fs::write(&path, "{").unwrap();
        let output = ctx.gover(["verify"]);
        assert!(output.exits(1).stderr.contains("error: go1.91.2 is not what was installed"), "{output}");
        fs::write(&path, good).unwrap();
    }
    ctx.set("GOVER_OFFLINE", "0");
    ctx.publish("go1.92.0");
    ctx.gover(["install", "1.92.0"]).success();
    fs::remove_file(receipt_path(&ctx)).unwrap();
    let output = ctx.gover(["verify"]);
    let told = "error: 1 of 2 toolchains is without a receipt or a list of files";
    assert!(output.exits(1).stderr.contains(told), "{output}");
    ctx.gover(["install", "-f", "1.91.2"]).success();
    ctx.gover(["verify"]).success();
    // Files that differ are reported instead.
    fs::remove_file(list_path(&ctx)).unwrap();
    fs::write(goroot(&ctx).join("src/fmt/print.go"), "package evil\n").unwrap();
    let output = ctx.gover(["verify", "1.91"]);
    assert!(output.exits(1).stderr.contains("error: go1.91.2 is not as released"), "{output}");
}

#[test]
fn a_receipt_cannot_excuse_what_the_log_contradicts() {
    let ctx = context!().with_site();
    ctx.publish(NAME);
    ctx.gover(["install", "1.91.2"]).success();
    let layout = ctx.layout();
    let forged = "package fmt // patched\n";
    fs::write(goroot(&ctx).join("src/fmt/print.go"), forged).unwrap();
    let receipt_path = layout.receipts().join(format!("{NAME}.json"));
    let mut receipt: serde_json::Value = serde_json::from_slice(&fs::read(&receipt_path).unwrap()).unwrap();
    receipt["proofs"] = serde_json::json!([{"kind": "given"}]);
    receipt["h1"] = "h1:forged=".into();
    receipt["url"] = "https://evil.example/go.tar.gz".into();
    // The list of files would name the change, so it goes too.
    fs::remove_file(layout.file_list(&gover_core::ToolchainName::parse(NAME).unwrap())).unwrap();
    receipt["files_sha256"] = serde_json::Value::Null;
    fs::write(&receipt_path, receipt.to_string()).unwrap();
    let output = ctx.gover(["verify"]);
    assert!(output.exits(1).stderr.contains("go1.91.2 is not as released"), "{output}");
    assert!(output.stderr.contains("hint: gover install -f 1.91.2"), "{output}");
    assert!(!output.stderr.contains("evil.example"), "{output}");
    let state = &ctx.gover(["verify", "--json"]).json()["toolchains"][0]["state"];
    assert_eq!(state, "damaged");
}

#[test]
fn uninstall_removes_the_list_of_files() {
    let ctx = installed();
    ctx.gover(["uninstall", "1.91.2"]).success();
    assert!(ctx.names_in("gover/receipts").is_empty());
    fs::write(list_path(&ctx), "").unwrap();
    ctx.gover(["prune"]).success();
    assert!(ctx.names_in("gover/receipts").is_empty());
}
