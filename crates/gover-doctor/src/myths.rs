//! What blogs say about the subject of a check, and docs/myths.md corrects.

/// The page.
pub const PAGE: &str = "docs/myths.md";

/// The myths that a check meets, as the headings of [`PAGE`] quote them.
pub fn about(check: &str) -> impl Iterator<Item = &'static str> {
    MYTHS.iter().filter(move |(name, _)| *name == check).map(|(_, myth)| *myth)
}

const MYTHS: [(&str, &str); 23] = [
    ("path-registry", "Use setx to put Go on PATH"),
    ("goroot-set", "Set GOROOT, because it is compiled into go"),
    ("goroot-invalid", "Set GOROOT, because it is compiled into go"),
    ("goroot-mismatch", "Set GOROOT, because it is compiled into go"),
    ("goroot-spaces", "Spaces or Chinese letters in a path break Go"),
    ("go-leftovers", r"Go reads HKLM\SOFTWARE\GoLang"),
    ("go111module", "Set GOPATH, put your project in it and turn GO111MODULE on"),
    ("gopath", "Set GOPATH, put your project in it and turn GO111MODULE on"),
    ("gobin", "GOBIN must come first on PATH"),
    ("goos-goarch", "MSYS2 sets GOOS"),
    ("goenv-file", "After go env -w, the setting applies"),
    ("goproxy", "If one proxy of GOPROXY is down, Go asks the next"),
    ("sumdb", "GOSUMDB=off cures checksum errors"),
    ("http-proxy", "Go uses the proxy that is set in Windows"),
    ("tls-inspection", "GOCERTFILE names the certificate of your company"),
    ("tls-inspection", "GOINSECURE makes Go accept any certificate"),
    ("cgo-compiler", "cgo needs Visual Studio"),
    ("cgo-abi", "cgo needs Visual Studio"),
    ("wsl", "networkingMode belongs in wsl.conf"),
    ("execution-policy", "An execution policy blocks go env"),
    ("antivirus", "Turn real-time protection off"),
    ("libc", "Go 1.23 needs a new Linux kernel"),
    ("line-endings", "CR LF line ends break go.sum"),
];

#[cfg(test)]
mod tests {
    use super::{MYTHS, about};
    use crate::checks::by_name;

    #[test]
    fn every_myth_belongs_to_a_check() {
        for (check, _) in MYTHS {
            assert!(by_name(check).is_some(), "{check}");
        }
        assert_eq!(about("tls-inspection").count(), 2);
        assert_eq!(about("clock").count(), 0);
    }
}
