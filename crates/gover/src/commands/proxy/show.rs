//! The table of what was measured, and the same as JSON.

use std::time::Duration;

use gover_core::display::mebibytes;
use gover_doctor::snapshot::network::words;
use gover_net::Contact;
use gover_source::{Measurement, Serves, Target, Verdict};

use super::entry::{Entry, Measured};
use super::hosts;
use crate::output::{Style, Table, facts};
use crate::{Context, Failure};

/// Three rows for each entry: its figures, what it serves, and where its name leads. Addresses are
/// long, so they come last.
pub(super) fn people(measured: &[Measured], hosts: &str, context: &Context<'_>) -> Result<(), Failure> {
    let mut table = Table::default();
    let mut title = None;
    for (entry, measurement) in measured {
        if title.replace(entry.origin) != Some(entry.origin) {
            table.row(["first byte".into(), "speed".into(), entry.origin.title().into()]);
        }
        let first_byte = measurement.first_byte.map_or("-".to_owned(), milliseconds);
        let speed = measurement.bytes_per_second.map_or("-".to_owned(), speed);
        table.row([first_byte.into(), speed.into(), name(entry, measurement).into()]);
        let said = said(entry, measurement);
        let said = if measurement.works() { said } else { context.printer.out(Style::Error, &said) };
        for line in [Some(said), route(entry, measurement, hosts)].into_iter().flatten() {
            table.row(["".into(), "".into(), format!("  {line}").into()]);
        }
    }
    context.printer.table(&table)
}

fn name(entry: &Entry, measurement: &Measurement) -> String {
    match entry.operator {
        Some(operator) => format!("{} ({operator})", measurement.address),
        None => measurement.address.clone(),
    }
}

/// What it serves, or why it does not work.
fn said(entry: &Entry, measurement: &Measurement) -> String {
    if !measurement.works() {
        return problem(measurement);
    }
    let Some(serves) = measurement.serves else {
        return match entry.target {
            Target::Directory(_) => "a directory".to_owned(),
            _ if measurement.bytes_per_second.is_none() => "answers".to_owned(),
            _ if measurement.ranges == Some(true) => "archives, ranges".to_owned(),
            _ => "archives; no ranges".to_owned(),
        };
    };
    let parts = parts(serves, measurement.ranges == Some(true));
    let named = |is_served: bool| {
        parts
            .iter()
            .filter(|(_, has)| *has == is_served)
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (named(true), named(false)) {
        (has, lacks) if lacks.is_empty() => has,
        (has, lacks) => format!("{has}; no {lacks}"),
    }
}

fn parts(serves: Serves, ranges: bool) -> [(&'static str, bool); 4] {
    [
        ("modules", serves.modules),
        ("toolchains", serves.toolchains),
        ("/sumdb/", serves.sumdb),
        ("ranges", ranges),
    ]
}

pub(super) fn problem(measurement: &Measurement) -> String {
    match &measurement.verdict {
        Verdict::UntrustedCertificate(Some(issuer)) if measurement.inspector.is_some() => {
            format!("intercepted: its certificate comes from `{issuer}`, which is not trusted")
        }
        verdict => words(verdict).en,
    }
}

/// The addresses of its name, and what is in between.
fn route(entry: &Entry, measurement: &Measurement, hosts: &str) -> Option<String> {
    let mut parts: Vec<String> = measurement.contacts.iter().map(contact).collect();
    parts.extend(hosts_line(entry, hosts).map(|line| format!("by line {line} of the hosts file")));
    let said = problem(measurement);
    let variable = measurement.proxy_variable.as_ref().filter(|name| !said.contains(*name));
    parts.extend(variable.map(|name| format!("through {name}")));
    if let (true, Some(inspector)) = (measurement.works(), &measurement.inspector) {
        parts.push(format!("inspected by `{inspector}`"));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn contact(contact: &Contact) -> String {
    let kind = kind(contact);
    match &contact.took {
        Ok(took) => format!("{kind} {} {}", contact.address, milliseconds(*took)),
        Err(reason) => format!("{kind} {}: {reason}", contact.address),
    }
}

fn kind(contact: &Contact) -> &'static str {
    if contact.address.is_ipv4() { "IPv4" } else { "IPv6" }
}

fn hosts_line(entry: &Entry, hosts: &str) -> Option<usize> {
    match &entry.target {
        Target::Proxy(base) | Target::Site(base) | Target::Mirror(base) => hosts::line_of(base.host(), hosts),
        Target::Directory(_) => None,
    }
}

fn milliseconds(took: Duration) -> String {
    match took.as_millis() {
        milliseconds @ ..1000 => format!("{milliseconds}ms"),
        _ => format!("{:.1}s", took.as_secs_f64()),
    }
}

fn speed(bytes_per_second: u64) -> String {
    match bytes_per_second {
        0..0x10_0000 => format!("{} KiB/s", bytes_per_second >> 10),
        _ => format!("{}/s", mebibytes(bytes_per_second)),
    }
}

fn whole_milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

facts! {
    ProxyFacts(goproxy: Option<String>, measured: &[Measured], hosts: &str, fastest: Option<&Measured>) {
        goproxy: Option<String> = goproxy => "the value of GOPROXY that applies, without credentials; null if nothing sets it",
        entries: Vec<ProxyEntryFacts> = measured.iter().map(|one| ProxyEntryFacts::of(one, hosts)).collect()
            => "the entries of GOPROXY and `sources`, the addresses given, and with `--public` the public proxies",
        fastest: Option<String> = fastest.map(|(_, measured)| measured.address.clone())
            => "the address of the fastest module proxy that works, or null",
    }

    ProxyEntryFacts(one: &Measured, hosts: &str) {
        address: String = one.1.address.clone() => "the address without credentials, or the directory",
        origin: &'static str = one.0.origin.name() => "`goproxy`, `sources`, `given` or `public`",
        operator: Option<&'static str> = one.0.operator => "who runs it, if it is a well-known public proxy",
        works: bool = one.1.works() => "whether files arrive from it",
        problem: Option<String> = (!one.1.works()).then(|| problem(&one.1)) => "why it does not work",
        first_byte_ms: Option<u64> = one.1.first_byte.map(whole_milliseconds)
            => "how many milliseconds it took until its response began, with connecting",
        bytes_per_second: Option<u64> = one.1.bytes_per_second => "how fast the beginning of a file came; null if none was read",
        modules: Option<bool> = one.1.serves.map(|serves| serves.modules) => "whether it serves modules; null if it does not work or is not a module proxy",
        toolchains: Option<bool> = one.1.serves.map(|serves| serves.toolchains) => "the same for Go toolchains",
        sumdb: Option<bool> = one.1.serves.map(|serves| serves.sumdb) => "the same for the checksum database",
        ranges: Option<bool> = one.1.ranges => "whether it serves parts of files, so that downloads can be resumed; null if no file was read",
        addresses: Vec<ContactFacts> = one.1.contacts.iter().map(ContactFacts::of).collect()
            => "the first IPv4 and IPv6 address of its name; empty behind a forward proxy",
        hosts_line: Option<usize> = hosts_line(&one.0, hosts) => "the line of the hosts file that gives its name an address, or null",
        inspected_by: Option<String> = one.1.inspector.clone() => "the known authority that inspects the connection, or null",
        through: Option<String> = one.1.proxy_variable.clone() => "the variable that names the forward proxy in between, or null",
    }

    ContactFacts(contact: &Contact) {
        address: String = contact.address.to_string() => "the address",
        family: &'static str = kind(contact) => "`IPv4` or `IPv6`",
        connect_ms: Option<u64> = contact.took.as_ref().ok().copied().map(whole_milliseconds) => "how many milliseconds connecting took, or null",
        problem: Option<String> = contact.took.as_ref().err().cloned() => "why it cannot be connected to",
    }
}
