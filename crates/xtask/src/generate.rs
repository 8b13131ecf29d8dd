//! `cargo xtask generate [--check]`: the reference pages that are made from code.
//!
//! Commands come from clap, as `-h` prints them; variables and settings from the text of the files that define
//! them. A page is never edited by hand. With `--check` nothing is written, and a page that differs is an error.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Command;

mod doctor;

/// Runs the command with the arguments behind its name.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let pages = pages()?;
    match arguments {
        [] => pages.iter().try_for_each(Page::write),
        [flag] if flag == "--check" => check(&pages),
        _ => Err("usage: cargo xtask generate [--check]".to_owned()),
    }
}

/// A page and what it must say.
struct Page {
    path: PathBuf,
    text: String,
}

impl Page {
    fn new(name: &str, text: String) -> Self {
        Self { path: root().join("docs").join(name), text }
    }

    fn write(&self) -> Result<(), String> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)
                .map_err(|error| format!("cannot create `{}`: {error}", directory.display()))?;
        }
        fs::write(&self.path, &self.text)
            .map_err(|error| format!("cannot write `{}`: {error}", self.path.display()))
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
    let variables = variables(&read("crates/gover-core/src/env.rs")?)?;
    let settings = settings(&read("crates/gover/src/settings/mod.rs")?)?;
    Ok(vec![
        Page::new("reference/commands.md", commands_page(gover::command())?),
        Page::new("reference/environment.md", environment_page(&variables)),
        Page::new("reference/settings.md", settings_page(&settings, &variables)?),
        Page::new("doctor.md", doctor::page()),
    ])
}

fn commands_page(mut root: Command) -> Result<String, String> {
    // Wrapped the same on every machine, whatever terminal this runs in.
    root = root.term_width(WIDTH);
    root.build();
    let mut page = heading(
        "Commands",
        "crates/gover/src/cli",
        "Each section is what the command's `-h` prints; `--help` says the same with more space. Exit codes are in [exit-codes.md](exit-codes.md), JSON \
         in [json.md](json.md).",
    );
    push_command(&mut page, &mut root);
    page.push_str("\n## Topics\n\n`gover help TOPIC` prints:\n");
    for name in TOPICS {
        let text = read(&format!("crates/gover/src/commands/help/{name}.txt"))?;
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
    let help = command.render_help().to_string();
    let _ = write!(page, "\n```text\n");
    for line in help.trim_end().lines() {
        let _ = writeln!(page, "{}", line.trim_end());
    }
    page.push_str("```\n");
    for child in command.get_subcommands_mut().filter(|child| !child.is_hide_set()) {
        push_command(page, child);
    }
}

/// A documented name: a variable or a setting.
#[derive(Debug, PartialEq, Eq)]
struct Documented {
    name: String,
    meaning: String,
}

/// Every constant of the module `vars`, with its doc comment.
fn variables(source: &str) -> Result<Vec<Documented>, String> {
    let (_, module) = source.split_once("pub mod vars {").ok_or("env.rs has no module `vars`")?;
    let (module, _) = module.split_once("\n}").ok_or("the module `vars` has no end")?;
    let mut variables = Vec::new();
    let mut meaning: Vec<&str> = Vec::new();
    for line in module.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            meaning.push(text.trim());
        } else if line.starts_with("pub const ") {
            let name = quoted(line).ok_or_else(|| format!("`{line}` is no text constant"))?;
            if meaning.is_empty() {
                return Err(format!("{name} has no doc comment in env.rs"));
            }
            variables.push(Documented { name: name.to_owned(), meaning: meaning.join(" ") });
            meaning.clear();
        }
    }
    if variables.is_empty() { Err("the module `vars` is empty".to_owned()) } else { Ok(variables) }
}

fn environment_page(variables: &[Documented]) -> String {
    let mut page = heading(
        "Environment",
        "crates/gover-core/src/env.rs",
        "Every variable that gover reads or sets. An empty variable counts as unset. A switch takes `1`, `true`, \
         `yes`, `on` and their opposites, in any case. The environment goes before config.toml, an option of the \
         command line before both.",
    );
    let own = |variable: &&Documented| variable.name.starts_with("GOVER_");
    let go = |variable: &&Documented| variable.name.starts_with("GO") && !own(variable);
    page.push_str("\n## gover's own\n\n");
    push_table(&mut page, "Variable", variables.iter().filter(own));
    page.push_str(GO_VARIABLES);
    push_table(&mut page, "Variable", variables.iter().filter(go));
    page.push_str("\n## The system's\n\n");
    push_table(&mut page, "Variable", variables.iter().filter(|variable| !own(variable) && !go(variable)));
    page.push_str(CONNECTIONS);
    page
}

/// A setting with its value where nothing sets it.
#[derive(Debug, PartialEq, Eq)]
struct Setting {
    documented: Documented,
    builtin: String,
}

/// The rows of the table `SETTINGS`, each with the value built in for it.
fn settings(source: &str) -> Result<Vec<Setting>, String> {
    let (_, table) = source.split_once("const SETTINGS").ok_or("settings/mod.rs has no table `SETTINGS`")?;
    let (table, _) = table.split_once("];").ok_or("the table `SETTINGS` has no end")?;
    let mut settings = Vec::new();
    for row in table.lines().filter(|line| line.trim_start().starts_with('(')) {
        let parts: Vec<&str> = row.split('"').collect();
        let [_, name, _, meaning, _] = parts.as_slice() else {
            return Err(format!("`{}` is no row of `SETTINGS`", row.trim()));
        };
        let documented = Documented { name: (*name).to_owned(), meaning: (*meaning).to_owned() };
        let builtin =
            builtin(source, name).ok_or_else(|| format!("cannot tell the built-in value of `{name}`"))?;
        settings.push(Setting { documented, builtin });
    }
    if settings.is_empty() { Err("the table `SETTINGS` is empty".to_owned()) } else { Ok(settings) }
}

/// The last argument of `switch(…, "name", vars::VARIABLE, builtin)`, or the list that `fn name` ends with.
fn builtin(source: &str, name: &str) -> Option<String> {
    if let Some((_, call)) = source.split_once(&format!("\"{name}\", vars::")) {
        let arguments = call.split(')').next()?;
        return arguments.rsplit(',').next().map(|value| value.trim().to_owned());
    }
    let (_, body) = source.split_once(&format!("fn {name}("))?;
    let (list, _) = body.split_once("].map(str::to_owned)")?;
    let (_, list) = list.rsplit_once('[')?;
    Some(list.replace('"', ""))
}

fn settings_page(settings: &[Setting], variables: &[Documented]) -> Result<String, String> {
    let mut page = heading(
        "Settings",
        "crates/gover/src/settings/mod.rs",
        "`gover config set NAME VALUE` changes one, `gover config list` shows all and where each comes from. They \
         are in config.toml in GOVER_HOME; `gover config path` prints its path. The variable goes before the file, \
         the option `--offline` before both.",
    );
    page.push_str("\n| Setting | Meaning | Default | Variable |\n|---|---|---|---|\n");
    for Setting { documented: Documented { name, meaning }, builtin } in settings {
        let variable = format!("GOVER_{}", name.to_uppercase());
        if !variables.iter().any(|known| known.name == variable) {
            return Err(format!("the setting `{name}` has no variable `{variable}` in env.rs"));
        }
        let _ = writeln!(page, "| `{name}` | {} | `{builtin}` | `{variable}` |", cell(meaning));
    }
    Ok(page)
}

fn heading(title: &str, source: &str, introduction: &str) -> String {
    format!(
        "# {title}\n\n<!-- Made from {source} by `cargo xtask generate`; do not edit. -->\n\n{introduction}\n"
    )
}

fn push_table<'a>(page: &mut String, head: &str, rows: impl Iterator<Item = &'a Documented>) {
    let _ = write!(page, "| {head} | Meaning |\n|---|---|\n");
    for Documented { name, meaning } in rows {
        let _ = writeln!(page, "| `{name}` | {} |", cell(meaning));
    }
}

/// Text as a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What is between the first two quotes of a line.
fn quoted(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}

fn read(path: &str) -> Result<String, String> {
    let path = root().join(path);
    let text =
        fs::read_to_string(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

/// The workspace.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}

/// Columns of the help.
const WIDTH: usize = 100;

/// The topics of `gover help` that are no commands.
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
    use super::*;

    #[test]
    fn variables_are_read_with_their_doc_comments() {
        let source = "pub mod vars {\n    /// One,\n    /// more.\n    pub const A: &str = \"GOVER_A\";\n}\n";
        let expected = Documented { name: "GOVER_A".to_owned(), meaning: "One, more.".to_owned() };
        assert_eq!(variables(source).unwrap(), [expected]);
        let undocumented = source.replace("///", "//");
        assert!(variables(&undocumented).unwrap_err().contains("GOVER_A"));
    }

    #[test]
    fn settings_are_read_with_their_built_in_values() {
        let source = "switch(env, &file, \"offline\", vars::GOVER_OFFLINE, false)?;\n\
            const SETTINGS: [(&str, &str); 2] = [\n    (\"sources\", \"where from\"),\n    (\"offline\", \"no network\"),\n];\n\
            fn sources(env: &[u8]) {\n    let value = [\"go.dev\", \"goproxy\"].map(str::to_owned).to_vec();\n}\n";
        let settings = settings(source).unwrap();
        let rows: Vec<_> =
            settings.iter().map(|row| (row.documented.name.as_str(), row.builtin.as_str())).collect();
        assert_eq!(rows, [("sources", "go.dev, goproxy"), ("offline", "false")]);
    }

    #[test]
    fn a_setting_needs_its_variable() {
        let documented = Documented { name: "offline".to_owned(), meaning: String::new() };
        let setting = Setting { documented, builtin: "false".to_owned() };
        assert!(settings_page(&[setting], &[]).unwrap_err().contains("GOVER_OFFLINE"));
    }

    #[test]
    fn the_help_of_every_visible_command_is_on_the_page() {
        let hidden = Command::new("secret").hide(true);
        let list = Command::new("list").alias("ls").about("Shows").subcommand(Command::new("all"));
        let mut root = Command::new("gover").subcommand(list).subcommand(hidden);
        root.build();
        let mut page = String::new();
        push_command(&mut page, &mut root);
        for part in
            ["## gover\n", "## gover list\n\nAlso: `gover ls`.\n\n```text\nShows", "## gover list all\n"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("secret"));
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
