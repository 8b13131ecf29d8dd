use std::time::UNIX_EPOCH;

use serde_json::json;

use super::*;

fn name(text: &str) -> ToolchainName {
    ToolchainName::parse(text).unwrap()
}

fn platform(text: &str) -> Platform {
    text.parse().unwrap()
}

fn request(text: &str) -> Request {
    Request::parse(text).unwrap()
}

fn table() -> Releases {
    Releases::from_table(Table::compiled())
}

/// The releases of the table and newer ones, of which some exist for linux-amd64 only.
fn with_index() -> Releases {
    let file = |version: &str, platform: &str| {
        let name = format!("{version}.{platform}.tar.gz");
        json!({"filename": name, "kind": "archive", "os": "", "arch": "", "sha256": "", "size": 1})
    };
    let json = json!([
        {"version": "go1.28rc1", "files": [file("go1.28rc1", "linux-amd64")]},
        {"version": "go1.27.9", "files": [file("go1.27.9", "linux-amd64")]},
        {"version": "go1.27.8", "files": [file("go1.27.8", "linux-amd64"), file("go1.27.8", "linux-arm64")]},
        {"version": "go1", "files": [{"filename": "go1.4-bootstrap-20170518.tar.gz", "kind": "archive"}]},
        {"version": "go1.9.2rc2", "files": [file("go1.9.2rc2", "linux-amd64")]},
    ]);
    let index = Index::parse(&serde_json::to_vec(&json).unwrap()).unwrap();
    let mut releases = table();
    releases.add_index(&index, UNIX_EPOCH);
    releases
}

#[test]
fn the_table_alone_has_releases_with_dates() {
    let releases = table();
    let amd64 = platform("linux-amd64");
    let newest = |text: &str| releases.newest(&request(text), &amd64).unwrap();
    assert_eq!(newest("1.22").name, name("go1.22.12"));
    assert_eq!(newest("1.20").name, name("go1.20.14"));
    assert_eq!(newest("1.22.5").date.unwrap().to_string(), "2024-07-02");
    assert_eq!(newest("1.22.5").security, Some(true));
    assert!(matches!(releases.basis, Basis::Table(Some(_))));
    assert!(releases.newest(&request("1.99"), &amd64).is_none());
}

#[test]
fn what_go_does_not_understand_or_never_packed_is_hidden() {
    let releases = with_index();
    let names: Vec<&str> = releases.iter().map(|release| release.name.as_str()).collect();
    for hidden in ["go1", "go1.0", "go1.1", "go1.2", "go1.9.2rc2"] {
        assert!(!names.contains(&hidden), "{hidden}");
    }
    assert_eq!(names.last(), Some(&"go1.2.2"));
    assert_eq!(names.first(), Some(&"go1.28rc1"));
    assert!(releases.iter().is_sorted_by(|a, b| a.name > b.name));
}

#[test]
fn a_release_without_the_platform_does_not_match() {
    let releases = with_index();
    let latest = |text: &str| releases.newest(&request("latest"), &platform(text)).unwrap().name.to_string();
    assert_eq!(latest("linux-amd64"), "go1.27.9");
    assert_eq!(latest("linux-arm64"), "go1.27.8");
    let windows = platform("windows-arm64");
    assert_eq!(releases.find(&name("go1.16")).unwrap().availability(&windows), Availability::No);
    assert_eq!(releases.find(&name("go1.27.0")).unwrap().availability(&windows), Availability::Yes);
    assert_eq!(releases.basis, Basis::Index(UNIX_EPOCH));
}

#[test]
fn a_proxys_list_adds_and_never_denies() {
    let mut releases = with_index();
    releases
        .add_listed(&Listed::parse("v0.0.1-go1.27.10.linux-amd64\nv0.0.1-go1.22.5.linux-amd64\n").unwrap());
    let newest = releases.find(&name("go1.27.10")).unwrap();
    assert_eq!(newest.availability(&platform("linux-amd64")), Availability::Yes);
    assert_eq!(newest.availability(&platform("linux-arm64")), Availability::Unknown);
    assert!(releases.find(&name("go1.22.6")).is_some());
}

#[test]
fn support_follows_from_what_is_out() {
    let releases = with_index();
    let support = |text: &str| releases.support(&name(text));
    let ended = |text: &str| match support(text) {
        Support::EndOfLife(date) => date.unwrap().to_string(),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(support("go1.27.0"), Support::Supported);
    assert_eq!(support("go1.26.0"), Support::Supported);
    assert_eq!(support("go1.26rc1"), Support::Prerelease);
    assert_eq!(support("go1.28rc1"), Support::Prerelease);
    assert_eq!(support("go1.22.5-bigcorp"), Support::Custom);
    assert_eq!(ended("go1.25.3"), "2026-08-19");
    assert_eq!(ended("go1.22.5"), "2025-02-11");
    assert_eq!(ended("go1.21.13"), "2024-08-13");
    assert_eq!(ended("go1.4rc1"), "2016-02-17");
}

#[test]
fn a_release_of_an_ended_version_that_no_list_has_does_not_exist() {
    let mut releases = with_index();
    let instead = |releases: &Releases, text: &str| {
        releases.instead_of(&name(text)).map(|release| release.name.to_string())
    };
    for (text, newest) in [
        ("go1.22.99", "go1.22.12"),
        ("go1.22.13", "go1.22.12"),
        ("go1.22rc9", "go1.22.12"),
        ("go1.20.0", "go1.20.14"),
        ("go1.4.4", "go1.4.3"),
    ] {
        assert_eq!(instead(&releases, text).as_deref(), Some(newest), "{text}");
    }
    // These exist, may still be released, or are not from the Go project.
    for text in ["go1.22.5", "go1.26.99", "go1.27.99", "go1.28.0", "go1.99.1", "go1.22.99-bigcorp", "go1.1.1"]
    {
        assert_eq!(instead(&releases, text), None, "{text}");
    }
    // A list of a proxy may lack patches, and an installed toolchain says nothing about others.
    let listed = Listed::parse("v0.0.1-go1.28.0.linux-amd64\nv0.0.1-go1.22.99.linux-amd64\n");
    releases.add_listed(&listed.unwrap());
    releases.add_installed(&[name("go1.29.1")]);
    assert_eq!(instead(&releases, "go1.27.99"), None);
    assert_eq!(instead(&releases, "go1.26.99"), None);
    assert_eq!(instead(&releases, "go1.22.99"), None);
}

#[test]
fn installed_toolchains_count_as_known() {
    let mut releases = with_index();
    releases.add_installed(&[name("go1.29.3"), name("go1.27.20"), name("go1.31.0-bigcorp")]);
    assert_eq!(releases.newest_stable().unwrap().name, name("go1.29.3"));
    assert_eq!(releases.newest_patch(name("go1.27.0").version()).unwrap().name, name("go1.27.20"));
    assert_eq!(releases.find(&name("go1.29.3")).unwrap().security, None);
    let supported: Vec<String> = releases.supported().iter().map(ToString::to_string).collect();
    assert_eq!(supported, ["1.27", "1.29"]);
}

#[test]
fn the_newest_patch_of_a_minor_is_known() {
    let releases = with_index();
    let version = GoVersion::parse("1.22.5").unwrap();
    assert_eq!(releases.newest_patch(&version).unwrap().name, name("go1.22.12"));
    assert_eq!(releases.newest_stable().unwrap().name, name("go1.27.9"));
}
