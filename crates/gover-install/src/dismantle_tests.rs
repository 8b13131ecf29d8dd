use std::collections::BTreeMap;

use super::*;

struct Home {
    root: tempfile::TempDir,
    layout: Layout,
}

impl Home {
    /// With everything that gover makes in a home.
    fn full() -> Self {
        let root = tempfile::tempdir().unwrap();
        let home = Self { layout: Layout::new(root.path().join("home")), root };
        home.fill();
        home
    }

    fn fill(&self) {
        for path in OWN {
            self.write(path);
        }
        for name in ["gover", "gover-shim", "go"] {
            self.write(&program(name));
        }
        self.write(&format!("tools/go1.91.2/{}", program("gopls")));
        self.write("editor/vscode/repair.json");
    }

    fn path(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.layout.home().to_owned(), |path, name| path.join(name))
    }

    fn write(&self, path: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, path.to_str().unwrap()).unwrap();
    }

    fn contents(&self) -> Contents {
        Contents::of(&self.layout, Toolchains::Remove).unwrap()
    }

    /// Returns what was named as not gover's.
    fn remove(&self) -> Vec<String> {
        let lock = Lock::acquire(&self.root.path().join("lock"), || ()).unwrap();
        for toolchain in self.contents().toolchains {
            Contents::remove_toolchain(&self.layout, &toolchain, &lock).unwrap();
        }
        let contents = self.contents();
        contents.remove_own(&self.layout, self.root.path(), vec![lock]).unwrap();
        let relative = contents.foreign.iter().map(|path| path.strip_prefix(self.layout.home()).unwrap());
        let mut names: Vec<_> = relative.map(|path| path.to_str().unwrap().replace('\\', "/")).collect();
        names.sort();
        names
    }
}

fn program(name: &str) -> String {
    format!("bin/{}", gover_core::layout::executable_name(name))
}

/// Files below a directory by their paths, and their contents. Links are not followed.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for path in entries(root).unwrap() {
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            files.append(&mut self::files(&path));
        } else if metadata.is_file() {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn everything_that_gover_makes_goes_and_the_program_last() {
    let home = Home::full();
    let own = home.contents().own;
    assert_eq!(own[own.len() - 2..], [home.layout.program("gover"), home.layout.shim_stamp()]);
    assert!(own[own.len() - 3].starts_with(home.layout.locks()));
    assert_eq!(home.contents().toolchains, [home.path("versions/go1.91.2")]);
    assert_eq!(home.remove(), Vec::<String>::new());
    assert!(!home.layout.home().exists(), "{:?}", files(home.layout.home()).keys());
}

#[test]
fn every_path_of_the_layout_has_a_place() {
    for path in Layout::PATHS {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_in = |place: &Place| place.directory == directory && (place.is_own)(name);
        assert!(PLACES.iter().any(|place| place.literal() == *path || is_in(place)), "{path}");
    }
}

#[test]
fn what_gover_did_not_make_stays_in_every_place() {
    let home = Home::full();
    let mut expected: Vec<_> = FOREIGN.iter().map(|path| (*path).to_owned()).collect();
    for place in PLACES {
        expected.push(format!("{}/notes.txt", place.literal()).trim_start_matches('/').to_owned());
    }
    expected.push(program("golangci-lint"));
    for path in &expected {
        home.write(path);
    }
    fs::create_dir(home.path("staging/empty")).unwrap();
    expected.push("staging/empty".to_owned());
    expected.sort();
    expected.dedup();
    let is_left = |path: &&String| home.path(path).is_file();
    let before: BTreeMap<_, _> = expected
        .iter()
        .filter(is_left)
        .map(|path| (home.path(path), fs::read(home.path(path)).unwrap()))
        .collect();
    // If nothing in a directory is gover's, only the directory is named.
    let shortened = |path: &String| match path.as_str() {
        "versions/mine/x" => "versions/mine".to_owned(),
        "versions/.gover-12-3-go1.91.2/VERSION" => "versions/.gover-12-3-go1.91.2".to_owned(),
        "staging/mine/tree/x" => "staging/mine".to_owned(),
        "cache/sumdb/mine/x" => "cache/sumdb/mine".to_owned(),
        "cache/vulndb/module-mine/x" => "cache/vulndb/module-mine".to_owned(),
        ".gover/versions/go1.91.2/VERSION" => ".gover".to_owned(),
        path => path.to_owned(),
    };
    let mut names: Vec<String> = expected.iter().map(shortened).collect();
    names.sort();
    assert_eq!(home.remove(), names);
    assert_eq!(files(home.layout.home()), before);
    assert!(home.path("staging/empty").is_dir());
    assert_eq!(home.contents().own, Vec::<PathBuf>::new());
}

#[test]
fn a_place_that_is_a_link_is_not_followed() {
    for place in PLACES {
        let home = Home::full();
        let mut linked = PathBuf::new();
        for name in place.literal().split('/').filter(|name| !name.is_empty()) {
            linked.push(name);
            let (outside, inside) = (home.root.path().join("outside"), home.layout.home().join(&linked));
            fs::rename(&inside, &outside).unwrap();
            if let Err(error) = link::replace(&outside, &inside) {
                eprintln!("skipped: no directory links here: {error}");
                return;
            }
            let before = files(&outside);
            assert!(!before.is_empty(), "{}", linked.display());
            let kept = home.remove();
            assert_eq!(kept, [linked.to_str().unwrap().replace('\\', "/")]);
            assert!(files(&outside) == before, "{}", linked.display());
            link::remove(&inside).unwrap();
            fs::remove_dir_all(outside).unwrap();
            home.fill();
        }
    }
}

#[test]
fn a_link_with_a_name_of_gover_stays_unless_gover_makes_it() {
    let home = Home::full();
    let outside = home.root.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("precious"), "").unwrap();
    let replace = |path: &str, target: &Path| {
        file::remove_tree(&home.path(path)).unwrap();
        link::replace(target, &home.path(path))
    };
    let mut linked: Vec<&str> = OWN.iter().copied().filter(|path| !path.contains("/go1.91.3/")).collect();
    let unpacked = "cache/vulndb/module-42/tree/data/osv/GO-2099-0001.json";
    let others = ["bin/.shim", "versions/go1.91.2/VERSION", "staging/self/module.zip", unpacked];
    linked.retain(|path| !others.contains(path) && !path.contains("/lookup/") && !path.ends_with("/latest"));
    linked.extend(["versions/go1.91.2", "staging/self", "staging/go1.91.3", "bin/gofmt", "bin/go1.91.2"]);
    linked.push("cache/vulndb/module-42");
    for path in &linked {
        if let Err(error) = replace(path, &outside) {
            eprintln!("skipped: no directory links here: {error}");
            return;
        }
    }
    link::replace(&outside, &home.layout.current()).unwrap();
    linked.sort_unstable();
    assert_eq!(home.remove(), linked);
    assert!(outside.join("precious").is_file());
    assert!(home.layout.current().symlink_metadata().is_err());
    if !IS_WINDOWS {
        replace("bin/gofmt", Path::new("go")).unwrap();
        replace("bin/go1.91.2", Path::new("go")).unwrap();
        assert_eq!(home.contents().own, [home.path("bin/go1.91.2"), home.path("bin/gofmt")]);
    }
}

#[test]
fn kept_toolchains_keep_their_receipts() {
    let root = tempfile::tempdir().unwrap();
    let layout = Layout::new(root.path().to_owned());
    for path in ["versions/go1.91.2", "receipts", "bin"] {
        fs::create_dir_all(layout.home().join(path)).unwrap();
    }
    fs::write(layout.home().join("receipts/go1.91.2.json"), "").unwrap();
    fs::write(layout.shim_stamp(), "").unwrap();
    let contents = Contents::of(&layout, Toolchains::Keep).unwrap();
    assert_eq!(contents, Contents { own: vec![layout.shim_stamp()], ..Contents::default() });
}

#[test]
fn only_gover_s_locks_are_taken() {
    let home = Home::full();
    for path in ["locks/mine.lock", "locks/go1.91.4.lock", "staging/go1.91.5/tree/x", "staging/mine/x"] {
        home.write(path);
    }
    let names = lock_names(&home.layout).unwrap();
    let toolchains: Vec<_> = names.iter().filter(|name| !LOCKS.contains(&name.as_str())).collect();
    assert_eq!(toolchains, ["go1.91.2", "go1.91.3", "go1.91.4", "go1.91.5"]);
    assert!(LOCKS.iter().all(|name| names.contains(*name)));
}

const OWN: [&str; 41] = [
    "bin/.shim",
    "bin/.gover-12-3-.shim",
    "versions/go1.91.2/VERSION",
    "receipts/go1.91.2.json",
    "receipts/go1.91.2.files",
    "receipts/.gover-12-3-go1.91.2.json",
    "cache/failed-sources.json",
    "cache/go1.91.3@0123456789abcdef.part",
    "cache/given@0123456789abcdef.tag.part",
    "cache/index/go.dev_dl__mode_json.cache",
    "cache/index/.gover-12-3-go.dev.cache",
    "cache/sumdb/sum.golang.org/latest",
    "cache/sumdb/sum.golang.org/.gover-12-3-latest",
    "cache/sumdb/sum.golang.org/lookup/golang.org/toolchain@v0.0.1-go1.91.2.linux-amd64",
    "cache/vulndb/go.json",
    "cache/vulndb/module-42/tree/data/osv/GO-2099-0001.json",
    "staging/self/module.zip",
    "staging/go1.91.3/parts",
    "staging/go1.91.3/tree/src/a.go",
    "staging/go1.91.3/removed.1/src/a.go",
    "staging/go1.91.3/files",
    "locks/self.lock",
    "locks/go1.91.2.lock",
    "sessions/4242",
    "sessions/.gover-12-3-4242",
    "bisect/0123456789abcdef.json",
    "bisect/.gover-12-3-0123456789abcdef.json",
    "doctor/repair.json",
    "doctor/0",
    "doctor.old/repair.json",
    "proxy/repair.json",
    "proxy/0",
    "proxy.old/repair.json",
    "share/gover/channel",
    "share/man/man1/gover.1",
    "share/man/man1/gover-install.1",
    "config.toml",
    "default",
    "shim.state",
    "versions.index",
    ".gover-12-3-config.toml",
];

const FOREIGN: [&str; 23] = [
    "versions/mine/x",
    "versions/.gover-12-3-go1.91.2/VERSION",
    "receipts/notes.json",
    "cache/me@home.part",
    "cache/index/my notes.cache",
    "cache/sumdb/mine/x",
    "cache/vulndb/module-mine/x",
    "cache/sumdb/sum.golang.org/lookup/notes",
    "staging/mine/tree/x",
    "staging/go1.91.3/notes.txt",
    "locks/mine.lock",
    "locks/latest",
    "sessions/notes",
    "bisect/notes.json",
    "bisect/0123456789abcdef",
    "doctor/notes.json",
    "share/whatis",
    "share/man/whatis",
    "share/man/man1/governor.1",
    ".gover-notes",
    ".gover-12-3-notes.txt",
    ".gover-x-config.toml",
    ".gover/versions/go1.91.2/VERSION",
];
