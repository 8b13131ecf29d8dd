//! Programs, by the Go that built them.

use std::ffi::OsString;
use std::path::Path;

use gover_core::Platform;
use gover_core::text::shown;
use gover_source::{Releases, Support};
use gover_tools::{BuildInfo, Kind, Recipe};
use gover_vuln::Database;

use super::show::{in_stdlib, joined, state};
use crate::cli::FailOn;
use crate::output::{Style, Table};
use crate::store::tools::{self, Program};
use crate::{Context, Failure};

impl Program<'_> {
    pub(super) fn is_vulnerable(&self) -> bool {
        self.is_too_old() || !self.found.stdlib.is_empty()
    }

    pub(super) fn fails(&self, on: FailOn) -> bool {
        let is_ended = matches!(self.support, Support::EndOfLife(_));
        (on >= FailOn::Vulnerable && self.is_vulnerable()) || (on == FailOn::Eol && is_ended)
    }

    /// What builds it again.
    pub(super) fn rebuild(&self, platform: &Platform) -> Option<String> {
        let nearest = self.nearest.as_ref()?;
        let recipe = Recipe::again(&self.info, platform).ok()?;
        Some(format!("gover exec {} -- go install {}", nearest.version(), recipe.subject))
    }
}

/// The given programs, or else those in GOBIN.
pub(super) fn read<'a>(
    given: &[OsString],
    database: &'a Database,
    releases: &Releases,
    context: &Context<'_>,
) -> Result<Vec<Program<'a>>, Failure> {
    let mut programs = Vec::new();
    for argument in given {
        let path = context.absolute(Path::new(argument));
        let text = context.short(&path);
        let unreadable =
            |source| Failure::io(format!("cannot read `{text}`"), &source, "name a program that Go built");
        match BuildInfo::read(&path).map_err(unreadable)? {
            Some(info) => programs.push(Program::new(path, info, database, releases)),
            None => {
                return Err(Failure::new(
                    format!("`{text}` does not say which Go built it"),
                    "name a program that Go built",
                ));
            }
        }
    }
    if given.is_empty() {
        let directories = tools::directories(context);
        for found in gover_tools::find(&directories) {
            // Scripts and other programs may be there too.
            if let Kind::Program(info) = found.kind {
                programs.push(Program::new(found.path, *info, database, releases));
            }
        }
        if programs.is_empty() {
            let places: Vec<String> = directories.iter().map(|path| context.short(path)).collect();
            context.printer.note(&format!("no program that Go built is in {}", places.join(", ")));
        }
    }
    Ok(programs)
}

pub(super) fn table(programs: &[Program<'_>], releases: &Releases, context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for program in programs {
        let go = match &program.info.go {
            Some(go) => shown(go),
            None => "Go 1.17 or older".to_owned(),
        };
        table.row([
            context.short(&program.path).into(),
            go.into(),
            summary(program, releases, context).into(),
        ]);
    }
    table
}

fn summary(program: &Program<'_>, releases: &Releases, context: &Context<'_>) -> String {
    let out = |style, text: &str| context.printer.out(style, text);
    if program.is_too_old() {
        return out(Style::Error, "it gets no security fixes; build it again");
    }
    let Some(release) = &program.release else {
        return "not a release, so its vulnerabilities are not known".to_owned();
    };
    let found = match program.found.stdlib.len() {
        0 => out(Style::Version, "no known vulnerability"),
        count => out(Style::Error, &in_stdlib(count)),
    };
    let nearest = program.nearest.as_ref().map(|nearest| format!("{nearest} has none"));
    joined([Some(found), nearest, Some(state(release, program.support, releases, context))])
}
