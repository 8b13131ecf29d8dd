//! The newest database that can be had: from a server or directory, from the module, from the cache
//! or from the table compiled into gover.

mod copy;
mod error;
mod kept;
mod live;
mod module;

use std::path::{Path, PathBuf};

use gover_core::date::Date;
use gover_net::{Address, BadAddress};
use gover_source::{Location, SourceSpec, Supply, SupplySettings};

pub use self::copy::{Copied, CopyResult};
pub use self::error::AskError;
use self::kept::{Head, Kept, day_of};
use crate::counts::Counts;
use crate::database::{Basis, Database};

/// What is asked, and where answers are kept.
#[derive(Debug)]
pub struct Question<'a> {
    pub supply: &'a Supply,
    /// The databases to ask, in order.
    pub places: Vec<Place>,
    /// The directory of the cache.
    pub cache: PathBuf,
    /// Whether only this machine may be asked.
    pub offline: bool,
}

/// Where a database can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A tree of files as `https://vuln.go.dev` serves it.
    Tree(Location),
    /// The module golang.org/x/vulndb, from GOPROXY.
    Module,
}

/// A database, and what could not be asked before it.
#[derive(Debug)]
pub struct Response {
    pub database: Database,
    /// Names of places with their errors.
    pub failures: Vec<(String, AskError)>,
}

/// Where to ask by the settings. A `GOVULNDB` comes first. Without it, go.dev means vuln.go.dev, and a
/// mirror means its directory `vulndb`, as `gover mirror --vuln` makes it.
pub fn places(govulndb: Option<&str>, settings: &SupplySettings) -> Result<Vec<Place>, BadAddress> {
    let mut places: Vec<Place> = match govulndb {
        Some(text) => vec![Place::Tree(location(text)?)],
        None => settings.sources.iter().filter_map(|source| tree(source, settings)).collect(),
    };
    if settings.sources.contains(&SourceSpec::GoProxy) {
        places.push(Place::Module);
    }
    Ok(places)
}

/// The database of a source.
fn tree(source: &SourceSpec, settings: &SupplySettings) -> Option<Place> {
    let location = match source {
        // A stand-in for go.dev has no vulnerability database.
        SourceSpec::GoDev if settings.godev_url.is_none() => Location::Url(Address::parse(USUAL).ok()?),
        SourceSpec::Mirror(address) => Location::Url(address.clone()).below(MIRRORED),
        SourceSpec::Directory(path) => Location::File(path.join(MIRRORED)),
        _ => return None,
    };
    Some(Place::Tree(location))
}

fn location(text: &str) -> Result<Location, BadAddress> {
    let address = Address::parse(text.trim_end_matches('/'))?;
    Ok(address.to_file_path().map_or(Location::Url(address), Location::File))
}

impl Question<'_> {
    /// The newest database that is known without asking: of the cache, or compiled in.
    pub fn known(&self) -> Database {
        newer(self.kept(), Counts::compiled().modified).unwrap_or_else(Database::compiled)
    }

    /// Asks one place after the other. If none has a newer database, the known one is used.
    pub async fn ask(&self) -> Response {
        let mut failures = Vec::new();
        let known = self.known();
        for place in self.places.iter().filter(|place| !self.offline || place.is_local()) {
            let asked = match place {
                Place::Tree(location) => live::read(location, self, &known).await,
                Place::Module => module::read(self, &known).await,
            };
            match asked {
                Ok(database) => return Response { database, failures },
                Err(error) => failures.push((place.to_string(), error)),
            }
        }
        Response { database: known, failures }
    }

    /// What an earlier command read from one of the places.
    fn kept(&self) -> Option<Kept> {
        kept(&self.places, &self.cache)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tree(location) => write!(f, "{location}"),
            Self::Module => write!(f, "goproxy"),
        }
    }
}

impl Place {
    fn is_local(&self) -> bool {
        matches!(self, Self::Tree(Location::File(_)))
    }
}

/// The numbers of the newest database that is known without asking.
pub fn known_counts(places: &[Place], cache: &Path) -> Counts {
    let compiled = Counts::compiled();
    let head = Head::read(cache).filter(|head| places.iter().any(|place| head.is_from(place)));
    match head.filter(|head| day_of(&head.modified) >= compiled.modified) {
        Some(Head { counts: Some(counts), .. }) => counts,
        // An older gover kept no numbers.
        Some(_) => newer(kept(places, cache), compiled.modified).map_or(compiled, |kept| kept.counts()),
        None => compiled,
    }
}

fn kept(places: &[Place], cache: &Path) -> Option<Kept> {
    Kept::read(cache).filter(|kept| places.iter().any(|place| kept.is_from(place)))
}

/// What an earlier command read, unless what is compiled in is newer.
fn newer(kept: Option<Kept>, compiled: Option<Date>) -> Option<Database> {
    kept.filter(|kept| day_of(&kept.modified) >= compiled)?.database().ok()
}

/// Fails if an answer is older than what is known.
fn check_age(basis: &Basis, known: &Database) -> Result<(), AskError> {
    match (basis.modified, known.basis().modified) {
        (Some(date), Some(newer)) if date < newer => Err(AskError::Old { date, newer }),
        _ => Ok(()),
    }
}

/// The Go project's own.
const USUAL: &str = "https://vuln.go.dev";

/// The directory of a mirror.
pub const MIRRORED: &str = "vulndb";
