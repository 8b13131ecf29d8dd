use std::fs;

use super::*;

fn pin_of(name: &str, bytes: &[u8]) -> Result<Option<Pin>, PinError> {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), bytes).unwrap();
    let below = root.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    find_pin(&below, &Temporary::at("/t"))
}

#[test]
fn a_version_file_of_an_editor_or_another_manager_is_read() {
    for (bytes, request, line) in [
        (&b"1.21.5"[..], "1.21.5", 1),
        (b"1.21.5\r\n", "1.21.5", 1),
        (b"\xef\xbb\xbfgo1.21.5\n", "go1.21.5", 1),
        (b"\n# our Go\n 1.21 # newest patch\n1.20\n", "1.21", 3),
    ] {
        let pin = pin_of(VERSION_FILE, bytes).unwrap().unwrap();
        assert_eq!((pin.request.as_str(), pin.line), (request, line));
    }
}

#[test]
fn a_version_file_without_a_version_is_an_error() {
    assert!(matches!(pin_of(VERSION_FILE, b""), Err(PinError::Empty { .. })));
    assert!(matches!(pin_of(VERSION_FILE, b" \r\n# x\n"), Err(PinError::Empty { .. })));
    assert!(matches!(pin_of(VERSION_FILE, b"../x"), Err(PinError::Invalid { line: 1, .. })));
    assert!(matches!(pin_of(VERSION_FILE, b"\x7fELF\x00\xff"), Err(PinError::NotText { .. })));
    assert!(matches!(pin_of(VERSION_FILE, b"1.2\x001"), Err(PinError::Invalid { .. })));
    assert!(matches!(pin_of(VERSION_FILE, &vec![b'1'; 1 << 20]), Err(PinError::TooLarge { .. })));
}

#[test]
fn tool_versions_is_read_for_its_go_line_only() {
    let pin = pin_of(TOOL_VERSIONS_FILE, b"nodejs 20.1.0\ngolang 1.22.5 1.21.0 # pinned\n").unwrap().unwrap();
    assert_eq!((pin.kind, pin.request.as_str(), pin.line), (PinKind::ToolVersions, "1.22.5", 2));
    assert_eq!(pin_of(TOOL_VERSIONS_FILE, b"nodejs 20.1.0\n").unwrap(), None);
}

#[test]
fn the_nearest_file_counts_and_a_directory_is_ignored() {
    let root = tempfile::tempdir().unwrap();
    let below = root.path().join("a");
    fs::create_dir_all(below.join(VERSION_FILE)).unwrap();
    fs::write(root.path().join(VERSION_FILE), "1.20").unwrap();
    fs::write(root.path().join(TOOL_VERSIONS_FILE), "go 1.21").unwrap();
    assert_eq!(find_pin(&below, &Temporary::at("/t")).unwrap().unwrap().request.as_str(), "1.20");
    fs::write(below.join(TOOL_VERSIONS_FILE), "go 1.22").unwrap();
    assert_eq!(find_pin(&below, &Temporary::at("/t")).unwrap().unwrap().request.as_str(), "1.22");
}

#[test]
fn a_pin_in_the_temporary_directory_is_passed_over() {
    let root = tempfile::tempdir().unwrap();
    let temporary = root.path().join("tmp");
    let below = temporary.join("work");
    fs::create_dir_all(&below).unwrap();
    fs::write(root.path().join(VERSION_FILE), "1.20").unwrap();
    fs::write(temporary.join(VERSION_FILE), "not a version").unwrap();
    assert_eq!(find_pin(&below, &Temporary::at(&temporary)).unwrap().unwrap().request.as_str(), "1.20");
    fs::write(below.join(VERSION_FILE), "1.22").unwrap();
    assert_eq!(find_pin(&below, &Temporary::at(&temporary)).unwrap().unwrap().request.as_str(), "1.22");
}

#[test]
fn a_version_file_from_powershell_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(VERSION_FILE);
    let units: Vec<u16> = "\u{feff}1.22.5\r\n".encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for bytes in [&little, &big, &b"\xef\xbb\xbf1.22.5\r\n".to_vec()] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(read_version_file(&path).unwrap().unwrap().request.as_str(), "1.22.5");
    }
    for bytes in [&little[..little.len() - 1], &[0xff, 0xfe, 0x00, 0xd8], &[0xff, 0xff, b'1']] {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(read_version_file(&path), Err(PinError::NotText { .. })));
    }
}
