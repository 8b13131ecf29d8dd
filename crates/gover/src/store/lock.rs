use gover_sys::Lock;

use crate::{Context, Failure};

/// Takes a lock by its name; waits, and says so, while another gover holds it.
pub(crate) fn acquire(name: &str, context: &Context<'_>) -> Result<Lock, Failure> {
    let path = context.layout.lock(name);
    Lock::acquire(&path, || announce_wait(name, context))
        .map_err(|source| Failure::file("lock", &path, &source))
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
