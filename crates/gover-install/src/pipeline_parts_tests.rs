//! Upgrades by the changed entries of a module zip. Whatever is wrong, the release comes by a whole
//! download.

use super::*;

const BASE: &str = "go1.91.1";

/// A proxy with two releases, of which a client has one.
struct Neighbours {
    world: World,
    new: Release,
    path: String,
}

/// A release with a large file that is in all of them, and one that differs.
fn release(name: &str) -> Release {
    let mut differs = noise(400 << 10);
    differs.reverse();
    differs[..name.len()].copy_from_slice(name.as_bytes());
    Release::new(name)
        .with_file("src/aa/differs", differs)
        .with_file("src/mm/same", noise(2 << 20))
        .with_file("src/zz/small.go", &*format!("package small // {name}\n"))
}

impl Neighbours {
    fn new(sources: &[SourceSpec]) -> Self {
        Self::with(sources, BASE, release(BASE), || release(NAME))
    }

    fn with(sources: &[SourceSpec], base: &str, old: Release, new: impl Fn() -> Release) -> Self {
        let world = World::new(sources);
        world.site.publish(old);
        world.site.publish(new());
        let wanted = Wanted { name: ToolchainName::parse(base).unwrap(), platform: Platform::host() };
        world.install_with(&InstallRequest { wanted, ..World::request() }).unwrap();
        world.site.server().forget_requests();
        let path = FakeSite::module_path(&new());
        Self { world, new: new(), path }
    }

    fn base(&self) -> PathBuf {
        self.world.layout.versions().join(BASE)
    }

    fn list(&self) -> PathBuf {
        self.world.layout.file_list(&ToolchainName::parse(BASE).unwrap())
    }

    /// The lengths of the ranges that were requested of the module zip.
    fn ranges(&self) -> Vec<u64> {
        let requests = self.world.site.server().requests_for(&self.path);
        let length = |range: &str| {
            let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            to.parse::<u64>().unwrap() + 1 - from.parse::<u64>().unwrap()
        };
        requests.iter().filter_map(|request| request.header("Range")).map(length).collect()
    }

    fn fell_back(&self) -> Vec<String> {
        let mut lines = self.world.recorder.lines();
        lines.retain(|line| line.starts_with("fell back"));
        lines
    }

    #[track_caller]
    fn assert_made_from(&self, base: &str) -> Receipt {
        let installed = self.world.install().unwrap();
        assert_eq!(self.fell_back(), Vec::<String>::new());
        assert_eq!(kinds(&installed), ["log"]);
        let receipt = installed.receipt.unwrap();
        assert_eq!((receipt.base.as_deref(), &receipt.h1), (Some(base), &Some(self.new.h1())));
        assert_eq!(self.world.site.server().downloads_of(&self.path), 0);
        self.assert_tree();
        receipt
    }

    /// Installs the release, and checks that it came whole and is right.
    #[track_caller]
    fn assert_falls_back(&self, reason: &str) {
        let receipt = self.world.install().unwrap().receipt.unwrap();
        assert_eq!((receipt.base, receipt.h1), (None, Some(self.new.h1())), "{reason}");
        let told = self.fell_back();
        match reason {
            "" => assert!(told.is_empty(), "{told:?}"),
            reason => assert!(told.len() == 1 && told[0].contains(reason), "{reason}: {told:?}"),
        }
        self.assert_tree();
    }

    /// Every file of the module is there, with its permissions, and nothing is left over.
    #[track_caller]
    fn assert_tree(&self) {
        let whole = tempfile::tempdir().unwrap();
        self.new.write_to(whole.path());
        for path in ["VERSION", "src/go.mod", "src/aa/differs", "src/mm/same", "src/zz/small.go"] {
            let read = |root: &Path| fs::read(root.join(path)).unwrap();
            assert!(read(&self.world.goroot()) == read(whole.path()), "{path}");
        }
        let program = gover_core::layout::goroot_program(&self.world.goroot(), "go");
        assert!(gover_sys::file::is_executable(&program));
        assert!(self.world.parts().is_empty());
        assert!(staged(&self.world.layout).unwrap().is_empty());
    }
}

#[test]
fn only_entries_that_differ_are_fetched() {
    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    let receipt = neighbours.assert_made_from(BASE);
    assert_eq!(receipt.source, "goproxy");
    assert_eq!(receipt.file, Some(format!("{}.zip", neighbours.new.module_version())));
    let whole = neighbours.new.module_zip().len() as u64;
    let ranges = neighbours.ranges();
    assert!(ranges.len() <= 5, "{ranges:?}");
    assert!(ranges.iter().sum::<u64>() < whole / 3, "{ranges:?} of {whole}");
    assert!((400 << 10..whole / 3).contains(&receipt.file_bytes), "{}", receipt.file_bytes);
}

#[test]
fn a_mirror_with_module_zips_serves_parts_too() {
    let mut neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    let mirror = neighbours.world.site.mirror_url();
    neighbours.path = neighbours.path.replace("/proxy/", "/mirror/");
    neighbours.world.site.server().serve(&neighbours.path, neighbours.new.module_zip());
    neighbours.world.sources = vec![SourceSpec::Mirror(mirror.parse().unwrap()), SourceSpec::GoProxy];
    assert_eq!(neighbours.assert_made_from(BASE).source, mirror);
}

#[test]
fn a_release_site_that_is_preferred_does_not_make_more_bytes_necessary() {
    Neighbours::new(&[SourceSpec::GoDev, SourceSpec::GoProxy]).assert_made_from(BASE);
}

#[test]
fn a_newer_release_is_a_base_if_there_is_no_older_one() {
    let newer = "go1.91.3";
    let with = |old| Neighbours::with(&[SourceSpec::GoProxy], old, release(old), || release(NAME));
    with(newer).assert_made_from(newer);
    let other_minor = with("go1.90.9");
    other_minor.assert_falls_back("");
    assert_eq!(other_minor.world.site.server().requests_for(&other_minor.path).len(), 2);
}

#[test]
fn files_of_the_base_that_were_changed_or_removed_are_fetched() {
    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    fs::write(neighbours.base().join("src/fmt/print.go"), "package evil\n").unwrap();
    fs::remove_file(neighbours.base().join("LICENSE")).unwrap();
    neighbours.assert_made_from(BASE);
}

// On Windows the program, which is the same in both, is most of the file.
#[cfg(unix)]
#[test]
fn a_base_that_differs_too_much_or_lies_leads_to_the_whole_download() {
    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    fs::remove_file(neighbours.base().join("src/mm/same")).unwrap();
    neighbours.assert_falls_back("most of it differs from go1.91.1");

    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    let list = neighbours.list();
    let text = fs::read_to_string(&list).unwrap();
    let line = text.lines().find(|line| line.ends_with("src/mm/same")).unwrap();
    fs::write(&list, text.replace(line, &format!("{}  src/mm/same", "0".repeat(64)))).unwrap();
    neighbours.assert_falls_back("was changed since it was installed");

    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    fs::remove_file(neighbours.list()).unwrap();
    neighbours.assert_falls_back("has no list of its files");
}

#[test]
fn a_server_without_ranges_sends_the_whole_file() {
    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    neighbours.world.site.server().fault(&neighbours.path, Fault::IgnoreRange);
    neighbours.assert_falls_back("does not grant ranges");
    // One byte was requested, then all of them.
    assert_eq!(neighbours.ranges(), [1]);
    assert_eq!(neighbours.world.site.server().downloads_of(&neighbours.path), 1);
}

#[test]
fn a_server_that_answers_ranges_wrongly_sends_the_whole_file() {
    for (fault, reason) in [
        (Fault::ShiftRange(1), "another part"),
        (Fault::TruncateAt(1000), "connection broke"),
        (Fault::Status(503), "503"),
        (Fault::Multipart, "does not grant ranges"),
        (Fault::Close, "proxy"),
    ] {
        let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
        neighbours.world.site.server().fault_ranges(&neighbours.path, fault);
        neighbours.assert_falls_back(reason);
    }
}

#[test]
fn a_server_that_fails_after_the_directory_sends_the_whole_file() {
    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    let server = neighbours.world.site.server();
    server.forget_route(&neighbours.path);
    let (whole, ranges) = (Response::ok(neighbours.new.module_zip()), Mutex::new(0));
    server.handle(&neighbours.path, move |request| {
        let mut ranges = ranges.lock().unwrap();
        *ranges += usize::from(request.header("Range").is_some());
        // One byte and the directory came before.
        let fails = *ranges > 2 && request.header("Range").is_some();
        Some(if fails { Response::status(500, "no more") } else { whole.clone() })
    });
    neighbours.assert_falls_back("500");
}

#[test]
fn parts_of_another_file_are_not_what_was_released() {
    let lying = release(NAME).with_file("src/zz/small.go", "package evil // go1.91.2\n");
    let neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    let server = neighbours.world.site.server();
    server.forget_route(&neighbours.path);
    let whole = Response::ok(neighbours.new.module_zip()).without_etag();
    let lying = Response::ok(lying.module_zip()).without_etag();
    server.handle(&neighbours.path, move |request| {
        Some(if request.header("Range").is_some() { lying.clone() } else { whole.clone() })
    });
    neighbours.assert_falls_back("is not what was released");
}

// On Windows the program alone is larger.
#[cfg(unix)]
#[test]
fn a_zip_that_is_small_is_not_worth_it() {
    let small = |name| Release::new(name).with_file("src/aa/differs", name);
    let zip = small(NAME).module_zip().len();
    assert!(zip < 1 << 20, "{zip}");
    let world = World::new(&[SourceSpec::GoProxy]);
    world.site.publish(small(BASE));
    world.site.publish(small(NAME));
    let wanted = Wanted { name: ToolchainName::parse(BASE).unwrap(), platform: Platform::host() };
    world.install_with(&InstallRequest { wanted, ..World::request() }).unwrap();
    assert_eq!(world.install().unwrap().receipt.unwrap().base, None);
    assert!(!world.recorder.lines().iter().any(|line| line.starts_with("fell back")));
}

#[test]
fn a_file_on_this_machine_is_not_fetched_in_parts() {
    let mut neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    let directory = neighbours.world.root.path().join("files");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join(neighbours.new.archive_name()), neighbours.new.archive()).unwrap();
    neighbours.world.sources = vec![SourceSpec::Directory(directory), SourceSpec::GoProxy, SourceSpec::GoDev];
    neighbours.assert_falls_back("");
    assert!(neighbours.world.site.server().requests_for(&neighbours.path).is_empty());
}

#[test]
fn a_log_that_is_down_does_not_let_parts_in() {
    let mut neighbours = Neighbours::new(&[SourceSpec::GoProxy]);
    // The archive of the release site has the checksum of the index.
    neighbours.world.sources = vec![SourceSpec::GoDev, SourceSpec::GoProxy];
    neighbours.world.break_database();
    neighbours.assert_falls_back("checksum database");
}
