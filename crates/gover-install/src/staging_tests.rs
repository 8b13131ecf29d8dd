use super::*;

struct Home {
    _root: tempfile::TempDir,
    layout: Layout,
    name: ToolchainName,
}

impl Home {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        fs::create_dir(layout.bin()).unwrap();
        fs::write(layout.shim_stamp(), "").unwrap();
        Self { _root: root, layout, name: ToolchainName::parse("go1.91.2").unwrap() }
    }

    fn lock(&self) -> Lock {
        Lock::acquire(&self.layout.lock(self.name.as_str()), || ()).unwrap()
    }

    fn staging(&self, lock: &Lock) -> Staging {
        let staging = Staging::create(&self.layout, self.name.as_str(), lock).unwrap();
        goroot(&staging.tree(), "new");
        staging
    }

    fn mark(&self) -> Option<String> {
        fs::read_to_string(self.layout.toolchain(&self.name).join("mark")).ok()
    }

    fn know(&self, of: &str) {
        fs::create_dir_all(self.layout.receipts()).unwrap();
        fs::write(self.layout.receipt(&self.name), documents(of).receipt).unwrap();
        fs::write(self.layout.file_list(&self.name), documents(of).list).unwrap();
    }

    /// What is known, the list first.
    fn known(&self) -> Vec<String> {
        let paths = [self.layout.file_list(&self.name), self.layout.receipt(&self.name)];
        paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    fn is_clean(&self) -> bool {
        staged(&self.layout).unwrap().is_empty()
    }
}

fn documents(of: &str) -> Documents {
    Documents { receipt: format!("{of} receipt").into_bytes(), list: format!("{of} list").into_bytes() }
}

fn goroot(path: &Path, mark: &str) {
    fs::create_dir_all(path.join("bin")).unwrap();
    fs::write(gover_core::layout::goroot_program(path, "go"), "").unwrap();
    fs::write(path.join("VERSION"), "go1.91.2").unwrap();
    fs::write(path.join("mark"), mark).unwrap();
}

#[test]
fn a_dropped_staging_leaves_nothing() {
    let home = Home::new();
    let lock = home.lock();
    drop(home.staging(&lock));
    assert!(home.is_clean());
    assert_eq!(home.mark(), None);
}

#[test]
fn publishing_replaces_a_toolchain_and_what_is_known_of_it() {
    let home = Home::new();
    let lock = home.lock();
    goroot(&home.layout.toolchain(&home.name), "old");
    home.know("old");
    let path =
        home.staging(&lock).move_into_place(&home.layout, &home.name, &documents("new"), &lock).unwrap();
    assert_eq!(path, home.layout.toolchain(&home.name));
    assert_eq!(home.mark().as_deref(), Some("new"));
    assert_eq!(home.known(), ["new list", "new receipt"]);
    assert!(home.is_clean());
}

#[test]
fn a_toolchain_is_replaced_at_once_where_the_system_can() {
    let home = Home::new();
    let lock = home.lock();
    goroot(&home.layout.toolchain(&home.name), "old");
    home.know("old");
    let mut staging = home.staging(&lock);
    staging.exchange = |tree, target| {
        let mark = |path: &Path| fs::read_to_string(path.join("mark")).unwrap();
        assert_eq!((mark(tree), mark(target)), ("new".to_owned(), "old".to_owned()));
        swap(tree, target);
        assert!(!target.with_file_name("old").exists());
        Ok(true)
    };
    staging.move_into_place(&home.layout, &home.name, &documents("new"), &lock).unwrap();
    assert_eq!(home.mark().as_deref(), Some("new"));
    assert_eq!(home.known(), ["new list", "new receipt"]);
    assert!(home.is_clean());
}

#[test]
fn a_toolchain_is_replaced_where_the_system_cannot_exchange_names() {
    for exchange in [|_: &Path, _: &Path| Ok(false), |_: &Path, _: &Path| Err(io::Error::other("no"))] {
        let home = Home::new();
        let lock = home.lock();
        goroot(&home.layout.toolchain(&home.name), "old");
        home.know("old");
        let mut staging = home.staging(&lock);
        staging.exchange = exchange;
        staging.move_into_place(&home.layout, &home.name, &documents("new"), &lock).unwrap();
        assert_eq!(home.mark().as_deref(), Some("new"));
        assert_eq!(home.known(), ["new list", "new receipt"]);
        assert!(home.is_clean());
    }
}

/// What publishing leaves if it dies around the exchange: after so many of its last steps.
fn crash_at_exchange(steps: usize) -> Home {
    let home = Home::new();
    let lock = home.lock();
    let target = home.layout.toolchain(&home.name);
    goroot(&target, "old");
    home.know("old");
    let staging = home.staging(&lock);
    let (directory, tree) = (staging.directory.clone(), staging.tree());
    std::mem::forget(staging);
    fs::write(directory.join(LIST), "new list").unwrap();
    fs::write(directory.join(RECEIPT), "new receipt").unwrap();
    fs::hard_link(tree.join(VERSION), directory.join(NEW)).unwrap();
    let move_to = |file: &str, target: PathBuf| fs::rename(directory.join(file), target).unwrap();
    let after: [&dyn Fn(); 5] = [
        &|| swap(&tree, &target),
        &|| move_to(LIST, home.layout.file_list(&home.name)),
        &|| move_to(RECEIPT, home.layout.receipt(&home.name)),
        &|| fs::remove_file(directory.join(NEW)).unwrap(),
        &|| fs::remove_file(tree.join(VERSION)).unwrap(),
    ];
    after.iter().take(steps).for_each(|step| step());
    home
}

#[test]
fn a_crash_around_the_exchange_leaves_a_toolchain_with_what_is_known_of_it() {
    for steps in 0..=5 {
        let home = crash_at_exchange(steps);
        let expected = if steps == 0 { "old" } else { "new" };
        let receipt = read_receipt(&home.layout, &home.name, 1 << 20, true).unwrap().unwrap();
        assert_eq!(String::from_utf8(receipt).unwrap(), format!("{expected} receipt"), "{steps}");
        recover_all(&home.layout).unwrap();
        assert_eq!(home.mark().as_deref(), Some(expected), "{steps}");
        assert_eq!(home.known(), [format!("{expected} list"), format!("{expected} receipt")], "{steps}");
        assert!(home.is_clean(), "{steps}");
    }
}

/// As [`file::exchange`], on every system.
fn swap(a: &Path, b: &Path) {
    let aside = a.with_file_name("aside");
    fs::rename(a, &aside).unwrap();
    fs::rename(b, a).unwrap();
    fs::rename(aside, b).unwrap();
}

#[test]
fn a_tree_that_was_built_elsewhere_is_published_under_its_name() {
    let home = Home::new();
    let (given, lock) = (Lock::acquire(&home.layout.lock("given"), || ()).unwrap(), home.lock());
    let staging = Staging::create(&home.layout, "given", &given).unwrap();
    goroot(&staging.tree(), "new");
    staging.move_into_place(&home.layout, &home.name, &documents("new"), &lock).unwrap();
    assert_eq!(home.mark().as_deref(), Some("new"));
    assert_eq!(home.known(), ["new list", "new receipt"]);
    assert!(home.is_clean());
}

/// Whatever moment a crash comes at, what is known belongs to the tree that is there.
#[test]
fn a_crash_leaves_a_toolchain_with_what_is_known_of_it() {
    // What is staged and what is published at each step, and which of the two is there in the end.
    let steps: [(&[&str], bool, &str); 6] = [
        (&[TREE], true, "old"),
        (&[TREE, LIST], true, "old"),
        (&[TREE, LIST, RECEIPT], true, "old"),
        (&[TREE, LIST, RECEIPT, OLD], false, "old"),
        (&[LIST, RECEIPT, OLD], true, "new"),
        (&[RECEIPT, OLD], true, "new"),
    ];
    for (staged, is_published, expected) in steps {
        let home = Home::new();
        home.know("old");
        let directory = home.layout.staging().join("go1.91.2");
        fs::create_dir_all(&directory).unwrap();
        for name in staged {
            match *name {
                TREE => goroot(&directory.join(TREE), "new"),
                OLD => goroot(&directory.join(OLD), "old"),
                LIST => fs::write(directory.join(LIST), documents("new").list).unwrap(),
                _ => fs::write(directory.join(RECEIPT), documents("new").receipt).unwrap(),
            }
        }
        if is_published {
            let mark = if staged.contains(&TREE) { "old" } else { "new" };
            goroot(&home.layout.toolchain(&home.name), mark);
        }
        if !staged.contains(&LIST) && !staged.contains(&TREE) {
            fs::write(home.layout.file_list(&home.name), documents("new").list).unwrap();
        }
        recover_all(&home.layout).unwrap();
        assert_eq!(home.mark().as_deref(), Some(expected), "{staged:?}");
        assert_eq!(home.known(), [format!("{expected} list"), format!("{expected} receipt")], "{staged:?}");
        assert!(home.is_clean());
    }
}

#[test]
fn a_publication_that_fails_changes_nothing() {
    let home = Home::new();
    let lock = home.lock();
    home.know("old");
    // A file where the directory of all toolchains belongs.
    fs::write(home.layout.versions(), "").unwrap();
    home.staging(&lock).move_into_place(&home.layout, &home.name, &documents("new"), &lock).unwrap_err();
    assert_eq!(home.known(), ["old list", "old receipt"]);
    assert!(home.is_clean());
}

#[test]
fn what_is_known_of_a_toolchain_goes_with_it_after_a_crash_too() {
    let home = Home::new();
    home.know("old");
    goroot(&home.layout.staging().join("go1.91.2").join(REMOVED), "old");
    recover_all(&home.layout).unwrap();
    assert_eq!(home.known(), Vec::<String>::new());
    assert!(home.is_clean());
}

#[test]
fn a_crash_between_the_two_renames_brings_the_old_toolchain_back() {
    let home = Home::new();
    let lock = home.lock();
    let staged = home.layout.staging().join("go1.91.2");
    goroot(&staged.join(OLD), "old");
    goroot(&staged.join(TREE), "half");
    drop(lock);
    recover_all(&home.layout).unwrap();
    assert_eq!(home.mark().as_deref(), Some("old"));
    assert!(home.is_clean());
}

#[test]
fn a_crash_after_both_renames_keeps_the_new_toolchain() {
    let home = Home::new();
    goroot(&home.layout.toolchain(&home.name), "new");
    goroot(&home.layout.staging().join("go1.91.2").join(OLD), "old");
    recover_all(&home.layout).unwrap();
    assert_eq!(home.mark().as_deref(), Some("new"));
    assert!(home.is_clean());
}

#[test]
fn a_crash_while_removing_does_not_bring_the_toolchain_back() {
    let home = Home::new();
    goroot(&home.layout.staging().join("go1.91.2").join(REMOVED), "old");
    recover_all(&home.layout).unwrap();
    assert_eq!(home.mark(), None);
    assert!(home.is_clean());
}

#[test]
fn the_staging_of_a_running_install_is_left_alone() {
    let home = Home::new();
    let lock = home.lock();
    let staging = home.staging(&lock);
    recover_all(&home.layout).unwrap();
    assert!(staging.tree().join("VERSION").is_file());
}

#[test]
fn the_damage_of_an_interrupted_hand_made_copy_is_replaced() {
    let home = Home::new();
    let lock = home.lock();
    fs::create_dir_all(home.layout.toolchain(&home.name).join("src")).unwrap();
    home.staging(&lock).move_into_place(&home.layout, &home.name, &documents("new"), &lock).unwrap();
    assert_eq!(home.mark().as_deref(), Some("new"));
    assert!(!home.layout.toolchain(&home.name).join("src").exists());
    assert!(home.is_clean());
}

#[test]
fn what_waits_to_be_removed_hinders_nothing() {
    let home = Home::new();
    let lock = home.lock();
    let directory = home.layout.staging().join("go1.91.2");
    for name in [REMOVED, "removed.1"] {
        goroot(&directory.join(name), "gone");
    }
    goroot(&home.layout.toolchain(&home.name), "here");
    hide(&home.layout, "go1.91.2", &lock).unwrap();
    assert!(directory.join("removed.2").is_dir());
    recover(&home.layout, "go1.91.2", &lock).unwrap();
    assert!(home.is_clean());
}

/// On Windows a file that somebody has open cannot be deleted: a program that runs, above all.
#[cfg(windows)]
#[test]
fn what_somebody_still_runs_waits_and_goes_later() {
    use std::os::windows::fs::OpenOptionsExt as _;

    let home = Home::new();
    let lock = home.lock();
    let old = home.layout.staging().join("go1.91.2").join(OLD);
    goroot(&old, "old");
    goroot(&home.layout.toolchain(&home.name), "new");
    let running = fs::OpenOptions::new().read(true).share_mode(1).open(old.join("mark")).unwrap();
    recover_all(&home.layout).unwrap();
    drop(lock);
    recover_all(&home.layout).unwrap();
    assert_eq!(home.mark().as_deref(), Some("new"));
    drop(running);
    recover_all(&home.layout).unwrap();
    assert!(home.is_clean());
}

mod uninstalling {
    use std::fs;

    use super::*;

    #[test]
    fn an_uninstalled_toolchain_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        let name = ToolchainName::parse("go1.91.2").unwrap();
        let lock = Lock::acquire(&layout.lock(name.as_str()), || ()).unwrap();
        let tree = layout.toolchain(&name);
        fs::create_dir_all(tree.join("src")).unwrap();
        fs::write(tree.join("src/a.go"), "12345").unwrap();
        let mut read_only = fs::metadata(tree.join("src/a.go")).unwrap().permissions();
        read_only.set_readonly(true);
        fs::set_permissions(tree.join("src/a.go"), read_only).unwrap();
        fs::create_dir_all(layout.receipts()).unwrap();
        fs::write(layout.receipt(&name), "{}").unwrap();

        let gone = uninstall(&layout, &name, &lock).unwrap();
        assert_eq!(gone, Uninstalled { name: name.clone(), path: tree.clone(), target: None, bytes: 5 });
        assert!(!tree.exists());
        assert!(!layout.receipt(&name).exists());
        assert!(staged(&layout).unwrap().is_empty());

        let error = uninstall(&layout, &name, &lock).unwrap_err();
        assert_eq!(error.to_string(), "go1.91.2 is not installed");
        assert_eq!(error.hints(), ["`gover list` shows what is installed"]);
    }
}

#[test]
fn what_is_not_gover_s_own_is_not_recovered() {
    let home = Home::new();
    let stranger = home.layout.staging().join("build-7");
    let unfinished = home.layout.staging().join(home.name.as_str());
    for directory in [&stranger, &unfinished] {
        goroot(&directory.join(TREE), "x");
    }
    // In the home of another program.
    fs::remove_file(home.layout.shim_stamp()).unwrap();
    recover_all(&home.layout).unwrap();
    assert!(unfinished.join(TREE).exists());
    fs::write(home.layout.shim_stamp(), "").unwrap();
    // Behind a link.
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("staging");
    fs::rename(home.layout.staging(), &moved).unwrap();
    if gover_sys::link::replace(&moved, &home.layout.staging()).is_ok() {
        recover_all(&home.layout).unwrap();
        assert!(unfinished.join(TREE).exists());
        gover_sys::link::remove(&home.layout.staging()).unwrap();
    }
    fs::rename(&moved, home.layout.staging()).unwrap();
    recover_all(&home.layout).unwrap();
    assert!(!unfinished.exists() && stranger.join(TREE).exists());
}

#[test]
fn parts_of_a_zip_go_with_the_tree() {
    let home = Home::new();
    let lock = home.lock();
    let staging = home.staging(&lock);
    fs::write(staging.parts(), "parts").unwrap();
    drop(staging);
    assert!(home.is_clean());
    // After a crash, nothing was dropped.
    let staging = home.staging(&lock);
    fs::write(staging.parts(), "parts").unwrap();
    std::mem::forget(staging);
    recover(&home.layout, home.name.as_str(), &lock).unwrap();
    assert!(home.is_clean());
}
