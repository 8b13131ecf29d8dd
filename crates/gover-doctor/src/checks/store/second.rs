//! Another store: the default one, or one whose programs are on PATH.

use gover_core::text::counted;

use crate::{Evidence, Finding, MachinePath, Snapshot, Words, text};

/// Two stores are fine, for example an administrator's and the user's own, so this only explains.
pub(super) fn finding(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let home = &snapshot.gover.home;
    let is_this = |other: &MachinePath| other == home || snapshot.real(other) == snapshot.real(home);
    let is_stamped = |bin: &MachinePath| snapshot.exists(&bin.join(".shim"));
    let on_path: Vec<MachinePath> = snapshot.path().into_iter().filter(is_stamped).collect();
    let on_path: Vec<MachinePath> = on_path.iter().filter_map(MachinePath::parent).collect();
    let other = on_path.iter().find(|store| !is_this(store)).cloned();
    let usual = snapshot.home.join(".gover");
    let has_toolchains = !snapshot.disk.list(&usual.join("versions")).is_empty();
    let other = other.or_else(|| (!is_this(&usual) && has_toolchains).then_some(usual))?;
    let what = text!(
        en "{path} is also a store of gover",
        zh "{path} 也是 gover 的目录",
        path = snapshot.short(&other),
    );
    let at = |store: &MachinePath| on_path.iter().position(|known| known == store);
    let (this, that) = (snapshot.short(home), snapshot.short(&other));
    let order = match (on_path.iter().position(is_this), at(&other)) {
        (Some(ours), Some(theirs)) if theirs < ours => before(&that, &this),
        (Some(_), Some(_)) => before(&this, &that),
        (None, Some(_)) => text!(
            en "{that} is on PATH, and {this} is not",
            zh "PATH 里有 {that}，没有 {this}",
            that = that, this = this,
        ),
        (_, None) => text!(en "{that} is not on PATH", zh "{that} 不在 PATH 里", that = that),
    };
    let why = text!(
        en "each has its own toolchains; {order}",
        zh "两处各有各的工具链；{order}",
        order = order,
    );
    let evidence = [described(snapshot, home, "in use here, "), described(snapshot, &other, "")];
    let named = snapshot.variable("GOVER_HOME").map(|_| snapshot.variable_evidence("GOVER_HOME"));
    Some(Finding::note(what, why).shown_by(evidence).shown_by(named))
}

fn before(first: &str, second: &str) -> Words {
    text!(
        en "on PATH, {first} comes before {second}",
        zh "PATH 里 {first} 排在 {second} 前面",
        first = first, second = second,
    )
}

fn described(snapshot: &Snapshot<'_>, store: &MachinePath, what: &str) -> Evidence {
    let count = counted(snapshot.disk.list(&store.join("versions")).len(), "toolchain");
    let owner = snapshot.other_owner(store).map(|owner| format!(", belongs to {owner}")).unwrap_or_default();
    Evidence::path(store, format!("{what}{count}{owner}"))
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::snapshot::disk::Owner;
    use crate::testing::Machine;

    #[test]
    fn a_second_store_is_explained() {
        let machine = Machine::linux()
            .toolchain("/opt/gover/versions/go1.21.3", "go1.21.3")
            .file("/opt/gover/bin/.shim", "x")
            .owned("/opt/gover", Owner::Root);
        assert!(machine.findings("store").is_empty());
        let path = machine.variables.value("PATH").unwrap().to_owned();
        let behind = machine.clone().var("PATH", &format!("{path}:/opt/gover/bin"));
        for (machine, why) in [
            (
                machine.clone().var("PATH", "/usr/bin:/opt/gover/bin"),
                "/opt/gover is on PATH, and ~/.gover is not",
            ),
            (behind, "on PATH, ~/.gover comes before /opt/gover"),
            (machine.path_first("/opt/gover/bin"), "on PATH, /opt/gover comes before ~/.gover"),
        ] {
            let findings = machine.findings("store");
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert_eq!(
                (findings[0].severity, findings[0].what.en.as_str()),
                (Severity::Note, "/opt/gover is also a store of gover")
            );
            assert_eq!(findings[0].why.en, format!("each has its own toolchains; {why}"));
            let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
            assert_eq!(
                evidence,
                ["/home/ann/.gover: in use here, 1 toolchain", "/opt/gover: 1 toolchain, belongs to root"]
            );
            assert_eq!(findings[0].fix.commands, Vec::<String>::new());
        }
    }

    #[test]
    fn the_usual_store_beside_another_is_explained() {
        let mut machine = Machine::linux();
        machine.gover.home = machine.system.path("/srv/gover");
        let machine = machine.directory("/srv/gover/versions").var("GOVER_HOME", "/srv/gover");
        let findings = machine.findings("store");
        assert_eq!(findings[0].what.en, "~/.gover is also a store of gover");
        assert_eq!(
            findings[0].why.en,
            "each has its own toolchains; ~/.gover is on PATH, and /srv/gover is not"
        );
        assert!(findings[0].evidence.iter().any(|one| one.to_string() == "GOVER_HOME=/srv/gover"));
    }
}
