//! A web server for one directory on the loopback interface: ranges, a limit of the bandwidth, and a
//! count of what it sent.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub(super) struct Server {
    address: String,
    sent: Arc<AtomicU64>,
}

struct Site {
    directory: PathBuf,
    pace: Option<Pace>,
    started: Instant,
    sent: Arc<AtomicU64>,
}

/// A limit for all connections together: with one for each, a client would open more.
struct Pace {
    /// Bytes a second.
    limit: u64,
    /// When everything is out that has been sent.
    free: Mutex<Duration>,
}

impl Pace {
    /// When `count` bytes are out that are sent now.
    fn due(&self, now: Duration, count: usize) -> Duration {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = now.max(*free) + Duration::from_micros(count as u64 * 1_000_000 / self.limit.max(1));
        *free
    }
}

impl Server {
    /// Serves until this program ends.
    pub(super) fn start(directory: &Path, limit: Option<u64>) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("loopback: {error}"))?;
        let address = listener.local_addr().map_err(|error| format!("loopback: {error}"))?.to_string();
        let sent = Arc::new(AtomicU64::new(0));
        let site = Arc::new(Site {
            directory: directory.to_owned(),
            pace: limit.map(|limit| Pace { limit, free: Mutex::default() }),
            started: Instant::now(),
            sent: Arc::clone(&sent),
        });
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
        // The name of a bundle has dots too.
        let leads_out = Path::new(path).components().any(|part| part == Component::ParentDir);
        if leads_out || !file.is_file() {
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
        loop {
            let count = content.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            client.write_all(buffer.get(..count).unwrap_or_default())?;
            self.sent.fetch_add(count as u64, Ordering::SeqCst);
            if let Some(pace) = &self.pace {
                let now = self.started.elapsed();
                thread::sleep(pace.due(now, count).saturating_sub(now));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_share_the_limit() {
        let pace = Pace { limit: 1000, free: Mutex::default() };
        let at = |now, count| pace.due(Duration::from_millis(now), count).as_millis();
        assert_eq!([at(0, 500), at(0, 500), at(200, 100), at(5000, 1000)], [500, 1000, 1100, 6000]);
    }

    #[test]
    fn a_name_with_dots_is_served_and_no_directory_above() {
        let root = std::env::temp_dir().join(format!("gover-bench-server-{}", std::process::id()));
        let below = root.join("below");
        std::fs::create_dir_all(&below).unwrap();
        std::fs::write(below.join("go1.27.3..go1.27.4.gvp"), "bundle").unwrap();
        std::fs::write(root.join("secret"), "secret").unwrap();
        let server = Server::start(&below, None).unwrap();
        let get = |path: &str| {
            let mut client = TcpStream::connect(&server.address).unwrap();
            write!(client, "GET /{path} HTTP/1.1\r\n\r\n").unwrap();
            client.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            answer
        };
        assert!(get("go1.27.3..go1.27.4.gvp").ends_with("\r\n\r\nbundle"));
        assert_eq!(server.take_sent(), 6);
        assert!(get("../secret").starts_with("HTTP/1.1 404"));
        std::fs::remove_dir_all(root).unwrap();
    }
}
