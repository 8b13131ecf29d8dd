//! Properties of the terminal that `std::io::IsTerminal` does not have.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

pub use imp::{enable_escapes, shows_utf8};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

pub fn is_terminal(stream: Stream) -> bool {
    use std::io::IsTerminal;
    match stream {
        Stream::Stdout => std::io::stdout().is_terminal(),
        Stream::Stderr => std::io::stderr().is_terminal(),
    }
}

/// The number of columns; `None` if the stream is not a terminal or the terminal does not say.
pub fn width(stream: Stream) -> Option<u16> {
    imp::width(stream).filter(|&columns| columns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminals_have_a_width() {
        for stream in [Stream::Stdout, Stream::Stderr] {
            assert!(is_terminal(stream) || width(stream).is_none());
        }
    }
}
