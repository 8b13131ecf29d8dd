use std::io::{self, Read, Write};

use gover_core::sync::locked;
use gover_sys::terminal::Stream;

use super::Printer;
use super::printer::ended_well;
use crate::Failure;

impl Printer {
    /// Copies what a program printed to stdout or stderr, as it is, and ends the last line. The program
    /// would have printed it there itself if it had not run with others.
    pub(crate) fn replay(&self, mut from: impl Read, stream: Stream) -> Result<(), Failure> {
        let mut write = || match stream {
            Stream::Stdout => ended_well(copy(&mut from, &mut io::stdout().lock())),
            Stream::Stderr => {
                // If stderr is closed, there is nothing to do.
                drop(copy(&mut from, &mut io::stderr().lock()));
                Ok(())
            }
        };
        let bars = locked(&self.bars).clone();
        match bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let (mut buffer, mut last) = (vec![0; 1 << 16], b'\n');
    while let count @ 1.. = from.read(&mut buffer)? {
        let part = buffer.get(..count).unwrap_or_default();
        to.write_all(part)?;
        last = part.last().copied().unwrap_or(last);
    }
    if last != b'\n' {
        to.write_all(b"\n")?;
    }
    to.flush()
}
