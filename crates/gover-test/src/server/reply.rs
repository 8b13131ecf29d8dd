//! From a response and the faults of its path to bytes on the wire.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::message::{Request, Response};
use super::{Fault, Shared};

/// A response before the faults of the connection.
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Arc<[u8]>,
    from: usize,
    to: usize,
}

/// Answers one request, with its path's faults applied.
pub(super) fn send(
    stream: &mut TcpStream,
    request: &Request,
    response: Option<Response>,
    faults: &[Fault],
    shared: &Shared,
) -> io::Result<()> {
    if faults.contains(&Fault::Close) {
        return stream.shutdown(Shutdown::Both);
    }
    if faults.contains(&Fault::Stall) {
        shared.stall();
    }
    let response = replaced(faults).or(response);
    let mut response = response.unwrap_or_else(|| Response::status(404, "404 page not found\n"));
    for fault in faults {
        if let Fault::FlipByte(offset) = fault {
            let mut bytes = response.body.to_vec();
            let byte = bytes.get_mut(*offset).expect("the byte to flip is in the body");
            *byte ^= 1;
            response.body = bytes.into();
        }
    }
    for fault in faults {
        if let Fault::Header(name, value) = fault {
            response.headers.push(((*name).to_owned(), value.clone()));
        }
    }
    let reply = conditional(request, response, faults);
    write(stream, request, &reply, faults, shared)
}

/// The response that a fault puts in place of the real one.
fn replaced(faults: &[Fault]) -> Option<Response> {
    faults.iter().find_map(|fault| match fault {
        Fault::Status(status) => Some(Response::status(*status, "made to fail\n")),
        Fault::StatusText(status, text) => Some(Response::status(*status, text)),
        Fault::Redirect(location) => Some(Response::redirect(location)),
        _ => None,
    })
}

/// Applies `If-None-Match`, `Range` and `If-Range` (RFC 9110 sections 13 and 14).
fn conditional(request: &Request, response: Response, faults: &[Fault]) -> Reply {
    let Response { status, mut headers, body, etag } = response;
    let length = body.len();
    if let Some(etag) = &etag {
        headers.push(("ETag".to_owned(), etag.clone()));
    }
    if status != 200 {
        return Reply { status, headers, body, from: 0, to: length };
    }
    if etag.is_some() && request.header("If-None-Match") == etag.as_deref() {
        return Reply { status: 304, headers, body, from: 0, to: 0 };
    }
    let ranges = !faults.contains(&Fault::IgnoreRange);
    if ranges {
        headers.push(("Accept-Ranges".to_owned(), "bytes".to_owned()));
    }
    let unchanged = faults.contains(&Fault::IgnoreIfRange)
        || request.header("If-Range").is_none_or(|known| Some(known) == etag.as_deref());
    let range = request.header("Range").filter(|_| ranges && unchanged);
    match range.map_or(Range::Whole, |text| parse_range(text, length)) {
        Range::Whole => Reply { status, headers, body, from: 0, to: length },
        Range::Unsatisfiable => {
            headers.push(("Content-Range".to_owned(), format!("bytes */{length}")));
            Reply { status: 416, headers, body, from: 0, to: 0 }
        }
        Range::Part(from, to) => {
            let shift = faults.iter().find_map(|fault| match fault {
                Fault::ShiftRange(shift) => Some(*shift),
                _ => None,
            });
            let from = from + shift.unwrap_or(0).min(to - from - 1);
            headers.push(part_header(from, to, length, faults));
            Reply { status: 206, headers, body, from, to }
        }
    }
}

/// What says which part is sent.
fn part_header(from: usize, to: usize, length: usize, faults: &[Fault]) -> (String, String) {
    if faults.contains(&Fault::Multipart) {
        return ("Content-Type".to_owned(), "multipart/byteranges; boundary=x".to_owned());
    }
    let wrong = faults.iter().find_map(|fault| match fault {
        Fault::WrongTotal(difference) => Some(*difference),
        _ => None,
    });
    let total = (length as u64).saturating_add_signed(wrong.unwrap_or(0));
    ("Content-Range".to_owned(), format!("bytes {from}-{}/{total}", to - 1))
}

/// What a `Range` header asks for, as half-open offsets.
#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    Part(usize, usize),
    Unsatisfiable,
}

/// Reads `bytes=a-b`, `bytes=a-` and `bytes=-n`; anything else is ignored, as the RFC demands.
fn parse_range(text: &str, length: usize) -> Range {
    let bounds = || {
        let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
        Some(match (first, last) {
            ("", count) => (length.saturating_sub(count.parse().ok()?), length),
            (first, "") => (first.parse().ok()?, length),
            (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.saturating_add(1).min(length)),
        })
    };
    match bounds() {
        None => Range::Whole,
        Some((from, to)) if from < to => Range::Part(from, to),
        Some(_) => Range::Unsatisfiable,
    }
}

fn write(
    stream: &mut TcpStream,
    request: &Request,
    reply: &Reply,
    faults: &[Fault],
    shared: &Shared,
) -> io::Result<()> {
    let body = &reply.body[reply.from..reply.to];
    let mut head = format!("HTTP/1.1 {} {}\r\nConnection: close\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if reply.status != 304 && !faults.contains(&Fault::NoLength) {
        let wrong = faults.iter().find_map(|fault| match fault {
            Fault::WrongLength(difference) => Some(*difference),
            _ => None,
        });
        let length = (body.len() as u64).saturating_add_signed(wrong.unwrap_or(0));
        let _ = write!(head, "Content-Length: {length}\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    if request.method == "HEAD" {
        return stream.shutdown(Shutdown::Write);
    }
    let end = faults.iter().filter_map(|fault| match fault {
        Fault::TruncateAt(length) => Some(*length),
        _ => None,
    });
    let end = end.min().unwrap_or(body.len()).min(body.len());
    let pause = faults.iter().find_map(|fault| match fault {
        Fault::StallAt(length) => Some((*length).min(end)),
        _ => None,
    });
    if let Some(pause) = pause {
        stream.write_all(&body[..pause])?;
        stream.flush()?;
        shared.stall();
    }
    let rest = &body[pause.unwrap_or(0)..end];
    let rate = faults.iter().find_map(|fault| match fault {
        Fault::BytesPerSecond(rate) => Some(*rate),
        _ => None,
    });
    match rate {
        Some(rate) => write_slowly(stream, rest, rate)?,
        None => stream.write_all(rest)?,
    }
    stream.shutdown(Shutdown::Write)
}

fn write_slowly(stream: &mut TcpStream, bytes: &[u8], bytes_per_second: usize) -> io::Result<()> {
    let start = Instant::now();
    let mut sent = 0;
    for chunk in bytes.chunks(16 << 10) {
        stream.write_all(chunk)?;
        sent += chunk.len();
        let due = Duration::from_micros(sent as u64 * 1_000_000 / bytes_per_second as u64);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
    Ok(())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        304 => "Not Modified",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_their_three_forms() {
        assert_eq!(parse_range("bytes=2-4", 10), Range::Part(2, 5));
        assert_eq!(parse_range("bytes=2-", 10), Range::Part(2, 10));
        assert_eq!(parse_range("bytes=-3", 10), Range::Part(7, 10));
        assert_eq!(parse_range("bytes=10-", 10), Range::Unsatisfiable);
        assert_eq!(parse_range("items=1-2", 10), Range::Whole);
    }
}
