//! The architecture a program was built for, from its first bytes: ELF, PE, and Mach-O, thin or
//! fat.

use std::io::Read as _;
use std::path::Path;

use super::Arch;
use crate::bounded;

/// The architectures for which the file has code; none if it is not a program or of an unknown
/// kind, such as a script. Reads once, however long the file is.
pub fn architectures_of(path: &Path) -> Vec<Arch> {
    let mut first = Vec::with_capacity(LENGTH);
    let read = bounded::open(path).and_then(|file| file.take(LENGTH as u64).read_to_end(&mut first));
    if read.is_ok() { architectures(&first) } else { Vec::new() }
}

/// Like [`architectures_of`], from the first kilobyte of a program.
pub fn architectures(first: &[u8]) -> Vec<Arch> {
    let found = match first.get(..4) {
        Some([0x7f, b'E', b'L', b'F']) => elf(first).into_iter().collect(),
        Some([b'M', b'Z', ..]) => pe(first).into_iter().collect(),
        Some([0xcf | 0xce, 0xfa, 0xed, 0xfe]) => little32(first, 4).and_then(mach_name).into_iter().collect(),
        Some([0xca, 0xfe, 0xba, 0xbe]) => fat(first, 20),
        Some([0xca, 0xfe, 0xba, 0xbf]) => fat(first, 32),
        _ => Vec::new(),
    };
    found.into_iter().map(Arch::known).collect()
}

/// `e_machine`, with class and byte order if one number stands for several architectures (System V
/// ABI, chapter 4).
fn elf(first: &[u8]) -> Option<&'static str> {
    let wide = *first.get(4)? == 2;
    let little = *first.get(5)? == 1;
    let machine: [u8; 2] = first.get(18..20)?.try_into().ok()?;
    let machine = if little { u16::from_le_bytes(machine) } else { u16::from_be_bytes(machine) };
    Some(match (machine, wide, little) {
        (3, _, _) => "386",
        (8, false, true) => "mipsle",
        (8, false, false) => "mips",
        (8, true, true) => "mips64le",
        (8, true, false) => "mips64",
        (21, _, true) => "ppc64le",
        (21, _, false) => "ppc64",
        (22, true, _) => "s390x",
        (40, _, _) => "arm",
        (62, true, _) => "amd64",
        (183, true, true) => "arm64",
        (243, true, _) => "riscv64",
        (258, true, _) => "loong64",
        _ => return None,
    })
}

/// `Machine` after the signature that the DOS header points to (PE format, "COFF File Header").
fn pe(first: &[u8]) -> Option<&'static str> {
    let start = usize::try_from(little32(first, 0x3c)?).ok()?;
    let header = first.get(start..)?.strip_prefix(b"PE\0\0")?;
    let machine = u16::from_le_bytes(header.get(..2)?.try_into().ok()?);
    Some(match machine {
        0x014c => "386",
        0x8664 => "amd64",
        0xaa64 => "arm64",
        0x01c0 | 0x01c4 => "arm",
        _ => return None,
    })
}

/// The `cputype` of each part. The header of a fat program is big-endian (<mach-o/fat.h>).
fn fat(first: &[u8], entry: usize) -> Vec<&'static str> {
    let big32 = |at: usize| Some(u32::from_be_bytes(first.get(at..at + 4)?.try_into().ok()?));
    let parts = big32(4).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    // A compiled Java class begins alike. Its next four bytes are a version of at least 45.
    if parts > MOST_PARTS {
        return Vec::new();
    }
    (0..parts).filter_map(|part| big32(8 + part * entry).and_then(mach_name)).collect()
}

/// `cputype` (<mach/machine.h>). Every Mac that Go runs on is little-endian.
fn mach_name(kind: u32) -> Option<&'static str> {
    Some(match kind {
        7 => "386",
        0x0100_0007 => "amd64",
        12 => "arm",
        0x0100_000c => "arm64",
        _ => return None,
    })
}

fn little32(first: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(first.get(at..at + 4)?.try_into().ok()?))
}

/// The linker of Go puts the PE header at 128; other linkers also stay below a kilobyte.
const LENGTH: usize = 1024;
const MOST_PARTS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(first: &[u8]) -> Vec<&'static str> {
        architectures(first).into_iter().map(Arch::as_str).collect()
    }

    fn elf_of(class: u8, order: u8, machine: u16) -> Vec<u8> {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.extend([class, order, 1]);
        bytes.resize(18, 0);
        bytes.extend(if order == 1 { machine.to_le_bytes() } else { machine.to_be_bytes() });
        bytes
    }

    fn pe_of(start: u32, machine: u16) -> Vec<u8> {
        let mut bytes = b"MZ".to_vec();
        bytes.resize(0x3c, 0);
        bytes.extend(start.to_le_bytes());
        bytes.resize(usize::try_from(start).unwrap(), 0);
        bytes.extend(b"PE\0\0");
        bytes.extend(machine.to_le_bytes());
        bytes
    }

    fn fat_of(magic: u32, entry: usize, kinds: &[u32]) -> Vec<u8> {
        let mut bytes = magic.to_be_bytes().to_vec();
        bytes.extend(u32::try_from(kinds.len()).unwrap().to_be_bytes());
        for kind in kinds {
            let end = bytes.len() + entry;
            bytes.extend(kind.to_be_bytes());
            bytes.resize(end, 0);
        }
        bytes
    }

    #[test]
    fn an_elf_header_has_machine_class_and_byte_order() {
        for (class, order, machine, name) in [
            (2, 1, 62, "amd64"),
            (2, 1, 183, "arm64"),
            (1, 1, 3, "386"),
            (1, 1, 40, "arm"),
            (2, 2, 22, "s390x"),
            (2, 1, 21, "ppc64le"),
            (2, 2, 21, "ppc64"),
            (2, 1, 243, "riscv64"),
            (2, 1, 258, "loong64"),
            (1, 2, 8, "mips"),
            (1, 1, 8, "mipsle"),
            (2, 2, 8, "mips64"),
            (2, 1, 8, "mips64le"),
        ] {
            assert_eq!(names(&elf_of(class, order, machine)), [name]);
            // People may give each of these names.
            assert!(Arch::parse(name).is_ok());
        }
        assert!(names(&elf_of(2, 1, 0xffff)).is_empty());
    }

    #[test]
    fn the_header_of_a_windows_program_may_be_anywhere() {
        for (machine, name) in [(0x8664, "amd64"), (0xaa64, "arm64"), (0x14c, "386"), (0x1c4, "arm")] {
            assert_eq!(names(&pe_of(0x80, machine)), [name]);
            assert_eq!(names(&pe_of(0x110, machine)), [name]);
        }
        let mut far = pe_of(0x80, 0x8664);
        far[0x3c..0x40].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(names(&far).is_empty());
    }

    #[test]
    fn a_mac_program_has_one_architecture_or_several() {
        let thin = |kind: u32| [0xfeed_facf_u32.to_le_bytes(), kind.to_le_bytes()].concat();
        assert_eq!(names(&thin(0x0100_0007)), ["amd64"]);
        assert_eq!(names(&thin(0x0100_000c)), ["arm64"]);
        let both = [0x0100_0007, 0x0100_000c];
        assert_eq!(names(&fat_of(0xcafe_babe, 20, &both)), ["amd64", "arm64"]);
        assert_eq!(names(&fat_of(0xcafe_babf, 32, &both)), ["amd64", "arm64"]);
        // The class file of Java 8.
        assert!(names(&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52]).is_empty());
    }

    #[test]
    fn other_files_and_incomplete_ones_have_no_architecture() {
        let whole = [elf_of(2, 1, 62), pe_of(0x80, 0x8664), fat_of(0xcafe_babe, 20, &[0x0100_0007])];
        for bytes in &whole {
            // A part of a fat program counts as soon as its kind is known.
            let least = if bytes[0] == 0xca { 12 } else { bytes.len() };
            for length in 0..least {
                assert!(names(&bytes[..length]).is_empty(), "{length} of {bytes:x?}");
            }
        }
        assert!(names(b"#!/bin/sh\n").is_empty());
        assert!(architectures_of(Path::new("/nonexistent")).is_empty());
    }

    #[test]
    fn this_program_is_for_the_platform_it_was_built_for() {
        let own = architectures_of(&std::env::current_exe().unwrap());
        assert_eq!(own, [Arch::parse(super::super::Platform::host().arch()).unwrap()]);
    }
}
