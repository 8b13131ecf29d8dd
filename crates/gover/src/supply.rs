//! From settings and environment to the sources of toolchains.

use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::gorules::GoEnv;
use gover_core::inventory;
use gover_core::platform::IS_WINDOWS;
use gover_core::{Env, Request};
use gover_net::{Address, Authentication, Certificates, ForwardProxies, NetworkSettings, Notice};
use gover_source::{InvalidSource, SourceSpec, Supply, SupplySettings};

use crate::settings::SettingOrigin;
use crate::{Context, Failure};

/// The sources of the settings; opens no connection.
pub(crate) fn supply(context: &Context<'_>) -> Result<Supply, Failure> {
    with_network(context, |network| network)
}

pub(crate) fn with_sources(
    context: &Context<'_>,
    keep: impl Fn(&SourceSpec) -> bool,
) -> Result<Supply, Failure> {
    let mut settings = supply(context)?.settings().clone();
    settings.witnesses.clone_from(&settings.sources);
    settings.sources.retain(keep);
    Ok(Supply::new(settings)?)
}

/// One file as the only source; the usual sources are still asked for its checksum.
pub(crate) fn with_file(context: &Context<'_>, path: &Path) -> Result<Supply, Failure> {
    let mut settings = supply(context)?.settings().clone();
    let file = vec![SourceSpec::File(path.to_owned())];
    settings.witnesses = std::mem::replace(&mut settings.sources, file);
    Ok(Supply::new(settings)?)
}

pub(crate) fn note_warnings(supply: &Supply, context: &Context<'_>) {
    for remark in supply.take_warnings() {
        context.printer.warning(&remark.to_string());
        if let Some(hint) = remark.hint() {
            context.printer.hint(&hint);
        }
    }
}

/// The names of the sources, without what it takes to ask them.
pub(crate) fn named(context: &Context<'_>) -> Result<SupplySettings, Failure> {
    // With another address, "go.dev" would be another source, and so would "goproxy".
    let is_locked = context.settings.policy.locks("sources");
    Ok(SupplySettings {
        sources: SourceSpec::parse_list(&context.settings.sources.value.join(","))?,
        godev_url: if is_locked { None } else { godev_url(context)? },
        ..SupplySettings::new(&context.layout)
    })
}

/// The sources, with rules for connections that differ from the usual ones.
pub(crate) fn with_network(
    context: &Context<'_>,
    network: impl FnOnce(NetworkSettings) -> NetworkSettings,
) -> Result<Supply, Failure> {
    let named = named(context)?;
    let printer = context.printer.clone();
    let settings = SupplySettings {
        proxies: proxies(context),
        // Never from a go.env: a toolchain must not choose the key that proves the next toolchain.
        sumdb: GoEnv::new(context.env, None)
            .get(vars::GOSUMDB)
            .filter(|value| context.settings.policy.allows_database(value)),
        network: network(NetworkSettings {
            offline: context.settings.offline.value,
            back_online: back_online(context.settings.offline.origin),
            certificates: Certificates {
                file: context.env.var(vars::SSL_CERT_FILE).map(PathBuf::from),
                directories: context.env.directories(vars::SSL_CERT_DIR),
            },
            forward: ForwardProxies::from_variables(|name| context.env.text(name)),
            authentication: authentication(context.env),
            notice: Notice::new(move |waiting| printer.note(&waiting.to_string())),
            ..named.network
        }),
        ..named
    };
    Ok(Supply::new(settings)?)
}

/// The release site in place of go.dev. Its index vouches for archives, so nobody on the way may
/// change it.
fn godev_url(context: &Context<'_>) -> Result<Option<Address>, Failure> {
    let Some(text) = context.env.text(vars::GOVER_GODEV_URL) else { return Ok(None) };
    let address = Address::parse(&text).map_err(InvalidSource::from)?;
    if address.is_https() || (address.is_http() && address.is_loopback()) {
        return Ok(Some(address));
    }
    Err(Failure::usage(
        format!("GOVER_GODEV_URL is `{address}`, which is neither an https address nor on this machine"),
        "set GOVER_GODEV_URL to an https address, or unset it",
    ))
}

fn back_online(origin: SettingOrigin) -> String {
    match origin {
        SettingOrigin::Option(name) => format!("leave out `{name}`"),
        SettingOrigin::Environment(name) => format!("unset {name}"),
        SettingOrigin::Machine(path) => format!("only an administrator can change that, in {path}"),
        SettingOrigin::File | SettingOrigin::Builtin => "`gover config set offline false`".to_owned(),
    }
}

/// Where users and passwords are, as cmd/go finds them (`cmd/go/internal/auth`). Like GOSUMDB,
/// GOAUTH is never taken from the go.env of a toolchain: it may name a program to run.
fn authentication(env: &Env) -> Authentication {
    let goauth = GoEnv::new(env, None).get(vars::GOAUTH).filter(|value| !value.is_empty());
    let in_home = || {
        let home = env.user_home()?;
        // On Windows, the older name comes first.
        let old = home.join("_netrc");
        let is_old = IS_WINDOWS && old.exists();
        Some(if is_old { old } else { home.join(".netrc") })
    };
    Authentication { goauth, netrc: env.var(vars::NETRC).map(PathBuf::from).or_else(in_home) }
}

/// A variable as the go command reads it: from the environment, the user's go/env file, or the
/// go.env of a toolchain. Unless edited, go.env is the same in all toolchains, so the newest
/// installed one that sets it is used, or else the Go on PATH.
pub(crate) fn go_setting(key: &str, context: &Context<'_>) -> Option<String> {
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

/// The value of GOPROXY, unless the policy of the machine says which sources there are: then the
/// release site is the only module proxy.
fn proxies(context: &Context<'_>) -> Option<String> {
    let policy = &context.settings.policy;
    if !policy.locks("sources") {
        return go_setting(vars::GOPROXY, context);
    }
    let own = GoEnv::new(context.env, None).get(vars::GOPROXY);
    Some(own.filter(|value| policy.allows_proxies(value)).unwrap_or_else(|| "direct".to_owned()))
}

fn system_goroot(context: &Context<'_>) -> Option<PathBuf> {
    let request = Request::parse("system").ok()?;
    context.locate(&request).ok()??.goroot
}
