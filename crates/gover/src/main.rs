//! The manager's program. Everything is in the library, so that tests can reach it.
#![forbid(unsafe_code)]

fn main() {
    let mut env = gover_core::Env::from_process();
    if let Some(path) = gover_sys::machine::policy_file() {
        env = env.with_machine_config(path);
    }
    let build = gover_update::ReleaseBuild::compiled(env!("CARGO_PKG_VERSION"));
    let exit = gover::run(&env, &build);
    gover_sys::exec::exit(exit.code());
}
