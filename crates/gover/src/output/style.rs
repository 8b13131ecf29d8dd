/// What colour may mean here; the text always says the same without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A toolchain.
    Version,
    /// Something to notice.
    Warning,
    /// What failed.
    Error,
    /// What to do.
    Hint,
}

impl Style {
    /// `text` in this style's escape sequences.
    pub(super) fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Version => "32",
            Self::Warning => "33",
            Self::Error => "1;31",
            Self::Hint => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
