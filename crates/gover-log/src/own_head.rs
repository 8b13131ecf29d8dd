//! Proves a record under this machine's newest head, if the answer's head cannot be compared with
//! it.

use super::client::{Client, State};
use super::error::{HeadOrigin, SumdbError};
use super::record::Record;
use super::remote::Remote;

impl<R: Remote> Client<'_, R> {
    /// Checks a record under this machine's own head, because the tiles that relate it to the
    /// answer's head are missing: a mirror may be older or newer than this machine's last contact
    /// with the database. The answer's head is not stored. A damaged own head cannot be used for
    /// this.
    pub(super) async fn check_in_own(
        &self,
        state: &mut State,
        record: &Record<'_>,
        error: SumdbError,
    ) -> Result<u64, SumdbError> {
        let own = state.latest.tree.size;
        if own == 0 || state.damage.is_some() {
            return Err(error);
        }
        match self.check_record(state, record).await {
            Err(SumdbError::OutsideTree { .. } | SumdbError::Unavailable { .. }) => {
                let other = self.open_head(record.rest, HeadOrigin::Answer)?.tree.size;
                Err(SumdbError::Unrelated { database: self.name(), own, other, source: Box::new(error) })
            }
            result => result,
        }
    }
}
