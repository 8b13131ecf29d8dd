//! Quotes text, with one function for each shell. Every value that gover prints for a shell goes
//! through here.
//!
//! The result is one word (for `PowerShell`, one expression in parentheses) that means exactly the
//! text, whatever the options of the shell.

/// For bash, zsh and every POSIX shell: single quotes. A quote in the text is outside them.
pub fn posix(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// For fish: single quotes, with a backslash before `\` and `'`.
pub fn fish(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// For `PowerShell`: single quotes, with quotes in the text doubled, and only ASCII.
///
/// `PowerShell` decodes the output of a program by the code page of the console, which on many
/// systems breaks a path with `ö`. It also treats four curly quotes as straight ones. So these
/// characters, and control characters, are written as numbers.
pub fn powershell(text: &str) -> String {
    let mut parts = Vec::new();
    let mut plain = String::new();
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b'\'') => plain.push_str("''"),
            Ok(byte) if byte == b' ' || byte.is_ascii_graphic() => plain.push(char::from(byte)),
            _ => {
                if !plain.is_empty() || parts.is_empty() {
                    // The first part is text, so that `+` joins texts and does not add numbers.
                    parts.push(format!("'{}'", std::mem::take(&mut plain)));
                }
                parts.push(format!("[char]0x{unit:04X}"));
            }
        }
    }
    if parts.is_empty() {
        return format!("'{plain}'");
    }
    if !plain.is_empty() {
        parts.push(format!("'{plain}'"));
    }
    format!("({})", parts.join(" + "))
}

/// For a batch file, after `set `: in quotation marks, which `set` removes. Between them only `%`
/// is special; it is doubled. A text that contains quotation marks, which no Windows path does, has
/// carets instead.
///
/// A batch line cannot contain a line break. Control characters, which no Windows path contains
/// either, become spaces. If delayed expansion is on, `!` is lost, and nothing in the line can
/// prevent that.
pub fn cmd(text: &str) -> String {
    let quoted = text.contains('"');
    let mut result = String::new();
    for letter in text.chars() {
        match letter {
            '%' => result.push_str("%%"),
            '^' | '&' | '|' | '<' | '>' | '(' | ')' | '"' if quoted => {
                result.push('^');
                result.push(letter);
            }
            letter if letter.is_control() => result.push(' '),
            letter => result.push(letter),
        }
    }
    if quoted { result } else { format!("\"{result}\"") }
}

/// For Nushell: double quotes, with the escapes of its strings.
pub fn nu(text: &str) -> String {
    double_quoted(text, |code| format!("\\u{{{code:x}}}"))
}

/// For the JSON that the function for Nushell reads.
pub fn json(text: &str) -> String {
    double_quoted(text, |code| format!("\\u{code:04x}"))
}

/// For Elvish: single quotes, with quotes in the text doubled.
pub fn elvish(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double_quoted(text: &str, control: impl Fn(u32) -> String) -> String {
    let mut result = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                result.push('\\');
                result.push(letter);
            }
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            letter if letter < ' ' => result.push_str(&control(u32::from(letter))),
            letter => result.push(letter),
        }
    }
    result.push('"');
    result
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;
    use crate::testing;

    const HARD: [&str; 14] = [
        "",
        "'",
        "''",
        r"\",
        r"\'",
        "a b",
        "$HOME `id` $(id) %PATH% !! ${x}",
        "line\nbreak\ttab\r",
        "~/*?[a]{b,c}",
        "\"double\" \\\"",
        "Jörg ’curly‘ 日本 😀",
        "-n --help",
        "# > | & ; < ( ) ^",
        "trailing\n\n",
    ];

    /// The output of `script` in a real shell, split at zero bytes; `None` if the shell is not
    /// installed.
    fn printed(shell: &str, args: &[&str], script: &str) -> Option<Vec<String>> {
        let output = testing::run(Command::new(shell).args(args).args(["-c", script]))?;
        assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        let mut texts: Vec<_> =
            String::from_utf8(output.stdout).unwrap().split('\0').map(str::to_owned).collect();
        texts.pop();
        Some(texts)
    }

    fn check(texts: &[String]) {
        let joined =
            |quote: fn(&str) -> String| texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(" ");
        for (shell, args, script) in [
            ("sh", &[][..], format!("printf '%s\\0' {}", joined(posix))),
            ("bash", &["--norc", "--noprofile"], format!("printf '%s\\0' {}", joined(posix))),
            ("zsh", &["-f"], format!("printf '%s\\0' {}", joined(posix))),
            ("zsh", &["-f", "-o", "rcquotes"], format!("printf '%s\\0' {}", joined(posix))),
            ("fish", &["--no-config"], format!("printf '%s\\0' {}", joined(fish))),
            ("elvish", &["-norc"], format!("for text [{}] {{ print $text\"\\x00\" }}", joined(elvish))),
        ] {
            if let Some(printed) = printed(shell, args, &script) {
                assert_eq!(printed, texts, "{shell}");
            }
        }
    }

    #[test]
    fn real_shells_return_difficult_texts_unchanged() {
        check(&HARD.map(str::to_owned));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_comes_back_from_real_shells(
            texts in prop::collection::vec("[^\0\u{e000}-\u{f8ff}]{0,12}|['\"\\\\ $!`\n]{0,8}", 1..40)
        ) {
            check(&texts);
        }

        #[test]
        fn powershell_reads_back_what_was_quoted(text in "[^\0]{0,20}|['’‘a\\\\]{0,8}") {
            let quoted = powershell(&text);
            prop_assert!(quoted.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()));
            prop_assert_eq!(powershell_value(&quoted), text);
        }
    }

    /// The value of an expression of [`powershell`], by the rules of `about_Quoting_Rules`.
    fn powershell_value(expression: &str) -> String {
        let mut units = Vec::new();
        let mut rest = expression.trim_start_matches('(');
        while !rest.is_empty() {
            if let Some(number) = rest.strip_prefix("[char]0x") {
                units.push(u16::from_str_radix(&number[..4], 16).unwrap());
                rest = &number[4..];
            } else if let Some(text) = rest.strip_prefix('\'') {
                let mut text = text;
                loop {
                    let (before, after) = text.split_once('\'').unwrap();
                    units.extend(before.encode_utf16());
                    text = after;
                    let Some(after) = text.strip_prefix('\'') else { break };
                    units.push(u16::from(b'\''));
                    text = after;
                }
                rest = text;
            } else {
                rest = &rest[1..];
            }
        }
        String::from_utf16(&units).unwrap()
    }

    #[test]
    fn powershell_text_beyond_ascii_is_written_by_number() {
        assert_eq!(powershell(r"C:\it's"), r"'C:\it''s'");
        assert_eq!(powershell("Jörg"), "('J' + [char]0x00F6 + 'rg')");
        assert_eq!(powershell("ö"), "('' + [char]0x00F6)");
        assert_eq!(powershell(""), "''");
    }

    #[test]
    fn batch_text_has_quotation_marks_or_carets_and_doubled_percent_signs() {
        assert_eq!(cmd(r"A=C:\100% R&D^ (x)!"), r#""A=C:\100%% R&D^ (x)!""#);
        assert_eq!(cmd(r#"A=100% "R&D" (x)"#), r#"A=100%% ^"R^&D^" ^(x^)"#);
        assert_eq!(cmd("a\nb"), "\"a b\"");
    }

    #[test]
    fn nu_and_json_escape_what_ends_or_breaks_a_string() {
        assert_eq!(nu("a\"b\\c\n\u{1}$x"), r#""a\"b\\c\n\u{1}$x""#);
        assert_eq!(json("a\"b\\c\n\u{1}$x"), r#""a\"b\\c\n\u0001$x""#);
    }
}
