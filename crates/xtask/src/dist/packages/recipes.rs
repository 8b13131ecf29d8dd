//! Recipes that download the archives: Homebrew, Scoop, AUR and Nix.

use std::fmt::Write as _;

use serde_json::{Map, json};

use super::super::target::System;
use super::{Build, Facts};

/// Writes those recipes for which there are archives.
pub(super) fn write(facts: &Facts<'_>) -> Result<(), String> {
    let unix = facts.builds.iter().any(|build| build.target.system != System::Windows);
    let windows = facts.builds.iter().any(|build| build.target.system == System::Windows);
    let linux = facts.builds.iter().any(|build| build.target.system == System::Linux);
    let put = |directory: &str, name: &str, text: String| {
        crate::files::write(&facts.directory(directory).join(name), text.as_bytes())
    };
    if unix {
        put("homebrew", "gover.rb", homebrew(facts))?;
        put("nix", "flake.nix", nix(facts))?;
    }
    if windows {
        put("scoop", "gover.json", scoop(facts))?;
    }
    if linux {
        put("aur", "PKGBUILD", pkgbuild(facts))?;
        put("aur", ".SRCINFO", srcinfo(facts))?;
    }
    Ok(())
}

fn homebrew(facts: &Facts<'_>) -> String {
    let mut text = format!(
        "class Gover < Formula\n  desc \"{}\"\n  homepage \"{}\"\n  version \"{}\"\n  license \"{}\"\n",
        facts.description.replace('`', "'"),
        base(facts),
        facts.version(),
        facts.licence
    );
    for (system, block) in [("darwin", "on_macos"), ("linux", "on_linux")] {
        let builds: Vec<(&str, &Build)> = [("arm64", "on_arm"), ("amd64", "on_intel")]
            .iter()
            .filter_map(|(processor, block)| Some((*block, facts.build(&format!("{system}-{processor}"))?)))
            .collect();
        if builds.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n  {block} do");
        for (block, build) in builds {
            let address = address(build, facts);
            let _ = writeln!(
                text,
                "    {block} do\n      url \"{address}\"\n      sha256 \"{}\"\n    end",
                build.sha256
            );
        }
        text.push_str("  end\n");
    }
    text + HOMEBREW_END
}

const HOMEBREW_END: &str = r##"
  def install
    bin.install "gover", "gover-shim"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/gover.bash" => "gover"
    zsh_completion.install "completions/_gover"
    fish_completion.install "completions/gover.fish"
    (share/"gover").mkpath
    (share/"gover/channel").write "homebrew\n"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/gover --version")
  end
end
"##;

fn scoop(facts: &Facts<'_>) -> String {
    let mut architecture = Map::new();
    for (name, target) in [("64bit", "windows-amd64"), ("arm64", "windows-arm64")] {
        if let Some(build) = facts.build(target) {
            let value = json!({
                "url": address(build, facts),
                "hash": build.sha256,
                "extract_dir": build.target.stem(facts.version()),
            });
            architecture.insert(name.to_owned(), value);
        }
    }
    let manifest = json!({
        "version": facts.version(),
        "description": facts.description,
        "homepage": base(facts),
        "license": facts.licence,
        "architecture": architecture,
        "post_install": [
            "New-Item -ItemType Directory -Force \"$dir\\share\\gover\" | Out-Null",
            "Set-Content -LiteralPath \"$dir\\share\\gover\\channel\" -Value scoop",
        ],
        "bin": "gover.exe",
    });
    format!("{manifest:#}\n")
}

/// The builds for Linux with the names that Arch Linux has for their processors.
fn arch_builds<'a>(facts: &'a Facts<'_>) -> Vec<(&'static str, &'a Build)> {
    [("x86_64", "linux-amd64"), ("aarch64", "linux-arm64")]
        .into_iter()
        .filter_map(|(name, target)| Some((name, facts.build(target)?)))
        .collect()
}

fn pkgbuild(facts: &Facts<'_>) -> String {
    let builds = arch_builds(facts);
    let names: Vec<String> = builds.iter().map(|(name, _)| format!("'{name}'")).collect();
    let mut text = format!(
        "# Maintainer: {}\npkgname=gover-bin\npkgver={}\npkgrel=1\npkgdesc='{}'\narch=({})\nurl='{}'\n\
         license=('{}')\nprovides=('gover')\nconflicts=('gover')\noptions=('!strip' '!debug')\n",
        facts.authors,
        facts.version().replace('-', "_"),
        facts.description,
        names.join(" "),
        base(facts),
        facts.licence
    );
    for (name, build) in &builds {
        let address = address(build, facts);
        let _ = writeln!(text, "source_{name}=('{address}')\nsha256sums_{name}=('{}')", build.sha256);
    }
    let stem = format!("gover-{}", facts.version());
    text.push_str("\npackage() {\n  local system=linux-amd64\n");
    text.push_str("  if [[ $CARCH == aarch64 ]]; then system=linux-arm64; fi\n");
    let _ = writeln!(text, "  cd \"$srcdir/{stem}-$system\"");
    text + PKGBUILD_END
}

const PKGBUILD_END: &str = r#"  install -Dm755 gover gover-shim -t "$pkgdir/usr/bin"
  install -Dm644 man/*.1 -t "$pkgdir/usr/share/man/man1"
  install -Dm644 completions/gover.bash "$pkgdir/usr/share/bash-completion/completions/gover"
  install -Dm644 completions/_gover -t "$pkgdir/usr/share/zsh/site-functions"
  install -Dm644 completions/gover.fish -t "$pkgdir/usr/share/fish/vendor_completions.d"
  install -Dm644 LICENSE NOTICE THIRD-PARTY.md -t "$pkgdir/usr/share/licenses/gover-bin"
  install -Dm644 README.md -t "$pkgdir/usr/share/doc/gover-bin"
  install -dm755 "$pkgdir/usr/share/gover"
  echo aur >"$pkgdir/usr/share/gover/channel"
}
"#;

fn srcinfo(facts: &Facts<'_>) -> String {
    let builds = arch_builds(facts);
    let mut text = format!(
        "pkgbase = gover-bin\n\tpkgdesc = {}\n\tpkgver = {}\n\tpkgrel = 1\n\turl = {}\n",
        facts.description,
        facts.version().replace('-', "_"),
        base(facts)
    );
    for (name, _) in &builds {
        let _ = writeln!(text, "\tarch = {name}");
    }
    let _ = writeln!(text, "\tlicense = {}\n\tprovides = gover\n\tconflicts = gover", facts.licence);
    text.push_str("\toptions = !strip\n\toptions = !debug\n");
    for (name, build) in &builds {
        let address = address(build, facts);
        let _ = writeln!(text, "\tsource_{name} = {address}\n\tsha256sums_{name} = {}", build.sha256);
    }
    text + "\npkgname = gover-bin\n"
}

fn nix(facts: &Facts<'_>) -> String {
    let mut archives = String::new();
    for (system, target) in [
        ("x86_64-linux", "linux-amd64"),
        ("aarch64-linux", "linux-arm64"),
        ("x86_64-darwin", "darwin-amd64"),
        ("aarch64-darwin", "darwin-arm64"),
    ] {
        let Some(build) = facts.build(target) else { continue };
        let address = address(build, facts);
        let _ = writeln!(
            archives,
            "        {system} = {{ url = \"{address}\"; sha256 = \"{}\"; }};",
            build.sha256
        );
    }
    NIX.replace("VERSION", facts.version())
        .replace("DESCRIPTION", &facts.description)
        .replace("        ARCHIVES\n", &archives)
}

const NIX: &str = r#"{
  description = "DESCRIPTION";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      archives = {
        ARCHIVES
      };
      package = system: archive:
        let pkgs = nixpkgs.legacyPackages.${system};
        in pkgs.stdenvNoCC.mkDerivation {
          pname = "gover";
          version = "VERSION";
          src = pkgs.fetchurl archive;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          installPhase = ''
            install -Dm755 gover gover-shim -t $out/bin
            installManPage man/*.1
            installShellCompletion --cmd gover --bash completions/gover.bash \
              --zsh completions/_gover --fish completions/gover.fish
            mkdir -p $out/share/gover
            echo nix > $out/share/gover/channel
          '';
          dontStrip = true;
          meta = { mainProgram = "gover"; license = pkgs.lib.licenses.asl20; };
        };
    in {
      packages = builtins.mapAttrs (system: archive: { default = package system archive; }) archives;
    };
}
"#;

pub(super) fn address(build: &Build, facts: &Facts<'_>) -> String {
    // Recipes are only written if there is an address.
    facts.address(build).unwrap_or_default()
}

pub(super) fn base<'a>(facts: &'a Facts<'_>) -> &'a str {
    facts.base.as_deref().unwrap_or_default()
}
