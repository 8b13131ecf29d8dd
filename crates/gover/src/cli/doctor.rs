use clap::Args;

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "Examples:
  gover doctor
  gover doctor goroot-set goproxy --json")]
pub(crate) struct DoctorArgs {
    /// Run only these checks (docs/doctor.md lists them)
    #[arg(value_name = "CHECK")]
    pub(crate) checks: Vec<String>,
    /// Fix problems in your own files; show each change and ask first
    #[arg(long)]
    pub(crate) fix: bool,
    /// Answer yes to every question of --fix
    #[arg(long, short, requires = "fix")]
    pub(crate) yes: bool,
    /// Undo the changes of the last --fix
    #[arg(long, conflicts_with_all = ["fix", "checks", "json"])]
    pub(crate) undo: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "fix")]
    pub(crate) json: bool,
}
