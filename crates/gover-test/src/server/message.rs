//! One HTTP/1.1 request and one response, as far as tests need them.

use std::io::{self, Read};
use std::sync::Arc;

use crate::digest::sha256_hex;
use crate::service::read_head;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// The path without its query, and without scheme and host if this server is the proxy.
    pub path: String,
    /// What follows `?`, empty if nothing does.
    pub query: String,
    /// The scheme and host of a request made to this server as a proxy: `http://go.dev`.
    pub origin: Option<String>,
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Reads the head of a request; `None` if the client closed the connection before its end.
    pub(super) fn read(stream: &mut impl Read) -> io::Result<Option<Self>> {
        Ok(read_head(stream)?.and_then(|head| Self::parse(&head)))
    }

    pub(crate) fn parse(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let (origin, target) = match target.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(format!("{scheme}://{host}")), path)
            }
            None => (None, target),
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        });
        Some(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            origin,
            headers: headers.collect(),
        })
    }
}

/// A response. The server adds ranges, conditions and lengths.
#[derive(Clone, Debug)]
pub struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Arc<[u8]>,
    pub(super) etag: Option<String>,
}

impl Response {
    /// 200 with that body and an `ETag` made from it.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        let body: Vec<u8> = body.into();
        let etag = format!("\"{}\"", &sha256_hex(&body)[..16]);
        Self { status: 200, headers: Vec::new(), body: body.into(), etag: Some(etag) }
    }

    pub fn status(status: u16, text: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned())];
        Self { status, headers, body: text.as_bytes().into(), etag: None }
    }

    /// 302 to a path of this server or a whole URL.
    pub fn redirect(location: &str) -> Self {
        Self::status(302, "found elsewhere\n").with_header("Location", location)
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without_etag(mut self) -> Self {
        self.etag = None;
        self
    }

    /// With another `ETag`, given with its quotes.
    #[must_use]
    pub fn with_etag(mut self, etag: &str) -> Self {
        self.etag = Some(etag.to_owned());
        self
    }
}
