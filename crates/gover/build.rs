//! The manifest that Windows reads before it starts one of the two programs.
//!
//! crates/gover/build.rs and shims/build.rs are the same file twice, because the package of a crate
//! cannot contain a file of another.
#![expect(clippy::panic, reason = "a build script stops the build where it fails")]

use std::error::Error;

use embed_manifest::manifest::{ActiveCodePage, Setting};
use embed_manifest::{embed_manifest, new_manifest};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Paths of 260 characters and more, where the system allows them at all. The code page is left
    // alone, since nothing here uses the functions it matters for.
    let manifest = new_manifest(env!("CARGO_PKG_NAME"))
        .long_path_aware(Setting::Enabled)
        .active_code_page(ActiveCodePage::System);
    match embed_manifest(manifest) {
        // Only a file that cannot be written has a cause. Without one, the target is not Windows.
        Err(error) if error.source().is_some() => panic!("the manifest cannot be embedded: {error}"),
        _ => {}
    }
}
