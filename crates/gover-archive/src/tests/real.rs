//! The oddest names of real releases pass: a rule too strict would keep Go from being installed.

use super::*;

/// From go1.2.2 to go1.27.3, and from the parts of archives that modules do not have.
const NAMES: [&str; 16] = [
    "src/cmd/go/testdata/mod/rsc.io_!q!u!o!t!e_v1.5.3-!p!r!e.txt",
    "src/cmd/go/testdata/mod/example.com_split-incompatible_v2.1.0-pre+incompatible.txt",
    "src/cmd/vendor/github.com/ianlancetaylor/demangle/c++filt.go",
    "src/cmd/compile/internal/ssa/_gen/vendor/golang.org/x/tools/go/ast/astutil/rewrite.go",
    "src/runtime/auxv_none.go",
    "src/net/conn_test.go",
    "src/go/constant/value.go",
    "src/debug/dwarf/const.go",
    "test/fixedbugs/issue27836.dir/\u{c4}foo.go",
    "test/fixedbugs/issue27836.dir/A\u{308}main.go",
    "test/fixedbugs/issue27836.dir/\u{de}foo.go",
    "test/fixedbugs/issue27836.dir/\u{de}main.go",
    ".github/ISSUE_TEMPLATE",
    "pkg/tool/linux_amd64/nm",
    "lib/wasm/go_js_wasm_exec",
    "src/internal/trace/testdata/README.md",
];

#[test]
fn the_oddest_names_of_real_releases_are_unpacked_from_each_packing() {
    let entries = NAMES.map(|name| gover_test::forge::TarEntry::file(format!("go/{name}"), name)).to_vec();
    let tar = unpack_tar(&gover_test::forge::tar_gz(&entries));
    let packed = |root: &str| {
        let file = |name| gover_test::forge::ZipEntry::file(format!("{root}/{name}"), name);
        gover_test::forge::zip(&NAMES.map(file))
    };
    let zip = unpack_zip(&packed("go"));
    let module = Attempt::new(&packed(MODULE), Container::Zip, Guard::for_module(MODULE, Limits::default()));
    for attempt in [tar, zip, module] {
        assert_eq!(attempt.result.as_ref().unwrap().files.len(), NAMES.len());
        for name in NAMES {
            assert_eq!(fs::read_to_string(attempt.target().join(name)).unwrap(), name);
        }
    }
}
