//! From settings and environment to the sources of toolchains.

use std::path::PathBuf;

use gover_core::Request;
use gover_core::env::vars;
use gover_core::gorules::GoEnv;
use gover_core::inventory;
use gover_core::resolve::Outcome;
use gover_source::{NetworkSettings, SourceSpec, Supply, SupplySettings};

use crate::context::Context;
use crate::failure::Failure;

/// The sources, as this call's settings have them; opens no connection.
pub(crate) fn supply(context: &Context<'_>) -> Result<Supply, Failure> {
    with_network(context, |network| network)
}

/// The sources, with rules for connections that differ from the usual ones.
pub(crate) fn with_network(
    context: &Context<'_>,
    network: impl FnOnce(NetworkSettings) -> NetworkSettings,
) -> Result<Supply, Failure> {
    let defaults = SupplySettings::new(&context.layout);
    let settings = SupplySettings {
        sources: SourceSpec::parse_list(&context.settings.sources.value.join(","))?,
        proxies: go_setting(vars::GOPROXY, context),
        // Never from a go.env: a directory in versions/ must not name the key that proves the next toolchain.
        sumdb: GoEnv::new(context.env, None).get(vars::GOSUMDB),
        godev_url: context.env.text(vars::GOVER_GODEV_URL).unwrap_or(defaults.godev_url),
        index_cache: defaults.index_cache,
        sumdb_cache: defaults.sumdb_cache,
        failed_sources: defaults.failed_sources,
        network: network(NetworkSettings {
            offline: context.settings.offline.value,
            certificates: context.env.var(vars::SSL_CERT_FILE).map(PathBuf::from),
            ..defaults.network
        }),
    };
    Ok(Supply::new(settings)?)
}

/// A variable as the go command reads it: environment, the user's go/env file, the go.env of a toolchain. Which
/// toolchain does not matter much, since go.env is the same in all that nobody edited: the newest installed one that
/// has it, or else the Go on PATH.
fn go_setting(key: &str, context: &Context<'_>) -> Option<String> {
    if let Some(value) = GoEnv::new(context.env, None).get(key) {
        return Some(value);
    }
    let installed = inventory::candidates(&context.layout).unwrap_or_default();
    let roots = installed
        .iter()
        .rev()
        .map(|name| context.layout.toolchain(name))
        .filter(|root| inventory::is_goroot(root));
    roots.chain(system_goroot(context)).find_map(|root| GoEnv::new(context.env, Some(&root)).get(key))
}

fn system_goroot(context: &Context<'_>) -> Option<PathBuf> {
    let request = Request::parse("system").ok()?;
    match context.locate(&request) {
        Ok(Outcome::Ready(toolchain)) => toolchain.goroot,
        _ => None,
    }
}
