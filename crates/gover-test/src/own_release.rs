//! A release of gover itself, as a directory of archives and as a module.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use gover_core::Platform;
use gover_core::layout::executable_name;

use crate::context::write_below;
use crate::digest::{dirhash, sha256_hex};
use crate::log::FakeLog;
use crate::programs::{Programs, place_executable, released};
use crate::release::{Entry, pack_tar_gz, pack_zip};
use crate::server::FakeServer;
use crate::service::lock;
use crate::signer::Signer;

/// A release whose two programs are those of the running test, with another version at their end.
/// Clones share their bytes.
#[derive(Clone)]
pub struct OwnRelease {
    version: String,
    /// What else is compiled into its gover.
    constants: BTreeMap<&'static str, String>,
    platform: Platform,
    programs: Arc<[Vec<u8>; 2]>,
    archive: Arc<Vec<u8>>,
    zip: Arc<Vec<u8>>,
}

impl OwnRelease {
    /// The path of the module that releases are published as.
    pub const MODULE: &'static str = "gover.test/gover";

    /// The name of the key that signs lists of releases.
    pub const SIGNER: &'static str = "gover-release";

    /// The release of that version, which updates from the module. Making one takes a second, so the
    /// tests of a program share them.
    pub fn new(version: &str) -> Self {
        Self::with(version, &[("module", Self::MODULE)])
    }

    /// The same with other constants: `module`, `base`, `changelog`.
    pub fn with(version: &str, constants: &[(&'static str, &str)]) -> Self {
        static MADE: Mutex<BTreeMap<String, OwnRelease>> = Mutex::new(BTreeMap::new());
        let key = format!("{version} {constants:?}");
        let mut made = lock(&MADE);
        if let Some(release) = made.get(&key) {
            return release.clone();
        }
        let constants: BTreeMap<_, _> =
            constants.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let pairs = constants.iter().map(|(name, value)| format!("{name}={value}"));
        let pairs: Vec<String> = [format!("version={version}")].into_iter().chain(pairs).collect();
        let end = format!("\n{MARK}{}\n", pairs.join(" "));
        let shim = fs::read(Programs::find(None, None).shim()).expect("the shim is readable");
        let gover = fs::read(released()).expect("the program is readable");
        let programs = [gover, shim].map(|program| [program, end.clone().into_bytes()].concat());
        let release = Self::of_programs(version, constants, programs);
        made.insert(key, release.clone());
        release
    }

    /// With other bytes in place of the manager: a release that does not work, or is another one.
    #[must_use]
    pub fn with_gover(&self, gover: impl Into<Vec<u8>>) -> Self {
        let programs = [gover.into(), self.programs[1].clone()];
        Self::of_programs(&self.version, self.constants.clone(), programs)
    }

    /// The same bytes as another version.
    #[must_use]
    pub fn renamed(&self, version: &str) -> Self {
        Self::of_programs(version, self.constants.clone(), (*self.programs).clone())
    }

    /// What the end of a program says that it was built with, for the program itself.
    pub fn end_of(program: &[u8]) -> String {
        let tail = program.get(program.len().saturating_sub(1 << 12)..).unwrap_or_default();
        let text = String::from_utf8_lossy(tail);
        text.rsplit_once(MARK).map(|(_, end)| end.trim_end().to_owned()).unwrap_or_default()
    }

    pub fn archive_name(&self) -> String {
        let extension = if self.platform.is_windows() { "zip" } else { "tar.gz" };
        format!("gover-{}-{}.{extension}", self.version, self.platform)
    }

    pub fn archive(&self) -> &[u8] {
        &self.archive
    }

    /// The text of the signed list: the version, then the lines of SHA256SUMS.
    pub fn list(&self) -> String {
        format!("gover {}\n{}  {}\n", self.version, sha256_hex(&self.archive), self.archive_name())
    }

    /// Writes the files of a release into a directory, with the list that `signer` signs.
    pub fn write_to(&self, directory: &Path, signer: &Signer) {
        write_below(&directory.join(self.archive_name()), self.archive());
        write_below(&directory.join("SHA256SUMS.note"), signer.sign(&self.list()));
    }

    /// Serves them below `path`, as GitHub does, and as the latest release.
    pub fn serve(&self, server: &FakeServer, path: &str, signer: &Signer) {
        for directory in [format!("{path}/latest/download"), format!("{path}/download/v{}", self.version)] {
            server.serve(&format!("{directory}/{}", self.archive_name()), self.archive());
            server.serve(&format!("{directory}/SHA256SUMS.note"), signer.sign(&self.list()));
        }
    }

    /// Installs both programs into `bin`, without gover.
    pub fn install(&self, bin: &Path) {
        for (name, bytes) in ["gover", "gover-shim"].iter().zip(self.programs.iter()) {
            let target = bin.join(executable_name(name));
            place_executable(&released(), &target, Some(bytes));
        }
    }

    pub fn module_version(&self) -> String {
        format!("v{}-{}", self.version, self.platform)
    }

    pub fn zip(&self) -> &[u8] {
        &self.zip
    }

    /// The go.sum lines of its module, as the checksum database has them.
    pub fn record(&self, log: &FakeLog) {
        let (module, version) = (Self::MODULE, self.module_version());
        let root = format!("{module}@{version}/");
        let files = module_files(&root, &self.version, &self.programs, &self.platform);
        let h1 = dirhash(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        let go_mod = dirhash([("go.mod", go_mod().as_bytes())]);
        log.add(&format!("{module} {version} {h1}\n{module} {version}/go.mod {go_mod}\n"));
    }

    /// Serves the module below `path` of a server that stands for a proxy.
    pub fn serve_module(&self, server: &FakeServer, path: &str) {
        let (directory, version) = (format!("{path}/{}/@v", Self::MODULE), self.module_version());
        server.serve(&format!("{directory}/{version}.info"), format!("{{\"Version\":\"{version}\"}}"));
        server.serve(&format!("{directory}/{version}.mod"), go_mod());
        server.serve(&format!("{directory}/{version}.zip"), self.zip());
        server.append_line(&format!("{directory}/list"), &version);
    }

    fn of_programs(version: &str, constants: BTreeMap<&'static str, String>, programs: [Vec<u8>; 2]) -> Self {
        let platform = Platform::host();
        let root = format!("gover-{version}-{platform}/");
        let entry = |(name, bytes): (&str, &Vec<u8>)| Entry {
            executable: true,
            ..Entry::file(&format!("{root}{}", executable_name(name)), bytes)
        };
        let names = ["gover", "gover-shim"];
        let mut entries = vec![
            Entry::directory(&root),
            Entry::file(&format!("{root}LICENSE"), "free\n"),
            Entry::file(&format!("{root}man/gover.1"), page(version)),
        ];
        entries.extend(names.into_iter().zip(&programs).map(entry));
        let archive = if platform.is_windows() { pack_zip(&entries) } else { pack_tar_gz(&entries) };
        let root = format!("{}@v{version}-{platform}/", Self::MODULE);
        let files = module_files(&root, version, &programs, &platform);
        let files: Vec<_> = files.iter().map(|(name, bytes)| Entry::file(name, bytes)).collect();
        Self {
            version: version.to_owned(),
            constants,
            programs: Arc::new(programs),
            archive: Arc::new(archive),
            zip: Arc::new(pack_zip(&files)),
            platform,
        }
    }
}

fn module_files(
    root: &str,
    version: &str,
    programs: &[Vec<u8>; 2],
    platform: &Platform,
) -> Vec<(String, Vec<u8>)> {
    let extension = if platform.is_windows() { ".exe" } else { "" };
    let [gover, shim] = programs;
    vec![
        (format!("{root}LICENSE"), b"free\n".to_vec()),
        (format!("{root}bin/gover{extension}"), gover.clone()),
        (format!("{root}bin/gover-shim{extension}"), shim.clone()),
        (format!("{root}go.mod"), go_mod().into_bytes()),
        (format!("{root}man/gover.1"), page(version).into_bytes()),
    ]
}

fn page(version: &str) -> String {
    format!(".TH gover 1 \"gover {version}\"\n")
}

fn go_mod() -> String {
    format!("module {}\n", OwnRelease::MODULE)
}

const MARK: &str = "GOVER-TEST-RELEASE ";
