//! Which release to try next. Knows nothing of toolchains and commands.

use std::collections::BTreeMap;

/// What the exit code of the command says, as for `git bisect run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Good,
    Bad,
    Skipped,
    /// It says nothing: the search stops.
    Stop,
}

impl Status {
    pub(super) fn of(code: i32) -> Self {
        match code {
            0 => Self::Good,
            125 => Self::Skipped,
            1..=127 => Self::Bad,
            // Windows has codes of 32 bits.
            _ => Self::Stop,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Try this one, of so many that are left.
    Try { at: usize, left: usize },
    /// These two differ, and everything between them was skipped.
    Found { good: usize, bad: usize },
}

/// The next step for `count` releases, of which the first is good and the last is bad.
pub(super) fn next(count: usize, known: &BTreeMap<usize, Status>) -> Step {
    let (mut good, mut bad) = (0, count.saturating_sub(1));
    loop {
        let is_open = |at: &usize| known.get(at) != Some(&Status::Skipped);
        let open: Vec<usize> = (good + 1..bad).filter(is_open).collect();
        // The middle of all, or the nearest one that was not skipped.
        let middle = usize::midpoint(good, bad);
        let Some(at) = open.iter().copied().min_by_key(|at| at.abs_diff(middle)) else {
            return Step::Found { good, bad };
        };
        match known.get(&at) {
            Some(Status::Good) => good = at,
            Some(Status::Bad) => bad = at,
            _ => return Step::Try { at, left: open.len() },
        }
    }
}

/// How many more runs so many releases need at most, unless some of them are skipped.
pub(super) fn runs(left: usize) -> u32 {
    usize::BITS - left.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a search in which releases from `first` on are bad, and `skipped` cannot be tried.
    fn search(count: usize, first: usize, skipped: &[usize]) -> (Step, usize) {
        let mut known = BTreeMap::new();
        loop {
            match next(count, &known) {
                Step::Try { at, .. } => {
                    let status = if at < first { Status::Good } else { Status::Bad };
                    let status = if skipped.contains(&at) { Status::Skipped } else { status };
                    assert_eq!(known.insert(at, status), None, "{at} was tried twice");
                }
                found @ Step::Found { .. } => return (found, known.len()),
            }
        }
    }

    #[test]
    fn the_first_bad_one_is_found_in_few_steps() {
        for count in 2..40 {
            for first in 1..count {
                let (step, tries) = search(count, first, &[]);
                assert_eq!(step, Step::Found { good: first - 1, bad: first });
                assert!(tries <= usize::try_from(runs(count - 2)).unwrap(), "{count} {first}: {tries}");
            }
        }
    }

    #[test]
    fn those_that_are_skipped_stay_between_the_two_if_they_decide() {
        assert_eq!(search(10, 5, &[4]).0, Step::Found { good: 3, bad: 5 });
        assert_eq!(search(10, 5, &[5, 6]).0, Step::Found { good: 4, bad: 7 });
        assert_eq!(search(10, 5, &[2, 8]).0, Step::Found { good: 4, bad: 5 });
        assert_eq!(search(10, 5, &[1, 2, 3, 4, 5, 6, 7, 8]), (Step::Found { good: 0, bad: 9 }, 8));
    }

    #[test]
    fn exit_codes_mean_what_they_mean_to_git() {
        use Status::{Bad, Good, Skipped, Stop};
        for (code, status) in [
            (0, Good),
            (1, Bad),
            (124, Bad),
            (125, Skipped),
            (126, Bad),
            (127, Bad),
            (128, Stop),
            (137, Stop),
            (-1, Stop),
        ] {
            assert_eq!(Status::of(code), status, "{code}");
        }
    }
}
