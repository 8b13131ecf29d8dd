//! The manager's program. Everything is in the library, so that tests can reach it.
#![forbid(unsafe_code)]

fn main() {
    let mut env = gover_core::Env::from_process();
    if let Some(path) = gover_sys::machine::policy_file() {
        env = env.with_machine_config(path);
    }
    let exit = gover::run(&env);
    gover_sys::exec::exit(exit.code());
}
