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

    /// In a batch file this sets an error code if there is no such variable, without a message.
    fn unset_env(&self, name: &str) -> String {
        format!("set {name}=\n")
    }

    fn unset_by_hand(&self, name: &str) -> String {
        format!("set {name}=")
    }

    /// In quotation marks, since the value of `%PATH%` may contain anything.
    fn prepend_path(&self, directory: &PathEntry) -> String {
        let (PathEntry::Literal(text) | PathEntry::Cygpath(text)) = directory;
        format!("set \"PATH={};%PATH%\"\n", text.replace('%', "%%"))
    }

    /// Windows reads a batch file line by line in the code page of the console, which gover does
    /// not know and which lacks many letters. So the code page is UTF-8 (65001) for these lines and
    /// the old one afterwards. `chcp` prints the old one after a colon, in some languages followed
    /// by a dot.
    fn file(&self, code: String) -> String {
        if code.is_ascii() {
            return code;
        }
        format!(
            "for /f \"tokens=2 delims=:.\" %%p in ('chcp') do set GOVER_CODE_PAGE=%%p\nchcp 65001 >nul\n{code}\
             chcp %GOVER_CODE_PAGE% >nul\nset GOVER_CODE_PAGE=\n"
        )
    }

    /// The command prompt has no functions and cannot evaluate the output of a program. `gover use`
    /// stores a choice for its process instead.
    fn init_template(&self) -> Option<&'static str> {
        None
    }

    fn load_line(&self) -> Option<&'static str> {
        None
    }
}
