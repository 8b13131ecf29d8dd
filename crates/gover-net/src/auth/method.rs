//! The methods that find credentials: one for each entry of `GOAUTH`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};

use gover_core::env::vars;
use gover_sys::exec;

use super::prompt::Prompts;
use super::{AuthError, netrc};
use crate::settings::Authentication;

#[derive(Clone)]
pub(super) enum Method {
    /// The path of `.netrc`, if it is known.
    Netrc(Option<PathBuf>),
    /// `git credential fill` in a directory.
    Git(PathBuf),
    Program(Vec<String>),
}

/// Headers for one address and all addresses below it.
pub(super) struct Set {
    pub(super) prefix: String,
    pub(super) headers: HeaderMap,
}

#[derive(Default)]
pub(super) struct Answer {
    pub(super) sets: Vec<Set>,
    /// What git printed; git gets it back with the verdict of the server.
    pub(super) of_git: Option<Vec<u8>>,
}

impl Method {
    /// Parses `GOAUTH`. If it is unset, the method is `netrc`; for `off` there is none.
    pub(super) fn parse_list(settings: &Authentication) -> Result<Vec<Self>, AuthError> {
        let value = settings.goauth.as_deref().unwrap_or("netrc");
        let entries: Vec<&str> = value.split(';').map(str::trim).collect();
        let alone = entries.len() == 1;
        let methods: Result<Vec<Option<Self>>, _> = entries
            .into_iter()
            .map(|entry| {
                let words: Vec<&str> = entry.split_whitespace().collect();
                match words.as_slice() {
                    [] => Err(AuthError::Empty),
                    ["off", ..] if alone => Ok(None),
                    ["off", ..] => Err(AuthError::OffAndMore),
                    ["netrc", ..] => Ok(Some(Self::Netrc(settings.netrc.clone()))),
                    ["git", directory]
                        if Path::new(directory).is_absolute() && Path::new(directory).is_dir() =>
                    {
                        Ok(Some(Self::Git(PathBuf::from(directory))))
                    }
                    ["git", ..] => Err(AuthError::GitDirectory),
                    _ => split(entry).map(|words| Some(Self::Program(words))),
                }
            })
            .collect();
        Ok(methods?.into_iter().flatten().collect())
    }

    /// Whether it can know more if it gets an address.
    pub(super) fn knows_more(&self) -> bool {
        !matches!(self, Self::Netrc(_))
    }

    /// Runs the method, without an address or with one and the head of the response.
    pub(super) async fn ask(
        &self,
        about: Option<(&str, &str)>,
        prompts: &Prompts,
    ) -> Result<Answer, AuthError> {
        match (self, about) {
            (Self::Netrc(path), None) => path.as_deref().map_or_else(|| Ok(Answer::default()), of_netrc),
            // The file has nothing more, and git needs an address.
            (Self::Netrc(_), Some(_)) | (Self::Git(_), None) => Ok(Answer::default()),
            (Self::Git(directory), Some((url, _))) => {
                let input = format!("url={url}\n");
                let fill = run(git(directory, "fill"), "git", input.into_bytes());
                let output = prompts.wait("git", fill).await?;
                of_git(&output, url).ok_or_else(|| unusable("git"))
            }
            (Self::Program(words), about) => {
                let program = self.name();
                let mut words = words.iter().map(OsString::from);
                let mut command = exec::command(words.next().unwrap_or_default());
                command.args(words).args(about.map(|(url, _)| url));
                let input = about.map_or_else(Vec::new, |(_, head)| head.as_bytes().to_vec());
                let output = prompts.wait(&program, run(command, &program, input)).await?;
                let sets = of_program(&output).ok_or_else(|| unusable(&program))?;
                Ok(Answer { sets, of_git: None })
            }
        }
    }

    /// Tells git's helpers `approve` or `reject`. Errors do not matter.
    pub(super) async fn tell_git(&self, verdict: &'static str, output: Vec<u8>) {
        if let Self::Git(directory) = self {
            let _ = run(git(directory, verdict), "git", output).await;
        }
    }

    fn name(&self) -> String {
        let name = |program: &Path| program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match self {
            Self::Netrc(_) => "netrc".to_owned(),
            Self::Git(_) => "git".to_owned(),
            Self::Program(words) => words.first().map_or_else(String::new, |word| name(Path::new(word))),
        }
    }
}

impl std::fmt::Debug for Method {
    /// Without the arguments, which may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

/// The logins in `.netrc`; none if the file is missing.
fn of_netrc(path: &Path) -> Result<Answer, AuthError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Answer::default()),
        Err(error) => {
            let (path, reason) = (path.display().to_string(), error.kind().to_string());
            return Err(AuthError::File { path, reason });
        }
    };
    let logins = netrc::parse(&String::from_utf8_lossy(&bytes));
    // In reverse order, so that the first entry of a machine takes precedence.
    let sets = logins.into_iter().rev().filter_map(|login| {
        Some(Set { prefix: login.machine, headers: basic(&login.user, &login.password)? })
    });
    Ok(Answer { sets: sets.collect(), of_git: None })
}

fn of_git(output: &[u8], url: &str) -> Option<Answer> {
    let text = String::from_utf8_lossy(output);
    let field = |key: &str| {
        let pairs = text.lines().filter_map(|line| line.trim().split_once('='));
        pairs.filter(|(known, _)| *known == key).map(|(_, value)| value).next_back()
    };
    let prefix = if let Some(url) = field("url") {
        url.to_owned()
    } else {
        let path = field("path").map(|path| format!("/{}", path.trim_start_matches('/')));
        format!("{}://{}{}", field("protocol")?, field("host")?, path.unwrap_or_default())
    };
    // Credentials for another address are ignored.
    let rest = url.strip_prefix(&prefix)?;
    let whole = rest.is_empty() || rest.starts_with(['/', '?']) || prefix.ends_with('/');
    let headers = basic(field("username").unwrap_or_default(), field("password").unwrap_or_default())?;
    whole.then(|| Answer { sets: vec![Set { prefix, headers }], of_git: Some(output.to_vec()) })
}

/// Parses the output of a program: addresses, an empty line, headers, an empty line, and so on.
fn of_program(output: &[u8]) -> Option<Vec<Set>> {
    let text = std::str::from_utf8(output).ok()?;
    let mut sets = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (addresses, after) = block(rest)?;
        let (lines, after) = block(after)?;
        rest = after;
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ")?;
            let mut value = HeaderValue::from_str(value.trim()).ok()?;
            value.set_sensitive(true);
            headers.append(name.parse::<HeaderName>().ok()?, value);
        }
        for address in addresses {
            Url::parse(address).ok()?;
            sets.push(Set { prefix: address.to_owned(), headers: headers.clone() });
        }
    }
    Some(sets)
}

/// The lines before an empty one, and what follows it.
fn block(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (line, after) = rest.split_once('\n')?;
        rest = after;
        match line.strip_suffix('\r').unwrap_or(line) {
            "" => return Some((lines, rest)),
            line => lines.push(line),
        }
    }
}

fn basic(user: &str, password: &str) -> Option<HeaderMap> {
    let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let mut value = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
}

fn git(directory: &Path, verb: &str) -> Command {
    let mut command = exec::command("git");
    command.args(["credential", verb]).current_dir(directory);
    command
}

/// Runs a program on another thread, with `input` on its stdin, and returns its output.
async fn run(mut command: Command, name: &str, input: Vec<u8>) -> Result<Vec<u8>, AuthError> {
    // The program may call gover's `go`, which would wait for the lock that this process holds.
    command.env(vars::GOVER_AUTO_INSTALL, "0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |reason: String| AuthError::Program { program: name.to_owned(), reason };
    let work = move || {
        let mut child = command.spawn()?;
        // The input fits into any pipe. A program need not read it.
        if let Some(mut pipe) = child.stdin.take() {
            let _ = pipe.write_all(&input);
        }
        child.wait_with_output()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(output)) if output.status.success() => Ok(output.stdout),
        Ok(Ok(output)) => Err(failed(output.status.to_string())),
        Ok(Err(error)) => Err(failed(error.kind().to_string())),
        Err(_) => Err(failed("it was interrupted".to_owned())),
    }
}

fn unusable(program: &str) -> AuthError {
    let reason = "its output is not in the format that `go help goauth` describes".to_owned();
    AuthError::Program { program: program.to_owned(), reason }
}

/// Splits words, which may be quoted (`cmd/internal/quoted`).
fn split(text: &str) -> Result<Vec<String>, AuthError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = if matches!(first, '"' | '\'') {
            let inner = rest.get(1..).unwrap_or_default();
            inner.split_once(first).ok_or(AuthError::Quote)?
        } else {
            rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()))
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}
