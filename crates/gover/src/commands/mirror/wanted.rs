//! From versions and platforms to the files that the mirror should have.

use gover_core::platform::InvalidPlatform;
use gover_core::{Diagnose, Exit, Platform, Request, RequestKind};
use gover_install::mirror::{MirrorItem, Packing};
use gover_source::{Supply, Wanted};
use thiserror::Error;

use crate::cli::MirrorArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::store::releases;
use crate::target::Target;

/// Every version for every platform in every format.
pub(super) fn items(
    arguments: &MirrorArgs,
    supply: &Supply,
    context: &Context<'_>,
) -> Result<Vec<MirrorItem>, Failure> {
    let platforms = platforms(arguments, context)?;
    let mut packings: Vec<Option<Packing>> =
        arguments.format.iter().map(|format| Some((*format).into())).collect();
    if packings.is_empty() {
        packings.push(None);
    }
    let mut items: Vec<MirrorItem> = Vec::new();
    for text in &arguments.requests {
        let request = Request::parse(text)?;
        if matches!(request.kind(), RequestKind::System | RequestKind::Path(_)) {
            return Err(NotReleased { request: request.to_string() }.into());
        }
        for platform in &platforms {
            let target = Target { platform: platform.clone(), asked_by: Some("--platform") };
            let name = match request.as_exact() {
                Some(name) => name.clone(),
                None => releases::newest(&request, supply, &target, context)?,
            };
            for packing in &packings {
                let wanted = Wanted { name: name.clone(), platform: platform.clone() };
                let item = MirrorItem { wanted, packing: *packing };
                if !items.contains(&item) {
                    items.push(item);
                }
            }
        }
    }
    Ok(items)
}

fn platforms(arguments: &MirrorArgs, context: &Context<'_>) -> Result<Vec<Platform>, Failure> {
    if arguments.platform.is_empty() {
        return Ok(vec![context.target().platform]);
    }
    let named = arguments.platform.iter().map(|text| text.trim());
    let mut named: Vec<&str> = named.filter(|text| !text.is_empty()).collect();
    if named.is_empty() {
        // An empty variable in a script must not silently mean this machine's platform.
        named.push("");
    }
    named.into_iter().map(|text| Ok(text.parse::<Platform>().map_err(UnknownPlatform)?)).collect()
}

#[derive(Debug, Error)]
#[error("`{request}` is not a release, so a mirror cannot hold it")]
struct NotReleased {
    request: String,
}

impl Diagnose for NotReleased {
    fn hints(&self) -> Vec<String> {
        vec!["gover mirror ./go 1.22.5".to_owned()]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

#[derive(Debug, Error)]
#[error("{0}")]
struct UnknownPlatform(InvalidPlatform);

impl Diagnose for UnknownPlatform {
    fn hints(&self) -> Vec<String> {
        vec!["`--platform linux-amd64,darwin-arm64,windows-amd64`".to_owned()]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
