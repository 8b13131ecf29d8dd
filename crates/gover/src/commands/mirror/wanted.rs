//! From versions and platforms to the files that the mirror should have.

use gover_core::platform::InvalidPlatform;
use gover_core::{Platform, Request, RequestKind};
use gover_install::mirror::{MirrorItem, Packing};
use gover_source::{Supply, Wanted};

use crate::cli::MirrorArgs;
use crate::store::releases;
use crate::{Context, Failure, Target};

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
            return Err(Failure::usage(
                format!("`{request}` is not a release, so a mirror cannot hold it"),
                "gover mirror ./go 1.22.5",
            ));
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
    let hint = "`--platform linux-amd64,darwin-arm64,windows-amd64`";
    let invalid = |error: InvalidPlatform| Failure::usage(error.to_string(), hint);
    named.into_iter().map(|text| text.parse().map_err(invalid)).collect()
}
