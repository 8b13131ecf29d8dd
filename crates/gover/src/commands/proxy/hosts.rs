//! The hosts file, which gives names other addresses than the name servers do.

use std::path::PathBuf;

use gover_core::Env;
use gover_core::platform::IS_WINDOWS;
use gover_core::text::decode;
use gover_sys::file::read_limited;

/// The content of the hosts file; empty if it cannot be read.
pub(super) fn read(env: &Env) -> String {
    let bytes = read_limited(&path(env), LIMIT).unwrap_or_default();
    decode(bytes).unwrap_or_default()
}

fn path(env: &Env) -> PathBuf {
    if !IS_WINDOWS {
        return PathBuf::from("/etc/hosts");
    }
    let system = env.var("SystemRoot").map_or_else(|| PathBuf::from(r"C:\Windows"), PathBuf::from);
    system.join(r"System32\drivers\etc\hosts")
}

/// The first line that has an address for a name.
pub(super) fn line_of(name: &str, hosts: &str) -> Option<usize> {
    let has_name = |line: &str| {
        let entry = line.split('#').next().unwrap_or_default();
        entry.split_whitespace().skip(1).any(|known| known.eq_ignore_ascii_case(name))
    };
    hosts.lines().position(has_name).map(|index| index + 1)
}

const LIMIT: u64 = 8 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_its_first_line_whatever_its_case() {
        let hosts = "# 10.0.0.1 a.example\n127.0.0.1\tlocalhost\n10.0.0.2 b.example  A.example # new\n";
        assert_eq!(line_of("a.example", hosts), Some(3));
        assert_eq!(line_of("LOCALHOST", hosts), Some(2));
        for absent in ["10.0.0.2", "new", "example", ""] {
            assert_eq!(line_of(absent, hosts), None, "{absent}");
        }
    }
}
