/// The first line that is neither blank nor a comment, with its number. Later versions are passed over, as the
/// other managers that know such a file do.
pub(super) fn first_version(text: &str) -> Option<(usize, &str)> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split('#').next().unwrap_or_default().trim()))
        .find(|(_, line)| !line.is_empty())
}
