//! Private modules that go cannot download: their host refuses it, or GOPRIVATE does not name them.

mod access;
mod refused;
#[cfg(test)]
mod tests;
mod unlisted;
mod wanted;

use gover_source::{ModuleAnswer, Probe, Verdict};

pub use wanted::modules_to_ask;
pub(crate) use wanted::site;

use crate::snapshot::network;
use crate::{Check, Evidence, Finding, Scope, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "private-hosts",
    summary: text!(
        en "private modules: their host refuses go or git, or GOPRIVATE does not name them",
        zh "私有模块：所在主机拒绝 go 或 git，或者 GOPRIVATE 里没有它们",
    ),
    symptom: text!(
        en "`reading https://git.corp.example/team/lib?go-get=1: 401 Unauthorized`, `no go-import meta tags`, `fatal: \
            could not read Username for 'https://github.com': terminal prompts disabled`, or `verifying …: reading \
            https://sum.golang.org/lookup/…: 404 Not Found`.",
        zh "`reading https://git.corp.example/team/lib?go-get=1: 401 Unauthorized`、`no go-import meta tags`、\
            `fatal: could not read Username for 'https://github.com': terminal prompts disabled`，或者 \
            `verifying …: reading https://sum.golang.org/lookup/…: 404 Not Found`。",
    ),
    cause: text!(
        en "go asks the host of a module with the credentials of GOAUTH, by default those in the netrc file, and \
            runs git with git's own credentials. It cannot ask for a password. Go before 1.24 does not read GOAUTH. \
            Without GOPRIVATE, go asks the public proxy and the checksum database, which cannot see a private \
            module.",
        zh "go 用 GOAUTH 给出的凭据访问模块所在的主机，默认取自 `.netrc` 文件；运行 git 时用的是 git 自己的凭据。go \
            没法让你输入密码。Go 1.24 之前不读 GOAUTH。没有设置 GOPRIVATE 时，go 会去问公共代理和校验和数据库，而\
            它们看不到私有模块。",
    ),
    repair: text!(
        en "Set GOPRIVATE with the command shown. Give go a line in the netrc file, or let git sign in with its \
            helper or with ssh. gover reads which hosts the netrc file names, and shows no password. It asks about at \
            most six modules of the project, with the requests that go makes too.",
        zh "用列出的命令设置 GOPRIVATE。在 `.netrc` 文件里给 go 写一行，或者让 git 通过凭据助手或 SSH 登录。gover 只看 \
            `.netrc` 文件里有哪些主机，不显示密码。它最多查询项目里的六个模块，发出的请求和 go 一样。",
    ),
    scope,
    run,
};

fn scope(snapshot: &Snapshot<'_>) -> Scope {
    match (scope::module(snapshot), &snapshot.network) {
        (Scope::Applies, Some(network)) => scope::given(
            !network.modules.is_empty(),
            text!(en "no module here looks private", zh "这里没有看起来是私有的模块"),
        ),
        (Scope::Applies, None) => scope::network(snapshot),
        (elsewhere, _) => elsewhere,
    }
}

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(network) = &snapshot.network else { return Vec::new() };
    let candidates = wanted::candidates(snapshot);
    let subjects = network.modules.iter().filter_map(|answer| {
        let is_it = |known: &&wanted::Candidate| known.path == answer.path && known.version == answer.version;
        Some(Subject { snapshot, answer, module: candidates.iter().find(is_it)? })
    });
    let found = subjects.flat_map(|subject| [unlisted::finding(&subject), refused::finding(&subject)]);
    found.flatten().collect()
}

/// A module and what was answered about it.
struct Subject<'a> {
    snapshot: &'a Snapshot<'a>,
    answer: &'a ModuleAnswer,
    module: &'a wanted::Candidate,
}

impl Subject<'_> {
    /// Where the project names the module, and every answer.
    fn evidence(&self) -> Vec<Evidence> {
        let answers = self.answer.proxies.iter().map(network::evidence);
        let metadata = self.answer.metadata.iter().map(network::evidence);
        let repository = self.answer.repository.iter().map(network::evidence);
        [self.module.evidence.clone()].into_iter().chain(answers).chain(metadata).chain(repository).collect()
    }

    /// Whether the host shows the module only to those that it knows.
    fn is_private(&self) -> bool {
        let answers = [&self.answer.metadata, &self.answer.repository];
        answers.into_iter().flatten().any(refuses)
    }
}

/// Hosts answer 404 too for what one may not see.
fn refuses(probe: &Probe) -> bool {
    matches!(probe.verdict, Verdict::Status(401 | 403 | 404 | 410, _))
}
