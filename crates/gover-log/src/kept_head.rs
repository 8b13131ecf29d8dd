//! The newest head as stored on this machine, and how a damaged file is replaced.
//!
//! A file that is not a note signed by the database proves nothing and contradicts nothing. It is
//! kept as evidence once another head is known that the remote served and that is consistent with
//! every head under which a cached answer was proven. So damaging the file gains no more than
//! deleting it would. A signed head is never replaced this way, whatever it says.

use super::client::{Client, State};
use super::error::{HeadOrigin, LogWarning, SumdbError};
use super::head::Head;
use super::record::Record;
use super::remote::Remote;
use super::store::StoredHead;

impl<R: Remote> Client<'_, R> {
    /// Loads the stored head, which was proven when it was stored.
    pub(super) fn load_head(&self, state: &mut State) -> Result<(), SumdbError> {
        if state.loaded {
            return Ok(());
        }
        match self.stored_head()? {
            StoredHead::None => {}
            StoredHead::Note(note) => {
                state.latest = self.open_head(&note, HeadOrigin::Stored(self.store.head_path()))?;
            }
            StoredHead::Damaged(damage) => {
                state.latest = self.heads_in_answers().pop().unwrap_or_default();
                state.unsaved = true;
                state.damage = Some(damage);
            }
        }
        state.loaded = true;
        Ok(())
    }

    /// The newest head as stored; damaged, too, if no key of the database signed it.
    pub(super) fn stored_head(&self) -> Result<StoredHead, SumdbError> {
        let stored = self.store.read_head()?;
        Ok(self.damage_of(&stored).map_or(stored, StoredHead::Damaged))
    }

    /// What is wrong with the stored head; `None` if it is good or missing.
    pub(super) async fn damage(&self) -> Result<Option<String>, SumdbError> {
        let mut state = self.state.lock().await;
        self.load_head(&mut state)?;
        Ok(state.damage.clone())
    }

    /// Stores the newest head in place of a damaged one; false if another process repaired it.
    pub(super) fn replace_damaged(&self, state: &mut State) -> Result<bool, SumdbError> {
        let is_damaged = |stored: &StoredHead| self.damage_of(stored).is_some();
        let aside = self.store.replace_damaged_head(is_damaged, &state.latest.note)?;
        let replaced = aside.is_some();
        if let Some(aside) = aside {
            let (path, records) = (self.store.head_path(), state.latest.tree.size);
            self.warnings.add(LogWarning::HeadReplaced { path, aside, records });
            state.unsaved = false;
        }
        state.damage = None;
        Ok(replaced)
    }

    /// If nothing could be read, the damaged head is the error to report.
    pub(super) fn without_head(&self, error: SumdbError, damage: Option<String>) -> SumdbError {
        match damage {
            Some(reason) if matches!(error, SumdbError::Unavailable { .. }) => {
                SumdbError::DamagedHead { path: self.store.head_path(), reason, source: Box::new(error) }
            }
            _ => error,
        }
    }

    fn damage_of(&self, stored: &StoredHead) -> Option<String> {
        match stored {
            StoredHead::Damaged(reason) => Some(reason.clone()),
            StoredHead::None => None,
            StoredHead::Note(note) if note.is_empty() => Some("it is empty".to_owned()),
            StoredHead::Note(note) => match Head::open(note, &self.key) {
                Err(error) if error.is_damage() => Some(error.to_string()),
                _ => None,
            },
        }
    }

    /// Checks that every head of a cached answer is consistent too. With a damaged stored head, it
    /// is not known which of them had been compared.
    pub(super) async fn merge_kept(&self, state: &mut State) -> Result<(), SumdbError> {
        for head in self.heads_in_answers() {
            self.merge_in_memory(state, &head.note, HeadOrigin::Answer).await?;
        }
        Ok(())
    }

    /// The distinct heads of cached answers, newest last.
    fn heads_in_answers(&self) -> Vec<Head> {
        let answers = self.store.answers();
        let head = |answer: &Vec<u8>| Head::open(Record::parse(answer).ok()?.rest, &self.key).ok();
        let mut heads: Vec<Head> = Vec::new();
        for head in answers.iter().filter_map(head) {
            if heads.iter().all(|known| known.tree != head.tree) {
                heads.push(head);
            }
        }
        heads.sort_by_key(|head| head.tree.size);
        heads
    }
}
