//! Programs that are kept for one toolchain, in `tools/NAME/bin`. The shim has their names too, and
//! runs them while that toolchain is selected.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::layout::{Layout, executable_name};
use crate::version::ToolchainName;

/// Whether a program may be kept under this name: not one that gover itself or a toolchain has.
pub fn is_tool_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    !["go", "gofmt", "gover", "gover-shim"].contains(&lower.as_str())
        && ToolchainName::parse(name).is_err()
        && ToolchainName::parse(&lower).is_err()
        && !name.is_empty()
        && !name.starts_with(['.', '-'])
        && !name.ends_with('.')
        && name.bytes().all(is_plain)
}

/// The toolchains that tools are kept for, installed or not, oldest first.
pub fn toolchains(layout: &Layout) -> Vec<ToolchainName> {
    let mut names: Vec<ToolchainName> =
        names_in(&layout.tools()).iter().filter_map(|name| ToolchainName::parse(name).ok()).collect();
    names.sort();
    names
}

/// The toolchains for which a tool is kept.
pub fn kept_for(name: &str, layout: &Layout) -> Vec<ToolchainName> {
    let mut names = toolchains(layout);
    names.retain(|toolchain| layout.tool(toolchain, name).is_file());
    names
}

/// The names of all tools, without `.exe`.
pub fn names(layout: &Layout) -> BTreeSet<String> {
    toolchains(layout).iter().flat_map(|toolchain| names_for(toolchain, layout)).collect()
}

/// The names of the tools that are kept for one toolchain.
pub fn names_for(toolchain: &ToolchainName, layout: &Layout) -> BTreeSet<String> {
    let files = names_in(&layout.tools_for(toolchain));
    let names = files.iter().filter_map(|file| file.strip_suffix(&executable_name("")));
    names.filter(|name| is_tool_name(name)).map(str::to_owned).collect()
}

/// Whether gover keeps something at this path below `tools`: `go1.21.13/bin/gopls`.
pub fn is_own_file(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [toolchain, "bin", file] => {
            ToolchainName::parse(toolchain).is_ok()
                && file.strip_suffix(&executable_name("")).is_some_and(is_tool_name)
        }
        _ => false,
    }
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_gover_and_of_toolchains_are_not_names_of_tools() {
        for name in ["gopls", "stringer", "golangci-lint", "go-task", "gover2", "protoc-gen-go"] {
            assert!(is_tool_name(name), "{name}");
        }
        for name in [
            "go",
            "GO",
            "gofmt",
            "gover",
            "gover-shim",
            "go1.21",
            "Go1.22.5",
            "",
            ".x",
            "a/b",
            "-x",
            "a b",
            "x.",
        ] {
            assert!(!is_tool_name(name), "{name}");
        }
        let file = |name: &str| format!("go1.21.13/bin/{}", executable_name(name));
        assert!(is_own_file(&file("gopls")) && !is_own_file(&file("go")) && !is_own_file("go1.21.13/gopls"));
        assert!(!is_own_file("mine/bin/gopls"));
    }
}
