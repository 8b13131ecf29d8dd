use super::{Outcome, Question, ResolveError, Toolchain, system};
use crate::inventory::{self, is_installed};
use crate::request::{Request, RequestKind};
use crate::shim_state::ShimState;
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
        _ => newest_installed(question, request)?.and_then(|name| installed(question, &name)),
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
    let mut candidates = inventory::candidates(question.layout)
        .map_err(|source| ResolveError::Store { path: question.layout.versions(), source })?;
    let stable = match request.kind() {
        RequestKind::OldStable => ShimState::read(&question.layout.shim_state()).stable,
        _ => None,
    };
    // Names are cheap to compare, directories slow to read: only matches are checked, newest first.
    while let Some(name) = request.newest(&candidates, stable.as_ref()).cloned() {
        if is_installed(question.layout, &name) {
            return Ok(Some(name));
        }
        candidates.retain(|candidate| *candidate != name);
    }
    Ok(None)
}
