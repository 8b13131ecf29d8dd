//! What both gover programs decide with: versions, requests, pins, and the one selection.
//!
//! It depends on `std` and `semver` alone. It reads files and the environment, prints nothing,
//! writes nothing and knows nothing of the network. The manager and the shim call the same
//! functions, so they cannot disagree.

mod bounded;
pub mod date;
pub mod diagnose;
pub mod display;
pub mod env;
pub mod gorules;
pub mod inventory;
pub mod launch;
pub mod layout;
pub mod lines;
pub mod minimum;
mod nearest;
pub mod pin;
pub mod platform;
pub mod real_path;
pub mod request;
pub mod resolve;
pub mod shim_state;
pub mod store_index;
pub mod sync;
pub mod text;
pub mod tool;
pub mod version;
pub mod wrap;

pub use diagnose::{Diagnose, Exit};
pub use env::Env;
pub use layout::Layout;
pub use nearest::nearest;
pub use platform::{Arch, Platform};
pub use request::{Request, RequestKind};
pub use version::{GoVersion, ToolchainName};
