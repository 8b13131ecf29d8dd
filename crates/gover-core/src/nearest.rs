//! What was probably meant by a word that means nothing.

/// The candidate that `word` probably misspells: few letters are wrong, missing, added or swapped,
/// or it is the start of exactly one candidate. Case does not matter. `None` if nothing is close.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.trim().to_lowercase().chars().take(LONGEST + 1).collect();
    if word.len() < 2 || word.len() > LONGEST {
        return None;
    }
    let limit = word.len().max(3) / 3;
    let mut starts: Option<Option<&str>> = None;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.to_lowercase().chars().collect();
        if letters.starts_with(&word) {
            starts = Some(if starts.is_none() { Some(candidate) } else { None });
        }
        let distance = distance(&word, &letters);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).or(starts.flatten())
}

/// The number of letters to change, add, remove, or swap with the next one.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, &from) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, &to) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&row, j) + usize::from(from != to);
            let mut least = changed.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let left = j.checked_sub(1).and_then(|left| Some((left, *b.get(left)?)));
            if let Some((left, before_to)) = left
                && previous == Some(to)
                && before_to == from
            {
                least = least.min(at(&before, left) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
        previous = Some(from);
    }
    row.last().copied().unwrap_or_default()
}

/// Letters; nothing that gover knows has a longer name.
const LONGEST: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 9] =
        ["install", "uninstall", "use", "pin", "list", "current", "completions", "config", "exec"];

    #[test]
    fn a_typo_is_answered_with_the_one_word_that_was_meant() {
        for (typo, meant) in [
            ("instal", "install"),
            ("isntall", "install"),
            ("Install", "install"),
            ("unistall", "uninstall"),
            ("lsit", "list"),
            ("pni", "pin"),
            ("us", "use"),
            ("crurent", "current"),
            ("comp", "completions"),
            ("inst", "install"),
        ] {
            assert_eq!(nearest(typo, NAMES), Some(meant), "{typo}");
        }
    }

    #[test]
    fn a_word_of_its_own_is_not_a_typo() {
        for word in ["", "x", "status", "build", "everything", "co", &"a".repeat(10_000)] {
            assert_eq!(nearest(word, NAMES), None, "{word}");
        }
    }

    #[test]
    fn swapped_letters_count_once() {
        let distance = |a: &str, b: &str| {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            distance(&letters(a), &letters(b))
        };
        for (a, b, count) in
            [("", "", 0), ("", "ab", 2), ("ab", "ba", 1), ("abc", "adc", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), count, "{a} {b}");
            assert_eq!(distance(b, a), count, "{b} {a}");
        }
    }
}
