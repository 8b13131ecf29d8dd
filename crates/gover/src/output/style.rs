/// The meanings of colours. The text always says the same without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Version,
    Warning,
    Error,
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
