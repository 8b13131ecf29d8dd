//! Tests of one download over several connections.

use super::*;
use gover_net::SplitSettings;

const MIB: usize = 1 << 20;

/// Splits at once, whatever the measurements.
fn eager() -> SplitSettings {
    SplitSettings {
        measure: Duration::ZERO,
        least: 1,
        worth: Duration::ZERO,
        gain: 0.0,
        segment: (1 << 20, 1 << 20),
        ..SplitSettings::default()
    }
}

/// About 32 MiB. Any two positions less than 64 KiB apart are followed by different bytes.
fn large() -> Vec<u8> {
    let block: Vec<u8> = (0..65_537_u32).map(|number| (number / 251 + number).to_le_bytes()[0]).collect();
    block.repeat(512)
}

const LENGTH: u64 = 65_537 * 512;

fn splitting() -> World {
    let server = FakeServer::start();
    let settings = NetworkSettings { back_off: Duration::ZERO, split: eager(), ..NetworkSettings::default() };
    World { server, http: Http::new(settings), watch: Watch::default() }
}

#[tokio::test]
async fn segments_come_over_further_connections_in_the_order_of_the_file() {
    let world = splitting();
    world.server.serve("/f", large());
    // The first connection stalls, so the rest arrives over others.
    world.server.fault_times("/f", Fault::StallAt(8 * MIB), 1);
    let mut sink = Memory::default();
    assert_eq!(world.fetch(None, &mut sink).await.unwrap(), LENGTH);
    assert!(sink.bytes == large(), "the file is another one");
    assert_eq!(world.watch.received.get(), LENGTH);
    assert_eq!(*world.watch.starts.borrow(), [(Some(LENGTH), 0)]);
    assert_eq!(sink.restarts, 0);
    let requests = world.server.requests();
    let (first, others) = requests.split_first().unwrap();
    assert_eq!(first.header("Range"), None);
    assert!(others.len() > 4, "{}", others.len());
    for request in others {
        let range = request.header("Range").unwrap();
        assert!(!range.ends_with('-'), "`{range}` has no end");
        assert!(request.header("If-Range").is_some(), "it must be the same file");
    }
}

#[tokio::test]
async fn a_server_that_refuses_more_connections_serves_over_one() {
    for refusal in [429, 403, 503] {
        let world = splitting();
        let file = Response::ok(large());
        world.server.handle("/f", move |request| match request.header("Range") {
            Some(_) => Some(Response::status(refusal, "one is enough\n")),
            None => Some(file.clone()),
        });
        let mut sink = Memory::default();
        assert_eq!(world.fetch(None, &mut sink).await.unwrap(), LENGTH);
        assert!(sink.bytes == large(), "the file is another one");
        // No segment is requested twice, however fast the one connection is.
        let segments = large().len().div_ceil(MIB);
        assert!(world.server.requests().len() <= 1 + segments, "{}", world.server.requests().len());
    }
}

#[tokio::test]
async fn another_file_behind_the_same_name_is_not_mixed_in() {
    let world = splitting();
    let (file, other) = (Response::ok(large()), Response::ok(vec![0; large().len()]));
    world.server.handle("/f", move |request| {
        Some(if request.header("Range").is_some() { other.clone() } else { file.clone() })
    });
    let mut sink = Memory::default();
    world.fetch(None, &mut sink).await.unwrap();
    assert!(sink.bytes == large(), "the file is another one");
}

#[tokio::test]
async fn a_first_connection_that_breaks_is_picked_up_over_one() {
    let world = splitting();
    world.server.serve("/f", large());
    world.server.fault_times("/f", Fault::TruncateAt(100_000), 1);
    let mut sink = Memory::default();
    world.fetch(None, &mut sink).await.unwrap();
    assert!(sink.bytes == large(), "the file is another one");
}

#[tokio::test]
async fn segments_that_break_off_are_fetched_over_one_connection() {
    let world = splitting();
    let file = Response::ok(large());
    let served = std::sync::atomic::AtomicUsize::new(0);
    world.server.handle("/f", move |request| {
        let nth = served.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // Some segments arrive and one does not.
        let broken = nth == 9 && request.header("Range").is_some_and(|range| !range.ends_with('-'));
        Some(if broken { Response::status(503, "no more\n") } else { file.clone() })
    });
    world.server.fault_times("/f", Fault::StallAt(8 * MIB), 1);
    let mut sink = Memory::default();
    world.fetch(None, &mut sink).await.unwrap();
    assert!(sink.bytes == large(), "the file is another one");
    // The server may record other requests after this one.
    let requests = world.server.requests();
    let ranges = requests.iter().filter_map(|request| request.header("Range"));
    assert_eq!(ranges.filter(|range| range.ends_with('-')).count(), 1, "the rest came over one connection");
    assert!(world.watch.starts.borrow().len() > 1, "what was lost is told");
}

#[tokio::test]
async fn who_wants_one_piece_gets_one() {
    let world = splitting();
    world.server.serve("/f", large());
    let mut sink = Memory { in_one_piece: true, ..Memory::default() };
    world.fetch(None, &mut sink).await.unwrap();
    assert_eq!(world.server.requests().len(), 1);
    // The same applies to a server that does not support ranges.
    world.server.fault("/f", Fault::IgnoreRange);
    world.fetch(None, &mut Memory::default()).await.unwrap();
    assert_eq!(world.server.requests().len(), 2);
}

/// Measures how long a file as large as a toolchain takes over one connection and over several. The
/// figures are in docs/architecture.md. Run it with
/// `cargo test -p gover-source several_connections_against_one -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "it takes two minutes and measures, which a busy machine falsifies"]
async fn several_connections_against_one() {
    const SIZE: usize = 70 * MIB;
    for rate in [Some(MIB), Some(4 * MIB), None] {
        let mut seconds = Vec::new();
        for connections in [1, SplitSettings::default().connections] {
            let server = FakeServer::start();
            server.serve("/f", vec![1; SIZE]);
            if let Some(rate) = rate {
                server.fault("/f", Fault::BytesPerSecond(rate));
            }
            let split = SplitSettings { connections, ..SplitSettings::default() };
            let http = Http::new(NetworkSettings { split, ..NetworkSettings::default() });
            let world = World { server, http, watch: Watch::default() };
            let start = std::time::Instant::now();
            assert_eq!(world.fetch(None, &mut Memory::default()).await.unwrap(), SIZE as u64);
            seconds.push(start.elapsed().as_secs_f64());
        }
        let limit = rate.map_or("no limit".to_owned(), |rate| format!("{} MiB/s", rate / MIB));
        println!("{limit} per connection: {:.1} s over one, {:.1} s over several", seconds[0], seconds[1]);
        let pays_off = rate.is_none() || seconds[0] > 1.5 * seconds[1];
        assert!(pays_off, "{seconds:?}");
    }
}
