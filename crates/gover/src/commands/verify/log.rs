//! What the checksum database says about installed toolchains.

use std::time::Duration;

use gover_core::{Platform, ToolchainName};
use gover_install::verify::LogAnswer;
use gover_source::sumdb::SumdbError;
use gover_source::{LookupError, Supply, Wanted};

use crate::failure::Failure;
use crate::runtime::block_on_briefly;

/// Asks about all of them side by side; the answers are in the order of the questions.
///
/// A record that is kept is proven again and no server asked. A database that cannot be reached is told with each; one
/// that is not honest ends the command.
pub(super) fn ask(
    questions: &[(&ToolchainName, Option<&Platform>)],
    supply: &Supply,
) -> Result<Vec<LogAnswer>, Failure> {
    let wanted: Vec<Wanted> = questions
        .iter()
        .filter_map(|(name, platform)| Some(Wanted { name: (*name).clone(), platform: (*platform)?.clone() }))
        .collect();
    let mut answers = block_on_briefly(supply.lookup_all(&wanted, PATIENCE))?.into_iter();
    let unknown = || Ok(LogAnswer::Silent("nothing tells which record is its own".to_owned()));
    questions
        .iter()
        .map(|(_, platform)| match platform.and_then(|_| answers.next()) {
            Some(answer) => interpret(answer, supply.settings().network.offline),
            None => unknown(),
        })
        .collect()
}

fn interpret(
    answer: Option<Result<gover_source::LogRecord, LookupError>>,
    offline: bool,
) -> Result<LogAnswer, Failure> {
    let reason = match answer {
        Some(Ok(record)) => return Ok(LogAnswer::Proven(record)),
        None => "the checksum database did not answer in time".to_owned(),
        Some(Err(LookupError::Database(SumdbError::NotInDatabase { database, .. }))) => {
            format!("{database} has no record of it")
        }
        Some(Err(LookupError::Database(SumdbError::Unavailable { .. }))) if offline => {
            "no record of the checksum database is kept here (offline)".to_owned()
        }
        // A home that cannot be written keeps no tree head: then the database proves nothing here.
        Some(Err(error @ LookupError::Database(SumdbError::Io { .. }))) => with_cause(&error),
        Some(Err(error)) if error.is_unavailable() => with_cause(&error),
        Some(Err(error)) => return Err(error.into()),
    };
    Ok(LogAnswer::Silent(reason))
}

fn with_cause(error: &LookupError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

/// How long the database may take for all of them.
const PATIENCE: Duration = Duration::from_secs(10);
