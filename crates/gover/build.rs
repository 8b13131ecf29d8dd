//! The manifest that Windows reads before it starts one of the two programs; nothing for other
//! systems.
//!
//! crates/gover/build.rs and shims/build.rs are the same file twice, because the package of a crate
//! cannot contain a file of another.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a build script speaks with Cargo through the environment, and stops the build where it fails"
)]

use embed_manifest::manifest::{ActiveCodePage, Setting};
use embed_manifest::{embed_manifest, new_manifest};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("CARGO_CFG_TARGET_OS");
    if target.is_ok_and(|target| target == "windows") {
        // Paths of 260 characters and more, where the system allows them at all. The code page is
        // left alone, since nothing here uses the functions it matters for.
        let manifest = new_manifest(env!("CARGO_PKG_NAME"))
            .long_path_aware(Setting::Enabled)
            .active_code_page(ActiveCodePage::System);
        embed_manifest(manifest).expect("the manifest is linked into the program");
    }
}
