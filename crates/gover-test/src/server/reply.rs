//! From a response and the faults of its path to bytes on the wire.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::message::{Request, Response};
use super::{Fault, Shared};

/// The values of all faults of one kind.
macro_rules! values {
    ($faults:expr, $kind:path) => {
        $faults.iter().filter_map(|fault| if let $kind(value) = fault { Some(*value) } else { None })
    };
}

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
    for offset in values!(faults, Fault::FlipByte) {
        let mut bytes = response.body.to_vec();
        *bytes.get_mut(offset).expect("the byte to flip is in the body") ^= 1;
        response.body = bytes.into();
    }
    for fault in faults {
        if let Fault::Header(name, value) = fault {
            response.headers.push(((*name).to_owned(), value.clone()));
        }
    }
    write(stream, request, &conditional(request, response, faults), faults, shared)
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
fn conditional(request: &Request, mut response: Response, faults: &[Fault]) -> Response {
    let length = response.body.len();
    let etag = response.etag.clone();
    if let Some(etag) = &etag {
        response = response.with_header("ETag", etag);
    }
    if response.status != 200 {
        return response;
    }
    if etag.is_some() && request.header("If-None-Match") == etag.as_deref() {
        return Response { status: 304, body: [].into(), ..response };
    }
    if faults.contains(&Fault::IgnoreRange) {
        return response;
    }
    response = response.with_header("Accept-Ranges", "bytes");
    let unchanged = faults.contains(&Fault::IgnoreIfRange)
        || request.header("If-Range").is_none_or(|known| Some(known) == etag.as_deref());
    let range = request.header("Range").filter(|_| unchanged);
    match range.map_or(Range::Whole, |text| parse_range(text, length)) {
        Range::Whole => response,
        Range::Unsatisfiable => {
            response = response.with_header("Content-Range", &format!("bytes */{length}"));
            Response { status: 416, body: [].into(), ..response }
        }
        Range::Part(from, to) => {
            let shift = values!(faults, Fault::ShiftRange).next().unwrap_or(0);
            let from = from + shift.min(to - from - 1);
            response.headers.push(part_header(from, to, length, faults));
            Response { status: 206, body: response.body[from..to].into(), ..response }
        }
    }
}

fn part_header(from: usize, to: usize, length: usize, faults: &[Fault]) -> (String, String) {
    if faults.contains(&Fault::Multipart) {
        return ("Content-Type".to_owned(), "multipart/byteranges; boundary=x".to_owned());
    }
    let wrong = values!(faults, Fault::WrongTotal).next().unwrap_or(0);
    let total = (length as u64).saturating_add_signed(wrong);
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
    reply: &Response,
    faults: &[Fault],
    shared: &Shared,
) -> io::Result<()> {
    let body = &reply.body;
    let mut head = format!("HTTP/1.1 {} {}\r\nConnection: close\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if reply.status != 304 && !faults.contains(&Fault::NoLength) {
        let wrong = values!(faults, Fault::WrongLength).next().unwrap_or(0);
        let length = (body.len() as u64).saturating_add_signed(wrong);
        let _ = write!(head, "Content-Length: {length}\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    if request.method == "HEAD" {
        return stream.shutdown(Shutdown::Write);
    }
    let end = values!(faults, Fault::TruncateAt).min().unwrap_or(body.len()).min(body.len());
    let mut rest = &body[..end];
    if let Some(pause) = values!(faults, Fault::StallAt).next() {
        let before;
        (before, rest) = rest.split_at(pause.min(end));
        stream.write_all(before)?;
        stream.flush()?;
        shared.stall();
    }
    match values!(faults, Fault::BytesPerSecond).next() {
        Some(rate) => write_slowly(stream, rest, rate)?,
        None => stream.write_all(rest)?,
    }
    stream.shutdown(Shutdown::Write)
}

fn write_slowly(stream: &mut TcpStream, bytes: &[u8], bytes_per_second: usize) -> io::Result<()> {
    let start = Instant::now();
    let mut sent = 0;
    for chunk in bytes.chunks((bytes_per_second / 4).clamp(1, 16 << 10)) {
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
