//! The keys of the cache of `gover ci`.

use std::fs;

use gover_core::Platform;
use gover_test::{Release, TestContext};

use super::{file, job, outputs, read};

#[test]
fn the_key_depends_on_the_toolchain_and_on_the_files_of_modules() {
    let ctx = job();
    ctx.write("go.mod", "module x\n");
    let plan = |arguments: &[&str]| {
        fs::write(file(&ctx, "GITHUB_OUTPUT"), "").unwrap();
        let output = ctx.gover([&["ci", "--plan"], arguments].concat());
        (outputs(&ctx)["cache-key"].clone(), output.success().stderr.clone())
    };
    let (first, _) = plan(&[]);
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
    assert_eq!(read(&ctx, "GITHUB_PATH"), "");
    assert!(first.contains("-go1.91.2-") && !first.contains("unproven"), "{first}");
    ctx.write("vendor/m/go.mod", "module m\n");
    assert_eq!(plan(&[]).0, first);
    ctx.write("api/go.sum", "x v1.0.0 h1:x=\n");
    let (second, _) = plan(&[]);
    assert_ne!(second, first);
    let prefix = outputs(&ctx)["restore-keys"].clone();
    assert!(first.starts_with(&prefix) && second.starts_with(&prefix), "{prefix}");
    assert_ne!(plan(&["1.92"]).0.get(..prefix.len()), Some(prefix.as_str()));
    // Only what was named counts, in one option of several lines as in several options.
    let (one, _) = plan(&["--cache-dependency-path", "**/go.sum\ngo.mod\n"]);
    assert_eq!(plan(&["--cache-dependency-path", "**/go.sum", "--cache-dependency-path", "go.mod"]).0, one);
    assert_eq!(one, second);
    let (sums, said) = plan(&["--cache-dependency-path", "**/go.sum", "--cache-dependency-path", "*.lock"]);
    assert!(said.contains("no file matches `*.lock`"), "{said}");
    ctx.write("go.mod", "module y\n");
    assert_eq!(plan(&["--cache-dependency-path", "**/go.sum"]).0, sums);
    // The same after the install.
    fs::write(file(&ctx, "GITHUB_OUTPUT"), "").unwrap();
    let planned = plan(&[]).0;
    ctx.gover(["ci"]).success();
    assert_eq!(outputs(&ctx)["cache-key"], planned);
    ctx.gover(["ci", "--plan", "--cache-dependency-path", "a**b"]).exits(2);
}

#[test]
fn the_key_is_of_the_architecture_that_is_asked_for() {
    let plan = |ctx: &TestContext, arguments: &[&str]| {
        fs::write(file(ctx, "GITHUB_OUTPUT"), "").unwrap();
        ctx.gover([&["ci", "--plan"], arguments].concat()).success();
        outputs(ctx)["cache-key"].clone()
    };
    let ctx = job();
    let other = ctx.site().publish(Release::for_another_machine("go1.91.2"));
    let (own, other) = (Platform::host(), other.platform().clone());
    let asked = ["--arch", other.arch()];
    let (of_own, of_other) = (plan(&ctx, &[]), plan(&ctx, &asked));
    assert!(of_own.starts_with(&format!("gover-{own}-go1.91.2-")), "{of_own}");
    assert!(of_other.starts_with(&format!("gover-{other}-go1.91.2-")), "{of_other}");
    // The hash, too.
    assert_ne!(of_own.replace(own.arch(), ""), of_other.replace(other.arch(), ""));
    // Whatever is installed.
    ctx.gover(["install", "1.91.2"]).success();
    assert_eq!((plan(&ctx, &[]), plan(&ctx, &asked)), (of_own.clone(), of_other.clone()));
    ctx.gover(["install", "-f", "--arch", other.arch(), "1.91.2"]).success();
    assert_eq!(plan(&ctx, &asked), of_other);
    assert_eq!(plan(&ctx, &["--arch", own.arch()]), of_own);
    // It stays if nothing is asked for.
    assert_eq!(plan(&ctx, &[]), of_other);
}

#[test]
fn without_the_checksum_database_the_key_has_no_hash() {
    let mut ctx = job();
    ctx.set("GOSUMDB", "off");
    let output = ctx.gover(["ci", "--plan"]);
    assert!(output.success().stderr.contains("the cache key has no hash of go1.91.2"), "{output}");
    assert!(outputs(&ctx)["cache-key"].contains("-go1.91.2-unproven-"), "{:?}", outputs(&ctx));
}
