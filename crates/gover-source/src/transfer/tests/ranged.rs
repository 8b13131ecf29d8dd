use gover_test::Release;

use super::super::ranged::{RangedZip, grant};
use super::*;

/// A zip of more than two mebibytes.
fn zip() -> Vec<u8> {
    let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    let noise: Vec<u8> =
        std::iter::successors(Some(1), next).map(|state| (state >> 56) as u8).take(2 << 20).collect();
    Release::new("go1.91.2").with_file("src/noise", noise).module_zip().to_vec()
}

const PART: std::ops::Range<u64> = 100_000..300_000;

impl World {
    fn module(&self) -> Artifact {
        let location = Location::Url(self.server.at("/f").parse().unwrap());
        Artifact { format: Format::ModuleZip, ..artifact(location, None) }
    }

    async fn open_zip(&self) -> RangedZip {
        let request = grant(&self.http, &self.module()).await.unwrap().unwrap();
        RangedZip::open(&self.http, self.module(), request).await.unwrap()
    }
}

#[tokio::test]
async fn parts_are_written_one_after_the_other() {
    let world = world();
    let zip = zip();
    world.server.serve("/f", zip.clone());
    let ranged = world.open_zip().await;
    assert_eq!(ranged.end().total(), zip.len() as u64);
    let file = tempfile::NamedTempFile::new().unwrap();
    let spans = [100_000..300_000, 500_000..500_010, 600_000..900_000];
    ranged.fetch(&world.http, &spans, file.as_file(), &world.watch).await.unwrap();
    let expected = [&zip[100_000..300_000], &zip[500_000..500_010], &zip[600_000..900_000]].concat();
    assert!(fs::read(file.path()).unwrap() == expected);
    assert_eq!(world.watch.received.get(), 500_010);
    assert_eq!(world.watch.starts.take(), [(Some(500_010), 0)]);
}

#[tokio::test]
async fn a_part_goes_on_where_its_connection_broke() {
    let world = world();
    let zip = zip();
    world.server.serve("/f", zip.clone());
    let ranged = world.open_zip().await;
    world.server.forget_requests();
    world.server.fault_times("/f", Fault::TruncateAt(50_000), 1);
    let file = tempfile::NamedTempFile::new().unwrap();
    ranged.fetch(&world.http, std::slice::from_ref(&PART), file.as_file(), &world.watch).await.unwrap();
    assert!(fs::read(file.path()).unwrap() == zip[100_000..300_000]);
    let requested: Vec<_> = world.ranges().into_iter().flatten().collect();
    assert_eq!(requested, ["bytes=100000-299999", "bytes=150000-299999"]);
}

#[tokio::test]
async fn parts_of_a_file_that_was_replaced_are_refused() {
    let world = world();
    world.server.serve("/f", zip());
    let ranged = world.open_zip().await;
    let mut other = zip();
    other[200_000] ^= 1;
    world.server.serve("/f", other);
    let file = tempfile::tempfile().unwrap();
    let fetched = ranged.fetch(&world.http, std::slice::from_ref(&PART), &file, &world.watch).await;
    assert!(matches!(fetched, Err(TransferError::Source(_))), "{fetched:?}");
}

#[tokio::test]
async fn a_server_without_ranges_or_a_length_grants_none() {
    for fault in [Fault::IgnoreRange, Fault::Multipart] {
        let world = world();
        world.server.serve("/f", zip());
        world.server.fault("/f", fault);
        assert!(grant(&world.http, &world.module()).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn parts_that_cannot_be_written_are_an_error_of_the_sink() {
    let world = world();
    world.server.serve("/f", zip());
    let ranged = world.open_zip().await;
    let path = tempfile::NamedTempFile::new().unwrap();
    let read_only = fs::File::open(path.path()).unwrap();
    let fetched = ranged.fetch(&world.http, std::slice::from_ref(&PART), &read_only, &world.watch).await;
    assert!(matches!(fetched, Err(TransferError::Sink(_))), "{fetched:?}");
}
