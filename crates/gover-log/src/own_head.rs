//! A record proven under the head that this machine has, where the answer brings one that it cannot place.

use super::client::{Client, State};
use super::error::{HeadOrigin, SumdbError};
use super::record::Record;
use super::remote::Remote;

impl<R: Remote> Client<'_, R> {
    /// Checks a record under our own head alone, because nobody here can tell how that head and the answer's go together:
    /// so it is with a mirror that was made before or after this machine last saw the database. What is proven so needs
    /// no other head, and none is taken up. Where the file with our own is damaged there is none: what stands in for it has
    /// to be compared first.
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
