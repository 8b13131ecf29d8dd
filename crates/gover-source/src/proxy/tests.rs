use super::*;

fn name(text: &str) -> ToolchainName {
    ToolchainName::parse(text).unwrap()
}

#[test]
fn a_list_keeps_what_names_a_toolchain() {
    let text = "v0.0.1-go1.22.5.linux-amd64\nv0.0.1-go1.22.5.linux-amd64\nv0.0.1-go1.22.5.linux-arm64 2024-06-27T20:11:12Z\n\
                v0.0.1-go1.9rc2.windows-amd64\nv0.0.1-go1.9.2rc2.linux-amd64\nv0.0.1-go1.6beta1.linux-arm6\n\
                v0.0.1-go1.22.linux-amd64\nv0.0.2-go1.22.5.linux-amd64\n\nnonsense\nv0.0.1-go1.22.5\n\
                v0.0.1-go1.22.5-bigcorp.linux-amd64\r\nv0.0.1-go1.22.5-../x.linux-amd64\n";
    let listed = Listed::parse(text).unwrap();
    let names: Vec<&str> = listed.toolchains.keys().map(ToolchainName::as_str).collect();
    assert_eq!(names, ["go1.6beta1", "go1.9rc2", "go1.22.5", "go1.22.5-bigcorp"]);
    assert_eq!(listed.toolchains[&name("go1.22.5")].len(), 2);
    assert_eq!(listed.toolchains[&name("go1.6beta1")], ["linux-arm".parse().unwrap()]);
    assert_eq!(Listed::parse(&listed.to_text().unwrap()), Ok(listed));
}

#[test]
fn names_are_escaped_as_the_protocol_wants() {
    let wanted = Wanted { name: name("go1.21.0-BigCorp"), platform: "linux-amd64".parse().unwrap() };
    let proxies = Proxies::new(Some("https://p.example/"), &"https://go.dev".parse().unwrap());
    let candidates = proxies.candidates(&wanted).unwrap();
    let artifact = candidates[0].1.as_ref().unwrap();
    assert_eq!(
        artifact.location.to_string(),
        "https://p.example/golang.org/toolchain/@v/v0.0.1-go1.21.0-!big!corp.linux-amd64.zip"
    );
    let strange = Wanted { name: name("go1.21.0-a:b"), ..wanted };
    assert!(proxies.candidates(&strange).is_err());
}

#[test]
fn without_a_value_the_module_is_taken_from_its_own_site() {
    let wanted = Wanted { name: name("go1.91.2"), platform: "linux-amd64".parse().unwrap() };
    let proxies = Proxies::new(None, &"https://go.dev/".parse().unwrap());
    let artifact = proxies.candidates(&wanted).unwrap().remove(0).1.unwrap();
    assert_eq!(
        artifact.location.to_string(),
        "https://go.dev/dl/mod/golang.org/toolchain/@v/v0.0.1-go1.91.2.linux-amd64.zip"
    );
    assert_eq!((artifact.proof, artifact.format), (Proof::Log, Format::ModuleZip));
}
