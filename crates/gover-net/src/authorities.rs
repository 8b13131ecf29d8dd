//! Certificate authorities that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
//!
//! On Linux and the BSDs they are read as Go reads them (crypto/x509, `loadSystemRoots`). The file
//! replaces the bundle of the system, and the directories replace its directories. So a file with
//! only the authority of a company adds to the public ones. On other systems Go ignores both
//! variables; gover then trusts only the authorities that they name.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reqwest::Certificate;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use gover_sys::file::read_limited;

use super::{HttpError, innermost};
use crate::settings::Certificates;

/// The authorities that the settings name; `None` if the operating system chooses them.
pub(super) fn read(settings: &Certificates) -> Result<Option<Vec<Certificate>>, HttpError> {
    let Certificates { file, directories } = settings;
    if file.is_none() && directories.is_empty() {
        return Ok(None);
    }
    let like_go = matches!(std::env::consts::OS, "linux" | "freebsd" | "openbsd" | "netbsd" | "dragonfly");
    let mut found = Found::default();
    match file {
        Some(path) => {
            // No check for a regular file: as in Go, the user may name a pipe of a shell.
            let bytes = fs::read(path).map_err(|error| HttpError::certificates(path.clone(), &error))?;
            if found.add(&bytes) == 0 {
                return Err(holds_none(path));
            }
        }
        None if like_go => {
            if let Some(bytes) = FILES.iter().find_map(|path| read_limited(Path::new(path), LIMIT).ok()) {
                found.add(&bytes);
            }
        }
        None => {}
    }
    for directory in directories {
        found.add_directory(directory).map_err(|error| HttpError::certificates(directory.clone(), &error))?;
    }
    if directories.is_empty() && like_go {
        for directory in DIRECTORIES {
            // A system has at most one of them.
            let _ = found.add_directory(Path::new(directory));
        }
    }
    if let (true, Some(path)) = (found.certificates.is_empty(), directories.first()) {
        return Err(holds_none(path));
    }
    let certificates = found.certificates.iter().map(|der| Certificate::from_der(der));
    let certificates: Result<Vec<_>, _> = certificates.collect();
    certificates.map(Some).map_err(|error| HttpError::Setup { reason: innermost(&error) })
}

fn holds_none(path: &Path) -> HttpError {
    HttpError::Certificates { path: path.to_owned(), reason: "it holds none".to_owned() }
}

/// Certificates that can be used as authorities, without duplicates.
#[derive(Default)]
struct Found {
    certificates: BTreeSet<Vec<u8>>,
}

impl Found {
    /// Adds the authorities in a file and returns how many; skips anything else, as Go does.
    fn add(&mut self, pem: &[u8]) -> usize {
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(pem).flatten() {
            if RootCertStore::empty().add(certificate.clone()).is_ok() {
                self.certificates.insert(certificate.to_vec());
                count += 1;
            }
        }
        count
    }

    /// Adds the files of a directory, but not links within it, which OpenSSL uses as an index.
    fn add_directory(&mut self, directory: &Path) -> io::Result<()> {
        for entry in fs::read_dir(directory)?.flatten() {
            let path = entry.path();
            if !is_link_within(&path)
                && let Ok(bytes) = read_limited(&path, LIMIT)
            {
                self.add(&bytes);
            }
        }
        Ok(())
    }
}

fn is_link_within(path: &Path) -> bool {
    fs::read_link(path).is_ok_and(|target: PathBuf| target.components().count() == 1)
}

/// The first that exists is read (crypto/x509, `root_linux.go` and `root_bsd.go`).
const FILES: [&str; 9] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/etc/openssl/certs/ca-certificates.crt",
];

/// The maximum size of a file. A bundle of all public authorities has about a million bytes.
const LIMIT: u64 = 32 << 20;

/// The directories of the systems. All that exist are read.
const DIRECTORIES: [&str; 4] =
    ["/etc/ssl/certs", "/etc/pki/tls/certs", "/usr/local/share/certs", "/etc/openssl/certs"];

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_in_a_directory_of_authorities_is_skipped() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe.pem");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut found = Found::default();
        found.add_directory(root.path()).unwrap();
        assert!(found.certificates.is_empty());
    }
}
