//! What the terminal is and can do, as far as `std::io::IsTerminal` does not say.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as imp;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as imp;

/// One of the standard streams that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Whether the stream is a terminal.
pub fn is_terminal(stream: Stream) -> bool {
    use std::io::IsTerminal;
    match stream {
        Stream::Stdout => std::io::stdout().is_terminal(),
        Stream::Stderr => std::io::stderr().is_terminal(),
    }
}

/// Columns of the terminal behind the stream; `None` if it is none or does not know.
pub fn width(stream: Stream) -> Option<u16> {
    imp::width(stream).filter(|&columns| columns > 0)
}

/// Whether the console itself says that it shows UTF-8 (Windows: by its code page).
///
/// `None` on Unix, where the locale's variables say so, and without a console.
pub fn shows_utf8() -> Option<bool> {
    imp::shows_utf8()
}

/// Makes the console understand escape sequences; `false` if it cannot, and colour must stay off.
///
/// Terminals on Unix always do. Windows consoles do so from Windows 10 on, after being asked.
pub fn enable_escapes(stream: Stream) -> bool {
    imp::enable_escapes(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_known_for_terminals_only() {
        for stream in [Stream::Stdout, Stream::Stderr] {
            assert!(is_terminal(stream) || width(stream).is_none());
        }
    }
}
