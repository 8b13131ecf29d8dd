//! What can go wrong between a server and a client.

/// A fault of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends after that many bytes of the body, of which more were announced.
    TruncateAt(usize),
    /// Nothing is sent until [`FakeServer::release_stalled`](super::FakeServer::release_stalled).
    Stall,
    /// The same after the head and that many bytes of the body.
    StallAt(usize),
    /// This status instead of the real one, with a line of text.
    Status(u16),
    /// This status with this text.
    StatusText(u16, String),
    /// The lowest bit of the byte at that offset of the whole body is wrong.
    FlipByte(usize),
    /// `Range` is ignored: 200 and everything, as simple servers do.
    IgnoreRange,
    /// The ranges come from somewhere else: `Content-Range` begins that many bytes later than asked.
    ShiftRange(usize),
    /// `If-Range` is ignored: a part of whatever file there is now.
    IgnoreIfRange,
    /// The length of the whole file in `Content-Range` differs from the truth by so much.
    WrongTotal(i64),
    /// A part comes as `multipart/byteranges`, which nobody asked for.
    Multipart,
    /// A further header of the answer.
    Header(&'static str, String),
    /// `Content-Length` differs from the truth by so much, and the connection ends after the true body.
    WrongLength(i64),
    /// No `Content-Length`; the end of the connection ends the body.
    NoLength,
    /// 302 to another place.
    Redirect(String),
    /// The connection ends without an answer.
    Close,
    /// Each connection sends at most that many bytes of the body a second.
    BytesPerSecond(usize),
}
