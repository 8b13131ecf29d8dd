//! The command prompt: a batch file's lines (`gover env --shell cmd > x.bat`, then `call x.bat`).

use super::Syntax;
use crate::entry::PathEntry;
use crate::quote;

pub(super) struct Cmd;

impl Syntax for Cmd {
    fn quote(&self, text: &str) -> String {
        quote::cmd(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("set {}\n", quote::cmd(&format!("{name}={value}")))
    }

    /// Batch files set a failure code here if there is no such variable, and say nothing.
    fn unset_env(&self, name: &str) -> String {
        format!("set {name}=\n")
    }

    fn unset_by_hand(&self, name: &str) -> String {
        format!("set {name}=")
    }

    /// In quotation marks, since what `%PATH%` becomes may contain anything.
    fn prepend_path(&self, directory: &PathEntry) -> String {
        let (PathEntry::Named(text) | PathEntry::Asked(text)) = directory;
        format!("set \"PATH={};%PATH%\"\n", text.replace('%', "%%"))
    }

    /// A batch file is read line by line in the console's code page, which gover does not know and which has no
    /// sign for many letters. So it is UTF-8 (65001) for these lines, and what it was afterwards. `chcp` says what it
    /// was behind a colon, some languages with a dot at the end.
    fn file(&self, code: String) -> String {
        if code.is_ascii() {
            return code;
        }
        format!(
            "for /f \"tokens=2 delims=:.\" %%p in ('chcp') do set GOVER_CODE_PAGE=%%p\nchcp 65001 >nul\n{code}\
             chcp %GOVER_CODE_PAGE% >nul\nset GOVER_CODE_PAGE=\n"
        )
    }

    /// Nothing evaluates what a program prints, and there are no functions: `gover use` records its choice for
    /// the process instead.
    fn init_template(&self) -> Option<&'static str> {
        None
    }

    fn load_line(&self) -> Option<&'static str> {
        None
    }
}
