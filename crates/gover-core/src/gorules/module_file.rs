/// The value of the first line of a go.mod or go.work that starts with `key` and a space or tab,
/// with the line's number from 1.
///
/// This is the scanner that Go uses at startup (`cmd/go/internal/gover.GoModLookup`), not its
/// parser. It also finds lines inside blocks and in files with syntax errors, so this does too.
pub fn lookup<'a>(text: &'a str, key: &str) -> Option<(usize, &'a str)> {
    text.split('\n').enumerate().find_map(|(index, line)| {
        let rest = line.trim().strip_prefix(key)?;
        if !rest.starts_with([' ', '\t']) {
            return None;
        }
        let value = rest.split_once("//").map_or(rest, |(value, _)| value).trim();
        Some((index + 1, value))
    })
}
