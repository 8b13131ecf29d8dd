//! A web server for one directory on the loopback interface: ranges, a limit of the bandwidth, and a
//! count of what it sent.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub(super) struct Server {
    address: String,
    sent: Arc<AtomicU64>,
}

struct Site {
    directory: PathBuf,
    /// Bytes a second, for all connections together.
    limit: Option<u64>,
    started: Instant,
    sent: Arc<AtomicU64>,
}

impl Server {
    /// Serves until this program ends.
    pub(super) fn start(directory: &Path, limit: Option<u64>) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("loopback: {error}"))?;
        let address = listener.local_addr().map_err(|error| format!("loopback: {error}"))?.to_string();
        let sent = Arc::new(AtomicU64::new(0));
        let site =
            Site { directory: directory.to_owned(), limit, started: Instant::now(), sent: Arc::clone(&sent) };
        let site = Arc::new(site);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let site = Arc::clone(&site);
                // A client that goes away is its own affair.
                thread::spawn(move || drop(site.serve(&client)));
            }
        });
        Ok(Self { address, sent })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Bytes of files since the last call.
    pub(super) fn take_sent(&self) -> u64 {
        self.sent.swap(0, Ordering::SeqCst)
    }
}

struct Request {
    is_head: bool,
    path: String,
    range: Option<(u64, Option<u64>)>,
}

impl Site {
    fn serve(&self, client: &TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let mut reader = BufReader::new(client);
        while let Some(request) = read_request(&mut reader)? {
            self.answer(&request, client)?;
        }
        Ok(())
    }

    fn answer(&self, request: &Request, mut client: &TcpStream) -> io::Result<()> {
        let path = request.path.split('?').next().unwrap_or_default().trim_start_matches('/');
        let file = self.directory.join(path);
        if path.contains("..") || !file.is_file() {
            return client.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        }
        let mut file = File::open(file)?;
        let size = file.metadata()?.len();
        let (start, end) = match request.range {
            Some((start, end)) => (start.min(size), end.map_or(size, |end| (end + 1).min(size))),
            None => (0, size),
        };
        let status = if request.range.is_some() { "206 Partial Content" } else { "200 OK" };
        write!(
            client,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nAccept-Ranges: bytes\r\nETag: \"{size}\"\r\n",
            end.saturating_sub(start)
        )?;
        if request.range.is_some() {
            write!(client, "Content-Range: bytes {start}-{}/{size}\r\n", end.saturating_sub(1))?;
        }
        client.write_all(b"\r\n")?;
        if request.is_head {
            return Ok(());
        }
        file.seek(SeekFrom::Start(start))?;
        self.send(&mut file.take(end.saturating_sub(start)), client)
    }

    fn send(&self, content: &mut impl Read, mut client: &TcpStream) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        let (started, mut own) = (self.started.elapsed(), 0);
        loop {
            let count = content.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            client.write_all(buffer.get(..count).unwrap_or_default())?;
            self.sent.fetch_add(count as u64, Ordering::SeqCst);
            own += count as u64;
            if let Some(limit) = self.limit {
                let due = started + Duration::from_micros(own * 1_000_000 / limit.max(1));
                thread::sleep(due.saturating_sub(self.started.elapsed()));
            }
        }
    }
}

/// `None` at the end of the connection.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ');
    let is_head = words.next() == Some("HEAD");
    let path = words.next().unwrap_or_default().replace("%40", "@");
    let mut range = None;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            return Ok(Some(Request { is_head, path, range }));
        }
        let header = header.trim().to_ascii_lowercase();
        if let Some((start, end)) =
            header.strip_prefix("range: bytes=").and_then(|range| range.split_once('-'))
        {
            range = start.parse().ok().map(|start| (start, end.parse().ok()));
        }
    }
}
