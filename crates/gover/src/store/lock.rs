use std::io;
use std::path::Path;

use gover_core::display::pasted;
use gover_core::layout::executable_name;
use gover_sys::{Lock, user};

use crate::{Context, Failure};

/// Takes a lock by its name; waits, and says so, while another gover holds it.
pub(crate) fn acquire(name: &str, context: &Context<'_>) -> Result<Lock, Failure> {
    let path = context.layout.lock(name);
    Lock::acquire(&path, || announce_wait(name, context)).map_err(|source| failed(&path, &source, context))
}

/// `None` if another gover holds it.
pub(crate) fn try_acquire(name: &str, context: &Context<'_>) -> Result<Option<Lock>, Failure> {
    let path = context.layout.lock(name);
    Lock::try_acquire(&path).map_err(|source| failed(&path, &source, context))
}

fn failed(path: &Path, source: &io::Error, context: &Context<'_>) -> Failure {
    let command = || own_arguments(context);
    read_only(source, command, context).unwrap_or_else(|| Failure::file("lock", path, source))
}

/// An error if this user may only read the home. Only its owner can run `command`.
pub(crate) fn refuse_read_only(
    name: &str,
    command: impl FnOnce() -> String,
    context: &Context<'_>,
) -> Result<(), Failure> {
    match Lock::try_acquire(&context.layout.lock(name)) {
        Err(source) => read_only(&source, command, context).map_or(Ok(()), Err),
        Ok(_) => Ok(()),
    }
}

fn read_only(source: &io::Error, command: impl FnOnce() -> String, context: &Context<'_>) -> Option<Failure> {
    if source.kind() != io::ErrorKind::PermissionDenied || !is_read_only(context) {
        return None;
    }
    let gover = context.layout.bin().join(executable_name("gover")).display().to_string();
    let command = command();
    let hint = match user::owner(context.layout.home()) {
        Some(root) if root == "root" => format!("sudo {} {command}", pasted(&gover)),
        Some(owner) => {
            format!("ask {owner} to run `gover {command}`, or set GOVER_HOME to a directory of your own")
        }
        None => "set GOVER_HOME to a directory of your own".to_owned(),
    };
    Some(Failure::new(read_only_home(context), hint))
}

/// Says that this user may only read the home, and to whom it belongs.
pub(crate) fn read_only_home(context: &Context<'_>) -> String {
    let home = context.layout.home();
    let owner = user::owner(home).map(|owner| format!(", which belongs to {owner}")).unwrap_or_default();
    format!("cannot write to {}{owner}", context.short(home))
}

/// The arguments of this process, as a shell reads them.
pub(crate) fn own_arguments(context: &Context<'_>) -> String {
    let words = context.env.arguments().iter().skip(1);
    let words: Vec<String> = words.map(|word| pasted(&word.to_string_lossy())).collect();
    words.join(" ")
}

pub(crate) fn announce_wait(name: &str, context: &Context<'_>) {
    let path = context.short(&context.layout.lock(name));
    context.printer.note(&format!("waiting for another gover ({path})"));
}

/// Whether this user may only read the home, such as one that root manages for all users.
pub(crate) fn is_read_only(context: &Context<'_>) -> bool {
    let home = context.layout.home();
    home.is_dir() && !gover_sys::file::is_writable(home)
}
