//! `cargo xtask generate [--check]`: the reference pages that are made from code.
//!
//! Commands come from clap, as `-h` prints them; variables, settings and checks from the tables in
//! the code. Nobody edits a page by hand. With `--check` nothing is written, and a page that
//! differs is an error.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::Command;

use gover::{SETTINGS, SettingInfo};
use gover_core::env::vars::{Owner, VARIABLES, Variable};
use gover_doctor::Language;

use crate::{files, root};

mod doctor;

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let pages = pages()?;
    match arguments {
        [] => pages.iter().try_for_each(Page::write),
        [flag] if flag == "--check" => check(&pages),
        _ => Err("usage: cargo xtask generate [--check]".to_owned()),
    }
}

struct Page {
    path: PathBuf,
    text: String,
}

impl Page {
    fn new(name: &str, text: String) -> Self {
        Self { path: root().join("docs").join(name), text }
    }

    fn write(&self) -> Result<(), String> {
        files::write(&self.path, &self.text)
    }

    /// Whether the file says the same. A checkout may have the line ends of Windows.
    fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text.replace("\r\n", "\n") == self.text)
    }
}

fn check(pages: &[Page]) -> Result<(), String> {
    let root = root();
    let stale: Vec<String> = pages
        .iter()
        .filter(|page| !page.is_current())
        .map(|page| page.path.strip_prefix(&root).unwrap_or(&page.path).display().to_string())
        .collect();
    match stale.as_slice() {
        [] => Ok(()),
        [one] => Err(format!("{one} is out of date; run `cargo xtask generate`")),
        several => Err(format!("{} are out of date; run `cargo xtask generate`", several.join(", "))),
    }
}

fn pages() -> Result<Vec<Page>, String> {
    Ok(vec![
        Page::new("reference/commands.md", commands_page(gover::command())?),
        Page::new("reference/environment.md", environment_page()),
        Page::new("reference/settings.md", settings_page()),
        Page::new("reference/json.md", gover::json_page()),
        Page::new("doctor.md", doctor::page(Language::English)),
        Page::new("zh-CN/doctor.md", doctor::page(Language::Chinese)),
    ])
}

fn commands_page(mut command: Command) -> Result<String, String> {
    // Wrapped the same on every machine, whatever terminal this runs in.
    command = command.term_width(WIDTH);
    command.build();
    let mut page = heading(
        "Commands",
        "crates/gover/src/cli",
        "Each section is what the command's `-h` prints; `--help` says the same with more space. The global options of the \
         first section work with every command. Exit codes are in [exit-codes.md](exit-codes.md), JSON in \
         [json.md](json.md).",
    );
    push_command(&mut page, &mut command);
    page.push_str(WORDS);
    for (word, own) in gover::SAME_COMMANDS {
        let _ = writeln!(page, "| `gover {word}` | `gover {}` |", own.join(" "));
    }
    page.push_str("\n## Topics\n\n`gover help TOPIC` prints:\n");
    for name in TOPICS {
        let text = files::read(&root().join(format!("crates/gover/src/commands/help/{name}.txt")))?;
        let text = text.replace("\r\n", "\n");
        let _ = write!(page, "\n### {name}\n\n```text\n{}\n```\n", text.trim_end());
    }
    Ok(page)
}

/// The help of a command, then of those below it.
fn push_command(page: &mut String, command: &mut Command) {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let _ = write!(page, "\n## {name}\n");
    let aliases: Vec<String> = command.get_all_aliases().map(|alias| format!("`gover {alias}`")).collect();
    if !aliases.is_empty() {
        let _ = write!(page, "\nAlso: {}.\n", aliases.join(", "));
    }
    let help = gover::help(command);
    let _ = write!(page, "\n```text\n");
    for line in help.trim_end().lines() {
        let _ = writeln!(page, "{}", line.trim_end());
    }
    page.push_str("```\n");
    for child in command.get_subcommands_mut().filter(|child| !child.is_hide_set()) {
        let mut own = child
            .clone()
            .mut_args(|argument| if argument.is_global_set() { argument.hide(true) } else { argument });
        push_command(page, &mut own);
    }
}

fn environment_page() -> String {
    let mut page = heading(
        "Environment",
        "crates/gover-core/src/env/vars.rs",
        "Every variable that gover reads or sets. An empty variable counts as unset. A switch takes `1`, `true`, \
         `yes`, `on` and their opposites, in any case. The environment goes before config.toml, an option of the \
         command line before both.",
    );
    page.push_str("\n## gover's own\n\n");
    push_variables(&mut page, Owner::Gover);
    page.push_str(GO_VARIABLES);
    push_variables(&mut page, Owner::Go);
    page.push_str("\n## The system's\n\n");
    push_variables(&mut page, Owner::System);
    page.push_str(CONNECTIONS);
    page
}

fn push_variables(page: &mut String, owner: Owner) {
    page.push_str("| Variable | Meaning |\n|---|---|\n");
    for Variable { name, meaning, .. } in VARIABLES.iter().filter(|variable| variable.owner == owner) {
        let _ = writeln!(page, "| `{name}` | {} |", cell(meaning));
    }
}

fn settings_page() -> String {
    let mut page = heading(
        "Settings",
        "crates/gover/src/settings/mod.rs",
        "`gover config set NAME VALUE` changes one, `gover config list` shows all and where each comes from. They \
         are in config.toml in GOVER_HOME; `gover config path` prints its path. The variable goes before the file, \
         the option `--offline` before both. An administrator can set and lock them for all users in the \
         [policy of the machine](files.md#policy-of-the-machine).",
    );
    page.push_str("\n| Setting | Meaning | Default | Variable |\n|---|---|---|---|\n");
    for SettingInfo { name, meaning, variable, builtin } in SETTINGS {
        let _ = writeln!(page, "| `{name}` | {} | `{builtin}` | `{variable}` |", cell(meaning));
    }
    page
}

fn heading(title: &str, source: &str, introduction: &str) -> String {
    format!(
        "# {title}\n\n<!-- Made from {source} by `cargo xtask generate`; do not edit. -->\n\n{introduction}\n"
    )
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Columns of the help.
const WIDTH: usize = 100;

const WORDS: &str = "
## Commands of other managers

These mean the same. For others, such as `gover upgrade`, the error names the command to use.

| Typed | Meaning |
|---|---|
";

/// The topics of `gover help` that are not commands.
const TOPICS: [&str; 3] = ["sources", "trust", "selection"];

const GO_VARIABLES: &str = "
## Go's

GOTOOLCHAIN, GOWORK, GO111MODULE, GOPROXY and GOSUMDB are read as the go command reads them: the environment, then the
user's go/env file, then the go.env of a toolchain. GOSUMDB and GOAUTH are never taken from the latter.

";

const CONNECTIONS: &str = "
Connections also follow `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capital or small letters
([docs/corporate.md](../corporate.md)).
";

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction};

    use super::*;

    #[test]
    fn the_help_of_every_visible_command_is_on_the_page() {
        let hidden = Command::new("secret").hide(true);
        let list = Command::new("list").alias("ls").about("Shows").subcommand(Command::new("all"));
        let option = |name| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let list = list.arg(option("json")).arg(option("for-tests").hide(true));
        let root = Command::new("gover").arg(option("everywhere").global(true));
        let mut root = root.subcommand(list).subcommand(hidden);
        root.build();
        let mut page = String::new();
        push_command(&mut page, &mut root);
        for part in
            ["## gover\n", "## gover list\n\nAlso: `gover ls`.\n\n```text\nShows", "## gover list all\n"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("secret") && !page.contains("--for-tests"), "{page}");
        assert!(page.contains("--json"), "{page}");
        assert_eq!(page.matches("--everywhere").count(), 1, "{page}");
    }

    #[test]
    fn a_page_with_other_text_is_out_of_date() {
        let directory = tempfile::tempdir().unwrap();
        let page = Page { path: directory.path().join("new/page.md"), text: "one\ntwo\n".to_owned() };
        assert!(check(std::slice::from_ref(&page)).unwrap_err().contains("cargo xtask generate"));
        page.write().unwrap();
        assert!(page.is_current());
        fs::write(&page.path, "one\r\ntwo\r\n").unwrap();
        assert!(page.is_current());
        fs::write(&page.path, "one\n").unwrap();
        assert!(!page.is_current());
    }
}
