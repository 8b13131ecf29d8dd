//! Which file of a release site, mirror or directory holds a toolchain, and the proof of that file.

use std::fs;
use std::path::Path;
use std::time::Duration;

use gover_net::Address;

use crate::archive_name;
use crate::artifact::{Artifact, Format, Location, Proof, SumOrigin, Wanted, below};
use crate::error::{IntegrityError, SourceError};
use crate::index::{Freshness, IndexFile, LoadedIndex, Loader, Site};
use crate::proxy;
use crate::settings::SourceSpec;
use crate::table::{Table, TableFile};

#[derive(Debug)]
pub(crate) struct ReleaseSite {
    pub(crate) spec: SourceSpec,
    pub(crate) base: Address,
    pub(crate) site: Site,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ChecksumLookup<'a> {
    pub(crate) loader: Loader<'a>,
    /// The release site whose index has the checksums for archives of other sources.
    pub(crate) site: &'a ReleaseSite,
    /// Whether the site may be asked for its index. Otherwise only the cached index is used.
    pub(crate) ask: bool,
    /// How long to wait for the index; `None` without limit, if nothing else proves the file.
    pub(crate) patience: Option<Duration>,
}

impl ReleaseSite {
    pub(crate) fn new(spec: SourceSpec, base: Address) -> Self {
        Self { spec, site: Site::new(&base), base }
    }

    /// The archive of the site that holds `wanted`.
    ///
    /// If the release table has its checksum, only a cached index is compared with the table.
    pub(crate) async fn artifact(
        &self,
        wanted: &Wanted,
        lookup: ChecksumLookup<'_>,
    ) -> Result<Artifact, SourceError> {
        let known = match known_archive(wanted) {
            Some(file) if file.sha256.is_some() => {
                self.check_kept(wanted, &file, lookup.loader)?;
                Archive::from_table(file)
            }
            _ => self.indexed(wanted, lookup).await?,
        };
        let location = Location::Url(self.base.join(&format!("dl/{}", known.file_name)));
        known.artifact(wanted, self.spec.clone(), location)
    }

    /// The archive according to the index and the table.
    async fn indexed(&self, wanted: &Wanted, lookup: ChecksumLookup<'_>) -> Result<Archive, SourceError> {
        let name = wanted.name.as_str();
        let mut loaded = self.site.load(lookup.loader, Freshness::Recent).await?;
        if loaded.value.release(name).is_none() {
            // The release may be less than an hour old.
            loaded = self.site.load(lookup.loader, Freshness::Now).await?;
        }
        self.archive_of(&loaded, wanted)
    }

    /// The archive according to the cached index and the table.
    fn kept(&self, wanted: &Wanted, lookup: ChecksumLookup<'_>) -> Result<Archive, SourceError> {
        let kept = self
            .site
            .kept(lookup.loader)
            .ok_or_else(|| SourceError::lacks("nothing is kept of its index"))?;
        self.archive_of(&kept, wanted)
    }

    fn archive_of(&self, loaded: &LoadedIndex, wanted: &Wanted) -> Result<Archive, SourceError> {
        let name = wanted.name.as_str();
        let Some(release) = loaded.value.release(name) else {
            return Err(match &loaded.stale {
                Some(error) => SourceError::Outdated(Box::new(error.clone())),
                None => SourceError::lacks(format!("its index has no {name}")),
            });
        };
        let file = release.archive(&wanted.platform).ok_or_else(|| {
            SourceError::lacks(format!(
                "it has {name}, but not for {}/{}",
                wanted.platform.os(),
                wanted.platform.arch()
            ))
        })?;
        self.combine(file, Table::compiled().file_by_name(&file.name))
    }

    fn check_kept(&self, wanted: &Wanted, known: &TableFile, loader: Loader<'_>) -> Result<(), SourceError> {
        let Some(kept) = self.site.kept(loader) else { return Ok(()) };
        let release = kept.value.release(wanted.name.as_str());
        match release.and_then(|release| release.files.iter().find(|file| file.name == known.file_name)) {
            Some(file) => self.combine(file, Some(known.clone())).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Combines the rows of the index and the table, which takes precedence, for one archive.
    fn combine(&self, file: &IndexFile, known: Option<TableFile>) -> Result<Archive, SourceError> {
        let origin = SumOrigin::Index(self.spec.label());
        if let (Some(index), Some(table)) =
            (&file.sha256, known.as_ref().and_then(|known| known.sha256.as_ref()))
            && index != table
        {
            return Err(IntegrityError::Contradiction {
                file_name: file.name.clone(),
                first: (SumOrigin::CompiledTable, table.clone()),
                second: (origin, index.clone()),
            }
            .into());
        }
        Ok(match known.filter(|known| known.sha256.is_some()) {
            Some(known) => Archive { size: known.size.or(file.size), ..Archive::from_table(known) },
            None => Archive {
                file_name: file.name.clone(),
                size: file.size,
                sum: file.sha256.clone().map(|hex| (hex, origin)),
            },
        })
    }
}

/// The archive of a mirror that should hold `wanted`. Its checksum never comes from the mirror.
pub(crate) async fn in_mirror(
    base: &Address,
    wanted: &Wanted,
    lookup: ChecksumLookup<'_>,
) -> Result<Artifact, SourceError> {
    let archive = trusted_archive(wanted, lookup).await?;
    let location = Location::Url(base.join(&archive.file_name));
    archive.artifact(wanted, SourceSpec::Mirror(base.clone()), location)
}

/// The archive or module zip in a directory. The checksum never comes from the directory.
pub(crate) async fn in_directory(
    directory: &Path,
    wanted: &Wanted,
    lookup: ChecksumLookup<'_>,
) -> Result<Artifact, SourceError> {
    let source = SourceSpec::Directory(directory.to_owned());
    let suffixes = archive_name::suffixes(&wanted.platform);
    let mut names = suffixes.iter().map(|suffix| format!("{}{suffix}", wanted.name));
    if !names.any(|name| archive_name::is_safe(&name) && directory.join(name).is_file()) {
        return module_in(directory, wanted, source);
    }
    let archive = trusted_archive(wanted, lookup).await?;
    let location = Location::File(directory.join(&archive.file_name));
    archive.artifact(wanted, source, location)
}

/// The archive that holds `wanted`, according to the table and the index. If they do not list it,
/// it has its usual name and no checksum, and the checksum database must prove it.
async fn trusted_archive(wanted: &Wanted, lookup: ChecksumLookup<'_>) -> Result<Archive, SourceError> {
    let ChecksumLookup { site, ask, .. } = lookup;
    if let Some(file) = known_archive(wanted).filter(|file| file.sha256.is_some()) {
        return Ok(Archive::from_table(file));
    }
    let indexed = site.indexed(wanted, lookup);
    let indexed = match lookup.patience {
        _ if !ask => site.kept(wanted, lookup),
        Some(patience) => {
            let indexed = lookup.loader.http.clock().timeout(patience, indexed).await;
            indexed.unwrap_or(Err(SourceError::Silent { patience }))
        }
        None => indexed.await,
    };
    match indexed {
        Err(error @ SourceError::Integrity(_)) => Err(error),
        Err(_) => Ok(Archive { file_name: archive_name::usual(wanted), size: None, sum: None }),
        archive => archive,
    }
}

/// The archive or module zip at `path`, whose name must be that of `wanted`. The checksum of an
/// archive comes from the table or from the index of a release site.
pub(crate) async fn trusted_file(
    path: &Path,
    wanted: &Wanted,
    lookup: ChecksumLookup<'_>,
) -> Result<Artifact, SourceError> {
    let source = SourceSpec::File(path.to_owned());
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let file = archive_name::published_file(name).filter(|file| file.wanted == *wanted);
    let file = file.ok_or_else(|| SourceError::lacks(format!("`{name}` is not {wanted}")))?;
    let location = Location::File(path.to_owned());
    if file.format == Format::ModuleZip {
        return Ok(proxy::artifact(wanted, source, location));
    }
    let known = Some(trusted_archive(wanted, lookup).await?).filter(|known| known.file_name == name);
    let unknown = || Archive { file_name: name.to_owned(), size: None, sum: None };
    known.unwrap_or_else(unknown).artifact(wanted, source, location)
}

/// The module zip in a directory that is laid out like a module proxy or holds it next to archives.
fn module_in(directory: &Path, wanted: &Wanted, source: SourceSpec) -> Result<Artifact, SourceError> {
    let module = format!("{}/{}.zip", proxy::DIRECTORY, proxy::escaped(wanted)?);
    let beside = directory.join(format!("{}.zip", wanted.module_version()));
    let mut paths =
        proxy::module_roots(directory).into_iter().map(|root| below(&root, &module)).chain([beside]);
    if let Some(path) = paths.find(|path| path.is_file()) {
        return Ok(proxy::artifact(wanted, source, Location::File(path)));
    }
    if let Err(error) = fs::read_dir(directory) {
        return Err(SourceError::file("read directory", directory, error));
    }
    Err(SourceError::lacks(format!("it has no `{}`", archive_name::usual(wanted))))
}

/// What the table and the index say about an archive.
struct Archive {
    file_name: String,
    size: Option<u64>,
    sum: Option<(String, SumOrigin)>,
}

impl Archive {
    fn from_table(file: TableFile) -> Self {
        let sum = file.sha256.map(|hex| (hex, SumOrigin::CompiledTable));
        Self { file_name: file.file_name, size: file.size, sum }
    }

    fn artifact(
        self,
        wanted: &Wanted,
        source: SourceSpec,
        location: Location,
    ) -> Result<Artifact, SourceError> {
        let format = archive_name::format(&self.file_name)
            .filter(|_| archive_name::is_safe(&self.file_name))
            .ok_or_else(|| SourceError::lacks(format!("`{}` is not an archive", self.file_name)))?;
        Ok(Artifact {
            wanted: wanted.clone(),
            source,
            file_name: self.file_name,
            format,
            location,
            size: self.size,
            proof: self.sum.map_or(Proof::Log, |(hex, origin)| Proof::Sha256 { hex, origin }),
        })
    }
}

pub(crate) fn known_archive(wanted: &Wanted) -> Option<TableFile> {
    let suffixes = archive_name::suffixes(&wanted.platform);
    suffixes.iter().find_map(|suffix| Table::compiled().file(wanted.name.as_str(), suffix))
}
