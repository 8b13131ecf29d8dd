//! Systems that gover does not ask.

/// Not told.
pub(super) fn processor() -> Option<String> {
    None
}

/// Nothing to compare with.
pub(super) const SAMPLE: Option<&str> = None;
