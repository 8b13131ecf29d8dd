use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderMap;

use gover_core::platform::IS_WINDOWS;

use super::{AuthError, Credentials};
use crate::settings::{Authentication, NetworkSettings, Notice};

/// Credentials from a value of GOAUTH and a `.netrc`.
fn credentials(goauth: Option<&str>, netrc: &Path) -> Arc<Credentials> {
    let authentication = Authentication { goauth: goauth.map(str::to_owned), netrc: Some(netrc.to_owned()) };
    Arc::new(Credentials::new(&NetworkSettings { authentication, ..NetworkSettings::default() }))
}

fn shown(headers: &HeaderMap) -> Vec<String> {
    headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
}

async fn sent(credentials: &Arc<Credentials>, url: &str) -> Vec<String> {
    shown(&credentials.for_url(&Url::parse(url).unwrap()).await.unwrap())
}

/// A program that prints `general` without an address, and `special` with one. It writes the
/// address and its stdin to `asked`.
struct Helper {
    directory: tempfile::TempDir,
}

impl Helper {
    fn new(general: &str, special: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("general"), general).unwrap();
        fs::write(at("special"), special).unwrap();
        let here = directory.path().display();
        fs::write(
            at("helper"),
            format!(
                "cd '{here}'\nif [ $# = 0 ]; then cat general; else echo \"$1\" >>asked; cat >>asked; cat special; fi\n"
            ),
        )
        .unwrap();
        Self { directory }
    }

    fn command(&self) -> String {
        format!("sh '{}'", self.directory.path().join("helper").display())
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.directory.path().join("asked")).unwrap_or_default()
    }
}

#[tokio::test]
async fn the_longest_match_in_netrc_counts_and_the_first_of_equals() {
    let directory = tempfile::tempdir().unwrap();
    let netrc = directory.path().join("netrc");
    fs::write(
        &netrc,
        "machine a.example login ann password 1\nmachine a.example login other password 2\n\
         machine a.example/x login bob password 3\nmachine b.example:8443 login carl password 4\n\
         machine C.Example login dora password 5\n",
    )
    .unwrap();
    let credentials = credentials(None, &netrc);
    let (ann, bob) = ("authorization: Basic YW5uOjE=", "authorization: Basic Ym9iOjM=");
    for (url, expected) in [
        ("https://a.example", Some(ann)),
        ("https://a.example/", Some(ann)),
        ("https://A.example/y/z?q", Some(ann)),
        ("https://a.example/x", Some(bob)),
        ("https://a.example/x/y", Some(bob)),
        ("https://a.example/xy", Some(ann)),
        ("https://c.example/", Some("authorization: Basic ZG9yYTo1")),
        // A port is part of the name, as in Go.
        ("https://a.example:8443/", None),
        ("https://b.example:8443/y", Some("authorization: Basic Y2FybDo0")),
        ("https://b.example/", None),
        ("https://example/", None),
        ("https://xa.example/", None),
        // Never over http, and never instead of a user in the address.
        ("http://a.example/", None),
        ("https://u:p@a.example/", None),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(sent(&credentials, url).await, expected, "{url}");
    }
    assert!(!format!("{credentials:?}").contains("YW5u"));
}

#[tokio::test]
async fn a_netrc_that_is_not_there_says_nothing_and_one_that_cannot_be_read_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let missing = credentials(Some("netrc"), &directory.path().join("missing"));
    assert_eq!(sent(&missing, "https://a.example").await, [""; 0]);
    assert_eq!(missing.failure(), None);
    let unreadable = credentials(None, directory.path());
    assert_eq!(sent(&unreadable, "https://a.example").await, [""; 0]);
    assert!(matches!(unreadable.failure(), Some(AuthError::File { .. })));
}

#[tokio::test]
async fn goauth_off_goes_without_and_what_is_malformed_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let netrc = directory.path().join("netrc");
    fs::write(&netrc, "machine a.example login ann password 1\n").unwrap();
    let url = Url::parse("https://a.example").unwrap();
    assert_eq!(sent(&credentials(Some("off"), &netrc), "https://a.example").await, [""; 0]);
    let here = directory.path().display().to_string();
    for (value, expected) in [
        ("", "GOAUTH has an empty entry"),
        ("netrc;", "GOAUTH has an empty entry"),
        ("off; netrc", "GOAUTH=off cannot be combined with other methods"),
        ("git", "GOAUTH=git needs the absolute path of a directory"),
        ("git here", "GOAUTH=git needs the absolute path of a directory"),
        (&format!("git {here}/missing"), "GOAUTH=git needs the absolute path of a directory"),
        ("helper 'secret", "GOAUTH has an unclosed quote"),
    ] {
        let error = credentials(Some(value), &netrc).for_url(&url).await.unwrap_err();
        assert_eq!(error.to_string(), expected, "{value}");
    }
}

#[tokio::test]
async fn a_program_is_asked_in_general_and_again_about_what_was_refused() {
    if IS_WINDOWS {
        return; // The helper is a script of sh.
    }
    let helper = Helper::new(
        "https://a.example/\nhttps://b.example/x\n\nAuthorization: Bearer one\nX-Data: 1\n\n\
         https://c.example\n\nAuthorization: Bearer two\n\n",
        "https://a.example/special\n\nAuthorization: Bearer three\n\n",
    );
    let directory = tempfile::tempdir().unwrap();
    let netrc = directory.path().join("netrc");
    fs::write(&netrc, "machine a.example login ann password 1\nmachine d.example login ann password 1\n")
        .unwrap();
    // The first entry takes precedence.
    let first = credentials(Some(&format!("{};netrc", helper.command())), &netrc);
    assert_eq!(sent(&first, "https://a.example/y").await, ["authorization: Bearer one", "x-data: 1"]);
    assert_eq!(sent(&first, "https://b.example/x/y").await.len(), 2);
    assert_eq!(sent(&first, "https://b.example/y").await.len(), 0);
    assert_eq!(sent(&first, "https://c.example/y").await, ["authorization: Bearer two"]);
    assert_eq!(sent(&first, "https://d.example").await, ["authorization: Basic YW5uOjE="]);
    assert_eq!(helper.asked(), "");

    let url = Url::parse("https://a.example/special/file").unwrap();
    let fresh = first
        .ask_about(&url, "HTTP/1.1 401 Unauthorized\nX: y\n\n", &first.for_url(&url).await.unwrap())
        .await
        .unwrap();
    assert_eq!(shown(&fresh.headers), ["authorization: Bearer three"]);
    assert_eq!(helper.asked(), "https://a.example/special/file\nHTTP/1.1 401 Unauthorized\nX: y\n\n");
    let last = credentials(Some(&format!("netrc; {}", helper.command())), &netrc);
    assert_eq!(sent(&last, "https://a.example/y").await, ["authorization: Basic YW5uOjE="]);
}

#[tokio::test]
async fn what_was_learned_for_one_request_is_not_asked_for_by_the_next() {
    if IS_WINDOWS {
        return; // The helper is a script of sh.
    }
    let helper = Helper::new("", "https://a.example\n\nAuthorization: Bearer new\n\n");
    let credentials = credentials(Some(&helper.command()), Path::new("netrc"));
    let [url, other] = ["https://a.example/x", "https://a.example/y"].map(|url| Url::parse(url).unwrap());
    let none = HeaderMap::new();
    let (one, two) =
        tokio::join!(credentials.ask_about(&url, "", &none), credentials.ask_about(&other, "", &none));
    let (one, two) = (one.unwrap().headers, two.unwrap().headers);
    assert_eq!((shown(&one), shown(&two)), (shown(&two), vec!["authorization: Bearer new".to_owned()]));
    assert_eq!(helper.asked().lines().count(), 1, "{}", helper.asked());
    // If the server still refuses, the program runs once more, and not again if it has nothing new.
    for expected in [2, 2] {
        credentials.ask_about(&url, "", &one).await;
        assert_eq!(helper.asked().lines().count(), expected);
    }
    assert!(credentials.ask_about(&url, "", &one).await.is_none());
}

#[tokio::test]
async fn a_program_that_takes_its_time_is_named_and_waited_for() {
    if IS_WINDOWS {
        return; // The program is a script of sh.
    }
    let directory = tempfile::tempdir().unwrap();
    let (script, told) = (directory.path().join("helper"), directory.path().join("told"));
    // The program ends only after the notice.
    fs::write(
        &script,
        format!(
            "n=0\nwhile [ ! -e '{}' ] && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.05; done\n\
             printf 'https://a.example\\n\\nX-Token: 1\\n\\n'\n",
            told.display()
        ),
    )
    .unwrap();
    let goauth = Some(format!("sh '{}'", script.display()));
    let file = told.clone();
    let credentials = Arc::new(Credentials::new(&NetworkSettings {
        authentication: Authentication { goauth, netrc: None },
        patience: Duration::from_millis(1),
        notice: Notice::new(move |waiting| fs::write(&file, waiting.to_string()).unwrap()),
        ..NetworkSettings::default()
    }));
    assert_eq!(sent(&credentials, "https://a.example").await, ["x-token: 1"]);
    assert_eq!(fs::read_to_string(told).unwrap(), "waiting for `sh`, which GOAUTH names");
    credentials.clock().running().await;
}

#[tokio::test]
async fn who_is_asked_for_a_request_that_is_given_up_is_not_asked_again() {
    if IS_WINDOWS {
        return; // The helper is a script of sh.
    }
    for general in [true, false] {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let here = directory.path().display();
        let nothing = if general { "" } else { "[ $# = 1 ] || exit 0; " };
        let script = format!(
            "cd '{here}'; {nothing}echo >>asked\n\
             n=0; while [ ! -e answer ] && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.05; done\n\
             printf 'https://a.example\\n\\nX-Token: 1\\n\\n'\n"
        );
        fs::write(at("helper"), script).unwrap();
        let credentials = credentials(Some(&format!("sh '{here}/helper'")), Path::new("netrc"));
        let url = Url::parse("https://a.example/x").unwrap();
        let none = HeaderMap::new();
        let ask = async {
            if general {
                credentials.for_url(&url).await.unwrap()
            } else {
                credentials.ask_about(&url, "", &none).await.unwrap().headers
            }
        };
        tokio::select! {
            biased;
            () = async { while !at("asked").exists() { tokio::task::yield_now().await } } => {}
            _ = ask => panic!("nobody has answered"),
        }
        let now = credentials.clock().now();
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(credentials.clock().now(), now, "it is still being asked");
        fs::write(at("answer"), "").unwrap();
        credentials.clock().running().await;
        let learned = if general {
            credentials.for_url(&url).await.unwrap()
        } else {
            credentials.ask_about(&url, "", &none).await.unwrap().headers
        };
        assert_eq!(shown(&learned), ["x-token: 1"]);
        assert_eq!(fs::read_to_string(at("asked")).unwrap(), "\n");
    }
}

#[tokio::test]
async fn a_program_that_calls_go_installs_nothing() {
    if IS_WINDOWS {
        return; // The program is sh.
    }
    let program = r#"sh -c 'printf "https://a.example\n\nX-Install: $GOVER_AUTO_INSTALL\n\n"'"#;
    let credentials = credentials(Some(program), Path::new("netrc"));
    assert_eq!(sent(&credentials, "https://a.example").await, ["x-install: 0"]);
}

#[tokio::test]
async fn a_program_that_fails_is_told_without_its_arguments() {
    let directory = tempfile::tempdir().unwrap();
    let failing = credentials(Some("no-such-program secret"), directory.path());
    assert_eq!(sent(&failing, "https://a.example").await, [""; 0]);
    let error = failing.failure().unwrap();
    assert_eq!(error.to_string(), "`no-such-program` in GOAUTH failed: entity not found");
    assert!(!format!("{failing:?}").contains("secret"));
    if IS_WINDOWS {
        return;
    }
    for output in ["https://a.example\n", "https://a.example\n\nno header\n\n", "what\n\nA: b\n\n", "\u{0}"] {
        let helper = Helper::new(output, "");
        let failing = credentials(Some(&helper.command()), directory.path());
        assert_eq!(sent(&failing, "https://a.example").await, [""; 0], "{output:?}");
        let error = failing.failure().unwrap().to_string();
        assert!(error.starts_with("`sh` in GOAUTH failed: its output is not in the format"), "{error}");
    }
}

#[tokio::test]
async fn git_is_asked_about_one_address_and_told_whether_it_was_right() {
    let Some(git) = machine_program("git").filter(|_| !IS_WINDOWS) else {
        return; // The helper is a script of sh.
    };
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let init =
        std::process::Command::new(git).args(["init", "-q"]).current_dir(directory.path()).status().unwrap();
    assert!(init.success());
    let log = at("log").display().to_string();
    let script = format!(
        "!f() {{ echo $1 >>'{log}'; cat >>'{log}'; [ $1 = get ] && echo username=ann && echo password=1; true; }}; f"
    );
    let config = fs::read_to_string(at(".git/config")).unwrap();
    let script = script.replace('\\', "\\\\").replace('"', "\\\"");
    fs::write(at(".git/config"), format!("{config}[credential]\n\thelper =\n\thelper = \"{script}\"\n"))
        .unwrap();
    let asked = credentials(Some(&format!("git {}", directory.path().display())), Path::new("/nowhere"));
    assert_eq!(sent(&asked, "https://a.example/x").await, [""; 0]);
    let url = Url::parse("https://a.example/x").unwrap();
    let fresh = asked.ask_about(&url, "HTTP/1.1 401 Unauthorized\n\n", &HeaderMap::new()).await.unwrap();
    assert_eq!(shown(&fresh.headers), ["authorization: Basic YW5uOjE="], "{:?}", asked.failure());
    let known = fresh.headers.clone();
    fresh.judge(200).await;
    let text = fs::read_to_string(at("log")).unwrap();
    assert!(text.starts_with("get\n") && text.contains("\nstore\n") && !text.contains("\nerase\n"), "{text}");
    asked.ask_about(&url, "", &known).await.unwrap().judge(401).await;
    assert!(fs::read_to_string(at("log")).unwrap().contains("\nerase\n"));
}

fn machine_program(name: &str) -> Option<PathBuf> {
    let directories = gover_core::Env::from_process().path();
    directories.into_iter().map(|directory| directory.join(name)).find(|path| path.is_file())
}
