//! A program that is kept for one toolchain, called by its name in `bin`.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::Path;

use gover_core::layout::program_name;
use gover_core::resolve::{CalledAs, Question, Trace, resolve, tool_on_path};
use gover_core::tool::{is_tool_name, kept_for};
use gover_core::{Env, Layout};
use gover_sys::{exec, file};

use crate::HOST;
use crate::report::Failure;

/// The name of the tool that a program is called as; `None` if it is not a name of a tool, or no
/// tool of that name is kept. For `go` nothing is looked up.
pub(crate) fn called_as(program: &Path, layout: &Layout) -> Option<String> {
    let name = program_name(program.file_name()?.to_str()?);
    (name != "go" && is_tool_name(name) && !kept_for(name, layout).is_empty()).then(|| name.to_owned())
}

/// Becomes the tool of the toolchain that `go` would run here, or else the next program of that name
/// on PATH. Its arguments and variables are its own.
pub(crate) fn become_tool(
    name: &str,
    own: &[OsString],
    env: &Env,
    layout: &Layout,
) -> Result<Infallible, Failure> {
    let question = Question { env, layout, host: &HOST, called_as: &CalledAs::Go, arguments: &[] };
    let resolution = resolve(&question, &mut Trace::off())?;
    let kept = resolution.name().map(|toolchain| layout.tool(toolchain, name));
    let kept = kept.filter(|program| file::is_executable(program));
    let Some(program) = kept.or_else(|| tool_on_path(&question, name)) else {
        return Err(Failure::OtherTool {
            name: name.to_owned(),
            kept: kept_for(name, layout),
            resolution: Box::new(resolution),
        });
    };
    let source = exec::pass_on(&program, own, 0, &[]);
    Err(Failure::CannotExecute { program, source })
}
