//! Properties of the terminal that `std::io::IsTerminal` does not have.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

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

/// Whether the code page of the console on Windows is UTF-8.
///
/// `None` without a console, and on Unix, where variables of the locale say so.
pub fn shows_utf8() -> Option<bool> {
    imp::shows_utf8()
}

/// Turns on escape sequences. If the result is `false`, output must have no colour.
///
/// Terminals on Unix always support them, consoles of Windows from Windows 10 on.
pub fn enable_escapes(stream: Stream) -> bool {
    imp::enable_escapes(stream)
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
