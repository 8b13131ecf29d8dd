use std::fs;

use super::*;

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn writing_replaces_contents_and_leaves_no_other_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("default");
    write_atomically(&path, b"one").unwrap();
    write_atomically(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(directory.path()), ["default"]);
}

/// Windows does not replace a file that a reader has open without permission to delete it.
#[cfg(unix)]
#[test]
fn a_cached_file_is_replaced_by_one_rename_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tile");
    write_cached(&path, b"one").unwrap();
    // An open file keeps its old content.
    let mut open = File::open(&path).unwrap();
    write_cached(&path, b"two").unwrap();
    let mut text = String::new();
    io::Read::read_to_string(&mut open, &mut text).unwrap();
    assert_eq!((text.as_str(), fs::read(&path).unwrap().as_slice()), ("one", b"two".as_slice()));
    assert_eq!(names(directory.path()), ["tile"]);
}

#[test]
fn the_next_write_removes_what_a_crashed_writer_left() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    for name in [".gover-1-0-default", ".gover-2-0-default", ".gover-3-0-current", ".gover-mine-default"] {
        fs::write(at(name), "").unwrap();
    }
    for name in [".gover-1-0-default", ".gover-3-0-current", ".gover-mine-default"] {
        let file = OpenOptions::new().write(true).open(at(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - 2 * temporary::ABANDONED).unwrap();
    }
    // One from the future: the clock was wrong then, or is now.
    let file = OpenOptions::new().write(true).open(at(".gover-2-0-default")).unwrap();
    file.set_modified(std::time::SystemTime::now() + 2 * temporary::ABANDONED).unwrap();
    write_atomically(&at("default"), b"1.22\n").unwrap();
    let mut names: Vec<_> = fs::read_dir(root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".gover-2-0-default", ".gover-3-0-current", ".gover-mine-default", "default"]);
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("taken");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("inside"), "").unwrap();
    assert!(write_atomically(&path, b"x").is_err());
    assert_eq!(names(directory.path()), ["taken"]);
    assert!(write_atomically(&directory.path().join("no/such/directory"), b"x").is_err());
}

#[test]
fn a_tree_with_read_only_parts_is_removed_and_a_missing_one_is_fine() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir_all(tree.join("a/b")).unwrap();
    for file in ["a/b/one", "a/two"] {
        let path = tree.join(file);
        fs::write(&path, "x").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
    }
    remove_tree(&tree).unwrap();
    assert!(!tree.exists());
    remove_tree(&tree).unwrap();
}

#[test]
fn removing_a_tree_takes_single_files_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "x").unwrap();
    remove_tree(&path).unwrap();
    assert!(!path.exists());
}

#[test]
fn a_file_to_unpack_must_be_new() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    drop(create_with_mode(&path, false).unwrap());
    assert_eq!(create_with_mode(&path, true).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
}

#[test]
fn an_installed_program_is_the_new_one_and_can_be_executed() {
    let directory = tempfile::tempdir().unwrap();
    let (source, target) = (directory.path().join("new.exe"), directory.path().join("go.exe"));
    fs::write(&source, "new").unwrap();
    fs::write(&target, "old").unwrap();
    install_program(&source, &target).unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"new");
    assert!(is_executable(&target));
    assert_eq!(names(directory.path()), ["go.exe", "new.exe"]);
}

#[test]
fn linking_a_program_twice_leaves_no_other_name() {
    let directory = tempfile::tempdir().unwrap();
    let (source, target) = (directory.path().join("shim.exe"), directory.path().join("go.exe"));
    fs::write(&source, "shim").unwrap();
    hard_link_or_copy(&source, &target).unwrap();
    hard_link_or_copy(&source, &target).unwrap();
    assert!(same_file(&source, &target).unwrap());
    assert_eq!(names(directory.path()), ["go.exe", "shim.exe"]);
    let missing = directory.path().join("missing.exe");
    assert_eq!(hard_link_or_copy(&missing, &target).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert!(target.is_file());
}

#[test]
fn only_leftovers_are_removed() {
    let directory = tempfile::tempdir().unwrap();
    for name in [".gover-1-2-go.exe.old", "mine.old", ".gover-mine.old", "go.exe"] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    remove_leftovers(directory.path()).unwrap();
    assert_eq!(names(directory.path()), [".gover-mine.old", "go.exe", "mine.old"]);
}

#[test]
fn different_files_with_equal_contents_are_not_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let (a, b) = (directory.path().join("a"), directory.path().join("b"));
    fs::write(&a, "x").unwrap();
    fs::write(&b, "x").unwrap();
    assert!(!same_file(&a, &b).unwrap());
    assert!(same_file(directory.path(), &directory.path().join(".")).unwrap());
    assert!(same_file(&a, &directory.path().join("missing")).is_err());
}

#[test]
fn the_size_of_a_tree_is_that_of_its_files() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("a")).unwrap();
    fs::write(directory.path().join("a/one"), [0; 1000]).unwrap();
    fs::write(directory.path().join("two"), [0; 24]).unwrap();
    assert_eq!(tree_size(directory.path()).unwrap(), 1024);
}

#[test]
fn a_directory_has_some_space_and_a_missing_one_is_unknown() {
    let directory = tempfile::tempdir().unwrap();
    assert!(available_space(directory.path()).is_some_and(|bytes| bytes > 0));
    assert_eq!(available_space(&directory.path().join("missing")), None);
}

#[cfg(unix)]
mod on_unix {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn writing_keeps_permissions_and_symbolic_links() {
        let directory = tempfile::tempdir().unwrap();
        let (real, middle, link) =
            (directory.path().join("real"), directory.path().join("middle"), directory.path().join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o600)).unwrap();
        symlink("real", &middle).unwrap();
        symlink(&middle, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(mode(&real), 0o600);
        assert!(link.is_symlink() && middle.is_symlink());
    }

    #[test]
    fn writing_through_a_dangling_link_creates_its_target() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        symlink("real", &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert_eq!(fs::read(directory.path().join("real")).unwrap(), b"new");
        assert!(link.is_symlink());
    }

    #[test]
    fn links_that_go_in_circles_are_an_error() {
        let directory = tempfile::tempdir().unwrap();
        symlink("b", directory.path().join("a")).unwrap();
        symlink("a", directory.path().join("b")).unwrap();
        assert!(write_atomically(&directory.path().join("a"), b"x").is_err());
    }

    #[test]
    fn closed_directories_are_opened_for_removal() {
        let directory = tempfile::tempdir().unwrap();
        let tree = directory.path().join("tree");
        fs::create_dir_all(tree.join("a/b")).unwrap();
        fs::write(tree.join("a/b/file"), "x").unwrap();
        symlink("/", tree.join("a/outside")).unwrap();
        for closed in ["a/b", "a"] {
            fs::set_permissions(tree.join(closed), Permissions::from_mode(0o555)).unwrap();
        }
        // Root may remove everything, so check what lets others do so.
        make_removable(&tree);
        assert_eq!(mode(&tree.join("a/b")), 0o755);
        remove_tree(&tree).unwrap();
        assert!(!tree.exists());
    }

    #[test]
    fn nothing_is_opened_for_removal_behind_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (other, link) = (directory.path().join("other"), directory.path().join("link"));
        fs::create_dir_all(other.join("closed")).unwrap();
        fs::set_permissions(other.join("closed"), Permissions::from_mode(0o555)).unwrap();
        symlink(&other, &link).unwrap();
        make_removable(&link);
        assert_eq!(mode(&other.join("closed")), 0o555);
    }

    #[test]
    fn a_link_is_removed_without_its_target() {
        let directory = tempfile::tempdir().unwrap();
        let (target, link) = (directory.path().join("target"), directory.path().join("link"));
        fs::create_dir(&target).unwrap();
        symlink(&target, &link).unwrap();
        remove_tree(&link).unwrap();
        assert!(target.is_dir() && !link.is_symlink());
    }

    #[test]
    fn modes_follow_what_was_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let (program, text) = (directory.path().join("program"), directory.path().join("text"));
        drop(create_with_mode(&program, true).unwrap());
        drop(create_with_mode(&text, false).unwrap());
        assert!(is_executable(&program) && !is_executable(&text));
        assert_eq!(mode(&program) & 0o700, 0o700);
        fs::set_permissions(&text, Permissions::from_mode(0o640)).unwrap();
        make_executable(&text).unwrap();
        assert_eq!(mode(&text), 0o750);
        assert!(!is_executable(directory.path()));
    }
}

#[cfg(windows)]
#[test]
fn a_running_program_is_replaced_and_cleaned_up_later() {
    use std::process::{Command, Stdio};

    let directory = tempfile::tempdir().unwrap();
    let running = directory.path().join("running.exe");
    let waiting = find_cmd();
    fs::copy(waiting, &running).unwrap();
    let mut child = Command::new(&running)
        .args(["/c", "pause"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let new = directory.path().join("new.exe");
    fs::write(&new, "new").unwrap();
    install_program(&new, &running).unwrap();
    assert_eq!(fs::read(&running).unwrap(), b"new");
    drop(child.stdin.take());
    child.kill().ok();
    child.wait().unwrap();
    imp::patiently(|| remove_leftovers(directory.path())).unwrap();
    assert_eq!(names(directory.path()), ["new.exe", "running.exe"]);
}

#[cfg(windows)]
fn find_cmd() -> PathBuf {
    PathBuf::from(r"C:\windows\system32\cmd.exe")
}

#[cfg(windows)]
#[test]
fn only_files_in_use_are_tried_again() {
    use windows_sys::Win32::Foundation::{
        ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION,
    };

    let error = |code: u32| io::Error::from_raw_os_error(code.cast_signed());
    for code in [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION] {
        let mut attempts = 0;
        let result = imp::patiently(|| {
            attempts += 1;
            if attempts < 3 { Err(error(code)) } else { Ok(attempts) }
        });
        assert_eq!(result.unwrap(), 3);
    }
    let mut attempts = 0;
    let result = imp::patiently::<()>(|| {
        attempts += 1;
        Err(error(ERROR_FILE_NOT_FOUND))
    });
    assert!(result.is_err());
    assert_eq!(attempts, 1);
}

/// Opens a file like a virus scanner: exclusively, and for a moment.
#[cfg(windows)]
#[test]
fn a_file_in_use_is_renamed_and_removed_later() {
    use std::os::windows::fs::OpenOptionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from"), directory.path().join("to"));
    fs::create_dir(&from).unwrap();
    fs::write(from.join("file"), "x").unwrap();
    let actions: [(&Path, &dyn Fn() -> io::Result<()>); 2] =
        [(&from, &|| fs::rename(&from, &to)), (&to, &|| fs::remove_dir_all(&to))];
    for (place, action) in actions {
        let mut held = Some(OpenOptions::new().read(true).share_mode(0).open(place.join("file")).unwrap());
        let mut attempts = 0;
        imp::patiently(|| {
            attempts += 1;
            if attempts == 3 {
                held = None;
            }
            action()
        })
        .unwrap();
        // Wine renames a directory that contains an open file; Windows does not.
        assert!(attempts == 3 || place == from, "{attempts}");
    }
    assert!(names(directory.path()).is_empty());
}

#[test]
fn directories_are_exchanged_or_nothing_has_changed() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    for (path, file) in [(&a, "of-a"), (&b, "of-b")] {
        fs::create_dir(path).unwrap();
        fs::write(path.join(file), "").unwrap();
    }
    let done = exchange(&a, &b).unwrap();
    let (in_a, in_b) = if done { ("of-b", "of-a") } else { ("of-a", "of-b") };
    assert_eq!((names(&a), names(&b)), (vec![in_a.to_owned()], vec![in_b.to_owned()]));
    // The file systems of the tests on these systems support it.
    let expected = cfg!(any(target_os = "linux", target_os = "macos"));
    assert_eq!(done, expected);
}

#[test]
fn a_missing_name_cannot_be_exchanged() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    fs::create_dir(&a).unwrap();
    let result = exchange(&a, &b);
    assert!(matches!(&result, Ok(false)) || result.unwrap_err().kind() == io::ErrorKind::NotFound);
    assert_eq!(names(root.path()), ["a"]);
}

#[cfg(unix)]
#[test]
fn a_file_of_gover_s_own_is_not_written_through_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let root = tempfile::tempdir().unwrap();
    let victim = root.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    fs::set_permissions(&victim, fs::Permissions::from_mode(0o600)).unwrap();
    for is_cached in [false, true] {
        let path = root.path().join(format!("own {is_cached}"));
        symlink(&victim, &path).unwrap();
        let write = if is_cached { write_cached } else { replace_atomically };
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(path.symlink_metadata().unwrap().is_file());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    }
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
}

#[cfg(unix)]
#[test]
fn an_own_directory_is_closed_whatever_it_was() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = tempfile::tempdir().unwrap();
    let (home, sessions) = (root.path().join("home"), root.path().join("home/sessions"));
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let mode = || fs::metadata(&sessions).unwrap().permissions().mode() & 0o7777;
    create_own_directory(&sessions, &home).unwrap();
    assert_eq!(mode(), 0o700);
    set(&sessions, 0o777);
    create_own_directory(&sessions, &home).unwrap();
    assert_eq!(mode(), 0o700);
    fs::remove_dir(&sessions).unwrap();
    set(&home, 0o2775);
    create_own_directory(&sessions, &home).unwrap();
    assert_eq!(mode(), 0o2770);
}
