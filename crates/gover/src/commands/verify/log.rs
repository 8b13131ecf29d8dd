//! What the checksum database says about installed toolchains.

use std::time::Duration;

use gover_core::{Diagnose as _, Platform, ToolchainName};
use gover_install::verify::LogStatus;
use gover_log::LogRecord;
use gover_log::SumdbError;
use gover_source::{LookupError, Supply, Wanted};

use crate::failure::{Failure, Report, with_cause};
use crate::runtime::block_on_briefly;

#[derive(Debug, Default)]
pub(in crate::commands) struct LogResponses {
    pub(in crate::commands) answers: Vec<LogStatus>,
    /// How many times it could not be asked, or gave no answer that can be used.
    pub(in crate::commands) unanswered: usize,
    /// Why a file that the answers need cannot be written, whatever the network does.
    pub(in crate::commands) unwritable: Option<Failure>,
    /// What to do if it could not be asked.
    pub(in crate::commands) hints: Vec<String>,
    /// Why it is not trusted, the most serious last.
    pub(in crate::commands) failures: Vec<Failure>,
    /// How many of the failures, at the end, are forks.
    forks: usize,
}

/// Looks up all toolchains concurrently.
///
/// A cached record is proven again without asking a server. If the database cannot be reached, each
/// toolchain says so. If it cannot be trusted, it proves nothing, and the command fails after the
/// files were compared.
pub(in crate::commands) fn ask(
    questions: &[(&ToolchainName, Option<&Platform>)],
    supply: &Supply,
) -> Result<LogResponses, Failure> {
    let wanted: Vec<Wanted> = questions
        .iter()
        .filter_map(|(name, platform)| Some(Wanted { name: (*name).clone(), platform: (*platform)?.clone() }))
        .collect();
    let mut answers = block_on_briefly(supply.lookup_all(&wanted, PATIENCE))?.into_iter();
    let mut responses = LogResponses::default();
    for (_, platform) in questions {
        let answer = match platform.and_then(|_| answers.next()) {
            Some(answer) => responses.interpret(answer, supply.settings().network.offline),
            None => LogStatus::Silent("its platform is unknown".to_owned()),
        };
        responses.answers.push(answer);
    }
    Ok(responses)
}

impl LogResponses {
    fn interpret(&mut self, answer: Option<Result<LogRecord, LookupError>>, offline: bool) -> LogStatus {
        let answer = match answer {
            Some(Ok(record)) => return LogStatus::Proven(record),
            Some(Err(LookupError::Database(SumdbError::NotInDatabase { database, .. }))) => {
                return LogStatus::Silent(format!("{database} has no record of it"));
            }
            other => other.and_then(Result::err),
        };
        self.unanswered += 1;
        LogStatus::Silent(match answer {
            None => "the checksum database did not respond in time".to_owned(),
            Some(LookupError::Database(
                SumdbError::Unavailable { .. } | SumdbError::IncompleteMirror { .. },
            )) if offline => "the cache has no record of the checksum database (offline)".to_owned(),
            Some(LookupError::Database(error @ SumdbError::DamagedHead { .. })) => {
                for hint in error.hints() {
                    if !self.hints.contains(&hint) {
                        self.hints.push(hint);
                    }
                }
                error.to_string()
            }
            // A read-only home cannot keep the tree head, so the database proves nothing here.
            Some(error @ LookupError::Database(SumdbError::Io { .. })) => {
                let reason = with_cause(&error);
                self.unwritable = Some(error.into());
                reason
            }
            Some(error) if error.is_unavailable() => with_cause(&error),
            Some(error) => {
                let reason = error.to_string();
                let is_fork = matches!(error, LookupError::Database(SumdbError::Fork(_)));
                let failure = Failure::from(error);
                let words = |failure: &Failure| {
                    failure.report().map(|Report { what, causes, .. }| (what.clone(), causes.clone()))
                };
                if !self.failures.iter().any(|known| words(known) == words(&failure)) {
                    // A fork is more serious than a single wrong response, so it stays last.
                    let place = self.failures.len() - if is_fork { 0 } else { self.forks };
                    self.failures.insert(place, failure);
                    self.forks += usize::from(is_fork);
                }
                return LogStatus::Refused(reason);
            }
        })
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
