//! The arguments of `gover ci`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover ci
  gover ci 1.22 --plan --json

In GitHub Actions and Azure Pipelines, it sets up later steps. In GitLab, Jenkins and other \
shells, evaluate its output: eval \"$(gover ci)\". See docs/ci.md.")]
pub(crate) struct CiArgs {
    /// Version (1.22.5, 1.22, ^1.21, stable) [default: the version this directory needs]
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// Take the version from this file: go.mod, go.work, .go-version, .tool-versions
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<OsString>,
    /// Take the newest release that matches, even if an older one is on this machine
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) check_latest: Option<String>,
    /// Architecture by Go's name, such as amd64, arm64 or 386, or x64 [default: this machine's]
    #[arg(long, value_name = "ARCH")]
    pub(crate) arch: Option<String>,
    /// Choose the version and give the cache keys, and install nothing
    #[arg(long)]
    pub(crate) plan: bool,
    /// github, gitlab, jenkins, azure or shell [default: by the environment]
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Shell that runs the printed code [default: the calling shell]
    #[arg(long, value_name = "SHELL")]
    pub(crate) shell: Option<String>,
    /// Also write the variables to this file, for later jobs of GitLab
    #[arg(long, value_name = "FILE")]
    pub(crate) dotenv: Option<PathBuf>,
    /// Files that the cache key depends on, one pattern a line [default: each go.mod, go.sum, go.work
    /// and go.work.sum]
    #[arg(long, value_name = "GLOB")]
    pub(crate) cache_dependency_path: Vec<String>,
    /// Do not register problem matchers in GitHub Actions
    #[arg(long)]
    pub(crate) no_matcher: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
