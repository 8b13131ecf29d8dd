//! Systems that gover does not examine.

pub fn processor() -> Option<String> {
    None
}

pub(super) const SAMPLE: Option<&str> = None;
