//! Companies: proxies with a password, inspected connections, repositories with credentials.

use std::path::PathBuf;

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::{assert_data_eq, str};
use gover_test::{FakeProxy, Fault, TestContext, TlsFront, context, gover_snapshot};

use crate::scene::{assert_nothing_left, receipt, released};

/// A site that is reached by https, perhaps through a proxy.
pub(crate) struct Company {
    pub(crate) ctx: TestContext,
    front: TlsFront,
    proxy: FakeProxy,
}

impl Company {
    /// Every source and the checksum database behind TLS, at names that only the proxy resolves;
    /// the authority is not trusted yet.
    fn new() -> Self {
        let mut ctx = context!().with_site();
        let front = TlsFront::start(ctx.site().server());
        let proxy = FakeProxy::start(ctx.site().server(), &front);
        ctx.set("GOVER_GODEV_URL", "https://go.test").set("GOPROXY", "https://proxy.test/proxy");
        ctx.set("HTTPS_PROXY", proxy.url()).unset("NO_PROXY");
        ctx.publish("go1.91.2");
        Self { ctx, front, proxy }
    }

    /// The same with the authority trusted.
    pub(crate) fn trusting() -> Self {
        let mut company = Self::new();
        let bundle = company.authority();
        company.ctx.set("SSL_CERT_FILE", bundle);
        company
    }

    fn authority(&self) -> PathBuf {
        self.ctx.write("authority/ca.pem", TlsFront::AUTHORITY)
    }

    /// What an install says that fails; the ports, which differ each time, are replaced.
    #[track_caller]
    fn refusal(&self) -> String {
        let said = self.ctx.gover(["install", "1.91.2"]).exits(1).stderr.clone();
        said.replace(&self.proxy.host(), "[PROXY]").replace(&self.front.url(), "[FRONT]")
    }
}

#[test]
fn a_proxy_with_a_password_and_a_private_authority_serve_everything() {
    let mut company = Company::trusting();
    company.proxy.want("ann", "s3cr@t");
    let proxy = company.proxy.url().replace("http://", "http://ann:s3cr%40t@");
    company.ctx.set("HTTPS_PROXY", proxy);
    gover_snapshot!(
        company.ctx.gover(["install", "1.91"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed go1.91.2 in [TIME] ([SIZE] from https://go.test), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    let asked = company.proxy.requests();
    assert!(asked.iter().all(|request| request.credentials.as_deref() == Some("ann:s3cr@t")), "{asked:?}");
    assert!(asked.iter().any(|request| request.line == "CONNECT proxy.test:443"), "{asked:?}");
    company.ctx.set("GOVER_SOURCES", "goproxy");
    company.ctx.gover(["install", "-f", "1.91.2"]).success();
}

#[test]
fn authorities_in_a_directory_are_trusted() {
    let mut company = Company::new();
    let bundle = company.authority();
    company.ctx.set("SSL_CERT_DIR", bundle.parent().unwrap());
    company.ctx.gover(["install", "1.91.2"]).success();
}

#[test]
fn an_inspected_connection_is_reported_with_its_issuer() {
    let mut company = Company::new();
    let stranger = company.ctx.write("stranger.pem", TlsFront::STRANGER);
    company.ctx.set("SSL_CERT_FILE", stranger);
    gover_snapshot!(
        company.ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  https://go.test    its certificate was issued by `Acme Inspection CA`, which this machine does not trust
  goproxy            https://proxy.test/proxy: its certificate was issued by `Acme Inspection CA`, which this machine does not trust
hint: if your network inspects connections, save the certificate of that authority as a PEM file and name it in SSL_CERT_FILE, or add it to the system's store (docs/corporate.md)

"#]]
    );
    gover_snapshot!(
        company.ctx.gover(["list", "--remote", "1.91"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
could not ask https://go.test: its certificate was issued by `Acme Inspection CA`, which this machine does not trust
could not ask goproxy: https://proxy.test/proxy: its certificate was issued by `Acme Inspection CA`, which this machine does not trust
hint: if your network inspects connections, save the certificate of that authority as a PEM file and name it in SSL_CERT_FILE, or add it to the system's store (docs/corporate.md)
error: no Go release for [PLATFORM] matches `1.91`
hint: `gover list --remote --all` shows every release

"#]]
    );
    gover_snapshot!(
        company.ctx.gover(["install", "1.91"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no Go release matches `1.91`
  newest known: go1.27.0 (from the table compiled into gover, of [..])
  could not ask https://go.test: its certificate was issued by `Acme Inspection CA`, which this machine does not trust
  could not ask goproxy: https://proxy.test/proxy: its certificate was issued by `Acme Inspection CA`, which this machine does not trust
hint: if your network inspects connections, save the certificate of that authority as a PEM file and name it in SSL_CERT_FILE, or add it to the system's store (docs/corporate.md)
hint: `gover list --remote` shows every release

"#]]
    );
    assert_nothing_left(&company.ctx);
    // Looking at the certificate asks for nothing.
    let asked = company.ctx.site().server().request_lines();
    assert!(asked.iter().all(|line| line == "HEAD /"), "{asked:?}");
}

#[test]
fn a_proxy_that_needs_a_password_is_reported_with_its_variable() {
    let mut company = Company::trusting();
    company.proxy.want("ann", "s3cr@t");
    assert_data_eq!(
        company.refusal(),
        str![[r#"
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  https://go.test    the proxy http://[PROXY] wants a user and a password, and HTTPS_PROXY has none (407)
  goproxy            https://proxy.test/proxy: the proxy http://[PROXY] wants a user and a password, and HTTPS_PROXY has none (407)
hint: set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT; write `%40` for `@`, `%3A` for `:`, `%2F` for `/` in them

"#]]
    );
    let wrong = company.proxy.url().replace("http://", "http://ann:wrong@");
    company.ctx.set("HTTPS_PROXY", wrong);
    assert_data_eq!(
        company.refusal(),
        str![[r#"
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  https://go.test    the proxy http://[PROXY] refuses the user or the password in HTTPS_PROXY (407)
  goproxy            https://proxy.test/proxy: the proxy http://[PROXY] refuses the user or the password in HTTPS_PROXY (407)
hint: set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT; write `%40` for `@`, `%3A` for `:`, `%2F` for `/` in them

"#]]
    );
    assert_nothing_left(&company.ctx);
}

#[test]
fn a_repository_that_needs_a_password_is_reported_with_the_remedy() {
    let mut company = Company::trusting();
    company.ctx.site().server().guard("/proxy/", "ann", "s3cr@t");
    company.ctx.set("GOVER_SOURCES", "goproxy");
    gover_snapshot!(
        company.ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  goproxy    https://proxy.test/proxy: 401 who are you?
hint: put user and password into ~/.netrc (`machine HOST[:PORT] login USER password PASSWORD`) or into the address (docs/corporate.md)

"#]]
    );
    company.ctx.set("GOPROXY", "https://ann:s3cr%40t@proxy.test/proxy");
    company.ctx.gover(["install", "1.91.2"]).success();
    assert_eq!(receipt(&company.ctx, "go1.91.2")["url"].as_str().unwrap().find("s3cr"), None);
}

#[test]
fn credentials_come_from_netrc_as_for_go() {
    let netrc = "machine proxy.test login ann password s3cret\nmachine mirror.test/mirror login bob password s3cret2\n\
        machine sum.test login carl password s3cret3\n";
    for (source, path) in [("goproxy", "/proxy/"), ("https://mirror.test/mirror", "/mirror/")] {
        let mut company = Company::trusting();
        let (ctx, server) = (&mut company.ctx, &mut Vec::new());
        let file = ctx.home().join(if IS_WINDOWS { "_netrc" } else { ".netrc" });
        ctx.set("GOVER_SOURCES", source);
        ctx.site().server().guard("/proxy/", "ann", "s3cret");
        ctx.site().server().guard("/mirror/", "bob", "s3cret2");
        // Without it nothing.
        ctx.gover(["install", "1.91.2"]).exits(1);
        std::fs::write(&file, netrc).unwrap();
        ctx.gover(["install", "1.91.2"]).success();
        server.extend(ctx.site().server().requests_for(&format!("{path}*")));
        assert!(server.last().unwrap().header("Authorization").is_some(), "{source}");
        // Elsewhere nobody learns of it.
        assert!(
            ctx.site().server().requests_for("/dl/*").iter().all(|r| r.header("Authorization").is_none())
        );
        ctx.set("GOAUTH", "off");
        let output = ctx.gover(["install", "-f", "1.91.2"]);
        assert!(output.exits(1).stderr.contains("401 who are you?"), "{output}");
        // Another file by its variable.
        let other = ctx.write("other", netrc);
        std::fs::remove_file(&file).unwrap();
        ctx.unset("GOAUTH").set("NETRC", &other);
        ctx.gover(["install", "-f", "1.91.2"]).success();
        // Values of `go env -w` count.
        let go_env = ctx.write("goenv", "GOAUTH=off\n");
        ctx.set("GOENV", go_env);
        ctx.gover(["install", "-f", "1.91.2"]).exits(1);
    }
}

#[test]
fn the_checksum_database_may_need_credentials() {
    let mut company = Company::trusting();
    let ctx = &mut company.ctx;
    let key = ctx.site().gosumdb();
    ctx.set("GOSUMDB", format!("{key} https://sum.test/sumdb")).set("GOVER_REQUIRE_SUMDB", "1");
    ctx.site().server().guard("/sumdb/", "carl", "s3cret3");
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("hint: put user and password into ~/.netrc"), "{output}");
    ctx.set("GOSUMDB", format!("{key} https://carl:s3cret3@sum.test/sumdb"));
    ctx.gover(["install", "1.91.2"]).success();
    ctx.set("GOSUMDB", format!("{key} https://sum.test/sumdb"));
    let netrc = ctx.write("netrc", "machine sum.test login carl password s3cret3\n");
    ctx.set("NETRC", netrc);
    std::fs::remove_dir_all(ctx.layout().sumdb_cache()).unwrap();
    ctx.gover(["install", "-f", "1.91.2"]).success();
}

#[test]
fn an_invalid_goauth_is_reported() {
    let mut company = Company::trusting();
    company.ctx.set("GOAUTH", "off; netrc");
    gover_snapshot!(
        company.ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  https://go.test    GOAUTH=off cannot be combined with other methods
  goproxy            https://proxy.test/proxy: GOAUTH=off cannot be combined with other methods
hint: `go help goauth` describes GOAUTH; `GOAUTH=off` sends no credentials

"#]]
    );
}

#[test]
fn a_password_is_not_sent_over_plain_http() {
    let (mut ctx, _) = released();
    ctx.set("GOVER_SOURCES", ctx.site().mirror_url().replace("http://", "http://ann:s3cret@"));
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  [SITE]/mirror    gover does not send credentials over http, because http is not encrypted
hint: use an https address

"#]]
    );
    assert!(ctx.site().server().requests_for("/mirror/*").is_empty());
}

#[test]
fn passwords_in_the_settings_file_are_not_shown() {
    let ctx = context!();
    let sources = "https://ann:s3cret@mirror.test/go,goproxy";
    let output = ctx.gover(["config", "set", "sources", sources]);
    let said = output.success().stderr.starts_with("sources is now https://mirror.test/go,goproxy in [ROOT]");
    assert!(said && !output.stderr.contains("s3cret"), "{output}");
    assert_eq!(ctx.gover(["config", "get", "sources"]).success().text(), "https://mirror.test/go,goproxy");
    for arguments in [&["config", "list"][..], &["config", "list", "--json"]] {
        let output = ctx.gover(arguments);
        assert!(!output.success().stdout.contains("s3cret"), "{output}");
    }
    let kept = std::fs::read_to_string(ctx.layout().config()).unwrap();
    assert!(kept.contains("https://ann:s3cret@mirror.test/go"), "{kept}");
}

/// Where a text occurs in the output of a command, and in all files except those that the user
/// wrote.
fn places_of(word: &str, output: &gover_test::Output, ctx: &TestContext) -> Vec<String> {
    let mut places = Vec::new();
    let mut look = |place: &str, bytes: &[u8]| {
        if String::from_utf8_lossy(bytes).contains(word) {
            places.push(place.to_owned());
        }
    };
    look("stdout", &output.raw_stdout);
    look("stderr", &output.raw_stderr);
    let mut directories = vec![ctx.root()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path == ctx.layout().bin() {
                // The programs themselves, which are large and do not change.
            } else if path.is_dir() && !path.is_symlink() {
                directories.push(path);
            } else if !path.ends_with(".netrc") && !path.ends_with("config.toml") {
                look(&path.display().to_string(), &std::fs::read(&path).unwrap_or_default());
            }
        }
    }
    places
}

#[test]
fn passwords_are_never_printed_or_written() {
    let mut company = Company::trusting();
    let server = company.ctx.site().server();
    server.guard("/proxy/", "ann", "Pr0xyS3cret");
    company.proxy.want("ann", "W4yS3cret");
    let way = company.proxy.url().replace("http://", "http://ann:W4yS3cret@");
    let key = company.ctx.site().gosumdb();
    let netrc = "machine go.test login ann password N3trcS3cret\n";
    std::fs::write(company.ctx.home().join(".netrc"), netrc).unwrap();
    let ctx = &mut company.ctx;
    ctx.set("HTTPS_PROXY", &way)
        .set("GOVER_GODEV_URL", "https://ann:S1teS3cret@go.test")
        .set("GOPROXY", "https://ann:Pr0xyS3cret@proxy.test/proxy")
        .set("GOSUMDB", format!("{key} https://ann:SumS3cret@sum.test/sumdb"));
    let mirror = "https://ann:M1rrorS3cret@mirror.test/mirror";
    ctx.gover(["config", "set", "sources", &format!("{mirror},go.dev,goproxy")]).success();
    // As they are, and as headers have them.
    let secrets = ["S3cret", "UHIweHlTM2NyZXQ", "OlByMHh5UzNjcmV0", "YW5uOl", "W4yS3", "b646VzR5"];
    let sum = "ab".repeat(32);
    let calls: &[&[&str]] = &[
        &["install", "1.91.2", "-v"],
        &["install", "-f", "1.91", "-v"],
        &["install", "1.91.7", "-v"],
        &["list", "--remote", "--json"],
        &["list", "--json"],
        &["current", "-v"],
        &["config", "list", "--json"],
        &["config", "get", "sources"],
        &["cache", "--json"],
        &["doctor", "--json", "goproxy", "sumdb", "http-proxy"],
        &["doctor", "goproxy", "sumdb", "http-proxy"],
        &["env", "--json"],
        &["prune", "--dry-run"],
        &["install", "--sha256", &sum, "https://ann:G1venS3cret@mirror.test/x/go1.91.2-a.tar.gz"],
        &["install", "--sha256", &sum, "http://ann:G1venS3cret@mirror.test/x/go1.91.2-a.tar.gz"],
        &["install", "https://ann:G1venS3cret@mirror.test/x/go1.91.2-a.tar.gz"],
    ];
    let check = |ctx: &TestContext, situation: &str, calls: &[&[&str]]| {
        for arguments in calls {
            let output = ctx.gover(*arguments);
            for secret in secrets {
                let places = places_of(secret, &output, ctx);
                assert!(
                    places.is_empty(),
                    "{secret} in {places:?} after {arguments:?}: {situation}\n{output}"
                );
            }
        }
    };
    let run = |ctx: &TestContext, situation: &str| {
        ctx.gover(["cache", "clean"]).success();
        let few = ["install", "-f", "1.91.2", "-v"];
        check(
            ctx,
            situation,
            &[&few, &["list", "--remote", "--json"], &["doctor", "--json", "goproxy", "sumdb"]],
        );
    };
    check(ctx, "all is well", calls);
    // The search finds public text, so it would find secrets too.
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    assert!(places_of("mirror.test", output.success(), ctx).len() > 1);
    for fault in [
        Fault::StatusText(401, "who are you?".to_owned()),
        Fault::Redirect("http://ann:S3cret@other.test/x".to_owned()),
    ] {
        ctx.site().server().fault("*", fault.clone());
        run(ctx, &format!("{fault:?}"));
        ctx.site().server().heal();
    }
    ctx.site().serve_log(&ctx.site().log().fork(0));
    run(ctx, "a forked log");
    company.proxy.want("ann", "AnotherS3cret");
    run(&company.ctx, "a wrong password for the proxy");
    let stranger = company.ctx.write("stranger.pem", TlsFront::STRANGER);
    company.ctx.set("SSL_CERT_FILE", stranger).set("HTTPS_PROXY", way.replace("W4yS3cret", "AnotherS3cret"));
    run(&company.ctx, "an authority that nobody trusts");
    company.ctx.set("HTTPS_PROXY", "ann:W4yS3cret@what:is/this");
    run(&company.ctx, "a malformed proxy");
    let unescaped = "https://ann:P4/S3cret#x?@proxy.test/proxy";
    company
        .ctx
        .set("GOPROXY", unescaped)
        .set("GOVER_SOURCES", format!("{unescaped},ann:S3cret@mirror.test,goproxy"));
    company
        .ctx
        .set("GOSUMDB", format!("{key} ftp://ann:S3cret@sum.test"))
        .set("GOAUTH", "S3cret S3cret; git S3cret");
    run(&company.ctx, "addresses that are none");
}
