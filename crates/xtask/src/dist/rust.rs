//! Which compiler builds a target, and with which linker and flags.
//!
//! Where the target's standard library is installed (`rustup target add`), the compiler on PATH
//! does it. Otherwise the one of Debian's rustc-web does, which has that library's sources and
//! builds it too.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::target::Target;
use crate::files::write;
use crate::process::run;

/// A compiler that can build a target.
#[derive(Debug)]
pub(super) struct Rust {
    pub(super) triple: &'static str,
    pub(super) cargo: PathBuf,
    pub(super) rustc: PathBuf,
    pub(super) sysroot: PathBuf,
    /// Whether the standard library must be built, since only its sources are here.
    pub(super) builds_std: bool,
}

/// What the linker and the C compiler of a triple are called where the standard library is built
/// from sources.
struct Cross {
    triple: &'static str,
    prefix: &'static str,
    /// Where Debian keeps the target's musl, if the target has one.
    musl: Option<&'static str>,
}

const CROSS: &[Cross] = &[
    Cross {
        triple: "x86_64-unknown-linux-musl",
        prefix: "x86_64-linux-gnu",
        musl: Some("x86_64-linux-musl"),
    },
    Cross {
        triple: "aarch64-unknown-linux-musl",
        prefix: "aarch64-linux-gnu",
        musl: Some("aarch64-linux-musl"),
    },
    Cross { triple: "x86_64-pc-windows-gnu", prefix: "x86_64-w64-mingw32", musl: None },
];

impl Rust {
    pub(super) fn for_target(target: &Target) -> Result<Self, String> {
        let own = Self::installed(PathBuf::from(env!("CARGO")), PathBuf::from("rustc"), target)?;
        if let Some(own) = own {
            return Ok(own);
        }
        let (cargo, rustc) = (Path::new(DEBIAN_CARGO), Path::new(DEBIAN_RUSTC));
        if cargo.is_file() && rustc.is_file() {
            let sysroot = sysroot(rustc)?;
            let has_sources = sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file();
            let cross = CROSS.iter().find(|cross| target.triples.contains(&cross.triple));
            if let Some(cross) = cross.filter(|cross| has_sources && cross.is_here()) {
                return Ok(Self {
                    triple: cross.triple,
                    cargo: cargo.to_owned(),
                    rustc: rustc.to_owned(),
                    sysroot,
                    builds_std: true,
                });
            }
        }
        Err(format!(
            "cannot build {} here: rustup target add {}\n  or, on Debian, see docs/releasing.md for the packages",
            target.name,
            target.triples.first().copied().unwrap_or_default(),
        ))
    }

    fn installed(cargo: PathBuf, rustc: PathBuf, target: &Target) -> Result<Option<Self>, String> {
        let sysroot = sysroot(&rustc)?;
        let has = |triple: &&&str| sysroot.join("lib/rustlib").join(triple).join("lib").is_dir();
        let triple = target.triples.iter().find(has).copied();
        Ok(triple.map(|triple| Self { triple, cargo, rustc, sysroot, builds_std: false }))
    }

    /// What a build needs in its environment. `scratch` is a directory for what is made for it.
    pub(super) fn environment(&self, scratch: &Path) -> Result<Vec<(String, String)>, String> {
        let mut environment = vec![("RUSTC".to_owned(), text(&self.rustc))];
        if !self.builds_std {
            return Ok(environment);
        }
        // -Zbuild-std is not stable. Nothing else here needs this.
        environment.push(("RUSTC_BOOTSTRAP".to_owned(), "1".to_owned()));
        let Some(cross) = CROSS.iter().find(|cross| cross.triple == self.triple) else {
            return Ok(environment);
        };
        let (lower, upper) = (self.triple.replace('-', "_"), self.triple.replace('-', "_").to_uppercase());
        let gcc = format!("{}-gcc", cross.prefix);
        environment.push((format!("CARGO_TARGET_{upper}_LINKER"), gcc.clone()));
        environment.push((format!("CC_{lower}"), gcc.clone()));
        environment.push((format!("AR_{lower}"), format!("{}-ar", cross.prefix)));
        if let Some(musl) = cross.musl {
            let headers = run(Command::new(&gcc).arg("-print-file-name=include"))?;
            environment.push((
                format!("CFLAGS_{lower}"),
                format!("-nostdinc -isystem /usr/include/{musl} -isystem {headers}"),
            ));
            provide_unwinder(cross.prefix, scratch)?;
        }
        Ok(environment)
    }

    /// Flags for the compiler that only this way of building needs.
    pub(super) fn flags(&self, scratch: &Path) -> Vec<String> {
        let cross = CROSS.iter().find(|cross| self.builds_std && cross.triple == self.triple);
        let Some(musl) = cross.and_then(|cross| cross.musl) else { return Vec::new() };
        vec![
            // The start files and the library are Debian's.
            "-Clink-self-contained=no".to_owned(),
            format!("-Clink-arg=-B/usr/lib/{musl}"),
            format!("-Lnative={}", scratch.display()),
        ]
    }

    pub(super) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--target".to_owned(), self.triple.to_owned()];
        if self.builds_std {
            arguments.push("-Zbuild-std=std,panic_abort".to_owned());
        }
        arguments
    }
}

impl Cross {
    fn is_here(&self) -> bool {
        let gcc = Path::new("/usr/bin").join(format!("{}-gcc", self.prefix));
        let libc = self.musl.map(|musl| Path::new("/usr/lib").join(musl).join("libc.a"));
        gcc.is_file() && libc.is_none_or(|libc| libc.is_file())
    }
}

/// The standard library for musl is linked with a `libunwind.a`, which Debian does not have.
fn provide_unwinder(prefix: &str, scratch: &Path) -> Result<(), String> {
    let (source, library) = (scratch.join("unwinder.c"), scratch.join("libunwind.a"));
    write(&source, UNWINDER)?;
    let object = source.with_extension("o");
    run(Command::new(format!("{prefix}-gcc")).args(["-O1", "-c", "-o"]).arg(&object).arg(&source))?;
    if library.exists() {
        std::fs::remove_file(&library)
            .map_err(|error| format!("cannot remove `{}`: {error}", library.display()))?;
    }
    run(Command::new(format!("{prefix}-ar")).arg("rcsD").arg(&library).arg(&object)).map(drop)
}

const UNWINDER: &str = include_str!("unwinder.c");

fn sysroot(rustc: &Path) -> Result<PathBuf, String> {
    run(Command::new(rustc).args(["--print", "sysroot"])).map(PathBuf::from)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
