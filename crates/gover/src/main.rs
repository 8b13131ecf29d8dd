//! The manager's program. Everything is in the library, so that tests can reach it.
#![forbid(unsafe_code)]

fn main() {
    let mut env = gover_core::Env::from_process();
    if let Some(directory) = gover_sys::machine::settings_directory() {
        env = env.with_machine_config(directory.join("gover").join("config.toml"));
    }
    let exit = gover::run(&env);
    gover_sys::exec::exit(exit.code());
}
