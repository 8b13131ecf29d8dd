use super::{Outcome, Question, ResolveError, Toolchain, system};
use crate::inventory::{self, is_installed};
use crate::request::{Request, RequestKind, newest_stable};
use crate::shim_state::ShimState;
use crate::store_index::StoreIndex;
use crate::version::ToolchainName;

/// The newest installed toolchain that matches a request, without any rule of Go.
pub fn locate(question: &Question<'_>, request: &Request) -> Result<Outcome, ResolveError> {
    let found = match request.kind() {
        RequestKind::Exact(name) => installed(question, name),
        RequestKind::System => {
            Some(system::find(question).ok_or(ResolveError::NoSystem { chosen_by: None })?)
        }
        RequestKind::Path(path) => {
            let path = question.env.directory().map_or_else(|| path.clone(), |here| here.join(path));
            if !inventory::is_goroot(&path) {
                return Err(ResolveError::NotGoroot { path, chosen_by: None });
            }
            let name = inventory::version_of(&path);
            Some(Toolchain::at(path, name))
        }
        _ => newest_installed(question, request)?
            .map(|name| Toolchain::at(question.layout.toolchain(&name), Some(name))),
    };
    Ok(found.map_or_else(|| Outcome::Missing(request.clone()), Outcome::Ready))
}

pub(super) fn installed(question: &Question<'_>, name: &ToolchainName) -> Option<Toolchain> {
    is_installed(question.layout, name)
        .then(|| Toolchain::at(question.layout.toolchain(name), Some(name.clone())))
}

fn newest_installed(
    question: &Question<'_>,
    request: &Request,
) -> Result<Option<ToolchainName>, ResolveError> {
    if let Some(index) = StoreIndex::read(question.layout, question.host.stamp) {
        return Ok(newest(question, request, index.newest_first(request)));
    }
    let candidates = inventory::candidates(question.layout)
        .map_err(|source| ResolveError::Store { path: question.layout.versions(), source })?;
    Ok(newest(question, request, candidates.into_iter().rev()))
}

/// The first of `names` that matches and is installed. Names are cheap to compare, directories slow
/// to read: only matches are checked.
fn newest(
    question: &Question<'_>,
    request: &Request,
    mut names: impl Iterator<Item = ToolchainName>,
) -> Option<ToolchainName> {
    let is_installed = |name: &ToolchainName| is_installed(question.layout, name);
    if *request.kind() != RequestKind::OldStable {
        return names.find(|name| request.matches(name, None) && is_installed(name));
    }
    let known = ShimState::read(&question.layout.shim_state()).stable;
    let names: Vec<_> = names.collect();
    let stable = newest_stable(&names, known.as_ref());
    names.into_iter().find(|name| request.matches(name, stable.as_ref()) && is_installed(name))
}
