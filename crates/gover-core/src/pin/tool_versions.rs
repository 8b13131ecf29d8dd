/// The first version in the line `golang V…` or `go V…`, with the line's number (asdf-vm.com: later
/// versions are fallbacks, `#` starts a comment).
pub(super) fn go_version(text: &str) -> Option<(usize, &str)> {
    text.trim_start_matches('\u{feff}').lines().enumerate().find_map(|(index, line)| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let tool = words.next()?;
        let version = words.next()?;
        matches!(tool, "golang" | "go").then_some((index + 1, version))
    })
}
