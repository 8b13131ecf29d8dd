//! Keeps the index of `versions/`, by which the shim finds a partial request.

use std::fs;
use std::io;

use gover_core::Layout;
use gover_core::inventory;
use gover_core::store_index::StoreIndex;
use gover_sys::{Lock, file};

/// Writes the index again unless it describes `versions/`. `_lock` is [`shims::LOCK`].
///
/// Another command may change `versions/` meanwhile. Then the index does not count, and that command
/// writes it again.
///
/// [`shims::LOCK`]: crate::shims::LOCK
pub(crate) fn refresh(layout: &Layout, _lock: &Lock) -> io::Result<()> {
    if StoreIndex::read(layout, file::directory_stamp).is_some() {
        return Ok(());
    }
    let (path, versions) = (layout.store_index(), layout.versions());
    // First, so that no earlier index can match the stamp by chance.
    file::remove_tree(&path)?;
    if !versions.is_dir() || fs::read_dir(&versions)?.next().is_none() {
        return Ok(());
    }
    let Some(stamp) = file::renew_directory_stamp(&versions)? else { return Ok(()) };
    match StoreIndex::to_text(&stamp, &inventory::candidates(layout)?) {
        Some(text) => file::write_cached(&path, text.as_bytes()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use gover_core::ToolchainName;
    use gover_core::platform::IS_WINDOWS;

    use super::*;

    struct Store {
        layout: Layout,
        lock: Lock,
        _root: tempfile::TempDir,
    }

    impl Store {
        fn new(names: &[&str]) -> Self {
            let root = tempfile::tempdir().unwrap();
            let layout = Layout::new(root.path().join("home"));
            fs::create_dir_all(layout.locks()).unwrap();
            let lock = Lock::acquire(&layout.lock(crate::shims::LOCK), || ()).unwrap();
            let store = Self { layout, lock, _root: root };
            for name in names {
                store.add(name);
            }
            store
        }

        fn add(&self, name: &str) {
            fs::create_dir_all(self.layout.versions().join(name)).unwrap();
        }

        fn refresh(&self) {
            refresh(&self.layout, &self.lock).unwrap();
        }

        fn index(&self) -> Option<Vec<String>> {
            let index = StoreIndex::read(&self.layout, file::directory_stamp)?;
            let latest = gover_core::Request::parse("latest").unwrap();
            Some(index.newest_first(&latest).map(|name: ToolchainName| name.to_string()).collect())
        }
    }

    #[test]
    fn a_change_in_the_same_tick_is_noticed() {
        if IS_WINDOWS {
            return; // It has no stamps.
        }
        // Far more often than any clock ticks.
        let store = Store::new(&["go1.21.0"]);
        for number in 0..200 {
            store.refresh();
            assert!(store.index().is_some());
            let name = format!("go1.22.{number}");
            store.add(&name);
            assert_eq!(store.index(), None);
            store.refresh();
            assert_eq!(store.index().unwrap().len(), number + 2);
        }
    }

    #[test]
    fn an_index_from_elsewhere_does_not_count() {
        if IS_WINDOWS {
            return;
        }
        let (store, other) = (Store::new(&["go1.21.0"]), Store::new(&["go1.22.0"]));
        store.refresh();
        other.refresh();
        let stolen = fs::read(other.layout.store_index()).unwrap();
        fs::write(store.layout.store_index(), stolen).unwrap();
        // Even with the time of the other directory, as from a backup.
        let modified = fs::metadata(other.layout.versions()).unwrap().modified().unwrap();
        fs::File::open(store.layout.versions()).unwrap().set_modified(modified).unwrap();
        assert_eq!(store.index(), None);
        store.refresh();
        assert_eq!(store.index().unwrap(), ["go1.21.0"]);
    }

    #[test]
    fn a_store_without_toolchains_has_no_index() {
        let store = Store::new(&[]);
        store.refresh();
        fs::create_dir_all(store.layout.versions()).unwrap();
        store.refresh();
        assert!(!store.layout.store_index().exists());
    }
}
