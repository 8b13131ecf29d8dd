//! Probes the network before the checks run: everything at once, within a few seconds.

use std::time::Duration;

use tokio::time::Instant;

use gover_doctor::snapshot::network::{NetworkFacts, Source};
use gover_net::NetworkSettings;
use gover_source::{ModuleQuestion, SourceSpec, Supply};

use crate::{Context, Failure};
use crate::{runtime, supply};

/// The last answers. `--fix` examines again after each change, few of which affect the network.
#[derive(Debug, Default)]
pub(super) struct Answers(Option<(Question, NetworkFacts)>);

/// Everything that the answers depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Question {
    /// The setting `sources`.
    entries: Vec<String>,
    goproxy: Option<String>,
    gosumdb: Option<String>,
    http_proxies: Vec<String>,
    modules: Vec<ModuleQuestion>,
}

impl Answers {
    /// An error if the settings name no usable source, which every other command reports.
    pub(super) fn facts(
        &mut self,
        modules: Vec<ModuleQuestion>,
        context: &Context<'_>,
    ) -> Result<NetworkFacts, Failure> {
        // A second attempt tells nothing new, and a silent server already takes the whole time.
        let network =
            |usual: NetworkSettings| NetworkSettings { retries: 0, connect_timeout: BOUND, ..usual };
        let supply = supply::with_network(context, network)?;
        let question = Question {
            entries: context.settings.sources.value.clone(),
            goproxy: supply.settings().proxies.clone(),
            gosumdb: supply.settings().sumdb.clone(),
            http_proxies: http_proxies(context),
            modules,
        };
        if let Some((known, facts)) = &self.0
            && *known == question
        {
            return Ok(facts.clone());
        }
        let facts = runtime::block_on_briefly(ask(&supply, &question))?;
        self.0 = Some((question, facts.clone()));
        Ok(facts)
    }
}

async fn ask(supply: &Supply, question: &Question) -> NetworkFacts {
    let deadline = Instant::now() + BOUND;
    let servers = supply.proxy_servers();
    let target = servers.into_iter().find(|url| url.is_https()).cloned();
    let target = target.or_else(|| "https://sum.golang.org".parse().ok());
    let (sources, goproxy, sumdb, http_proxies, modules) = tokio::join!(
        supply.probe_sources(deadline),
        supply.probe_proxies(deadline),
        supply.probe_sumdb(deadline),
        supply.probe_http_proxies(&question.http_proxies, target.as_ref(), deadline),
        supply.probe_modules(&question.modules, deadline),
    );
    // The check itself reports a GOSUMDB that is off or malformed.
    let sumdb = sumdb.unwrap_or_default();
    let sources = question.entries.iter().zip(sources).map(|(written, probe)| {
        let entry = SourceSpec::shown(written);
        Source { is_masked: entry != *written, entry, probe }
    });
    let sources = sources.collect();
    let facts = NetworkFacts { sources, proxies: goproxy, sumdb, http_proxies, modules, clock_ahead: None };
    let clock_ahead = facts.iter().filter_map(|probe| probe.clock_ahead).min_by_key(|s| s.abs());
    NetworkFacts { clock_ahead, ..facts }
}

/// The forward proxies that variables name, each once.
fn http_proxies(context: &Context<'_>) -> Vec<String> {
    let mut proxies: Vec<String> = Vec::new();
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
        if let Some(proxy) = context.env.text(name).map(|proxy| proxy.trim_end_matches('/').to_owned())
            && !proxies.contains(&proxy)
        {
            proxies.push(proxy);
        }
    }
    proxies
}

const BOUND: Duration = Duration::from_secs(5);
