use clap::Args;

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "options that can be given or left out")]
#[command(after_help = "Examples:
  gover doctor
  gover doctor goroot-set goproxy --json")]
pub(crate) struct DoctorArgs {
    /// Only these checks; docs/doctor.md has them all
    #[arg(value_name = "CHECK")]
    pub(crate) checks: Vec<String>,
    /// Repair what belongs to you alone; shows each change and asks
    #[arg(long)]
    pub(crate) fix: bool,
    /// With --fix, do not ask
    #[arg(long, short, requires = "fix")]
    pub(crate) yes: bool,
    /// Put back what the last --fix changed
    #[arg(long, conflicts_with_all = ["fix", "checks", "json"])]
    pub(crate) undo: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "fix")]
    pub(crate) json: bool,
}
