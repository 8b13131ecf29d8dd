use std::collections::BTreeSet;

use gover_doctor::repair::{self, Journal, LOCK, diff};
use gover_doctor::{Change, Finding, Language, Words, text};
use gover_sys::{Lock, user_path};

use super::examine::{Chosen, examine};
use super::network::Answers;
use super::{Diagnosis, show};
use crate::cli::DoctorArgs;
use crate::output::Answer;
use crate::store::lock;
use crate::{Context, Failure};

/// Root cannot repair the files of another user, so only the commands help there.
fn cannot_keep_journal(failure: Failure, context: &Context<'_>) -> Failure {
    if lock::is_read_only(context) {
        return Failure::new(lock::read_only_home(context), "`gover doctor` shows the commands to type");
    }
    failure
}

/// Repairs in rounds until nothing is left to change: a change can make or solve another problem.
pub(super) fn run(chosen: &Chosen, arguments: &DoctorArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut repairs = Repairs {
        lock: lock::acquire(LOCK, context).map_err(|failure| cannot_keep_journal(failure, context))?,
        journal: Journal::new(&context.layout),
        refused: BTreeSet::new(),
        consent: if arguments.yes { Consent::All } else { Consent::Each },
        failed: false,
        changed: Vec::new(),
        changes_environment: false,
        language: chosen.language,
        context,
    };
    let mut answers = Answers::default();
    let mut rounds = 0;
    loop {
        rounds += 1;
        let made = repairs.journal.changes();
        let mut examination = examine(chosen, &mut answers, made, arguments.is_json(), context);
        let has_changed = repairs.round(&examination.findings)?;
        if !has_changed || repairs.consent == Consent::Over || rounds == MAX_ROUNDS {
            let made = repairs.journal.changes();
            if has_changed {
                examination = examine(chosen, &mut answers, made, arguments.is_json(), context);
            }
            let failed = repairs.failed || examination.has(arguments.fails_on());
            // Problems are left, and gover can repair none of them.
            let is_manual = !examination.findings.is_empty() && repairs.refused.is_empty();
            if arguments.is_json() {
                context.printer.json(&Diagnosis::of(&examination, repairs.changed))?;
            } else {
                show::people(&examination, context)?;
            }
            let done = match made {
                0 if is_manual => text!(
                    en "nothing was changed; run the commands after `fix:` yourself",
                    zh "没有改动；请自己运行“修复：”后面的命令",
                )
                .into(),
                _ => self::made(made),
            };
            context.printer.note(done.of(chosen.language));
            if repairs.changes_environment {
                announce(chosen.language, context);
            }
            return Failure::silent_if(failed);
        }
    }
}

struct Repairs<'a> {
    lock: Lock,
    journal: Journal,
    /// What was refused or failed, and is not asked again.
    refused: BTreeSet<String>,
    consent: Consent,
    failed: bool,
    /// Each place once.
    changed: Vec<String>,
    changes_environment: bool,
    language: Language,
    context: &'a Context<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consent {
    /// Ask before each.
    Each,
    All,
    /// Change nothing more.
    Over,
}

impl Repairs<'_> {
    /// Makes the changes of these findings, at most one in each place, since the next sees the
    /// last. Returns whether it made any.
    fn round(&mut self, findings: &[Finding]) -> Result<bool, Failure> {
        let mut touched: BTreeSet<String> = BTreeSet::new();
        for finding in findings {
            let places: Vec<String> = finding.fix.changes.iter().map(Change::place).collect();
            let id = format!("{} {}", finding.check, places.join(" "));
            if places.is_empty()
                || self.refused.contains(&id)
                || places.iter().any(|place| touched.contains(place))
            {
                continue;
            }
            present(finding, self.language, self.context);
            if !self.is_allowed()? {
                self.refused.insert(id);
                if self.consent == Consent::Over {
                    break;
                }
                continue;
            }
            if !self.apply(finding) {
                self.refused.insert(id);
            }
            touched.extend(places);
        }
        Ok(!touched.is_empty())
    }

    fn is_allowed(&mut self) -> Result<bool, Failure> {
        if self.consent == Consent::All {
            return Ok(true);
        }
        let question = text!(en "change this?", zh "要修改吗？");
        let answer = self.context.printer.confirm_each(question.of(self.language), "--yes")?;
        match answer {
            Answer::All => self.consent = Consent::All,
            Answer::Quit => self.consent = Consent::Over,
            Answer::Yes | Answer::No => {}
        }
        Ok(matches!(answer, Answer::Yes | Answer::All))
    }

    /// Whether every change was made.
    fn apply(&mut self, finding: &Finding) -> bool {
        let mut is_done = true;
        for change in &finding.fix.changes {
            if let Err(problem) = repair::apply(change, &mut self.journal, &self.lock) {
                self.context.printer.failure(&problem.into());
                self.failed = true;
                is_done = false;
            } else {
                self.changes_environment |= matches!(change, Change::Registry { .. });
                let place = change.place();
                if !self.changed.contains(&place) {
                    self.changed.push(place);
                }
            }
        }
        is_done
    }
}

fn present(finding: &Finding, language: Language, context: &Context<'_>) {
    context.printer.note(&format!("{}  [{}]", finding.what.of(language), finding.check));
    for change in &finding.fix.changes {
        context.printer.note(&format!("  {}", context.short(change.place().as_ref())));
        for line in diff(change) {
            context.printer.excerpt(&format!("    {line}"));
        }
    }
}

/// Lets programs know that the registry has other environment variables.
pub(super) fn announce(language: Language, context: &Context<'_>) {
    match user_path::announce() {
        Ok(()) => {
            let words = text!(en "new windows get the new variables", zh "新开的窗口会用上新的变量");
            context.printer.note(words.of(language));
        }
        Err(why) => {
            let warning = text!(
                en "Windows did not notify other programs of the change: {why}",
                zh "Windows 没有把改动通知其他程序：{why}",
                why = why,
            );
            context.printer.warning(warning.of(language));
            let words = text!(
                en "windows that you open after signing in again get the new variables",
                zh "重新登录之后，新开的窗口才会用上新的变量",
            );
            context.printer.note(words.of(language));
        }
    }
}

/// What was changed, and how to undo it.
pub(super) fn made(changes: usize) -> Words {
    match changes {
        0 => text!(en "nothing was changed", zh "没有改动").into(),
        1 => text!(
            en "1 change made (`gover doctor --undo` undoes it)",
            zh "改动了 1 处（`gover doctor --undo` 可以撤销）",
        )
        .into(),
        count => text!(
            en "{count} changes made (`gover doctor --undo` undoes all of them)",
            zh "改动了 {count} 处（`gover doctor --undo` 可以全部撤销）",
            count = count,
        ),
    }
}

/// More than there are lines to change one by one; another round would not help.
const MAX_ROUNDS: usize = 100;
