//! Findings that have one cause, as far as their repairs tell.

use crate::Finding;

/// Groups of indices: findings of one check, and those that one repair ends. Groups and their members are
/// in the order of the findings.
pub fn causes(findings: &[Finding]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let is_related = |group: &Vec<usize>| {
            group.iter().filter_map(|one| findings.get(*one)).any(|one| has_one_cause(one, finding))
        };
        let (related, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_related);
        let mut joined: Vec<usize> = related.into_iter().flatten().collect();
        joined.push(index);
        joined.sort_unstable();
        groups = others;
        groups.push(joined);
        groups.sort();
    }
    groups
}

fn has_one_cause(one: &Finding, other: &Finding) -> bool {
    one.check == other.check
        || one.fix.commands.iter().any(|command| other.fix.commands.contains(command))
        || one.fix.changes.iter().any(|change| other.fix.changes.contains(change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::both;

    #[test]
    fn one_repair_or_one_check_is_one_cause() {
        let of =
            |check, command: &str| Finding { check, ..Finding::error(both(""), both("")).command(command) };
        let findings = [
            of("a", "gover setup"),
            of("b", "unset X"),
            of("a", "other"),
            of("c", "gover setup"),
            of("d", "x"),
        ];
        assert_eq!(causes(&findings), [vec![0, 2, 3], vec![1], vec![4]]);
        // The last one belongs to two groups, and makes them one.
        let findings = [of("a", "x"), of("b", "y"), of("a", "y")];
        assert_eq!(causes(&findings), [vec![0, 1, 2]]);
    }
}
