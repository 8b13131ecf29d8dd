//! Tests of the lists of mirrors.

use super::*;

#[tokio::test]
async fn a_mirror_that_lists_what_it_has_is_believed_for_an_hour() {
    let world = world();
    let server = world.site.server();
    let host = Platform::host();
    let archive = FakeRelease::new("go1.91.2");
    server
        .serve("/mirror/index.json", serde_json::to_vec(&gover_test::index_json(&[&archive], true)).unwrap());
    let module = wanted("go1.91.3-corp");
    let list = "/mirror/golang.org/toolchain/@v/list";
    server.serve(list, format!("{}\n", module.module_version()));
    let mirror = world.site.mirror_url();
    let releases = world.supply(&mirror).releases().await;
    assert_eq!((releases.basis, releases.unlisted.len()), (Basis::Offers, 0));
    let offered =
        |releases: &Releases, name: &str| releases.offered(releases.find(&wanted(name).name).unwrap(), &host);
    assert_eq!(offered(&releases, "go1.91.2"), Availability::Yes);
    assert_eq!(offered(&releases, "go1.91.3-corp"), Availability::Yes);
    assert_eq!(offered(&releases, "go1.22.5"), Availability::No, "it was released, and is not there");
    let mut lines = world.lines();
    lines.sort();
    assert_eq!(lines, [format!("GET {list}"), "GET /mirror/index.json".to_owned()]);
    // The next command uses the cached list, also without asking any source.
    let releases = world.supply(&mirror).releases().await;
    assert_eq!(offered(&releases, "go1.91.2"), Availability::Yes);
    assert!(world.supply(&mirror).known_releases().find(&module.name).is_some());
    assert_eq!(world.lines().len(), 0);
    // If the mirror cannot be reached, its earlier list is used and reported.
    server.fault("/mirror/*", Fault::Status(503));
    let releases = world.supply(&mirror).collect(Freshness::Now).await;
    assert_eq!(offered(&releases, "go1.91.2"), Availability::Yes);
    let told: Vec<String> = releases.stale().map(ToString::to_string).collect();
    assert_eq!(told, ["503 made to fail; what it listed before is used"]);
    server.heal();
    // Together with a source that has no list, the mirror adds releases that the source lacks.
    let releases = world.supply(&format!("go.dev,{mirror}")).releases().await;
    assert!(releases.find(&module.name).is_some());
    assert_eq!(offered(&releases, "go1.22.5"), Availability::Yes);
}

#[tokio::test]
async fn a_mirror_without_a_list_is_named_if_no_other_source_responds() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    let mirror = world.site.mirror_url();
    let list = "/mirror/golang.org/toolchain/@v/list";
    for page in [false, true] {
        if page {
            world.site.server().serve("/mirror/index.json", "<html>not here</html>");
            world.site.server().serve(list, "<html>not here</html>");
        }
        let releases = world.supply(&mirror).releases().await;
        assert_eq!(releases.unlisted, std::slice::from_ref(&mirror));
        assert!(matches!(releases.basis, Basis::Table(_)) && releases.failures.is_empty());
        let releases = world.supply(&format!("go.dev,{mirror}")).releases().await;
        assert!(releases.unlisted.is_empty());
    }
}
