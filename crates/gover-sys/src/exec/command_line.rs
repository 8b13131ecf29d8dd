//! The command line of a Windows process: one text that each program splits itself.
//!
//! This implements only what is needed to find where an argument ends. std uses the same rules,
//! those of Microsoft's C runtime (learn.microsoft.com, "Parsing C command-line arguments").

/// The command line `line` without the first `dropped` arguments after the name of the program. The
/// rest stays as it is.
pub(super) fn without(line: &[u16], dropped: usize) -> Vec<u16> {
    let (name, rest) = line.split_at(name_end(line));
    let mut rest = rest;
    for _ in 0..dropped {
        rest = trimmed(rest);
        rest = rest.get(argument_end(rest)..).unwrap_or_default();
    }
    let kept = if dropped == 0 { rest } else { trimmed(rest) };
    let blank: &[u16] = if dropped == 0 || kept.is_empty() { &[] } else { &[SPACE] };
    [name, blank, kept].concat()
}

/// A backslash has no special meaning in the name of the program.
fn name_end(line: &[u16]) -> usize {
    let mut is_quoted = false;
    line.iter()
        .position(|&unit| {
            is_quoted ^= unit == QUOTE;
            is_space(unit) && !is_quoted
        })
        .unwrap_or(line.len())
}

/// The end of the first argument. A quotation mark after an odd number of backslashes is an
/// ordinary character. Two of them inside quotation are one, which does not change where the
/// argument ends.
fn argument_end(text: &[u16]) -> usize {
    let (mut is_quoted, mut backslashes) = (false, 0_usize);
    text.iter()
        .position(|&unit| {
            if unit == QUOTE && backslashes.is_multiple_of(2) {
                is_quoted = !is_quoted;
            }
            backslashes = if unit == BACKSLASH { backslashes + 1 } else { 0 };
            is_space(unit) && !is_quoted
        })
        .unwrap_or(text.len())
}

fn trimmed(text: &[u16]) -> &[u16] {
    let start = text.iter().position(|&unit| !is_space(unit)).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

fn is_space(unit: u16) -> bool {
    unit == SPACE || unit == TAB
}

const SPACE: u16 = b' ' as u16;
const TAB: u16 = b'\t' as u16;
const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

#[cfg(test)]
mod tests {
    use super::*;

    fn after(line: &str, dropped: usize) -> String {
        let units: Vec<u16> = line.encode_utf16().collect();
        String::from_utf16(&without(&units, dropped)).unwrap()
    }

    #[test]
    fn with_nothing_dropped_every_unit_stays() {
        for line in ["", "go", r#""C:\a b\go.exe"  build  "x"#, "go\t a\"b c\"d ^%!& tail\\", " go"] {
            assert_eq!(after(line, 0), line);
        }
        assert_eq!(without(&[0xD800, SPACE, 0xDC00], 0), [0xD800, SPACE, 0xDC00]);
    }

    #[test]
    fn a_dropped_argument_goes_with_the_spaces_around_it() {
        for (line, left) in [
            ("go +1.22 test", "go test"),
            ("go +1.22", "go"),
            ("go +1.22  ", "go"),
            ("go", "go"),
            ("go   +1.22\t  test  ./... ", "go test  ./... "),
            (r#""C:\Program Files\go.exe" +1.22 a"b c"d"#, r#""C:\Program Files\go.exe" a"b c"d"#),
            (r#"C:\a" "b\go.exe +1 x"#, r#"C:\a" "b\go.exe x"#),
            (r#""C:\dir\"go +1 x"#, r#""C:\dir\"go x"#),
            (r#"go "+>=1.21 <1.23" run"#, "go run"),
            (r#"go +"^1.21" "" x"#, r#"go "" x"#),
            (r#"go +a\"b c"#, "go c"),
            (r#"go "+a\\" c"#, "go c"),
            (r#"go "+a\" b" c"#, "go c"),
            (r#"go "+a""b" c"#, "go c"),
        ] {
            assert_eq!(after(line, 1), left, "{line}");
        }
        assert_eq!(after("go a b c", 2), "go c");
    }
}
