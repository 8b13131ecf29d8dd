//! Whether this is a container, and the C library of its programs.

use crate::{MachinePath, Os, Snapshot};

/// The kind of container that this system runs in; `None` if it seems to be a whole machine.
pub fn container(snapshot: &Snapshot<'_>) -> Option<String> {
    let path = |path: &str| snapshot.system.path(path);
    if snapshot.variable("KUBERNETES_SERVICE_HOST").is_some() {
        return Some("kubernetes".to_owned());
    }
    for (file, name) in [("/.dockerenv", "docker"), ("/run/.containerenv", "podman")] {
        if snapshot.exists(&path(file)) {
            return Some(name.to_owned());
        }
    }
    if snapshot.system.os != Os::Linux {
        return None;
    }
    // systemd.io/CONTAINER_INTERFACE: a manager of containers sets the variable, systemd keeps the file.
    let file = || snapshot.text(&path("/run/systemd/container"));
    let named = snapshot.variable("container").map(str::to_owned).or_else(file);
    let word = named.map(|name| name.trim().to_owned()).filter(|name| is_word(name));
    word.or_else(|| snapshot.text(&path("/proc/1/cgroup")).and_then(|groups| by_groups(&groups)))
}

/// Version 1 of control groups has the path of the container's group in it.
fn by_groups(groups: &str) -> Option<String> {
    let known = ["kubepods", "docker", "lxc", "libpod"].into_iter().find(|name| groups.contains(name))?;
    Some(if known == "kubepods" { "kubernetes" } else { known }.to_owned())
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.len() < 32 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The C library that `/bin/sh` is linked with, as its program interpreter says; `None` elsewhere than on
/// Linux, and for a static one.
pub fn libc(snapshot: &Snapshot<'_>) -> Option<&'static str> {
    if snapshot.system.os != Os::Linux {
        return None;
    }
    let shell: MachinePath = snapshot.system.path("/bin/sh");
    let head = snapshot.disk.head(&shell, 8 << 10);
    let has = |name: &[u8]| head.windows(name.len()).any(|bytes| bytes == name);
    let known = [("ld-musl-", "musl"), ("ld-linux", "glibc"), ("/ld64.so", "glibc"), ("/linker", "bionic")];
    known.into_iter().find(|(name, _)| has(name.as_bytes())).map(|(_, libc)| libc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn containers_are_recognized() {
        let of = |machine: Machine| machine.snapshot(container);
        assert_eq!(of(Machine::linux()), None);
        assert_eq!(of(Machine::linux().file("/.dockerenv", "")).as_deref(), Some("docker"));
        assert_eq!(of(Machine::linux().var("container", "lxc")).as_deref(), Some("lxc"));
        let groups = "2:cpu:/kubepods/besteffort/pod7/3f\n";
        assert_eq!(of(Machine::linux().file("/proc/1/cgroup", groups)).as_deref(), Some("kubernetes"));
        assert_eq!(of(Machine::linux().file("/proc/1/cgroup", "0::/\n")), None);
    }

    #[test]
    fn the_c_library_is_that_of_the_shell() {
        let of = |machine: Machine| machine.snapshot(libc);
        let linux =
            |interpreter: &[u8]| Machine::linux().bytes("/bin/sh", &[b"\x7fELF\0", interpreter].concat());
        assert_eq!(of(linux(b"/lib64/ld-linux-x86-64.so.2\0")), Some("glibc"));
        assert_eq!(of(linux(b"/lib/ld-musl-x86_64.so.1\0")), Some("musl"));
        assert_eq!(of(linux(b"")), None);
        assert_eq!(of(Machine::macos()), None);
    }
}
