use std::fs;

use super::*;

/// Makes the link, or says why this system cannot.
fn linked(target: &Path, link: &Path) -> bool {
    match replace(target, link) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            eprintln!("skipped: no directory links here: {error}");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_link_is_replaced_and_its_old_target_stays() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new, link) =
        (directory.path().join("old"), directory.path().join("new"), directory.path().join("link"));
    fs::create_dir(&old).unwrap();
    fs::create_dir(&new).unwrap();
    fs::write(new.join("inside"), "x").unwrap();
    if !linked(&old, &link) {
        return;
    }
    assert!(linked(&new, &link));
    assert_eq!(read(&link).unwrap(), Some(new));
    assert_eq!(fs::read(link.join("inside")).unwrap(), b"x");
    assert!(old.is_dir());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
}

#[test]
fn removing_a_link_keeps_the_target_and_twice_is_fine() {
    let directory = tempfile::tempdir().unwrap();
    let (target, link) = (directory.path().join("target"), directory.path().join("link"));
    fs::create_dir(&target).unwrap();
    fs::write(target.join("inside"), "x").unwrap();
    if !linked(&target, &link) {
        return;
    }
    remove(&link).unwrap();
    remove(&link).unwrap();
    assert!(target.join("inside").is_file());
    assert_eq!(read(&link).unwrap(), None);
}

#[test]
fn what_is_not_a_link_is_never_replaced_or_removed() {
    let directory = tempfile::tempdir().unwrap();
    let real = directory.path().join("real");
    fs::create_dir(&real).unwrap();
    assert_eq!(replace(directory.path(), &real).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(remove(&real).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert!(real.is_dir());
}
