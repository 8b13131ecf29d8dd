//! Faults of a server or connection.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends after this many bytes of the body, although more were announced.
    TruncateAt(usize),
    /// Nothing is sent until [`FakeServer::release_stalled`](super::FakeServer::release_stalled).
    Stall,
    /// The same after the head and that many bytes of the body.
    StallAt(usize),
    /// This status instead of the real one, with a line of text.
    Status(u16),
    StatusText(u16, String),
    /// The lowest bit of the byte at this offset of the body is flipped.
    FlipByte(usize),
    /// `Range` is ignored: 200 and everything, as simple servers do.
    IgnoreRange,
    /// `Content-Range` starts this many bytes later than requested.
    ShiftRange(usize),
    /// `If-Range` is ignored: a part of the current file is sent.
    IgnoreIfRange,
    /// The total length in `Content-Range` is wrong by this much.
    WrongTotal(i64),
    /// A part is sent as `multipart/byteranges`.
    Multipart,
    Header(&'static str, String),
    /// `Content-Length` is wrong by this much, and the connection ends after the real body.
    WrongLength(i64),
    /// No `Content-Length`; the end of the connection ends the body.
    NoLength,
    Redirect(String),
    /// The connection ends without a response.
    Close,
    /// Each connection sends at most that many bytes of the body a second.
    BytesPerSecond(usize),
}
