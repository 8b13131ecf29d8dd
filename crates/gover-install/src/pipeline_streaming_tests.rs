use std::thread;
use std::time::{Duration, Instant};

use super::*;

/// A release of many small files and a late one, which is large enough for the directory of the
/// module to be requested first.
fn large() -> Release {
    let small = (0..SMALL_FILES).map(small_file);
    let release = Release::new(NAME).with_file("src/zz/late", noise(3 << 20));
    small.fold(release, |release, file| release.with_file(&file, "package small\n"))
}

fn small_file(number: usize) -> String {
    format!("src/aa/{number}.go")
}

const SMALL_FILES: usize = 200;

/// Waits for something that happens on another thread, or fails after a time that no healthy test
/// needs.
#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "waited in vain until {what}");
        thread::yield_now();
    }
}

impl World {
    fn staged(&self) -> PathBuf {
        self.layout.staging().join(NAME).join("tree")
    }

    fn module_path() -> String {
        FakeSite::module_path(&Release::new(NAME))
    }

    /// All of them, so that none is left to do after the last byte.
    fn wait_until_small_files_are_written(&self) {
        let is_written = |number| self.staged().join(small_file(number)).is_file();
        wait_until("all small files are written", || (0..SMALL_FILES).all(is_written));
    }

    /// Stops the download in its last file, of which more than half is there, looks at what there is,
    /// and lets it go on.
    fn pause(&self, (path, length): (&str, usize), look: impl FnOnce()) -> Result<Installed, InstallError> {
        self.site.server().fault_times(path, Fault::StallAt(length - (1 << 20)), 1);
        thread::scope(|scope| {
            let install = scope.spawn(|| self.install());
            self.site.server().wait_for_stalled(1);
            look();
            self.site.server().release_stalled();
            install.join().unwrap()
        })
    }

    #[track_caller]
    fn assert_module(&self, release: &Release) {
        let whole = tempfile::tempdir().unwrap();
        release.write_to(whole.path());
        let read = |root: &Path, file: &str| fs::read(root.join(file)).unwrap();
        for file in ["VERSION", "src/go.mod", "src/zz/late"] {
            assert!(read(&self.goroot(), file) == read(whole.path(), file), "{file}");
        }
        // Those are in archives only.
        assert!(!self.goroot().join("test").exists());
        assert!(staged(&self.layout).unwrap().is_empty());
    }
}

#[test]
fn an_archive_is_unpacked_while_it_arrives_and_is_visible_only_when_it_is_whole() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(large());
    let path = FakeSite::archive_path(&release);
    let installed = world.pause((&path, release.archive().len()), || {
        world.wait_until_small_files_are_written();
        wait_until("half a file is written", || {
            fs::metadata(world.staged().join("src/zz/late")).is_ok_and(|late| late.len() > 1 << 20)
        });
        assert!(!world.goroot().exists() && !world.layout.program(NAME).exists());
    });
    assert_eq!(kinds(&installed.unwrap()), ["sha256", "log"]);
    assert_eq!(fs::read(world.goroot().join("src/zz/late")).unwrap(), noise(3 << 20));
    assert_eq!(world.site.server().downloads_of(&path), 1);
}

#[test]
fn a_module_is_unpacked_while_it_arrives_by_the_directory_at_its_end() {
    let world = World::new(&[SourceSpec::GoProxy]);
    let release = world.site.publish(large());
    let path = World::module_path();
    let installed = world.pause((&path, release.module_zip().len()), || {
        world.wait_until_small_files_are_written();
        assert!(!world.goroot().exists() && !world.layout.program(NAME).exists());
    });
    assert_eq!(kinds(&installed.unwrap()), ["log"]);
    world.assert_module(&release);
    let requests = world.site.server().requests_for(&path);
    let ranges: Vec<_> = requests.iter().map(|request| request.header("Range").is_some()).collect();
    assert_eq!(ranges, [false, true]);
}

#[test]
fn nothing_is_unpacked_before_the_end_if_the_settings_say_so() {
    for source in [SourceSpec::GoDev, SourceSpec::GoProxy] {
        let mut world = World::new(std::slice::from_ref(&source));
        world.unpacking = Unpacking::Verified;
        let release = world.site.publish(large());
        let is_module = source == SourceSpec::GoProxy;
        let (path, file) = if is_module {
            (World::module_path(), release.module_zip())
        } else {
            (FakeSite::archive_path(&release), release.archive())
        };
        let installed = world.pause((&path, file.len()), || {
            assert_eq!(fs::read_dir(world.staged()).unwrap().count(), 0);
        });
        installed.unwrap();
        assert_eq!(world.site.server().requests_for(&path).len(), 1, "{source}");
    }
}

#[test]
fn a_module_from_a_server_without_ranges_is_unpacked_at_its_end() {
    let world = World::new(&[SourceSpec::GoProxy]);
    let release = world.site.publish(large());
    world.site.server().fault(&World::module_path(), Fault::IgnoreRange);
    world.install().unwrap();
    world.assert_module(&release);
    assert_eq!(world.site.server().requests_for(&World::module_path()).len(), 1);
}

#[test]
fn wrong_answers_to_the_request_for_the_directory_do_no_harm() {
    let release = large();
    let zip = release.module_zip().to_vec();
    let other = large().with_file("VERSION", "go1.91.2\nof another zip\n").module_zip().to_vec();
    let mut damaged = zip.clone();
    let last = damaged.len() - 60;
    damaged[last] ^= 1;
    // Entries of the same names with other sums, a damaged directory, no zip at all, and nothing.
    for wrong in [other, damaged, vec![0; zip.len()], Vec::new()] {
        let world = World::new(&[SourceSpec::GoProxy]);
        world.site.publish(large());
        let server = world.site.server();
        let path = World::module_path();
        server.forget_route(&path);
        let (whole, wrong) = (Response::ok(zip.clone()).without_etag(), Response::ok(wrong).without_etag());
        server.handle(&path, move |request| {
            Some(if request.header("Range").is_some() { wrong.clone() } else { whole.clone() })
        });
        world.install().unwrap();
        world.assert_module(&release);
    }
    for fault in [Fault::ShiftRange(1), Fault::WrongTotal(1), Fault::Multipart, Fault::Status(503)] {
        let world = World::new(&[SourceSpec::GoProxy]);
        world.site.publish(large());
        let (server, path) = (world.site.server(), World::module_path());
        let whole = Response::ok(release.module_zip());
        server.forget_route(&path);
        server.fault_ranges(&path, fault);
        server.handle(&path, move |_| Some(whole.clone()));
        world.install().unwrap();
        world.assert_module(&release);
    }
}

#[test]
fn a_wrong_byte_at_the_end_leaves_nothing_and_says_what_does_not_match() {
    let release = large();
    let world = World::new(&[SourceSpec::GoDev]);
    world.site.publish(large());
    let path = FakeSite::archive_path(&release);
    world.site.server().fault(&path, Fault::FlipByte(release.archive().len() - 2));
    let error = world.install().unwrap_err();
    let InstallError::Contradicted(mismatch) = &error else { panic!("{error:?}") };
    assert!(matches!(mismatch.proof, Contradiction::Sha256 { .. }), "{error:?}");
    world.assert_nothing_left();

    let world = World::new(&[SourceSpec::GoProxy]);
    world.site.publish(large());
    let late = release.module_zip().len() - (1 << 20);
    world.site.server().fault(&World::module_path(), Fault::FlipByte(late));
    let error = world.install().unwrap_err();
    assert!(error.is_integrity(), "{error:?}");
    world.assert_nothing_left();
}

#[test]
fn an_archive_that_breaks_off_is_replayed_from_the_disk() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(large());
    let path = FakeSite::archive_path(&release);
    world.site.server().fault(&path, Fault::TruncateAt(2 << 20));
    assert!(matches!(world.install().unwrap_err(), InstallError::Supply(_)));
    assert!(staged(&world.layout).unwrap().is_empty());
    assert_eq!(world.parts().len(), 1);
    world.site.server().heal();
    world.site.server().forget_requests();
    world.install().unwrap();
    assert_eq!(fs::read(world.goroot().join("src/zz/late")).unwrap(), noise(3 << 20));
    let requests = world.site.server().requests_for(&path);
    assert_eq!(requests[0].header("Range"), Some("bytes=2097152-"));
    assert_eq!(world.site.server().downloads_of(&path), 1);
}

#[test]
fn a_part_that_a_crash_damaged_is_unpacked_from_its_beginning_once_it_came_anew() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(large());
    world.site.server().fault(&FakeSite::archive_path(&release), Fault::TruncateAt(2 << 20));
    world.install().unwrap_err();
    let part = world.layout.home().join(&world.parts()[0]);
    let mut bytes = fs::read(&part).unwrap();
    bytes[1 << 20] ^= 1;
    fs::write(&part, bytes).unwrap();
    world.site.server().heal();
    world.install().unwrap();
    assert_eq!(fs::read(world.goroot().join("src/zz/late")).unwrap(), noise(3 << 20));
}

#[test]
fn what_came_from_a_source_that_broke_off_is_not_in_the_tree_of_the_next() {
    let world = World::new(&[SourceSpec::GoDev, SourceSpec::GoProxy]);
    let release = world.site.publish(large());
    world.site.server().fault(&FakeSite::archive_path(&release), Fault::TruncateAt(2 << 20));
    let installed = world.install().unwrap();
    assert_eq!(kinds(&installed), ["log"]);
    assert_eq!(installed.failures.len(), 1);
    world.assert_module(&release);
}

#[test]
fn a_file_that_changes_in_mid_download_is_unpacked_from_its_beginning() {
    let world = World::new(&[SourceSpec::GoProxy]);
    let release = large();
    world.site.publish(large());
    let (server, path) = (world.site.server(), World::module_path());
    server.forget_route(&path);
    let old = large().with_file("src/zz/late", noise((3 << 20) + 5)).module_zip().to_vec();
    let (old, new) = (Response::ok(old), Response::ok(release.module_zip()));
    // The first request is answered with another file, which breaks off.
    server.fault_times(&path, Fault::TruncateAt(2 << 20), 1);
    let asked = Mutex::new(0);
    server.handle(&path, move |_| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        Some(if *asked == 1 { old.clone() } else { new.clone() })
    });
    world.install().or_else(|_| world.install()).unwrap();
    world.assert_module(&release);
}

#[test]
fn a_directory_that_lies_about_its_entries_is_refused_in_both_orders() {
    let release = large();
    let mut zip = release.module_zip().to_vec();
    // The CRC of the first entry in the central directory.
    let directory = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[directory + 16] ^= 1;
    for unpacking in [Unpacking::Streamed, Unpacking::Verified] {
        let mut world = World::new(&[SourceSpec::GoProxy]);
        world.unpacking = unpacking;
        world.site.publish(large());
        world.site.server().serve(&World::module_path(), zip.clone());
        let error = world.install().unwrap_err();
        assert!(
            matches!(&error, InstallError::Archive { source: ArchiveError::DamagedEntry { .. }, .. }),
            "{error:?}"
        );
        world.assert_nothing_left();
    }
}
