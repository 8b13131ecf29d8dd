//! The command prompt: a batch file's lines (`gover env --shell cmd > x.bat`, then `call x.bat`).

use super::Syntax;
use crate::quote;

pub(super) struct Cmd;

impl Syntax for Cmd {
    fn quote(&self, text: &str) -> String {
        quote::cmd(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("set {name}={}\n", quote::cmd(value))
    }

    /// Batch files set a failure code here if there is no such variable, and say nothing.
    fn unset_env(&self, name: &str) -> String {
        format!("set {name}=\n")
    }

    /// In quotation marks, since what `%PATH%` becomes may contain anything.
    fn prepend_path(&self, directory: &str) -> String {
        format!("set \"PATH={};%PATH%\"\n", directory.replace('%', "%%"))
    }

    /// Nothing evaluates what a program prints, and there are no functions: `gover use` records its choice for
    /// the process instead.
    fn init_template(&self) -> Option<&'static str> {
        None
    }
}
