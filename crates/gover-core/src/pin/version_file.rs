/// The first line that is neither empty nor a comment, with its number. Later versions are ignored,
/// as other managers do.
pub(super) fn first_version(text: &str) -> Option<(usize, &str)> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split('#').next().unwrap_or_default().trim()))
        .find(|(_, line)| !line.is_empty())
}
