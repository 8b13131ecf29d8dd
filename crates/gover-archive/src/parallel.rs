//! Work on all cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The results of `work` for all items, in no particular order. `start` makes what each thread
/// needs for itself. The first error ends all threads; `None` if one of them panicked.
pub fn on_all_cores<'a, T: Sync, S, R: Send, E: Send>(
    items: &'a [T],
    start: impl Fn() -> Result<S, E> + Sync,
    work: impl Fn(&mut S, &'a T) -> Result<R, E> + Sync,
) -> Option<Result<Vec<R>, E>> {
    let next = AtomicUsize::new(0);
    let work_off = || {
        let mut state = start()?;
        let mut results = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            results.push(work(&mut state, item)?);
        }
        Ok(results)
    };
    // The other threads run out of work after an error.
    let run = || work_off().inspect_err(|_| next.store(items.len(), Ordering::Relaxed));
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let results: Option<Vec<Result<Vec<R>, E>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        workers.into_iter().map(|worker| worker.join().ok()).collect()
    });
    let results: Result<Vec<Vec<R>>, E> = results?.into_iter().collect();
    Some(results.map(|results| results.into_iter().flatten().collect()))
}

/// More threads than this only slow each other down.
const MAX_THREADS: usize = 16;
