//! Output fits the terminal: no line is wider, and commands to paste stay whole.

use gover_test::{Output, TestContext, context};

use crate::help::{commands, prepared};
use crate::scene::with_three;

const WIDTHS: [u16; 3] = [40, 80, 120];

/// Command lines whose output is for people: results, notices and errors of each command.
const LINES: &[&str] = &[
    "list",
    "list --all",
    "list 1.80",
    "list --remote",
    "list --remote --all --offline",
    "list --remote 1.99",
    "current",
    "current -v",
    "current --expect 1.22",
    "check",
    "check 1.22",
    "check 1.80",
    "which nothing",
    "default",
    "default 1.21",
    "default --unset",
    "default 1.80",
    "pin",
    "pin 1.21",
    "pin --remove",
    "pin 1.22.99",
    "pin -v",
    "use 1.21",
    "use 1.80",
    "use --clear",
    "exec 1.80 -- go version",
    "exec --isolated=. 1.21 -- go version",
    "exec --target linux/arm46 1.21 -- go version",
    "exec --rollback tools",
    "matrix 1.21.5,1.22 -- go version",
    "matrix -j 2 1.21,1.22 -- go nosuch",
    "matrix 1.20.1 -- go version",
    "matrix 1.80 -- go version",
    "bisect 1.21.5 1.22.5 -- go version",
    "bisect 1.22.5 1.21.5 -- go nosuch",
    "bisect --offline 1.20.1 1.22.5 -- go nosuch",
    "env --shell nosuch",
    "init nosuch",
    "completions nosuch",
    "setup --dry-run",
    "bump",
    "bump --check",
    "bump --dry-run 1.99",
    "bump nosuch",
    "audit",
    "audit 1.26.8 1.24",
    "audit 1.26.8 -v",
    "audit 1.80",
    "audit --tools",
    "audit --project",
    "audit --tools nosuch",
    "tools",
    "tools rebuild --all",
    "tools rebuild nosuch",
    "tools install nosuch",
    "tools uninstall nosuch",
    "verify",
    "verify 1.80",
    "doctor --offline",
    "doctor --offline -v",
    "doctor nosuch",
    "doctor --list",
    "help goroot-set",
    "editor vscode",
    "editor goland",
    "editor neovim",
    "editor nosuch",
    "editor vscode --undo",
    "mirror ./go 1.91.2",
    "mirror ./go 1.99",
    "mirror ./go --vuln",
    "proxy",
    "proxy nosuch",
    "proxy set",
    "proxy set --undo",
    "ci nosuch",
    "ci --plan 1.99",
    "ci --provider nosuch",
    "cache",
    "cache clean",
    "config",
    "config set sources ftp://example.org",
    "config get nosuch",
    "install 1.91.2",
    "install 1.22.99",
    "install 1.91.2 --offline",
    "install --force 1.91.2 -v",
    "import",
    "import --dry-run",
    "import nosuch",
    "link go1.91-mine nosuch",
    "link 1.91.2 .",
    "prune --dry-run",
    "update --dry-run",
    "uninstall 1.80",
    "uninstall 1.22rc1",
    "help nosuch",
    "help sources",
    "help trust",
    "help selection",
    "help",
    "--help",
    "--version",
    "self update",
    "self uninstall",
    "self update --check",
    "instal",
    "upgrade",
    "list 1.22 1.23",
    "config set offline true",
    "list --nosuch",
];

/// A machine with something to say: a finding, damage, a project whose pin is missing.
fn busy() -> TestContext {
    let mut ctx = prepared();
    ctx.set("TERM", "xterm").unset("NO_COLOR");
    std::fs::create_dir_all(ctx.layout().versions().join("go1.20.1")).unwrap();
    std::fs::create_dir_all(ctx.home().join(".config/go")).unwrap();
    std::fs::write(ctx.home().join(".config/go/env"), "GO111MODULE=off\nGOROOT=/opt/a/go\n").unwrap();
    let code = ctx.home().join(".config/Code/User");
    std::fs::create_dir_all(&code).unwrap();
    std::fs::write(code.join("settings.json"), "{\"go.goroot\": \"/opt/a/go\"}\n").unwrap();
    ctx.write("go.mod", "module m\n\ngo 1.21\n\ntoolchain go1.21.13\n");
    ctx
}

fn on_terminal(ctx: &TestContext, line: &str, columns: u16) -> Output {
    // An answer to a command that asks, and the end of input (Ctrl-D) for others: the terminal shows what
    // is typed, and would show an answer at any moment, such as behind a bar as wide as the screen.
    let typed = if line.contains("uninstall") { "n\n" } else { "\u{4}" };
    ctx.command(ctx.gover_program()).args(line.split(' ')).stdin(typed).run_on_terminal(columns)
}

/// Lines without colours, as wide as they really are.
fn screen(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.raw_stdout.clone()).unwrap().replace("\r\n", "\n");
    // A person's Enter ends the line of a question; here it came before the question.
    let text = text.replace("[y/N] ", "[y/N]\n");
    // A bar is drawn over itself.
    let lines = text.lines().map(|line| line.rsplit('\r').next().unwrap_or_default());
    lines.map(without_escapes).collect()
}

fn without_escapes(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest)
    })
}

/// Whether the line could not have been broken: one word, one text in backticks, or a command.
fn is_whole(line: &str) -> bool {
    let text = line.trim_start();
    let mut words = text.split(' ').skip_while(|word| word.starts_with("GOVER_"));
    let outside: String = text.split('`').step_by(2).collect();
    (text != line && matches!(words.next(), Some("go" | "gover" | "printf"))) || !outside.trim().contains(' ')
}

#[track_caller]
fn assert_fits(output: &Output, line: &str, columns: u16) {
    for shown in screen(output) {
        let wide = shown.chars().count() > usize::from(columns);
        assert!(
            !wide || is_whole(&shown),
            "`gover {line}` at {columns} columns prints\n{shown}\nin {output}"
        );
    }
}

#[test]
fn every_page_of_help_fits() {
    let ctx = context!();
    for columns in WIDTHS {
        for name in commands(&ctx) {
            for line in [format!("{name} --help"), format!("help {name}")] {
                let output = on_terminal(&ctx, &line, columns);
                assert_fits(output.success(), &line, columns);
            }
        }
    }
}

#[test]
fn output_of_every_command_fits() {
    let ctx = busy();
    for name in commands(&ctx) {
        assert!(LINES.iter().any(|line| line.split(' ').next() == Some(&name)), "{name} is not shown here");
    }
    for columns in WIDTHS {
        for line in
            LINES.iter().filter(|line| !line.starts_with("setup") || crate::scene::has_startup_files())
        {
            let output = on_terminal(&ctx, line, columns);
            assert!(matches!(output.code, Some(0..=2 | 127)), "{line}\n{output}");
            assert!(!output.stdout.contains("\\u{"), "{line}\n{output}");
            assert_fits(&output, line, columns);
        }
    }
}

#[test]
fn odd_terminals_get_plain_text_and_the_same_exit_code() {
    for (term, columns) in [("dumb", 80), ("", 80), ("xterm", 0), ("dumb", 0), ("xterm", 20), ("xterm", 1)] {
        let mut ctx = with_three();
        ctx.set("TERM", term).unset("NO_COLOR");
        for (line, code) in [("list", 0), ("help sources", 0), ("use 1.80", 1), ("list --nosuch", 2)] {
            let output = on_terminal(&ctx, line, columns);
            output.exits(code);
            let is_plain = term == "dumb" || term.is_empty() && !cfg!(windows);
            assert!(!is_plain || !output.stdout.contains('\u{1b}'), "{line}\n{output}");
            assert_fits(&output, line, if columns == 0 { 80 } else { columns.max(20) });
        }
    }
}

#[test]
fn columns_counts_more_than_the_terminal_and_is_ignored_if_it_is_not_a_number() {
    let mut ctx = context!();
    let widest = |ctx: &TestContext| {
        let lines = screen(&on_terminal(ctx, "help sources", 80));
        lines.iter().map(|line| line.chars().count()).max().unwrap()
    };
    for (value, range) in [("60", 50..=60), ("0", 70..=80), ("x", 70..=80), ("-5", 70..=80), ("", 70..=80)] {
        ctx.set("COLUMNS", value);
        let widest = widest(&ctx);
        // The example with a mirror is 64 columns wide, and whole.
        assert!(range.contains(&widest) || widest == 66, "{value}: {widest}");
    }
}

#[test]
fn rows_in_a_pipe_stay_whole_and_messages_follow_columns_there() {
    let mut ctx = with_three();
    let rows = ctx.gover(["list"]).stdout;
    let message = ctx.gover(["use", "1.80"]).stderr;
    assert_eq!(message.lines().next(), Some("error: no Go release matches `1.80`"));
    ctx.set("COLUMNS", "30");
    assert_eq!(ctx.gover(["list"]).stdout, rows);
    let message = ctx.gover(["use", "1.80"]).stderr;
    assert!(message.starts_with("error: no Go release matches\n  `1.80`\n"), "{message}");
    let help = ctx.gover(["help", "trust"]).stdout;
    assert!(help.lines().all(|line| line.chars().count() <= 30 || is_whole(line)), "{help}");
}

#[test]
fn a_colour_goes_on_where_a_row_breaks() {
    let mut ctx = context!();
    ctx.install_fake("go1.21.5");
    ctx.set("TERM", "xterm").unset("NO_COLOR");
    let output = on_terminal(&ctx, "list", 42);
    let text = String::from_utf8(output.success().raw_stdout.clone()).unwrap();
    let red = "\u{1b}[31m";
    assert!(
        text.contains(&format!("{red}1.21 ended\u{1b}[0m\r\n{red}               2024-08\u{1b}[0m")),
        "{text:?}"
    );
}
