//! SARIF 2.1.0, which code hosts and editors read
//! (docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

use std::path::Path;

use gover_doctor::{Check, Finding, Language, Severity};
use serde_json::{Value, json};

use super::super::examine::Examination;
use super::{Location, message, root};
use crate::Context;

pub(in crate::commands::doctor) fn log(examination: &Examination, context: &Context<'_>) -> Value {
    let checks: Vec<&Check> = examination.results.iter().map(|(check, _)| *check).collect();
    let root = root(context);
    let results: Vec<Value> =
        examination.findings.iter().map(|finding| result(finding, &checks, root.as_deref())).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gover doctor",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": checks.iter().map(|check| rule(check)).collect::<Vec<_>>(),
            }},
            "results": results,
        }],
    })
}

fn rule(check: &Check) -> Value {
    json!({
        "id": check.name,
        "shortDescription": { "text": check.summary.en },
        "fullDescription": { "text": check.cause.en },
        "help": { "text": check.repair.en },
    })
}

fn result(finding: &Finding, checks: &[&Check], root: Option<&Path>) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut result = json!({
        "ruleId": finding.check,
        "level": level,
        "message": { "text": message(finding, Language::English) },
    });
    let rule = checks.iter().position(|check| check.name == finding.check);
    if let (Some(index), Some(result)) = (rule, result.as_object_mut()) {
        result.insert("ruleIndex".to_owned(), json!(index));
    }
    if let (Some(location), Some(result)) = (Location::of(finding), result.as_object_mut()) {
        let uri = location
            .below(root)
            .map_or_else(|| address(location.file), |below| encoded(&below).replace(':', "%3A"));
        result.insert(
            "locations".to_owned(),
            json!([{ "physicalLocation": {
                "artifactLocation": { "uri": uri },
                "region": { "startLine": location.line.max(1) },
            }}]),
        );
    }
    result
}

/// `file:///home/ann/.bashrc`, `file:///C:/Users/ann/x`.
fn address(file: &Path) -> String {
    let text = file.to_string_lossy().replace('\\', "/");
    format!("file:///{}", encoded(text.trim_start_matches('/')))
}

/// A path as part of a URI (RFC 3986, section 3.3).
fn encoded(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:-._~".contains(&byte);
    let one = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(one).collect()
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
