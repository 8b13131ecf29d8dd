//! Upgrades by patch bundles. Whatever is wrong with one, the release comes by a whole download.

use gover_archive::digest::{FileDigest, Sha256};
use gover_archive::patch::{Listed, Transition, make};
use gover_test::forge::{Bundle, DeltaStep};

use super::*;
use crate::file_list::FileList;

const BASE: &str = "go1.91.1";

/// A mirror with two releases, of which a client has the first, and a bundle between them.
struct Upgrade {
    world: World,
    old: Release,
    new: Release,
}

impl Upgrade {
    fn new() -> Self {
        let mut world = World::new(&[]);
        let (old, new) = (release(BASE), newer(release(NAME)));
        world.sources = vec![SourceSpec::Mirror(world.site.mirror_url().parse().unwrap())];
        let upgrade = Self { world, old, new };
        upgrade.world.site.publish(release(BASE));
        upgrade.world.site.publish(newer(release(NAME)));
        let wanted = Wanted { name: ToolchainName::parse(BASE).unwrap(), platform: Platform::host() };
        upgrade.world.install_with(&InstallRequest { wanted, ..World::request() }).unwrap();
        upgrade.world.site.server().forget_requests();
        upgrade
    }

    fn transition() -> Transition {
        let name = |name| ToolchainName::parse(name).unwrap();
        Transition { base: name(BASE), name: name(NAME), platform: Platform::host() }
    }

    fn bundle_path() -> String {
        format!("/mirror/patches/{}", Self::transition().file_name())
    }

    /// The bundle as `gover mirror` makes it.
    fn bundle(&self) -> Vec<u8> {
        let root = tempfile::tempdir().unwrap();
        let [old, new] = [("old", &self.old), ("new", &self.new)].map(|(name, release)| {
            let path = root.path().join(name);
            release.write_to(&path);
            let list = listed(&path);
            (path, list)
        });
        let to = root.path().join("bundle");
        let of = |(root, files): &(PathBuf, Vec<FileDigest>)| -> (PathBuf, Vec<FileDigest>) {
            (root.clone(), files.clone())
        };
        let ((old, old_files), (new, new_files)) = (of(&old), of(&new));
        make(
            &Self::transition(),
            Listed { root: &old, files: &old_files },
            Listed { root: &new, files: &new_files },
            &to,
        )
        .unwrap();
        fs::read(to).unwrap()
    }

    fn serve(&self, bundle: impl Into<Vec<u8>>) {
        self.world.site.server().serve(&Self::bundle_path(), bundle);
    }

    fn compiler() -> String {
        let host = Platform::host();
        let suffix = if host.is_windows() { ".exe" } else { "" };
        format!("pkg/tool/{}_{}/compile{suffix}", host.os(), host.arch())
    }

    /// Installs the release, and checks that it came whole and is right.
    #[track_caller]
    fn assert_falls_back(&self, reason: &str) {
        let installed = self.world.install().unwrap();
        let receipt = installed.receipt.unwrap();
        assert_eq!((receipt.file, receipt.base), (Some(self.new.archive_name()), None), "{reason}");
        assert_eq!(receipt.h1, Some(self.new.h1()));
        let lines = self.world.recorder.lines();
        let told: Vec<_> = lines.iter().filter(|line| line.starts_with("fell back")).collect();
        match reason {
            "" => assert!(told.is_empty(), "{told:?}"),
            reason => assert!(told.len() == 1 && told[0].contains(reason), "{reason}: {told:?}"),
        }
        assert!(self.world.parts().is_empty());
        assert!(staged(&self.world.layout).unwrap().is_empty());
    }
}

fn release(name: &str) -> Release {
    let program: Vec<u8> = (0..3000_u32).flat_map(|number| (number * number).to_le_bytes()).collect();
    Release::new(name).with_file(&Upgrade::compiler(), program).with_file("src/old.go", "package old\n")
}

/// What differs in the newer release.
fn newer(release: Release) -> Release {
    let mut program: Vec<u8> = (0..3000_u32).flat_map(|number| (number * number).to_le_bytes()).collect();
    program.splice(500..500, *b"new code");
    program[4000] ^= 0xff;
    release
        .with_file(&Upgrade::compiler(), program)
        .with_file("src/old.go", "package old // changed\n")
        .with_file("src/new/new.go", "package new\n")
        .with_file("test/fixedbugs/issue2.go", "package p\n")
}

/// Hashes a tree.
fn listed(root: &Path) -> Vec<FileDigest> {
    let (mut files, mut directories) = (Vec::new(), vec![root.to_owned()]);
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let name: Vec<_> =
                path.strip_prefix(root).unwrap().iter().map(|name| name.to_str().unwrap()).collect();
            files.push(FileDigest {
                path: name.join("/"),
                digest: Sha256::of_file(&path).unwrap(),
                executable: false,
            });
        }
    }
    files
}

#[test]
fn a_bundle_makes_the_release_that_the_log_records() {
    let upgrade = Upgrade::new();
    let bundle = upgrade.bundle();
    upgrade.serve(bundle.clone());
    let installed = upgrade.world.install().unwrap();
    assert_eq!(kinds(&installed), ["log"]);
    let receipt = installed.receipt.unwrap();
    assert_eq!(receipt.base.as_deref(), Some(BASE));
    assert_eq!(receipt.file, Some(Upgrade::transition().file_name()));
    assert_eq!((receipt.file_bytes, receipt.sha256), (bundle.len() as u64, Some(sha256_hex(&bundle))));
    assert_eq!(receipt.source, upgrade.world.site.mirror_url());
    assert_eq!(receipt.h1, Some(upgrade.new.h1()));
    // The tree of the module, with the permissions of the archive.
    let whole = tempfile::tempdir().unwrap();
    upgrade.new.write_to(whole.path());
    let goroot = upgrade.world.goroot();
    for file in listed(whole.path()) {
        let path = goroot.join(&file.path);
        if gover_archive::digest::is_outside_module(&file.path) {
            assert!(!path.exists(), "{}", file.path);
            continue;
        }
        assert_eq!(Sha256::of_file(&path).unwrap(), file.digest, "{}", file.path);
        let expected = gover_sys::file::is_executable(&whole.path().join(&file.path));
        assert_eq!(gover_sys::file::is_executable(&path), expected, "{}", file.path);
    }
    let (list, sum) = FileList::read(&upgrade.world.layout.file_list(&installed.name)).unwrap().unwrap();
    assert_eq!(Some(sum.to_string()), receipt.files_sha256);
    assert_eq!(list.files.len() as u64, receipt.files);
    // No other file was asked for, and nothing is left.
    let asked = upgrade.world.site.server().requests_for("/mirror/go*");
    assert!(asked.is_empty(), "{asked:?}");
    assert!(upgrade.world.parts().is_empty());
    assert!(staged(&upgrade.world.layout).unwrap().is_empty());
    assert!(!upgrade.world.recorder.lines().iter().any(|line| line.starts_with("fell back")));
}

#[test]
fn without_a_bundle_or_a_base_nothing_changes() {
    Upgrade::new().assert_falls_back("");
    let upgrade = Upgrade::new();
    upgrade.serve(upgrade.bundle());
    fs::remove_file(upgrade.world.layout.receipt(&ToolchainName::parse(BASE).unwrap())).unwrap();
    upgrade.assert_falls_back("");
    assert!(upgrade.world.site.server().requests_for(&Upgrade::bundle_path()).is_empty());
}

#[test]
fn a_damaged_or_cut_bundle_leads_to_the_whole_download() {
    let length = Upgrade::new().bundle().len();
    for (fault, reason) in [
        (Fault::FlipByte(3), "not a patch bundle"),
        (Fault::FlipByte(length - 20), "is damaged"),
        (Fault::TruncateAt(length / 2), "mirror"),
        (Fault::Status(500), "500"),
        (Fault::Status(403), "403"),
        (Fault::Close, "mirror"),
    ] {
        let upgrade = Upgrade::new();
        upgrade.serve(upgrade.bundle());
        upgrade.world.site.server().fault(&Upgrade::bundle_path(), fault);
        upgrade.assert_falls_back(reason);
    }
}

#[test]
fn a_hostile_bundle_leads_to_the_whole_download() {
    let second = |name: &str| format!("{BASE} {name} {}", Platform::host());
    let bundle = || Bundle { second: second(NAME), ..Bundle::new() };
    let step = |seek, add, copy| DeltaStep { seek, add, copy };
    let compiler = Upgrade::compiler();
    for (bundle, reason) in [
        (bundle(), "is not what was released"),
        (bundle().with_file("src/old.go", b"package evil\n"), "is not what was released"),
        (bundle().with_file("src/old.go", b"package old // changed\n"), "is not what was released"),
        (Bundle { second: second("go1.91.3"), ..bundle() }, "another release"),
        (bundle().with_file("../../../evil", b"x"), "leaves the directory"),
        (bundle().with_file("test/evil.go", b"x"), "modules leave it out"),
        (bundle().with_file_of("src/x.go", b"x", u64::MAX), "exceeds the limit"),
        (bundle().with_file_of("src/x.go", b"x", 1 << 30), "ends early"),
        (bundle().with_file_of("src/x.go", &vec![0; 1 << 20], 10), "larger than it claims"),
        (bundle().with_delta(&compiler, b"x", (&[step(-1, 1, 0)], b"x", b"")), "outside the old file"),
        (bundle().with_delta(&compiler, b"x", (&[step(i64::MAX, 1, 0)], b"x", b"")), "outside the old file"),
        (bundle().with_delta("src/none.go", b"x", (&[], b"", b"")), "no such file"),
        (bundle().with("garbage", b""), "line 3"),
        (Bundle { first: "<html>sign in</html>".to_owned(), ..bundle() }, "web page"),
        (Bundle { first: "gover-patch 2".to_owned(), ..bundle() }, "does not know"),
    ] {
        let upgrade = Upgrade::new();
        upgrade.serve(bundle.bytes());
        upgrade.assert_falls_back(reason);
        assert!(!upgrade.world.root.path().join("evil").exists());
    }
}

#[test]
fn a_bundle_without_end_is_cut_off() {
    let upgrade = Upgrade::new();
    upgrade.serve(vec![0; 33 << 20]);
    upgrade.assert_falls_back("larger than 32.0 MiB");
}

#[test]
fn a_base_that_was_changed_leads_to_the_whole_download() {
    let compiler = Upgrade::compiler();
    for (path, reason) in [
        ("src/fmt/print.go", "was changed since it was installed"),
        ("src/old.go", ""),
        (compiler.as_str(), "SHA-256 is wrong"),
    ] {
        let upgrade = Upgrade::new();
        upgrade.serve(upgrade.bundle());
        let base = upgrade.world.layout.versions().join(BASE);
        let changed = fs::read(base.join(path)).unwrap();
        let changed: Vec<u8> = changed.iter().map(|byte| byte ^ 1).collect();
        fs::write(base.join(path), changed).unwrap();
        if reason.is_empty() {
            // The bundle has the whole new file, so the old one does not matter.
            assert_eq!(upgrade.world.install().unwrap().receipt.unwrap().base.as_deref(), Some(BASE));
        } else {
            upgrade.assert_falls_back(reason);
        }
    }
}

/// `change` gets the directory of the base and its list of files, and serves the bundle.
#[track_caller]
fn assert_base_is_given_up(change: impl FnOnce(&Upgrade, &Path, &Path), reason: &str) {
    let upgrade = Upgrade::new();
    let (name, layout) = (ToolchainName::parse(BASE).unwrap(), &upgrade.world.layout);
    change(&upgrade, &layout.toolchain(&name), &layout.file_list(&name));
    upgrade.assert_falls_back(reason);
}

#[test]
fn a_base_that_is_removed_or_lies_leads_to_the_whole_download() {
    let removed = |upgrade: &Upgrade, base: &Path, _: &Path| {
        // As an uninstall would, while the bundle is downloaded.
        let (base, bundle) = (base.to_owned(), upgrade.bundle());
        upgrade.world.site.server().handle(&Upgrade::bundle_path(), move |_| {
            fs::remove_dir_all(&base).unwrap();
            Some(Response::ok(bundle.clone()))
        });
    };
    assert_base_is_given_up(removed, "cannot read");
    let incomplete = |upgrade: &Upgrade, base: &Path, _: &Path| {
        fs::remove_file(base.join("LICENSE")).unwrap();
        upgrade.serve(upgrade.bundle());
    };
    assert_base_is_given_up(incomplete, "LICENSE");
    let unlisted = |upgrade: &Upgrade, _: &Path, list: &Path| {
        fs::remove_file(list).unwrap();
        upgrade.serve(upgrade.bundle());
    };
    assert_base_is_given_up(unlisted, "has no list of its files");
    // The list agrees with the changed toolchain, so only the hash of the tree shows it.
    let lying = |upgrade: &Upgrade, base: &Path, list: &Path| {
        fs::write(base.join("src/evil.go"), "package evil\n").unwrap();
        let text = fs::read_to_string(list).unwrap();
        let line = format!("{}  src/evil.go\n", sha256_hex(b"package evil\n"));
        let mut lines: Vec<&str> = text.split_inclusive('\n').chain([line.as_str()]).collect();
        lines.sort_by_key(|line| &line[66..]);
        fs::write(list, lines.concat()).unwrap();
        upgrade.serve(upgrade.bundle());
    };
    assert_base_is_given_up(lying, "is not what was released");
}

#[test]
fn a_log_that_is_down_does_not_let_a_bundle_in() {
    let mut upgrade = Upgrade::new();
    upgrade.world.sources.push(SourceSpec::GoDev);
    upgrade.serve(upgrade.bundle());
    upgrade.world.break_database();
    // The whole archive has the checksum of the index.
    upgrade.assert_falls_back("checksum database");
}

#[test]
fn a_directory_may_hold_bundles_and_may_lie() {
    for is_good in [true, false] {
        let mut upgrade = Upgrade::new();
        let directory = upgrade.world.root.path().join("mirror");
        fs::create_dir_all(directory.join("patches")).unwrap();
        fs::write(directory.join(upgrade.new.archive_name()), upgrade.new.archive()).unwrap();
        let bundle = if is_good { upgrade.bundle() } else { b"gover-patch 1\nlies\n".to_vec() };
        fs::write(directory.join("patches").join(Upgrade::transition().file_name()), bundle).unwrap();
        upgrade.world.sources = vec![SourceSpec::Directory(directory)];
        if is_good {
            assert_eq!(upgrade.world.install().unwrap().receipt.unwrap().base.as_deref(), Some(BASE));
        } else {
            upgrade.assert_falls_back("line 2");
        }
    }
}

#[test]
fn an_upgraded_toolchain_is_a_base_too() {
    let upgrade = Upgrade::new();
    upgrade.serve(upgrade.bundle());
    upgrade.world.install().unwrap();
    let third = newer(release("go1.91.3")).with_file("src/old.go", "package old // again\n");
    upgrade.world.site.log().add_release(&third);
    let bundle = Bundle { second: format!("{NAME} go1.91.3 {}", Platform::host()), ..Bundle::new() };
    let version = third.entries("").find(|entry| entry.name == "VERSION").unwrap().bytes;
    let bundle = bundle.with_file("VERSION", &version).with_file("src/old.go", b"package old // again\n");
    let path = format!("/mirror/patches/{NAME}..go1.91.3.{}.gvp", Platform::host());
    upgrade.world.site.server().serve(&path, bundle.bytes());
    let wanted = Wanted { name: ToolchainName::parse("go1.91.3").unwrap(), platform: Platform::host() };
    let installed = upgrade.world.install_with(&InstallRequest { wanted, ..World::request() }).unwrap();
    assert_eq!(installed.receipt.unwrap().base.as_deref(), Some(NAME));
}
