mod ranged;
mod split;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use gover_net::NetworkSettings;
use gover_test::clock;
use gover_test::{FakeServer, Fault, Response, gzip};

use super::*;
use crate::artifact::{Format, Proof, Wanted};
use crate::settings::SourceSpec;

/// Stores the bytes in memory. `fails` makes every write fail.
#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    validator: Option<String>,
    restarts: usize,
    in_one_piece: bool,
    /// Returns no validator, like a sink that knows the checksum.
    forgetful: bool,
    fails: bool,
}

impl Sink for Memory {
    fn begin(&mut self, _artifact: &Artifact) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn held(&self, _artifact: &Artifact) -> (u64, Option<String>) {
        (self.bytes.len() as u64, self.validator())
    }

    fn restart(&mut self) -> io::Result<()> {
        self.restarts += 1;
        self.bytes.clear();
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        if self.fails {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    fn in_one_piece(&self) -> bool {
        self.in_one_piece
    }

    fn validator(&self) -> Option<String> {
        self.validator.clone().filter(|_| !self.forgetful)
    }

    fn remember(&mut self, validator: Option<&str>) -> io::Result<()> {
        self.validator = validator.map(str::to_owned);
        Ok(())
    }
}

#[derive(Default)]
struct Watch {
    starts: RefCell<Vec<(Option<u64>, u64)>>,
    received: Cell<u64>,
}

impl Observer for Watch {
    fn started(&self, _artifact: &Artifact, total: Option<u64>, from: u64) {
        self.starts.borrow_mut().push((total, from));
    }

    fn received(&self, bytes: u64) {
        self.received.set(self.received.get() + bytes);
    }

    fn source_failed(&self, _failure: &SourceFailure) {}
}

fn content() -> Vec<u8> {
    (0..100_000_u32).map(|number| (number % 251) as u8).collect()
}

fn artifact(location: Location, size: Option<u64>) -> Artifact {
    Artifact {
        wanted: Wanted {
            name: gover_core::ToolchainName::parse("go1.91.2").unwrap(),
            platform: "linux-amd64".parse().unwrap(),
        },
        source: SourceSpec::GoDev,
        file_name: "go1.91.2.linux-amd64.tar.gz".to_owned(),
        format: Format::TarGz,
        location,
        size,
        proof: Proof::Log,
    }
}

struct World {
    server: FakeServer,
    http: Http,
    watch: Watch,
}

fn world() -> World {
    let server = FakeServer::start();
    server.serve("/f", content());
    let settings = NetworkSettings { back_off: Duration::ZERO, ..NetworkSettings::default() };
    World { server, http: Http::new(settings), watch: Watch::default() }
}

impl World {
    async fn fetch(&self, size: Option<u64>, sink: &mut Memory) -> Result<u64, TransferError> {
        let artifact = artifact(Location::Url(self.server.at("/f").parse().unwrap()), size);
        bring(&self.http, &artifact, sink, &self.watch).await
    }

    fn ranges(&self) -> Vec<Option<String>> {
        self.server.requests().iter().map(|request| request.header("Range").map(str::to_owned)).collect()
    }
}

/// Opens and transfers an artifact.
async fn bring(
    http: &Http,
    artifact: &Artifact,
    sink: &mut Memory,
    observer: &dyn Observer,
) -> Result<u64, TransferError> {
    let opening = open(http, artifact, sink).await.map_err(TransferError::Source)?;
    transfer(http, artifact, opening, sink, observer).await
}

fn reason(result: Result<u64, TransferError>) -> String {
    match result.unwrap_err() {
        TransferError::Source(error) => error.to_string(),
        TransferError::Sink(error) => format!("sink: {error}"),
    }
}

#[tokio::test]
async fn a_file_arrives_whole_and_is_reported() {
    let world = world();
    let mut sink = Memory::default();
    assert_eq!(world.fetch(Some(100_000), &mut sink).await.unwrap(), 100_000);
    assert_eq!(sink.bytes, content());
    assert_eq!(*world.watch.starts.borrow(), [(Some(100_000), 0)]);
    assert_eq!(world.watch.received.get(), 100_000);
}

#[tokio::test]
async fn a_connection_that_breaks_or_stalls_is_picked_up_where_it_was() {
    for fault in [Fault::TruncateAt(40_000), Fault::StallAt(40_000)] {
        let world = world();
        world.server.fault_times("/f", fault.clone(), 1);
        let mut sink = Memory::default();
        // It stalls after all earlier bytes have arrived.
        let silence = clock::pass(world.http.settings().stall_timeout, || {
            matches!(fault, Fault::StallAt(_)) && world.watch.received.get() == 40_000
        });
        let fetched = clock::meanwhile(world.fetch(None, &mut sink), silence).await;
        assert_eq!(fetched.unwrap(), 100_000, "{fault:?}");
        assert_eq!(sink.bytes, content());
        assert_eq!(world.ranges(), [None, Some("bytes=40000-".to_owned())]);
        let requests = world.server.requests();
        assert!(requests[1].header("If-Range").is_some(), "the rest of just this file is asked for");
        assert_eq!(world.watch.starts.borrow().last(), Some(&(Some(100_000), 40_000)));
    }
}

#[tokio::test]
async fn what_an_earlier_command_left_is_continued() {
    let world = world();
    let mut sink = Memory { bytes: content()[..60_000].to_vec(), ..Memory::default() };
    world.fetch(Some(100_000), &mut sink).await.unwrap();
    assert_eq!(sink.bytes, content());
    assert_eq!(world.ranges(), [Some("bytes=60000-".to_owned())]);
    assert_eq!(world.watch.received.get(), 40_000);
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_comes_from_its_beginning() {
    let world = world();
    world.server.route("/f", Response::ok(content()).with_etag("\"new\""));
    let mut sink =
        Memory { bytes: vec![0; 60_000], validator: Some("\"old\"".to_owned()), ..Memory::default() };
    world.fetch(None, &mut sink).await.unwrap();
    assert_eq!(sink.bytes, content());
    assert_eq!(sink.restarts, 1);
}

#[tokio::test]
async fn a_server_that_takes_no_notice_of_the_condition_is_found_out() {
    let world = world();
    world.server.route("/f", Response::ok(content()).with_etag("\"new\""));
    world.server.fault("/f", Fault::IgnoreIfRange);
    let mut sink =
        Memory { bytes: vec![0; 60_000], validator: Some("\"old\"".to_owned()), ..Memory::default() };
    world.fetch(None, &mut sink).await.unwrap();
    assert_eq!(sink.bytes, content());
    assert_eq!(world.ranges(), [Some("bytes=60000-".to_owned()), None]);
}

#[tokio::test]
async fn a_file_that_changes_under_the_transfer_comes_from_its_beginning_even_where_its_sum_is_known() {
    let world = world();
    let mut other = content();
    other[0] ^= 1;
    world.server.serve("/f", other);
    world.server.fault_times("/f", Fault::TruncateAt(40_000), 1);
    let mut sink = Memory { forgetful: true, ..Memory::default() };
    let artifact = artifact(Location::Url(world.server.at("/f").parse().unwrap()), Some(100_000));
    let watch = Changes { server: &world.server };
    bring(&world.http, &artifact, &mut sink, &watch).await.unwrap();
    assert_eq!(sink.bytes, content());
}

/// Publishes the right file as soon as the transfer has begun.
struct Changes<'a> {
    server: &'a FakeServer,
}

impl Observer for Changes<'_> {
    fn started(&self, _artifact: &Artifact, _total: Option<u64>, _from: u64) {
        self.server.serve("/f", content());
    }

    fn received(&self, _bytes: u64) {}

    fn source_failed(&self, _failure: &SourceFailure) {}
}

#[tokio::test]
async fn a_file_packed_on_the_way_arrives_as_it_is() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noise: Vec<u8> = (0..50_000).map(|_| noise()).collect();
    let archive = gzip(&noise);
    let size = archive.len() as u64;
    for (body, size) in [
        // A proxy compressed the file once more, so the announced length is not that of the file.
        (gzip(&archive), Some(size)),
        (gzip(&archive), None),
        // A server that reports the compression of the file itself as a content encoding.
        (archive.clone(), Some(size)),
        (archive.clone(), None),
    ] {
        let world = world();
        world.server.route("/f", Response::ok(body.clone()).with_header("Content-Encoding", "x-gzip"));
        let mut sink = Memory::default();
        assert_eq!(world.fetch(size, &mut sink).await.unwrap(), archive.len() as u64);
        assert_eq!(sink.bytes, archive);
        // After a lost connection, the first kind restarts and the second resumes.
        world.server.forget_requests();
        world.server.fault_times("/f", Fault::TruncateAt(20_000), 1);
        let mut sink = Memory::default();
        world.fetch(size, &mut sink).await.unwrap();
        assert_eq!(sink.bytes, archive);
        let resumed = (body == archive).then(|| "bytes=20000-".to_owned());
        assert_eq!(world.ranges(), [None, resumed]);
    }
}

#[tokio::test]
async fn a_wrong_length_tells_what_probably_happened() {
    let archive = gzip(&content());
    for (body, likely_cause) in [
        (gzip(&archive), Some(LikelyCause::PackedAgain)),
        (b"<html>log in first</html>".to_vec(), Some(LikelyCause::WebPage)),
        (b"something else".to_vec(), None),
    ] {
        for fault in [None, Some(Fault::NoLength)] {
            let world = world();
            world.server.serve("/f", body.clone());
            let announced = fault.is_none();
            if let Some(fault) = fault {
                world.server.fault("/f", fault);
            }
            let result = world.fetch(Some(10), &mut Memory::default()).await;
            let Err(TransferError::Source(SourceError::Integrity(error))) = result else {
                panic!("{result:?}")
            };
            let IntegrityError::WrongSize { likely_cause: found, .. } = error else { panic!("{error:?}") };
            assert_eq!(found, likely_cause, "announced: {announced}");
        }
    }
}

#[tokio::test]
async fn a_web_page_in_place_of_the_file_is_no_file_of_that_source() {
    let world = world();
    let page = Response::ok("\n<html>blocked</html>").with_header("Content-Type", "text/html; charset=utf-8");
    world.server.route("/f", page);
    let text = reason(world.fetch(Some(100_000), &mut Memory::default()).await);
    assert_eq!(text, "it returned a web page instead of the file");
    assert_eq!(world.server.requests().len(), 1);
}

#[tokio::test]
async fn a_length_that_is_wrong_ends_the_transfer_well_or_with_a_word() {
    // The announced length is too large: gover requests the rest, and there is none.
    let world = world();
    world.server.fault("/f", Fault::WrongLength(7));
    let mut sink = Memory::default();
    assert_eq!(world.fetch(None, &mut sink).await.unwrap(), 100_000);
    assert_eq!(sink.bytes, content());
    // The announced length is too small: it differs from the expected size. Without one, only the
    // proof would show that.
    world.server.heal();
    world.server.fault("/f", Fault::WrongLength(-7));
    let result = world.fetch(Some(100_000), &mut Memory::default()).await;
    assert!(matches!(result, Err(TransferError::Source(SourceError::Integrity(_)))), "{result:?}");
}

#[tokio::test]
async fn a_server_is_asked_by_get_alone() {
    let world = world();
    world.server.fault_times("/f", Fault::TruncateAt(40_000), 1);
    world.fetch(None, &mut Memory::default()).await.unwrap();
    assert!(world.server.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn a_server_without_ranges_or_with_wrong_ones_sends_the_file_anew() {
    for fault in [Fault::IgnoreRange, Fault::ShiftRange(7), Fault::WrongTotal(-1), Fault::Multipart] {
        let world = world();
        world.server.fault("/f", fault.clone());
        let mut sink = Memory { bytes: content()[..60_000].to_vec(), ..Memory::default() };
        world.fetch(Some(100_000), &mut sink).await.unwrap();
        assert_eq!(sink.bytes, content(), "{fault:?}");
        assert_eq!(sink.restarts, 1);
    }
}

#[tokio::test]
async fn what_is_whole_already_is_not_asked_for() {
    let world = world();
    let mut sink = Memory { bytes: content(), ..Memory::default() };
    assert_eq!(world.fetch(Some(100_000), &mut sink).await.unwrap(), 100_000);
    assert_eq!(world.server.requests().len(), 0);
    // Without a known size, the server reports that no bytes are left.
    assert_eq!(world.fetch(None, &mut sink).await.unwrap(), 100_000);
    assert_eq!(sink.bytes, content());
    assert_eq!(world.ranges(), [Some("bytes=100000-".to_owned())]);
    // The held bytes are longer than the file, so they belong to another file.
    sink.bytes.push(0);
    assert_eq!(world.fetch(None, &mut sink).await.unwrap(), 100_000);
    assert_eq!(sink.bytes, content());
}

#[tokio::test]
async fn a_wrong_length_is_refused_before_a_byte_comes() {
    let world = world();
    let mut sink = Memory::default();
    let result = world.fetch(Some(99_999), &mut sink).await;
    let Err(TransferError::Source(SourceError::Integrity(error))) = result else { panic!("{result:?}") };
    assert!(error.to_string().starts_with("`go1.91.2.linux-amd64.tar.gz` from http://127.0.0.1:"), "{error}");
    assert_eq!(sink.bytes.len(), 0);
}

#[tokio::test]
async fn a_body_without_length_is_bounded_by_the_known_one() {
    let world = world();
    world.server.fault("/f", Fault::NoLength);
    let mut sink = Memory::default();
    let result = world.fetch(Some(50_000), &mut sink).await;
    assert!(matches!(result, Err(TransferError::Source(SourceError::Integrity(_)))), "{result:?}");
    assert!(sink.bytes.len() <= 50_000);
}

#[tokio::test]
async fn a_body_that_ends_early_without_announcement_is_not_taken_for_whole() {
    let world = world();
    let fault = Fault::NoLength;
    world.server.fault("/f", fault);
    world.server.fault_times("/f", Fault::TruncateAt(10), 100);
    let mut sink = Memory::default();
    let text = reason(world.fetch(Some(100_000), &mut sink).await);
    assert!(text.starts_with("connection broke: "), "{text}");
}

#[tokio::test]
async fn a_server_that_never_gets_anywhere_is_left() {
    let world = world();
    world.server.fault("/f", Fault::TruncateAt(0));
    let mut sink = Memory::default();
    let text = reason(world.fetch(None, &mut sink).await);
    assert!(text.starts_with("connection broke: "), "{text}");
    assert_eq!(world.server.requests().len(), 4);
}

#[tokio::test]
async fn a_server_that_always_begins_anew_and_breaks_off_is_left() {
    let world = world();
    world.server.fault("/f", Fault::IgnoreRange);
    world.server.fault("/f", Fault::TruncateAt(70_000));
    let mut sink = Memory::default();
    let text = reason(world.fetch(Some(100_000), &mut sink).await);
    assert!(text.contains("70000 of 100000") || text.starts_with("connection broke: "), "{text}");
    // One attempt that made progress, and the retries after it.
    assert!(world.server.requests().len() <= 6, "{}", world.server.requests().len());
}

#[tokio::test]
async fn a_sink_that_fails_is_no_fault_of_the_source() {
    let world = world();
    let mut sink = Memory { fails: true, ..Memory::default() };
    assert!(matches!(world.fetch(None, &mut sink).await, Err(TransferError::Sink(_))));
    assert_eq!(world.server.requests().len(), 1);
}

#[tokio::test]
async fn a_file_of_this_machine_is_copied_from_where_it_was_left() {
    let world = world();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, content()).unwrap();
    let mut sink = Memory { bytes: content()[..60_000].to_vec(), ..Memory::default() };
    let copied =
        bring(&world.http, &artifact(Location::File(path.clone()), None), &mut sink, &world.watch).await;
    assert_eq!(copied.unwrap(), 100_000);
    assert_eq!(sink.bytes, content());
    let missing = artifact(Location::File(path.join("none")), None);
    assert!(bring(&world.http, &missing, &mut sink, &world.watch).await.is_err());
}
