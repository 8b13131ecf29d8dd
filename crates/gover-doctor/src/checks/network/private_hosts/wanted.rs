//! The modules about which servers are asked: few, and only those that go would ask about too.

use std::collections::BTreeSet;

use gover_source::ModuleQuestion;

use crate::checks::module_file::{Module, ModuleFile};
use crate::checks::network::setting::Setting;
use crate::checks::pattern::matches_module;
use crate::redaction::is_public;
use crate::{Evidence, MachinePath, Snapshot};

/// A module of the project that may come from a private host.
pub(super) struct Candidate {
    pub(super) path: String,
    pub(super) version: String,
    pub(super) evidence: Evidence,
    /// Whether go downloads it from its host without asking a proxy.
    is_direct: bool,
    likely: Likely,
    /// Whether go has it already, in the module cache or in the vendor directory.
    pub(super) is_here: bool,
    /// Whether go.sum has this version, so that go does not ask the checksum database.
    pub(super) has_sum: bool,
}

/// Why a module may be private, the surest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likely {
    /// GONOPROXY or GOPRIVATE names it.
    Named,
    /// It has the same owner as the project.
    OfOwner,
    /// Its host is not one of those that many people use.
    Host,
}

/// Every module that the project names, the most likely private ones first.
pub(super) fn candidates(snapshot: &Snapshot<'_>) -> Vec<Candidate> {
    let files = files(snapshot);
    let rules = Rules::of(snapshot);
    let is_vendored =
        files.first().is_some_and(|file| snapshot.is_file(&file.base.join("vendor/modules.txt")));
    let sums: Vec<(Module, Evidence)> = files.iter().flat_map(|file| sums(snapshot, file)).collect();
    let recorded: BTreeSet<Module> = sums.iter().map(|(module, _)| module.clone()).collect();
    let own: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let owners: BTreeSet<String> = own.iter().map(|name| site(name)).collect();
    let mut seen: BTreeSet<Module> = BTreeSet::new();
    let mut candidates = Vec::new();
    for (module, evidence) in required(&files).into_iter().chain(sums) {
        let (path, version) = module.clone();
        let is_asked = looks_like_a_module(&path) && !matches_module(&rules.insecure, &path);
        if own.contains(&path.as_str()) || !is_asked || !seen.insert(module.clone()) {
            continue;
        }
        let likely = match site(&path) {
            _ if rules.is_named(&path) => Likely::Named,
            site if owners.contains(&site) => Likely::OfOwner,
            _ if is_public(host(&path)) => continue,
            _ => Likely::Host,
        };
        let is_here = is_vendored || is_cached(snapshot, &module);
        let is_direct = rules.asks_no_proxy || matches_module(&rules.without_proxy, &path);
        let has_sum = recorded.contains(&module);
        candidates.push(Candidate { path, version, evidence, is_direct, likely, is_here, has_sum });
    }
    candidates.sort_by_key(|known| (known.likely, known.is_here));
    candidates
}

/// What to ask servers for: one module of each host, or of each owner on a public host.
pub fn modules_to_ask(snapshot: &Snapshot<'_>) -> Vec<ModuleQuestion> {
    let mut sites = BTreeSet::new();
    let wanted =
        candidates(snapshot).into_iter().filter(|known| known.likely == Likely::Named || !known.is_here);
    let first = wanted.filter(|known| sites.insert(site(&known.path)));
    let question = |known: Candidate| ModuleQuestion {
        path: known.path,
        version: known.version,
        is_direct: known.is_direct,
    };
    first.take(MOST).map(question).collect()
}

/// The part of a path that one company has: its host, or its name on a public host.
pub(crate) fn site(path: &str) -> String {
    let host = host(path);
    match path.split('/').nth(1).filter(|_| is_public(host)) {
        Some(owner) => format!("{host}/{owner}"),
        None => host.to_owned(),
    }
}

pub(super) fn host(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// The settings that keep modules from proxies.
struct Rules {
    without_proxy: String,
    /// GOINSECURE: modules that go gets without a valid certificate, or by http.
    insecure: String,
    /// Whether GOPROXY begins with `direct`.
    asks_no_proxy: bool,
}

impl Rules {
    fn of(snapshot: &Snapshot<'_>) -> Self {
        let proxies = Setting::of(snapshot, "GOPROXY").map(|setting| setting.value).unwrap_or_default();
        let first = proxies.split([',', '|']).map(str::trim).find(|entry| !entry.is_empty());
        let insecure = Setting::of(snapshot, "GOINSECURE").map(|setting| setting.value).unwrap_or_default();
        let asks_no_proxy = first == Some("direct");
        Self { without_proxy: list(snapshot, "GONOPROXY"), insecure, asks_no_proxy }
    }

    /// A list that matches every module says nothing about one.
    fn is_named(&self, path: &str) -> bool {
        matches_module(&self.without_proxy, path) && !matches_module(&self.without_proxy, PUBLIC_MODULE)
    }
}

/// GONOPROXY or GONOSUMDB, whose default is GOPRIVATE.
pub(super) fn list(snapshot: &Snapshot<'_>, name: &'static str) -> String {
    let setting = Setting::of(snapshot, name).or_else(|| Setting::of(snapshot, "GOPRIVATE"));
    setting.map(|setting| setting.value).unwrap_or_default()
}

/// The go.mod here, or the go.work and those that it uses.
fn files(snapshot: &Snapshot<'_>) -> Vec<ModuleFile> {
    let workspace = snapshot.go_work();
    let Some(first) = workspace.or_else(|| snapshot.nearest("go.mod")) else { return Vec::new() };
    let Some(first) = ModuleFile::read(snapshot, first) else { return Vec::new() };
    let used = first.used.iter().map(|used| first.directory(used).join("go.mod"));
    let members: Vec<ModuleFile> = used.filter_map(|path| ModuleFile::read(snapshot, path)).collect();
    [vec![first], members].concat()
}

/// Required modules with what replaces them. What is replaced by a directory is not downloaded.
fn required(files: &[ModuleFile]) -> Vec<(Module, Evidence)> {
    let replaced = || files.iter().flat_map(|file| file.replaced.iter().map(move |line| (file, line)));
    let mut modules = Vec::new();
    for file in files {
        for line in &file.required {
            let (path, version) = &line.module;
            let fits = |known: &Module| known.0 == *path && (known.1.is_empty() || known.1 == *version);
            let replacement = replaced().find(|(_, known)| fits(&known.module));
            match replacement.map(|(file, known)| (known.replacement.clone(), known.evidence(&file.path))) {
                None => modules.push((line.module.clone(), line.evidence(&file.path))),
                Some((Some(module), evidence)) if !module.1.is_empty() => modules.push((module, evidence)),
                Some(_) => {}
            }
        }
    }
    modules
}

/// The modules whose content go.sum has.
fn sums(snapshot: &Snapshot<'_>, file: &ModuleFile) -> Vec<(Module, Evidence)> {
    let name = if file.path.file_name() == "go.work" { "go.work.sum" } else { "go.sum" };
    let path = file.base.join(name);
    let text = snapshot.text(&path).unwrap_or_default();
    let module = |(number, line): (usize, &str)| {
        let [module, version, _] = *line.split_whitespace().collect::<Vec<_>>() else { return None };
        let evidence = Evidence::line(&path, number, format!("{module} {version}"));
        (!version.ends_with("/go.mod")).then(|| ((module.to_owned(), version.to_owned()), evidence))
    };
    (1..).zip(text.lines()).filter_map(module).collect()
}

fn is_cached(snapshot: &Snapshot<'_>, (path, version): &Module) -> bool {
    let Some(cache) = snapshot.gomodcache() else { return false };
    let file: MachinePath =
        cache.join(format!("cache/download/{}/@v/{}.zip", escaped(path), escaped(version)));
    snapshot.is_file(&file)
}

/// As `module.EscapePath` writes it, for file systems without case.
fn escaped(text: &str) -> String {
    let escape = |c: char| {
        if c.is_ascii_uppercase() { format!("!{}", c.to_ascii_lowercase()) } else { c.to_string() }
    };
    text.chars().map(escape).collect()
}

/// Only these are downloaded: the first element is a host.
fn looks_like_a_module(path: &str) -> bool {
    host(path).contains('.') && path.contains('/')
}

/// A module that no list of private modules names.
const PUBLIC_MODULE: &str = "golang.org/x/text";

/// How many modules are asked about at most.
const MOST: usize = 6;
