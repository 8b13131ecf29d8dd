//! gover as tests update it: a build with the module and the keys that tests publish releases with.
//!
//! What differs between two releases is the end of the file of the program itself, so that one build
//! is enough: a line `GOVER-TEST-RELEASE NAME=VALUE…`, with the version and whatever else a release
//! has compiled in.
#![forbid(unsafe_code)]

use std::fs;

use gover_core::Env;
use gover_test::{FakeLog, FakeSite, OwnRelease, Signer};
use gover_update::ReleaseBuild;

fn main() {
    let mut env = Env::from_process();
    if let Some(path) = gover_sys::machine::policy_file() {
        env = env.with_machine_config(path);
    }
    let end =
        env.program().and_then(|program| fs::read(program).ok()).map(|bytes| OwnRelease::end_of(&bytes));
    let end: &'static str = end.unwrap_or_default().leak();
    let value = |name: &str| end.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let key: &'static str = Signer::new(OwnRelease::SIGNER).verifier_key().leak();
    let build = ReleaseBuild {
        version: value("version").unwrap_or("0.1.0"),
        module: value("module"),
        base: value("base"),
        keys: vec![key],
        log_key: Some(FakeLog::new(FakeSite::LOG).verifier_key().leak()),
        changelog: value("changelog"),
    };
    gover_sys::exec::exit(gover::run(&env, &build).code());
}
