//! The file `.netrc`, read as cmd/go reads it.

#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) machine: String,
    pub(super) user: String,
    pub(super) password: String,
}

/// Parses pairs of words, of which `machine`, `login` and `password` matter. Macros are skipped.
/// Parsing ends at a line that ends in `default`, an entry that cmd/go does not use.
pub(super) fn parse(text: &str) -> Vec<Login> {
    let mut logins = Vec::new();
    let mut login = Login::default();
    let mut in_macro = false;
    for line in text.split('\n') {
        if in_macro {
            in_macro = !line.is_empty();
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let (pairs, rest) = words.as_chunks::<2>();
        for [key, value] in pairs {
            match *key {
                "machine" => login = Login { machine: (*value).to_owned(), ..Login::default() },
                "login" => (*value).clone_into(&mut login.user),
                "password" => (*value).clone_into(&mut login.password),
                "macdef" => in_macro = true,
                _ => {}
            }
            if !(login.machine.is_empty() || login.user.is_empty() || login.password.is_empty()) {
                logins.push(std::mem::take(&mut login));
            }
        }
        if rest == ["default"] {
            break;
        }
    }
    logins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let logins = parse(text).into_iter();
        logins.map(|login| format!("{}:{}@{}", login.user, login.password, login.machine)).collect()
    }

    #[test]
    fn logins_are_read_over_lines_and_in_any_order() {
        let text = "machine a.example login ann password one\n\
            # login nobody\n\
            machine b.example:8443/x\n\tpassword two\n\tlogin bob account none\n\
            login lost password lost\n\
            machine incomplete.example login eve\r\n\
            machine c.example password three login carl\r\n";
        assert_eq!(read(text), ["ann:one@a.example", "bob:two@b.example:8443/x", "carl:three@c.example"]);
        assert_eq!(read(""), Vec::<String>::new());
    }

    #[test]
    fn macros_and_the_default_are_passed_over() {
        let text = "macdef init\nmachine a.example login in macro\npassword x\n\n\
            machine b.example login bob password two\n\
            default login anonymous password x\n\
            machine c.example login carl password three\n\
            default\nmachine d.example login dora password four\n";
        // The words after `default` belong to no machine; a bare `default` ends the file.
        assert_eq!(read(text), ["bob:two@b.example", "carl:three@c.example"]);
    }
}
