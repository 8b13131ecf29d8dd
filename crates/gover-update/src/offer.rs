//! Which release there is, and its programs: downloaded, proven and unpacked.

use std::fs;
use std::path::{Path, PathBuf};

use gover_archive::digest::{FileDigest, Sha256, hash1};
use gover_archive::{Container, Guard, Limits, Progress, Unpacked, unpack};
use gover_core::Platform;
use gover_core::layout::executable_name;
use gover_install::FileError;
use gover_log::LogRecord;
use gover_source::{Location, LookupError, ModuleZip, SourceError, SourceSpec, Supply};

use crate::error::UpdateError;
use crate::release_build::ReleaseBuild;
use crate::replace::{Directory, Staged};
use crate::sums::{NOTE, SignedSums};
use crate::version::ReleaseVersion;

/// Looks for releases of gover for one platform.
#[derive(Clone, Copy, Debug)]
pub struct Finder<'a> {
    pub supply: &'a Supply,
    pub build: &'a ReleaseBuild,
    pub platform: &'a Platform,
    /// A directory or address of archives, in place of what the build names.
    pub from: Option<&'a Location>,
}

/// A release that can be downloaded.
#[derive(Clone, Debug)]
pub struct Offer {
    pub version: ReleaseVersion,
    /// Where it is, for messages.
    pub source: String,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    Module(&'static str),
    Archives { directory: Location, sums: SignedSums },
}

impl Offer {
    /// What proves it, for messages.
    pub fn proof(&self) -> &'static str {
        match self.origin {
            Origin::Module(_) => "checksum database",
            Origin::Archives { .. } => "signature",
        }
    }

    /// Fails if this release, which nobody asked for by its version, is older than `installed`.
    pub fn check_not_older(&self, installed: &ReleaseVersion) -> Result<(), UpdateError> {
        if self.version >= *installed {
            return Ok(());
        }
        let (found, place) = (self.version.clone(), self.source.clone());
        Err(UpdateError::Older { found, installed: installed.clone(), place })
    }
}

impl Finder<'_> {
    /// The release of that version, or else the newest one that is not a pre-release. The module is
    /// asked first. If it cannot be had, the archives are; a wrong signature or sum stops everything.
    pub async fn find(&self, version: Option<&ReleaseVersion>) -> Result<Offer, UpdateError> {
        if let Some(from) = self.from {
            return self.in_archives(from, [Shape::Flat, Shape::Releases], version).await;
        }
        let base = self.build.base.map(parse_base).transpose()?;
        match (self.build.module, &base) {
            (None, None) => Err(UpdateError::Unconfigured),
            (None, Some(base)) => self.in_base(base, version).await,
            (Some(module), None) => self.in_module(module, version).await,
            (Some(module), Some(base)) => match self.in_module(module, version).await {
                Err(of_module) if of_module.is_absence() => {
                    self.in_base(base, version).await.map_err(|error| of_module.unless_severe(error))
                }
                found => found,
            },
        }
    }

    async fn in_base(&self, base: &Location, version: Option<&ReleaseVersion>) -> Result<Offer, UpdateError> {
        self.in_archives(base, [Shape::Releases, Shape::Flat], version).await
    }

    async fn in_module(
        &self,
        module: &'static str,
        version: Option<&ReleaseVersion>,
    ) -> Result<Offer, UpdateError> {
        let version = if let Some(version) = version {
            self.supply.check_module(module, &version.module_version(self.platform)).await?;
            version.clone()
        } else {
            let listed = self.supply.module_versions(module).await?;
            let own = listed.iter().filter_map(|listed| ReleaseVersion::of_module(listed, self.platform));
            own.filter(ReleaseVersion::is_stable).max().ok_or_else(|| UpdateError::NoRelease {
                place: format!("module {module}"),
                platform: self.platform.clone(),
            })?
        };
        Ok(Offer { version, source: "goproxy".to_owned(), origin: Origin::Module(module) })
    }

    async fn in_archives(
        &self,
        base: &Location,
        shapes: [Shape; 2],
        version: Option<&ReleaseVersion>,
    ) -> Result<Offer, UpdateError> {
        let keys = self.build.verifiers().map_err(UpdateError::Key)?;
        if keys.is_empty() {
            return Err(UpdateError::NoKey);
        }
        let mut other = None;
        for shape in shapes {
            let directory = shape.directory(base, version);
            let location = directory.below(NOTE);
            let note = match self.supply.read(&location, NOTE_LIMIT).await {
                Ok(note) => note,
                Err(error) if error.is_not_found() => continue,
                Err(source) => return Err(unread(location.to_string(), source)),
            };
            let sums = SignedSums::open(&note, &keys)
                .map_err(|source| UpdateError::Sums { place: location.to_string(), source })?;
            match version {
                // A directory of one release may be inside one that has them all.
                Some(version) if *version != sums.version => {
                    other = Some(UpdateError::OtherVersion {
                        asked: version.clone(),
                        found: sums.version,
                        place: directory.to_string(),
                    });
                }
                _ => {
                    return Ok(Offer {
                        version: sums.version.clone(),
                        source: base.to_string(),
                        origin: Origin::Archives { directory, sums },
                    });
                }
            }
        }
        Err(other.unwrap_or_else(|| UpdateError::Unsigned { place: base.to_string() }))
    }

    /// Downloads and proves a release, and unpacks it into `directory`. Nothing of it is run. A proxy
    /// may list what it cannot serve; the same release then comes from the archives, and the offer
    /// that is returned says so.
    pub async fn fetch(&self, offer: Offer, directory: Directory) -> Result<(Offer, Staged), UpdateError> {
        let staged = match &offer.origin {
            Origin::Module(module) => {
                let version = offer.version.module_version(self.platform);
                let database = self.build.log_key.unwrap_or(GO_DATABASE);
                let (zip, record) = tokio::join!(
                    self.supply.module_zip(module, &version, SIZE_LIMIT),
                    self.supply.module_record(module, &version, Some(database))
                );
                match zip {
                    Ok(zip) => {
                        unpack_module(&format!("{module}@{version}"), (zip, record), &offer, directory)?
                    }
                    Err(error) => {
                        let other = self.in_place_of_module(&offer, error.into()).await?;
                        return Box::pin(self.fetch(other, directory)).await;
                    }
                }
            }
            Origin::Archives { directory: base, sums } => {
                self.fetch_archive(base, sums, &offer, directory).await?
            }
        };
        Ok((offer, staged))
    }

    /// The same release in the archives.
    async fn in_place_of_module(&self, offer: &Offer, of_module: UpdateError) -> Result<Offer, UpdateError> {
        let base = self.build.base.filter(|_| of_module.is_absence()).map(parse_base).transpose()?;
        let Some(base) = base else { return Err(of_module) };
        let found = self.in_base(&base, Some(&offer.version)).await;
        found.map_err(|error| of_module.unless_severe(error))
    }

    async fn fetch_archive(
        &self,
        base: &Location,
        sums: &SignedSums,
        offer: &Offer,
        directory: Directory,
    ) -> Result<Staged, UpdateError> {
        let file = offer.version.archive_name(self.platform);
        let location = base.below(&file);
        let place = location.to_string();
        let Some(expected) = sums.digest(&file) else {
            let place = base.to_string();
            return Err(UpdateError::NoRelease { place, platform: self.platform.clone() });
        };
        let bytes = self.supply.read(&location, SIZE_LIMIT).await;
        let bytes = bytes.map_err(|source| unread(place.clone(), source))?;
        let received = Sha256::of(&bytes);
        if received != expected {
            let (expected, received) = (expected.to_string(), received.to_string());
            return Err(UpdateError::Altered { file, place, expected, received });
        }
        let container = if self.platform.is_windows() { Container::Zip } else { Container::TarGz };
        let archive = directory.write(&file, &bytes)?;
        unpack_into(&directory, &archive, container, &offer.version.archive_directory(self.platform))?;
        staged(offer, directory, "", &file)
    }
}

fn unread(place: String, source: SourceError) -> UpdateError {
    UpdateError::Source { place, source: Box::new(source) }
}

fn unpack_module(
    name: &str,
    (zip, record): (ModuleZip, Result<LogRecord, LookupError>),
    offer: &Offer,
    directory: Directory,
) -> Result<Staged, UpdateError> {
    let record =
        record.map_err(|source| UpdateError::Lookup { module: name.to_owned(), source: Box::new(source) })?;
    let file = directory.write("module.zip", &zip.bytes)?;
    let unpacked = unpack_into(&directory, &file, Container::Zip, name)?;
    let full = |file: &FileDigest| (format!("{name}/{}", file.path), file.digest);
    let received = hash1(unpacked.files.iter().map(full).collect())
        .map_err(|_| UpdateError::Incomplete { file: name.to_owned(), missing: "valid names" })?;
    if received != record.h1 {
        let (expected, place) = (record.h1, zip.location.to_string());
        return Err(UpdateError::Altered { file: name.to_owned(), place, expected, received });
    }
    staged(offer, directory, "bin", name)
}

fn unpack_into(
    directory: &Directory,
    archive: &Path,
    container: Container,
    root: &str,
) -> Result<Unpacked, UpdateError> {
    let tree = directory.tree();
    fs::create_dir(&tree).map_err(FileError::at("create", &tree))?;
    let guard = Guard::for_directory(root, LIMITS);
    let unpacked = unpack(archive, container, Some(&tree), guard, &Progress::default());
    unpacked.map_err(|source| UpdateError::Unpack { file: root.to_owned(), source: Box::new(source) })
}

/// The programs that were unpacked, `below` the root of what `file` holds.
fn staged(offer: &Offer, directory: Directory, below: &str, file: &str) -> Result<Staged, UpdateError> {
    let programs = directory.tree().join(below);
    for missing in ["gover", "gover-shim"] {
        if !programs.join(executable_name(missing)).is_file() {
            return Err(UpdateError::Incomplete { file: file.to_owned(), missing });
        }
    }
    Ok(Staged { version: offer.version.clone(), programs, directory })
}

/// The address or directory of releases, as `--from` or the build names it.
pub fn parse_base(text: &str) -> Result<Location, UpdateError> {
    match text.parse::<SourceSpec>() {
        Ok(SourceSpec::Mirror(address)) => Ok(Location::Url(address)),
        Ok(SourceSpec::Directory(path)) => Ok(Location::File(path)),
        _ if !text.is_empty() && !text.contains("://") => Ok(Location::File(PathBuf::from(text))),
        _ => Err(UpdateError::Base { text: SourceSpec::shown(text) }),
    }
}

/// How releases lie below an address or a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// The files of one release.
    Flat,
    /// `latest/download/FILE` and `download/vVERSION/FILE`, as on GitHub.
    Releases,
}

impl Shape {
    fn directory(self, base: &Location, version: Option<&ReleaseVersion>) -> Location {
        match (self, version) {
            (Self::Flat, _) => base.clone(),
            (Self::Releases, None) => base.below("latest/download"),
            (Self::Releases, Some(version)) => base.below(&format!("download/v{version}")),
        }
    }
}

/// Its key is compiled into gover-log. GOSUMDB may not name another one here.
const GO_DATABASE: &str = "sum.golang.org";

/// A list has some dozen lines.
const NOTE_LIMIT: u64 = 1 << 20;

/// The most bytes of an archive, which is kept in memory; a release has about 10 MiB.
const SIZE_LIMIT: u64 = 64 << 20;

const LIMITS: Limits = Limits { entries: 1 << 12, bytes: 1 << 30, names: 1 << 20 };
