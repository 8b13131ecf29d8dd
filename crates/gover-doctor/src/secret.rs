//! Passwords in addresses are never shown.

/// A setting that holds addresses, with `***` in place of users, passwords and queries.
pub(crate) fn mask(text: &str) -> String {
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

/// Any line of text, with `***` in place of users and passwords of addresses with a scheme.
pub(crate) fn mask_line(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("://") {
        let end = behind.find(|c: char| c.is_whitespace() || "/?#,|'\"".contains(c)).unwrap_or(behind.len());
        let (authority, behind) = behind.split_at(end);
        masked += &[before, "://", &without_user(authority)].concat();
        rest = behind;
    }
    masked + rest
}

fn without_user(authority: &str) -> String {
    authority.rsplit_once('@').map_or_else(|| authority.to_owned(), |(_, host)| format!("***@{host}"))
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
