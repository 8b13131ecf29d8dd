//! The manager's program. Everything is in the library, so that tests can reach it.
#![forbid(unsafe_code)]

fn main() {
    let exit = gover::run(&gover_core::Env::from_process());
    gover_sys::exec::exit(exit.code());
}
