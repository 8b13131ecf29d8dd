//! Builds of one's own, by the sum that a person gives.

use super::*;

fn custom() -> Release {
    Release::new("go1.91.2-corp.1")
}

#[test]
fn a_build_of_ones_own_is_installed_by_its_sum() {
    let world = World::new(&[]);
    let release = custom();
    let path = world.root.path().join("build.bin");
    fs::write(&path, release.archive()).unwrap();
    let installed = world.install_given(Location::File(path), &release.sha256()).unwrap();
    assert_eq!(installed.name.as_str(), "go1.91.2-corp.1");
    assert_eq!(kinds(&installed), ["given"]);
    assert_eq!(installed.receipt.unwrap().h1, Some(release.h1()));
    assert!(world.layout.program("go1.91.2-corp.1").exists());
    assert!(staged(&world.layout).unwrap().is_empty());
    assert!(world.site.server().requests().is_empty());
}

#[test]
fn a_build_below_the_minimum_is_not_even_run() {
    let world = World::new(&[]);
    // To run it would be another error.
    let release = custom().with_file("bin/go", "not a program").with_file("bin/go.exe", "not a program");
    let path = world.root.path().join("build.bin");
    fs::write(&path, release.archive()).unwrap();
    let request = CustomBuild {
        location: Location::File(path),
        sha256: release.sha256().parse().unwrap(),
        platform: Platform::host(),
        force: false,
        smoke: Smoke::Run,
    };
    let minimum = Minimum { version: "1.92".parse().unwrap(), place: "/etc/policy".to_owned() };
    let error = world.run(async |installer| {
        let installer = Installer { minimum: Some(&minimum), ..*installer };
        install_custom_build(&request, &installer).await.unwrap_err()
    });
    assert!(matches!(error, InstallError::Forbidden(_)), "{error:?}");
    world.assert_nothing_left();
}

#[test]
fn the_download_of_a_build_never_stays_in_the_cache() {
    let world = World::new(&[]);
    let release = custom();
    world.site.server().serve("/corp/go.zip", release.archive());
    let install = || {
        let location = Location::Url(world.site.server().at("/corp/go.zip").parse().unwrap());
        world.install_given(location, &release.sha256())
    };
    // A file stands where the directory of receipts should be.
    fs::create_dir_all(world.layout.home()).unwrap();
    fs::write(world.layout.receipts(), "").unwrap();
    let error = install().unwrap_err();
    assert!(matches!(error, InstallError::File(_)), "{error:?}");
    assert_eq!(world.parts(), Vec::<String>::new());
    fs::remove_file(world.layout.receipts()).unwrap();
    for reused in [false, true] {
        assert_eq!(install().unwrap().reused, reused);
        assert_eq!(world.parts(), Vec::<String>::new());
    }
}

#[test]
fn a_build_with_another_sum_leaves_nothing_behind() {
    let world = World::new(&[]);
    let path = world.root.path().join("build.tar.gz");
    fs::write(&path, custom().archive()).unwrap();
    let error = world.install_given(Location::File(path), &"0".repeat(64)).unwrap_err();
    assert!(matches!(&error, InstallError::Contradicted(m) if m.proof == Contradiction::Given), "{error:?}");
    world.assert_nothing_left();
}

#[test]
fn a_build_behind_an_address_is_installed_and_its_secrets_are_not_kept() {
    let world = World::new(&[]);
    let release = custom();
    world.site.server().serve("/corp/go.zip", release.archive());
    let url = world.site.server().at("/corp/go.zip?token=secret");
    let installed = world.install_given(Location::Url(url.parse().unwrap()), &release.sha256()).unwrap();
    let text = serde_json::to_string(&installed.receipt.unwrap()).unwrap();
    assert!(text.contains("/corp/go.zip") && !text.contains("secret"), "{text}");
}

#[test]
fn a_missing_build_is_told_by_its_place() {
    let world = World::new(&[]);
    let path = world.root.path().join("nowhere.tar.gz");
    let error = world.install_given(Location::File(path.clone()), &"0".repeat(64)).unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot get `{}`", path.display())), "{error}");
    let error = world
        .install_given(Location::Url(world.site.server().at("/x.zip").parse().unwrap()), &"0".repeat(64))
        .unwrap_err();
    assert!(error.to_string().contains("/x.zip"), "{error}");
    world.assert_nothing_left();
}

#[test]
fn an_attack_with_a_matching_sum_is_still_refused() {
    let world = World::new(&[]);
    let evil = |name: &str| {
        vec![
            Entry::file("go/VERSION", "go1.91.2-corp.1"),
            Entry::file("go/bin/go", "x"),
            Entry::file(name, "evil"),
        ]
    };
    for name in ["go/../../evil", "../evil", "go/bin/go", "go/a:b", "evil"] {
        let mut archives = vec![pack_tar_gz(&evil(name))];
        // The zip writer itself refuses the same name twice.
        if name != "go/bin/go" {
            archives.push(pack_zip(&evil(name)));
        }
        for archive in archives {
            let path = world.root.path().join("build");
            fs::write(&path, &archive).unwrap();
            let error = world.install_given(Location::File(path), &sha256_hex(&archive)).unwrap_err();
            match error {
                InstallError::Archive { source: ArchiveError::Refused(refused), .. } => {
                    assert!(!matches!(refused.reason, Reason::TooLarge { .. }), "{refused}");
                }
                other => panic!("{name}: {other:?}"),
            }
            world.assert_nothing_left();
        }
    }
    assert!(!Path::new("evil").exists());
}
