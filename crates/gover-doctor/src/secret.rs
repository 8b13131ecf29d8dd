//! Passwords and tokens are never shown.

/// The value of a variable or setting without its secrets.
pub fn mask_value(name: &str, value: &str) -> String {
    let upper = name.to_ascii_uppercase();
    if upper == "GOAUTH" {
        mask_goauth(value)
    } else if is_secret(name) || upper.ends_with("AUTHORIZATION") {
        HIDDEN.to_owned()
    } else if upper.ends_with("PROXY") || ADDRESSES.contains(&upper.as_str()) {
        mask(value)
    } else {
        mask_line(value)
    }
}

/// A setting that holds addresses, with `***` in place of users, passwords and queries.
pub fn mask(text: &str) -> String {
    const SEPARATORS: [char; 4] = [',', '|', ' ', ';'];
    let masked = text.split_inclusive(SEPARATORS).map(|piece| {
        // `https://user:password@host`, or `NAME=user:password@host:8080`.
        let scheme = piece.find("://").map(|at| at + 3);
        let start = scheme.or_else(|| piece.find('=').map(|at| at + 1)).unwrap_or_default();
        let (head, rest) = piece.split_at(start);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = match path.split_once('?') {
            Some((path, query)) => [path, "?***", &query.matches(SEPARATORS).collect::<String>()].concat(),
            None => path.to_owned(),
        };
        [head, &without_user(authority), &path].concat()
    });
    masked.collect()
}

/// Any line of text, with `***` in place of users, passwords and queries of addresses with a scheme, and of
/// what looks like a token or is assigned to a name that says so.
pub fn mask_line(line: &str) -> String {
    mask_tokens(&mask_assignments(&mask_addresses(line)))
}

fn mask_addresses(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("://") {
        let end = behind.find(|c: char| c.is_whitespace() || "/?#,|'\"".contains(c)).unwrap_or(behind.len());
        let (authority, behind) = behind.split_at(end);
        let end = behind.find(|c: char| c.is_whitespace() || ",|'\"`".contains(c)).unwrap_or(behind.len());
        let (path, behind) = behind.split_at(end);
        let path =
            path.split_once('?').map_or_else(|| path.to_owned(), |(path, _)| format!("{path}?{HIDDEN}"));
        masked += &[before, "://", &without_user(authority), &path].concat();
        rest = behind;
    }
    masked + rest
}

/// `TOKEN=secret`, `"token": "secret"`, `HTTPS_PROXY=user:password@host` and `GOAUTH=program secret`.
fn mask_assignments(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['=', ':']) {
        let (before, behind) = rest.split_at(at + 1);
        let name = before[..at].trim_end_matches(['"', '\'']);
        let start =
            name.rfind(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c)).map_or(0, |at| at + 1);
        let name = name.get(start..).unwrap_or_default();
        masked += before;
        let upper = name.to_ascii_uppercase();
        let is_address = before.ends_with('=') && upper.ends_with("PROXY");
        let is_whole = upper == "GOAUTH" || upper.ends_with("AUTHORIZATION");
        if !is_address && !is_whole && !is_secret(name) {
            rest = behind;
            continue;
        }
        let value = behind.trim_start_matches([' ', '"', '\'', '`']);
        let (lead, _) = behind.split_at(behind.len() - value.len());
        let quote = lead.chars().last().filter(|c| *c != ' ');
        let end = value.find(|c: char| match quote {
            Some(quote) => c == quote,
            None if is_whole => "\"'".contains(c),
            None => c.is_whitespace() || "\"'`;&".contains(c),
        });
        let (value, behind) = value.split_at(end.unwrap_or(value.len()));
        masked += lead;
        masked += &if value.is_empty() { String::new() } else { mask_value(name, value) };
        rest = behind;
    }
    masked + rest
}

/// Words with a form that only tokens have.
fn mask_tokens(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let is_token = |word: &str| word.len() >= 16 && TOKENS.iter().any(|start| word.starts_with(start));
    let mut masked = String::new();
    for piece in line.split_inclusive(|c| !is_part(c)) {
        let word = piece.trim_end_matches(|c| !is_part(c));
        masked += if is_token(word) { HIDDEN } else { word };
        masked += &piece[word.len()..];
    }
    masked
}

/// Each method without its arguments, except for those that Go itself knows.
fn mask_goauth(value: &str) -> String {
    let method = |text: &str| match text.trim().split_once(char::is_whitespace) {
        Some((program, _)) if program != "git" => format!("{program} {HIDDEN}"),
        _ => text.trim().to_owned(),
    };
    value.split(';').map(method).collect::<Vec<_>>().join("; ")
}

/// Whether what has this name is secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    SECRET.iter().any(|part| name.contains(part))
}

fn without_user(authority: &str) -> String {
    authority.rsplit_once('@').map_or_else(|| authority.to_owned(), |(_, host)| format!("***@{host}"))
}

const HIDDEN: &str = "***";

/// Names whose values hold addresses, besides those that end in `PROXY`.
const ADDRESSES: [&str; 5] = ["GOSUMDB", "GOVULNDB", "GOVER_SOURCES", "GOVER_GODEV_URL", "SOURCES"];

const SECRET: [&str; 7] = ["token", "secret", "passw", "api_key", "apikey", "access_key", "private_key"];

/// How tokens of GitHub, GitLab, Slack and AWS begin, and JSON web tokens.
const TOKENS: [&str; 11] =
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA", "eyJ"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        for (text, shown) in [
            ("https://ann:secret@p.example/go,direct", "https://***@p.example/go,direct"),
            ("ann:secret@p.example:8080", "***@p.example:8080"),
            (
                "export HTTPS_PROXY=http://ann:s@cret@p.example:8080",
                "export HTTPS_PROXY=http://***@p.example:8080",
            ),
            ("export HTTPS_PROXY=ann:secret@p.example", "export HTTPS_PROXY=***@p.example"),
            (
                "https://a.example/x?token=secret|https://u@b.example",
                "https://a.example/x?***|https://***@b.example",
            ),
            ("off", "off"),
            ("https://p.example/@v/list", "https://p.example/@v/list"),
        ] {
            assert_eq!(mask(text), shown);
        }
    }

    #[test]
    fn lines_keep_everything_but_users_and_passwords() {
        for (line, shown) in [
            (
                "export P=\"http://ann:pw@p.example:80\" # ann@corp",
                "export P=\"http://***@p.example:80\" # ann@corp",
            ),
            (
                "GOPROXY=https://ann:pw@a.example/x,https://b.example",
                "GOPROXY=https://***@a.example/x,https://b.example",
            ),
            ("email = ann@corp.example", "email = ann@corp.example"),
            ("curl https://a.example/x?key=pw -o f", "curl https://a.example/x?*** -o f"),
            ("export NPM_TOKEN=pw PATH=/x", "export NPM_TOKEN=*** PATH=/x"),
            ("\"password\": \"p w\", \"x\": 1", "\"password\": \"***\", \"x\": 1"),
            ("-ldflags=-X main.apiKey=pw", "-ldflags=-X main.apiKey=***"),
            ("header: 'Authorization: Bearer pw'", "header: 'Authorization: ***'"),
            ("GOAUTH=netrc; /opt/helper --pw", "GOAUTH=netrc; /opt/helper ***"),
            ("https_proxy=ann:pw@p.example:80", "https_proxy=***@p.example:80"),
            ("use ghp_0123456789abcdef", "use ***"),
            ("GOFLAGS=-mod=mod", "GOFLAGS=-mod=mod"),
            ("C:\\go\\bin: does not exist", "C:\\go\\bin: does not exist"),
        ] {
            assert_eq!(mask_line(line), shown);
        }
    }

    #[test]
    fn values_of_variables_are_shown_without_secrets() {
        for (name, value, shown) in [
            ("GOAUTH", "off", "off"),
            ("GOAUTH", "git /home/ann; bearer pw", "git /home/ann; bearer ***"),
            ("HTTPS_PROXY", "ann:pw@p.example:8080", "***@p.example:8080"),
            ("GOPROXY", "https://u:pw@p.example,direct", "https://***@p.example,direct"),
            ("GOVER_SOURCES", "https://u:pw@p.example/x?k=pw", "https://***@p.example/x?***"),
            ("GITLAB_TOKEN", "pw", "***"),
            ("GOFLAGS", "-ldflags=-X=main.token=pw", "-ldflags=-X=main.token=***"),
            ("GOPATH", "/home/ann/go", "/home/ann/go"),
        ] {
            assert_eq!(mask_value(name, value), shown);
        }
    }
}
