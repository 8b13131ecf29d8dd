use super::Done;
use super::later::Later;
use super::provider::Provider;
use crate::output::{facts, json_path};

facts! {
    CiFacts(done: &Done, later: &Later, provider: Provider) {
        provider: &'static str = provider.name() => "`github`, `gitlab`, `jenkins`, `azure` or `shell`",
        version: String = done.name.clone() => "the name of the toolchain",
        reason: String = done.reason.clone() => "why it is this one",
        goroot: String = later.goroot.clone() => "its directory; with `--plan`, where it would be",
        origin: Option<&'static str> = done.origin
            => "`downloaded`; `verified`: it was there and equals its record; `kept`: it was there, and the checksum \
                database could not be asked; `repaired`; `tool-cache`; `system`: the Go that came with the machine. \
                Null with `--plan`",
        h1: Option<String> = done.h1.clone() => "the hash of its files; null if it is not known",
        path: Vec<String> = later.path.iter().map(|directory| json_path(directory)).collect()
            => "the directories that come first on PATH in later steps",
        variables: Vec<VariableFacts> = variables(later, provider).into_iter().map(VariableFacts::of).collect()
            => "the variables of later steps",
        cache_key: String = later.keys().key.clone() => "the key for the cache of the build service",
        restore_keys: Vec<String> = later.keys().fallbacks.clone()
            => "beginnings of keys whose cache is of use if there is none for `cache_key`",
        cache_paths: Vec<String> = later.keys().paths.iter().map(|path| json_path(path)).collect()
            => "the directories to cache",
    }

    VariableFacts(variable: (&'static str, String)) {
        name: &'static str = variable.0 => "its name",
        value: String = variable.1 => "its value",
    }
}

fn variables(later: &Later, provider: Provider) -> Vec<(&'static str, String)> {
    if provider.has_outputs() { later.variables.clone() } else { later.all_variables() }
}
