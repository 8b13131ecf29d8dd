//! What blogs say about the subject of a check, and docs/myths.md corrects.

use crate::{Words, text};

/// The page.
pub const PAGE: Words<&str> = text!(en "docs/myths.md", zh "docs/zh-CN/myths.md");

/// The myths that a check meets, as the headings of [`PAGE`] quote them.
pub fn about(check: &str) -> impl Iterator<Item = Words<&'static str>> {
    MYTHS.iter().filter(move |(name, _)| *name == check).map(|(_, myth)| *myth)
}

const MYTHS: [(&str, Words<&str>); 23] = [
    ("path-registry", text!(en "Use setx to put Go on PATH", zh "用 setx 把 Go 加进 PATH")),
    (
        "goroot-set",
        text!(en "Set GOROOT, because it is compiled into go", zh "必须设置 GOROOT，因为它是编译进 go 里的"),
    ),
    (
        "goroot-invalid",
        text!(en "Set GOROOT, because it is compiled into go", zh "必须设置 GOROOT，因为它是编译进 go 里的"),
    ),
    (
        "goroot-mismatch",
        text!(en "Set GOROOT, because it is compiled into go", zh "必须设置 GOROOT，因为它是编译进 go 里的"),
    ),
    (
        "goroot-spaces",
        text!(en "Spaces or Chinese letters in a path break Go", zh "路径里有空格或中文，Go 就会出错"),
    ),
    ("go-leftovers", text!(en r"Go reads HKLM\SOFTWARE\GoLang", zh r"Go 会读取 HKLM\SOFTWARE\GoLang")),
    (
        "go111module",
        text!(en "Set GOPATH, put your project in it and turn GO111MODULE on", zh "要设置 GOPATH，把项目放进去，再打开 GO111MODULE"),
    ),
    (
        "gopath",
        text!(en "Set GOPATH, put your project in it and turn GO111MODULE on", zh "要设置 GOPATH，把项目放进去，再打开 GO111MODULE"),
    ),
    ("gobin", text!(en "GOBIN must come first on PATH", zh "GOBIN 要放在 PATH 最前面")),
    ("goos-goarch", text!(en "MSYS2 sets GOOS", zh "MSYS2 会设置 GOOS")),
    ("goenv-file", text!(en "After go env -w, the setting applies", zh "go env -w 写过，设置就生效了")),
    (
        "goproxy",
        text!(en "If one proxy of GOPROXY is down, Go asks the next", zh "GOPROXY 里一个代理不通，Go 会自动试下一个"),
    ),
    ("sumdb", text!(en "GOSUMDB=off cures checksum errors", zh "校验和报错，设 GOSUMDB=off 就好了")),
    ("http-proxy", text!(en "Go uses the proxy that is set in Windows", zh "Go 会使用 Windows 里设置的代理")),
    (
        "tls-inspection",
        text!(en "GOCERTFILE names the certificate of your company", zh "公司证书用 GOCERTFILE 指定"),
    ),
    (
        "tls-inspection",
        text!(en "GOINSECURE makes Go accept any certificate", zh "设了 GOINSECURE，什么证书都能通过"),
    ),
    ("cgo-compiler", text!(en "cgo needs Visual Studio", zh "用 cgo 必须装 Visual Studio")),
    ("cgo-abi", text!(en "cgo needs Visual Studio", zh "用 cgo 必须装 Visual Studio")),
    ("wsl", text!(en "networkingMode belongs in wsl.conf", zh "networkingMode 写在 wsl.conf 里")),
    ("execution-policy", text!(en "An execution policy blocks go env", zh "执行策略会拦住 go env")),
    ("antivirus", text!(en "Turn real-time protection off", zh "把实时保护关掉")),
    ("libc", text!(en "Go 1.23 needs a new Linux kernel", zh "Go 1.23 需要很新的 Linux 内核")),
    ("line-endings", text!(en "CR LF line ends break go.sum", zh "CRLF 换行会弄坏 go.sum")),
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
