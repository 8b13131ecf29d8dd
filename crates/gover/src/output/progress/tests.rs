use std::io;
use std::sync::Arc;

use clap::Parser as _;
use indicatif::TermLike;

use super::*;
use crate::cli::Cli;

/// A terminal that records what is done to its lines.
#[derive(Clone, Debug, Default)]
struct Terminal(Arc<Mutex<Vec<String>>>);

impl Terminal {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn push(&self, what: &str) {
        self.0.lock().unwrap().push(what.trim_end().to_owned());
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.push(text);
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.push(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.push("cleared");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn bars_stand_in_the_order_of_the_toolchains() {
    let env = Env::from_map([] as [(&str, &str); 0], std::path::PathBuf::from("/"));
    let printer = Printer::new(&env, &Cli::parse_from(["gover", "list"]).global);
    let terminal = Terminal::default();
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    let progress = ProgressBars::on(target, &env, &printer, None);
    let [first, second, third] = ["[1/3] ", "[2/3] ", "[3/3] "];
    let of = |at, number| Numbered::new(&progress, at, number);
    let start = |at, number, toolchain, phase| of(at, number).start(Task { toolchain, phase }, None);
    let drawn = || {
        terminal.take();
        printer.note("-");
        let lines = terminal.take().concat();
        lines.split('[').skip(1).map(|line| line[..1].to_owned()).collect::<String>()
    };
    start(2, third, "go1.91.3", Phase::Queue);
    let proving = start(0, first, "go1.91.1", Phase::Prove);
    start(1, second, "go1.91.2", Phase::Queue);
    assert_eq!(drawn(), "123");
    // The next phase of the first begins after the others.
    progress.finish(proving, Outcome::Done);
    assert_eq!(drawn(), "23");
    start(0, first, "go1.91.1", Phase::Publish);
    assert_eq!(drawn(), "123");
}

#[test]
fn a_line_of_talk_takes_the_place_of_the_bar_which_comes_back_below() {
    let env = Env::from_map([] as [(&str, &str); 0], std::path::PathBuf::from("/"));
    let printer = Printer::new(&env, &Cli::parse_from(["gover", "list"]).global);
    let terminal = Terminal::default();
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    let progress = ProgressBars::on(target, &env, &printer, None);
    let id = progress.start(Task { toolchain: "go1.22.5", phase: Phase::Prove }, None);
    assert_eq!(terminal.take().concat(), "go1.22.5  verifying");
    // A copy of the printer made before there was a bar knows about the bar too. Network
    // notices use one.
    printer.clone().note("waiting for `git`, which GOAUTH names");
    assert_eq!(terminal.take().concat(), "clearedgo1.22.5  verifying");
    progress.finish(id, Outcome::Done);
    drop(progress);
    terminal.take();
    printer.note("installed");
    assert!(terminal.take().is_empty());
}
