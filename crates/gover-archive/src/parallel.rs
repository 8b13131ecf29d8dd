//! Work on all cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The results of `work` for all items, in no particular order. `start` makes what each thread
/// needs for itself. An error ends all threads, and the error of the first item that failed is
/// returned; `None` if one of them panicked. Where no thread can be started, the caller's works.
pub fn on_all_cores<'a, T: Sync, S, R: Send, E: Send>(
    items: &'a [T],
    start: impl Fn() -> Result<S, E> + Sync,
    work: impl Fn(&mut S, &'a T) -> Result<R, E> + Sync,
) -> Option<Result<Vec<R>, E>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    on_threads(threads, items, start, work)
}

fn on_threads<'a, T: Sync, S, R: Send, E: Send>(
    threads: usize,
    items: &'a [T],
    start: impl Fn() -> Result<S, E> + Sync,
    work: impl Fn(&mut S, &'a T) -> Result<R, E> + Sync,
) -> Option<Result<Vec<R>, E>> {
    let next = AtomicUsize::new(0);
    let work_off = || {
        let mut state = start().map_err(|error| (0, error))?;
        let mut results = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            results.push(work(&mut state, item).map_err(|error| (at, error))?);
        }
        Ok(results)
    };
    // After an error no more items are begun, but those that were begun are finished. Items are begun
    // in order, so all before one that failed have a result, and the first error is always the same.
    let run = || work_off().inspect_err(|_| next.store(items.len(), Ordering::Relaxed));
    let joined: Vec<_> = thread::scope(|scope| {
        // A limit on processes may leave room for few threads. Those that start do all the work.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, run).ok();
        let workers: Vec<_> = (0..threads).map_while(spawn).collect();
        if workers.is_empty() {
            return vec![Some(run())];
        }
        // All are joined, because the scope itself panics if one that is not joined panicked.
        workers.into_iter().map(|worker| worker.join().ok()).collect()
    });
    let (mut results, mut failed) = (Vec::new(), None);
    for result in joined {
        match result? {
            Ok(more) => results.extend(more),
            Err((at, error)) if failed.as_ref().is_none_or(|(first, _)| at < *first) => {
                failed = Some((at, error));
            }
            Err(_) => {}
        }
    }
    Some(failed.map_or(Ok(results), |(_, error)| Err(error)))
}

/// More threads than this only slow each other down.
const MAX_THREADS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<usize> {
        (0..1000).collect()
    }

    #[test]
    fn the_error_of_the_first_item_is_returned() {
        let items = items();
        let work = |(): &mut (), item: &usize| if *item < 3 { Ok(*item) } else { Err(*item) };
        for _ in 0..20 {
            assert_eq!(on_all_cores(&items, || Ok(()), work), Some(Err(3)));
        }
        let all = on_all_cores(&items, || Ok::<_, usize>(()), |(), item| Ok(*item)).unwrap().unwrap();
        assert_eq!(all.len(), items.len());
    }

    #[test]
    fn without_threads_the_caller_does_the_work() {
        let items = items();
        let all = on_threads(0, &items, || Ok::<_, usize>(()), |(), item| Ok(*item)).unwrap().unwrap();
        assert_eq!(all, items);
    }

    #[test]
    fn a_panic_of_every_thread_is_no_panic_of_the_caller() {
        let work = |(): &mut (), item: &usize| -> Result<usize, usize> { panic!("expected: {item}") };
        assert_eq!(on_all_cores(&items(), || Ok(()), work), None);
    }
}
