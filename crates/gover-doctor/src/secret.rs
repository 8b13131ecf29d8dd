//! Passwords in addresses are never shown.

/// A setting that holds addresses, with `***` in place of users, passwords and queries.
pub(crate) fn mask(text: &str) -> String {
    let mut masked = String::new();
    for piece in text.split_inclusive([',', '|', ' ', ';']) {
        let (head, rest) = match piece.split_once("://") {
            Some((scheme, rest)) => (format!("{scheme}://"), rest),
            // `NAME=user:password@host:8080`
            None => match piece.split_once('=') {
                Some((name, rest)) => (format!("{name}="), rest),
                None => (String::new(), piece),
            },
        };
        masked.push_str(&head);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                masked.push_str("***@");
                masked.push_str(host);
            }
            None => masked.push_str(authority),
        }
        match path.split_once('?') {
            Some((path, query)) => {
                masked.push_str(path);
                masked.push_str("?***");
                masked.extend(query.chars().last().filter(|last| [',', '|', ' ', ';'].contains(last)));
            }
            None => masked.push_str(path),
        }
    }
    masked
}

/// Any line of text, with `***` in place of users and passwords of addresses with a scheme.
pub(crate) fn mask_line(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        let end = behind.find(|c: char| c.is_whitespace() || "/?#,|'\"".contains(c)).unwrap_or(behind.len());
        let (authority, behind) = behind.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => masked.extend(["***@", host]),
            None => masked.push_str(authority),
        }
        rest = behind;
    }
    masked + rest
}

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
        ] {
            assert_eq!(mask_line(line), shown);
        }
    }
}
