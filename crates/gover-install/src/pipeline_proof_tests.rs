//! What must prove a download, and what happens where that fails or is late.

use gover_core::platform::IS_WINDOWS;

use super::*;

#[test]
fn one_flipped_byte_leaves_nothing_behind() {
    let world = World::new(&[SourceSpec::GoProxy]);
    let release = world.site.publish(Release::new(NAME));
    let length = release.module_zip().len();
    for at in [0, length / 3, length / 2, length - 300] {
        // In every answer, since that byte may also be in the part that is requested first.
        world.site.server().fault(&FakeSite::module_path(&release), Fault::FlipByte(at));
        let error = world.install().unwrap_err();
        assert!(error.is_integrity(), "{at}: {error:?}");
        world.assert_nothing_left();
    }
    world.site.server().heal();
    world.install().unwrap();
}

#[test]
fn a_changed_archive_is_told_with_both_sums() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(Release::new(NAME));
    world.site.server().fault(&FakeSite::archive_path(&release), Fault::FlipByte(1000));
    let error = world.install().unwrap_err();
    match &error {
        InstallError::Contradicted(mismatch) => {
            assert_eq!(mismatch.expected, release.sha256());
            assert_ne!(mismatch.received, mismatch.expected);
            assert_eq!(
                mismatch.proof,
                Contradiction::Sha256 { origin: format!("index of {}", world.site.url()) }
            );
        }
        other => panic!("{other:?}"),
    }
    world.assert_nothing_left();
}

#[test]
fn a_mirror_with_another_build_is_contradicted_by_the_log() {
    let mut world = World::new(&[]);
    let true_release = Release::new(NAME);
    world.site.log().add_release(&true_release);
    let evil = Release::new(NAME).with_file("src/fmt/print.go", "package evil\n");
    world.site.server().serve(&format!("/mirror/{}", evil.archive_name()), evil.archive());
    world.sources = vec![SourceSpec::Mirror(world.site.mirror_url().parse().unwrap())];
    match world.install().unwrap_err() {
        InstallError::Contradicted(mismatch) => {
            assert_eq!(mismatch.expected, true_release.h1());
            assert_eq!(mismatch.received, evil.h1());
            assert!(matches!(mismatch.proof, Contradiction::Log { .. }));
            assert_eq!(mismatch.origin.from.label(), world.site.mirror_url());
        }
        other => panic!("{other:?}"),
    }
    world.assert_nothing_left();
}

#[test]
fn a_mirror_that_only_the_log_proves_cannot_add_files() {
    let mut world = World::new(&[]);
    world.site.log().add_release(&Release::new(NAME));
    let more = Release::new(NAME).with_file("misc/evil.go", "package evil\n");
    world.site.server().serve(&format!("/mirror/{}", more.archive_name()), more.archive());
    world.sources = vec![SourceSpec::Mirror(world.site.mirror_url().parse().unwrap())];
    let installed = world.install().unwrap();
    assert_eq!(kinds(&installed), ["log"]);
    assert!(!world.goroot().join("misc").exists());
}

#[test]
fn the_log_wins_over_a_sum_that_holds() {
    let world = World::new(&[SourceSpec::GoDev]);
    world.site.log().add_release(&Release::new(NAME));
    world.site.publish_unlogged(Release::new(NAME).with_file("src/fmt/print.go", "package other\n"));
    let error = world.install().unwrap_err();
    assert!(
        matches!(&error, InstallError::Contradicted(m) if matches!(m.proof, Contradiction::Log { .. })),
        "{error:?}"
    );
    world.assert_nothing_left();
}

#[test]
fn an_archive_with_a_known_sum_does_without_the_database() {
    let world = World::with_release(&[SourceSpec::GoDev]);
    world.break_database();
    let installed = world.install().unwrap();
    assert_eq!(kinds(&installed), ["sha256"]);
    assert!(matches!(installed.log, LogOutcome::Failed(_)));
}

/// Settings with which the log is behind a proxy on `site` that requires a password. The user types
/// it a while after `told` was called, which reports that gover is waiting.
fn with_a_password(
    world: &World,
    site: &FakeSite,
    front: &gover_test::TlsFront,
    told: impl Fn() + Send + Sync + 'static,
) -> SupplySettings {
    let at = |name: &str| world.root.path().join(name);
    site.server().guard_with("/proxy/", "Bearer 1");
    fs::write(at("ca.pem"), gover_test::TlsFront::AUTHORITY).unwrap();
    let script = "cd \"$1\"; [ $# = 3 ] || exit 0\n\
        n=0; while [ ! -e answer ] && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.05; done\n\
        sleep 0.2; echo >>given; printf '%s\\n\\nAuthorization: Bearer 1\\n\\n' \"$2\"\n";
    fs::write(at("helper"), script).unwrap();
    let here = world.root.path().display();
    let mut settings = world.supply().settings().clone();
    settings.proxies = Some(front.at("/proxy"));
    settings.network.patience = Duration::from_millis(600);
    settings.network.certificates.file = Some(at("ca.pem"));
    settings.network.authentication.goauth = Some(format!("sh '{here}/helper' '{here}' '{}'", front.url()));
    let answer = at("answer");
    settings.network.notice = gover_net::Notice::new(move |waiting| {
        if waiting.to_string().contains("GOAUTH") {
            told();
            fs::write(&answer, "").unwrap();
        }
    });
    settings
}

#[test]
fn a_password_costs_none_of_the_time_that_the_log_has() {
    if IS_WINDOWS {
        return; // The program is a script of sh.
    }
    let world = World::with_release(&[SourceSpec::GoDev]);
    let front = gover_test::TlsFront::start(world.site.server());
    let supply = Supply::new(with_a_password(&world, &world.site, &front, || ())).unwrap();
    // It is told, and then typed, later than the log is waited for.
    let installed = world.run_with(&supply, Duration::from_secs(1), async |installer| {
        install(&World::request(), installer).await.unwrap()
    });
    assert_eq!(kinds(&installed), ["sha256", "log"]);
}

#[test]
fn a_download_that_fails_leaves_the_terminal_to_who_types_a_password_for_the_log() {
    if IS_WINDOWS {
        return; // The program is a script of sh.
    }
    let world = Arc::new(World::with_release(&[SourceSpec::GoDev]));
    let archive = FakeSite::archive_path(&Release::new(NAME));
    world.site.server().fault(&archive, Fault::StallAt(100));
    world.site.server().fault(&archive, Fault::FlipByte(200));
    // A server of its own, which asks for the password when the download has begun.
    let proxy = FakeSite::start();
    let front = gover_test::TlsFront::start(proxy.server());
    proxy.server().fault_times("/proxy/*", Fault::Stall, 1);
    let other = Arc::clone(&world);
    let settings = with_a_password(&world, &proxy, &front, move || other.site.server().release_stalled());
    let supply = Supply::new(settings).unwrap();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            world.site.server().wait_for_stalled(1);
            proxy.server().wait_for_stalled(1);
            proxy.server().release_stalled();
        });
        world.run_with(&supply, Duration::from_mins(1), async |installer| {
            let error = install(&World::request(), installer).await.unwrap_err();
            // Seen before the runtime ends, which waits without a word.
            assert!(world.root.path().join("given").exists());
            error
        })
    });
    assert!(matches!(error, InstallError::Contradicted(_)), "{error:?}");
}

#[test]
fn a_database_that_refuses_beside_the_download_is_asked_again_after_it() {
    let world = World::with_release(&[SourceSpec::GoProxy]);
    world.site.server().fault_times("/proxy/sumdb/*", Fault::Status(503), 1);
    assert_eq!(kinds(&world.install().unwrap()), ["log"]);
}

#[test]
fn a_required_log_that_is_silent_stops_the_install_and_keeps_the_download() {
    let world = World::with_release(&[SourceSpec::GoDev]);
    world.break_database();
    let request = InstallRequest { log: LogNeed::Required, ..World::request() };
    let error = world.install_with(&request).unwrap_err();
    assert!(matches!(error, InstallError::NoProof { .. }), "{error:?}");
    assert!(!error.hints().is_empty());
    assert_eq!(world.parts(), world.files());
    world.site.server().heal();
    assert_eq!(kinds(&world.install_with(&request).unwrap()), ["sha256", "log"]);
}

#[test]
fn a_denial_of_the_log_is_not_a_silence() {
    let by = |log| InstallRequest { log, ..World::request() };
    let world = World::new(&[SourceSpec::GoDev]);
    world.site.publish_unlogged(Release::new(NAME));
    for need in [LogNeed::NoDenial, LogNeed::BeyondTable, LogNeed::Required] {
        let error = world.install_with(&by(need)).unwrap_err();
        assert!(matches!(error, InstallError::NoProof { .. }), "{need:?} {error:?}");
    }
    assert_eq!(kinds(&world.install_with(&by(LogNeed::Optional)).unwrap()), ["sha256"]);

    let world = World::with_release(&[SourceSpec::GoDev]);
    world.break_database();
    world.install_with(&by(LogNeed::BeyondTable)).unwrap_err();
    assert_eq!(kinds(&world.install_with(&by(LogNeed::NoDenial)).unwrap()), ["sha256"]);
}

#[test]
fn a_disk_that_refuses_what_is_unpacked_keeps_the_download() {
    for source in [SourceSpec::GoDev, SourceSpec::GoProxy] {
        let mut world = World::new(std::slice::from_ref(&source));
        // While a file arrives, its directories may be there before the hindrance.
        world.unpacking = Unpacking::Verified;
        let release = world.site.publish(Release::new(NAME));
        let tree = world.layout.staging().join(NAME).join("tree");
        *world.recorder.hindrance.lock().unwrap() = Some(tree.join("bin"));
        let error = world.install().unwrap_err();
        assert!(matches!(error, InstallError::Disk { .. }), "{error:?}");
        assert_eq!(error.details(), ["the download is kept, and the next attempt continues from it"]);
        let parts = world.parts();
        assert!(parts.iter().any(|part| !part.contains(".tag.")) && parts == world.files(), "{parts:?}");
        assert!(staged(&world.layout).unwrap().is_empty());

        *world.recorder.hindrance.lock().unwrap() = None;
        world.site.server().forget_requests();
        world.install().unwrap();
        // The size of a module is not known before it is asked for.
        assert!(world.site.server().requests_for(&FakeSite::archive_path(&release)).is_empty());
        let all = format!("bytes={}-", release.module_zip().len());
        for request in world.site.server().requests_for(&FakeSite::module_path(&release)) {
            assert_eq!(request.header("Range"), Some(all.as_str()));
        }
        assert_eq!(world.parts(), Vec::<String>::new());
    }
}

#[test]
fn a_disk_that_refuses_what_is_unpacked_leaves_no_copy_of_a_local_file() {
    let world = World::with_release(&[]);
    let directory = world.root.path().join("files");
    fs::create_dir(&directory).unwrap();
    let release = Release::new(NAME);
    fs::write(directory.join(release.archive_name()), release.archive()).unwrap();
    let unpacking = Unpacking::Verified;
    let world = World { sources: vec![SourceSpec::Directory(directory)], unpacking, ..world };
    *world.recorder.hindrance.lock().unwrap() = Some(world.layout.staging().join(NAME).join("tree/bin"));
    let error = world.install().unwrap_err();
    assert!(matches!(error, InstallError::Disk { .. }), "{error:?}");
    world.assert_nothing_left();
}

#[test]
fn a_module_without_the_database_is_not_installed() {
    let world = World::with_release(&[SourceSpec::GoProxy]);
    world.break_database();
    assert!(matches!(world.install().unwrap_err(), InstallError::NoProof { .. }));
    assert!(!world.goroot().exists());
}

#[test]
fn that_an_index_would_prove_an_archive_is_told_where_none_was_asked() {
    let hint = "add go.dev to GOVER_SOURCES: its index has checksums for archives";
    let hints = |world: &World, request: &InstallRequest| world.install_with(request).unwrap_err().hints();
    let mut world = World::with_release(&[]);
    world.break_database();
    let strict = InstallRequest { log: LogNeed::Required, ..World::request() };
    world.sources = vec![SourceSpec::Mirror(world.site.mirror_url().parse().unwrap())];
    assert_eq!(hints(&world, &World::request()).last().unwrap(), hint);
    // Not where it would change nothing: the log is required, a module is in no index, the index
    // was asked.
    assert!(!hints(&world, &strict).iter().any(|line| line == hint));
    world.sources = vec![SourceSpec::GoProxy];
    assert!(!hints(&world, &World::request()).iter().any(|line| line == hint));
    world.sources = vec![SourceSpec::Mirror(world.site.mirror_url().parse().unwrap()), SourceSpec::GoDev];
    world.site.server().fault("/dl/", Fault::Status(503));
    assert!(!hints(&world, &World::request()).iter().any(|line| line == hint));
    world.site.server().heal();
    world.break_database();
    assert_eq!(kinds(&world.install().unwrap()), ["sha256"]);
}

#[test]
fn a_database_that_lies_stops_even_what_is_proven_otherwise() {
    let world = World::with_release(&[SourceSpec::GoDev]);
    let impostor: FakeLog = world.site.log().impostor();
    impostor.add_release(&Release::new(NAME));
    world.site.serve_log(&impostor);
    let error = world.install().unwrap_err();
    assert!(matches!(error, InstallError::NoProof { .. }), "{error:?}");
    world.assert_nothing_left();
}
