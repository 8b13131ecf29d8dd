use std::path::PathBuf;

use gover_core::GoVersion;
use gover_source::Releases;
use gover_vuln::{Basis, Database, Entry, Vulnerabilities};

use super::Audit;
use crate::commands::support::SupportFacts;
use crate::output::{facts, json_path};
use crate::store::tools::Program;

facts! {
    Audited(found: (&[Audit<'_>], &[Program<'_>]), database: &Database, releases: &Releases) {
        toolchains: Vec<AuditedToolchain> =
            found.0.iter().map(|one| AuditedToolchain::of(one, releases)).collect()
            => "the versions, in the order of the requests",
        programs: Vec<AuditedProgram> =
            found.1.iter().map(|one| AuditedProgram::of(one, releases)).collect()
            => "with `--tools`, the programs",
        database: DatabaseFacts = DatabaseFacts::of(database.basis()) => "what the answer was made from",
    }

    AuditedToolchain(one: &Audit<'_>, releases: &Releases) {
        version: String = one.subject.name.to_string() => "its name",
        installed: bool = one.subject.is_installed => "whether it is installed",
        selected: bool = one.subject.is_selected => "whether it is the one used here",
        places: Vec<PlaceFacts> = one.subject.places.iter().map(PlaceFacts::of).collect()
            => "with `--project`, where files of the project name it",
        stdlib: Option<usize> = one.is_known.then_some(one.found.stdlib.len())
            => "the number of known vulnerabilities in the standard library; null if the version is newer than \
                the database",
        toolchain: Option<usize> = one.is_known.then_some(one.found.toolchain.len())
            => "the number in the go command, the compiler and the linker; one may be in both",
        vulnerabilities: Vec<VulnerabilityFacts> =
            one.found.iter().map(|entry| VulnerabilityFacts::of(entry, &one.found, one.subject.name.version())).collect()
            => "each of them once, those in the standard library first",
        support: SupportFacts = SupportFacts::of(&one.subject.name, releases) => "how long it is supported",
        nearest: Option<String> = one.nearest.as_ref().map(ToString::to_string)
            => "for a vulnerable version, the nearest newer release without any: of the same minor version, if \
                there is one; null if none is known",
    }

    PlaceFacts(place: &(PathBuf, usize)) {
        path: String = json_path(&place.0) => "the path of a file",
        line: usize = place.1 => "its line, from 1",
    }

    AuditedProgram(one: &Program<'_>, releases: &Releases) {
        path: String = json_path(&one.path) => "its path",
        go: Option<String> = one.info.go.clone()
            => "what built it, such as `go1.26.8 X:nocoverageredesign`; null for Go 1.17 or older",
        package: Option<String> = one.info.package.clone() => "the package that it was built from, if it says so",
        version: Option<String> = one.release.as_ref().map(ToString::to_string)
            => "the release that built it; null for a development version, and if `go` is null",
        stdlib: Option<usize> = one.release.as_ref().map(|_| one.found.stdlib.len())
            => "the number of known vulnerabilities in the standard library of that release",
        toolchain: Option<usize> = one.release.as_ref().map(|_| one.found.toolchain.len())
            => "the number in its go command, compiler and linker",
        vulnerabilities: Vec<VulnerabilityFacts> = of_release(one) => "each of them",
        support: Option<SupportFacts> = one.release.as_ref().map(|name| SupportFacts::of(name, releases))
            => "how long that release is supported",
        nearest: Option<String> = one.nearest.as_ref().map(ToString::to_string)
            => "a release without any, to build it again with",
    }

    VulnerabilityFacts(entry: &Entry, found: &Vulnerabilities<'_>, version: &GoVersion) {
        id: String = entry.id().to_owned() => "its ID in the Go vulnerability database",
        cves: Vec<String> = entry.cves().map(str::to_owned).collect() => "its CVE numbers",
        summary: String = entry.summary().to_owned() => "one line about it",
        components: Vec<String> = components(entry, found) => "`stdlib`, `toolchain` or both",
        packages: Vec<String> = entry.packages()
            => "the packages that have it, some with the only systems that are affected",
        fixed_in: Option<String> = entry.fixed_in(version)
            => "the next release that fixes it; null if none does",
        url: String = entry.url() => "its page",
    }

    DatabaseFacts(basis: &Basis) {
        kind: &'static str = basis.kind.as_str()
            => "`live` (asked now), `cached` (asked by an earlier command), `module` (golang.org/x/vulndb from \
                GOPROXY) or `compiled` (into gover)",
        place: String = basis.place.clone() => "its address, or the module with its version",
        date: Option<String> = basis.modified.map(|date| date.to_string())
            => "the day on which the database last changed",
        license: &'static str = "CC BY 4.0" => "the licence of the data, which is by The Go Authors",
    }
}

fn of_release(one: &Program<'_>) -> Vec<VulnerabilityFacts> {
    let Some(release) = &one.release else { return Vec::new() };
    let facts = |entry| VulnerabilityFacts::of(entry, &one.found, release.version());
    one.found.iter().map(facts).collect()
}

fn components(entry: &Entry, found: &Vulnerabilities<'_>) -> Vec<String> {
    let has = |list: &[&Entry]| list.iter().any(|known| known.id() == entry.id());
    let parts = [("stdlib", has(&found.stdlib)), ("toolchain", has(&found.toolchain))];
    parts.into_iter().filter(|(_, has)| *has).map(|(name, _)| name.to_owned()).collect()
}
