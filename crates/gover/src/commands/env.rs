use std::ffi::OsStr;

use gover_core::env::vars;
use gover_core::gorules::EnvFile;
use gover_core::launch;
use gover_core::minimum::Allowed;
use gover_shell::{PathEntry, ShellKind};

use crate::cli::EnvArgs;
use crate::output::{facts, json_path};
use crate::store::requests;
use crate::{Context, Failure};

pub(super) fn run(arguments: &EnvArgs, context: &Context<'_>) -> Result<(), Failure> {
    let toolchain = match &arguments.request {
        Some(text) => requests::installed(&requests::parse(text, context)?, context)?,
        None => requests::selected(context)?,
    };
    if arguments.json {
        context.printer.json(&Variables::of(&toolchain))?;
    } else {
        let code = code(&toolchain, shell(arguments, context)?, context)?;
        context.printer.exact(code.trim_end())?;
    }
    Ok(())
}

/// A GOROOT has the system's form, because the go program reads it; PATH has the shell's form.
fn code(toolchain: &Allowed, shell: ShellKind, context: &Context<'_>) -> Result<String, Failure> {
    let syntax = shell.syntax();
    let mut code = String::new();
    if let Some(directory) = &toolchain.goroot {
        code.push_str(&match launch::goroot(toolchain, directory, EnvFile::of_user(context.env).as_ref()) {
            Some(goroot) => syntax.set_env(vars::GOROOT, in_shell_code(&goroot)?),
            None => syntax.unset_env(vars::GOROOT),
        });
    }
    code.push_str(&syntax.prepend_path(&PathEntry::new(shell, &toolchain.bin, context.env)?));
    Ok(syntax.file(code))
}

fn in_shell_code(goroot: &OsStr) -> Result<&str, Failure> {
    goroot.to_str().ok_or_else(|| {
        Failure::new(
            format!("the path `{}` is not valid Unicode, so shell code cannot name it", goroot.display()),
            "set GOVER_HOME to a directory with a simple name",
        )
    })
}

fn shell(arguments: &EnvArgs, context: &Context<'_>) -> Result<ShellKind, Failure> {
    if let Some(name) = &arguments.shell {
        return super::shell(name, context);
    }
    let ancestors = gover_sys::process::ancestors().filter_map(gover_sys::process::name);
    ShellKind::detect(context.env, ancestors)
        .ok_or_else(|| Failure::usage("cannot detect the shell", "gover env --shell bash"))
}

facts! {
    Variables(toolchain: &Allowed) {
        version: Option<String> = toolchain.name.as_ref().map(ToString::to_string)
            => "the name of the toolchain; null for a Go on PATH whose version is unknown",
        goroot: Option<String> = toolchain.goroot.as_deref().map(json_path)
            => "its directory; null for a `go` on PATH that is a wrapper",
        bin: String = json_path(&toolchain.bin) => "the directory of its programs",
    }
}
