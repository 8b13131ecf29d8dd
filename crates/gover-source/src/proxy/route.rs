//! The route to a checksum database through GOPROXY, as the go command chooses it.

use super::list::{Entry, Place};
use crate::error::SourceError;

/// What an entry of GOPROXY answers when it is asked whether it relays the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Relays,
    NotFound,
    Fails,
}

impl Reply {
    pub(crate) fn of(error: &SourceError) -> Self {
        if error.is_not_found() { Self::NotFound } else { Self::Fails }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// How many entries the go command asks, from the first.
    pub(crate) asked: usize,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// This entry relays the database, and is used for every request.
    Relay(usize),
    /// The database itself is used.
    Database,
    /// The database cannot be reached, because of the failure of this entry.
    Failure(usize),
}

/// Asks the entries in order. `reply` is called with the number of each server or directory.
///
/// `direct` leads to the database. `off` and the end of the list do so too, but only if every entry
/// answered "not found": another failure is final there, even one that `|` passed over (cmd/go
/// `modfetch.TryProxies` and `dbClient.initBase`).
pub(crate) fn route(entries: &[Entry], reply: impl Fn(usize) -> Reply) -> Route {
    let mut failed = None;
    for (at, entry) in entries.iter().enumerate() {
        match entry.place {
            Place::Direct => return Route { asked: at, end: End::Database },
            Place::Off => continue,
            Place::Server(_) | Place::Directory(_) => {}
        }
        match reply(at) {
            Reply::Relays => return Route { asked: at + 1, end: End::Relay(at) },
            Reply::NotFound => {}
            Reply::Fails if entry.any_failure_goes_on => failed = Some(at),
            Reply::Fails => return Route { asked: at + 1, end: End::Failure(at) },
        }
    }
    Route { asked: entries.len(), end: failed.map_or(End::Database, End::Failure) }
}

#[cfg(test)]
mod tests {
    use super::super::list::parse_list;
    use super::*;

    #[test]
    fn the_route_is_that_of_the_go_command() {
        use End::{Database, Failure, Relay};

        for (list, asked, end) in [
            ("relays", 1, Relay(0)),
            ("relays,dead,direct", 1, Relay(0)),
            ("lacks,relays", 2, Relay(1)),
            ("lacks|relays", 2, Relay(1)),
            ("dead|relays", 2, Relay(1)),
            ("dead|lacks,relays", 3, Relay(2)),
            ("dead,relays", 1, Failure(0)),
            ("lacks,dead,direct", 2, Failure(1)),
            ("lacks", 1, Database),
            ("lacks,lacks", 2, Database),
            ("lacks,off", 2, Database),
            ("off", 1, Database),
            ("direct", 0, Database),
            ("lacks,direct", 1, Database),
            // `direct` counts more than an earlier failure; `off` and the end of the list do not.
            ("dead|direct", 1, Database),
            ("dead|lacks,direct", 2, Database),
            ("dead", 1, Failure(0)),
            ("dead|", 1, Failure(0)),
            ("dead|off", 2, Failure(0)),
            ("dead|lacks", 2, Failure(0)),
            ("dead|lacks|off", 3, Failure(0)),
            ("lacks|dead|lacks", 3, Failure(1)),
            // The last failure is the one that is reported.
            ("dead|dead|lacks", 3, Failure(1)),
        ] {
            let names: Vec<&str> = list.split([',', '|']).collect();
            let value = ["relays", "lacks", "dead"]
                .iter()
                .fold(list.to_owned(), |text, name| text.replace(name, &format!("{name}.test")));
            let reply = |at: usize| match names[at] {
                "relays" => Reply::Relays,
                "lacks" => Reply::NotFound,
                _ => Reply::Fails,
            };
            assert_eq!(route(&parse_list(&value).unwrap(), reply), Route { asked, end }, "{list}");
        }
    }
}
