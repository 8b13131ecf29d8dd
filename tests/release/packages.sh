# shellcheck shell=bash
# The packages of a release, each installed by its own manager. tests/release/run sources this file.

run_packages() {
  step ".deb: dpkg installs and removes it" step_deb
  step ".rpm: rpm installs and removes it" step_rpm
  step "the wheel: pip installs and removes it" step_wheel
  step "npm: the package of this platform, npx gover" step_npm
  step "cargo install, and what cargo publishes" step_cargo
  step "Homebrew's formula, evaluated" step_homebrew
  step "AUR: package() of the PKGBUILD" step_aur
  step "Nix" step_nix
}

# packaged PREFIX WHAT CHANNEL: the programs there are those of the archive, with the note of their package.
packaged() {
  cmp "$1/bin/gover" "$unpacked/gover" || fail "gover of $2 is the one of the archive"
  cmp "$1/bin/gover-shim" "$unpacked/gover-shim" || fail "gover-shim of $2 is the one of the archive"
  expect "the note of $2" "$3" "$(cat "$1/share/gover/channel")"
  expect_in "gover of $2" "gover $version" "$("$1/bin/gover" --version)"
}

# sets_up GOVER WHAT CHANNEL: a user runs `gover setup`, and the programs in their home know where they came from.
sets_up() {
  local user="$work/user"
  rm -rf "$user"
  mkdir "$user"
  touch "$user/.bashrc"
  env -i HOME="$user" SHELL=/bin/bash PATH=/usr/bin:/bin "$1" setup >"$work/log" 2>&1 || fail "gover setup of $2" "$(cat "$work/log")"
  cmp "$user/.gover/bin/go" "$unpacked/gover-shim" || fail "go after gover setup of $2"
  expect "the note after gover setup of $2" "$3 $(readlink -f "$1")" "$(tr '\n' ' ' <"$user/.gover/share/gover/channel" | sed 's/ $//')"
  expect_in "man after gover setup of $2" "gover install" \
    "$(env -i HOME="$user" PATH="$user/.gover/bin:/usr/bin:/bin" MANPAGER=cat man gover-install 2>/dev/null | col -b)"
}

step_deb() {
  local directory="$work/deb" before
  mkdir -p "$directory/var/lib/dpkg/"{info,updates,triggers}
  touch "$directory/var/lib/dpkg/"{status,available}
  local deb="$out/gover_${version}_$processor.deb"
  dpkg --root="$directory" --log=/dev/null -i "$deb" >"$work/log" 2>&1 || fail "dpkg -i" "$(cat "$work/log")"
  packaged "$directory/usr" ".deb" deb
  sets_up "$directory/usr/bin/gover" ".deb" deb
  gzip -dc "$directory/usr/share/man/man1/gover.1.gz" | grep -q '^.TH gover 1' || fail "the manual of the .deb"
  expect "dpkg --verify" "" "$(dpkg --root="$directory" --verify gover)"
  before="$(find "$directory/usr" -type f | wc -l)"
  ((before > 20)) || fail "files of the .deb" "$before"
  dpkg --root="$directory" --log=/dev/null -r gover >"$work/log" 2>&1 || fail "dpkg -r" "$(cat "$work/log")"
  expect "files after dpkg -r" "" "$(find "$directory" -path '*/usr/*' -type f)"
}

step_rpm() {
  local directory="$work/rpm" rpm
  rpm="$(echo "$out"/gover-"$version"-1.*.rpm)"
  mkdir -p "$directory"
  # On Debian, rpm wants a database of its own even in another root.
  local rpms=(rpm --root "$directory" --dbpath /var/lib/rpm)
  "${rpms[@]}" --initdb
  "${rpms[@]}" --nosignature -i "$rpm" >"$work/log" 2>&1 || fail "rpm -i" "$(cat "$work/log")"
  packaged "$directory/usr" ".rpm" rpm
  expect "rpm -V" "" "$("${rpms[@]}" -V gover)"
  expect "the licence of the .rpm" "Apache-2.0" "$("${rpms[@]}" -q --qf '%{LICENSE}' gover)"
  "${rpms[@]}" -e gover >"$work/log" 2>&1 || fail "rpm -e" "$(cat "$work/log")"
  expect "files after rpm -e" "" "$(find "$directory/usr" -type f)"
}

step_wheel() {
  local venv="$work/venv" wheel
  python3 -m venv "$venv"
  wheel="$(find "$out/packages/pypi" -name "gover-$version-py3-none-*linux*_$(uname -m).whl")"
  "$venv/bin/pip" install --quiet --no-index "$wheel" || fail "pip install"
  packaged "$venv" "the wheel" pip
  sets_up "$venv/bin/gover" "the wheel" pip
  expect "the licence of the wheel" Apache-2.0 \
    "$("$venv/bin/python" -c 'from importlib.metadata import metadata; print(metadata("gover")["License-Expression"])')"
  "$venv/bin/pip" uninstall --quiet --yes gover
  expect "files after pip uninstall" "" "$(find "$venv" -name '*gover*')"
}

step_npm() {
  local project="$work/npm" package code=0
  mkdir -p "$project"
  cd "$project"
  echo '{"private": true}' >package.json
  # The registry has no packages of gover; those of the other platforms are optional.
  npm install --silent --offline --no-audit --no-fund "$out"/packages/npm/gover-linux-*-"$version".tgz \
    "$out/packages/npm/gover-$version.tgz" >"$work/log" 2>&1 || fail "npm install" "$(cat "$work/log")"
  package="$(echo node_modules/@gover/linux-*)"
  packaged "$project/$package" "the npm package" npm
  expect_in "npx gover" "gover $version" "$(npx --no-install gover --version)"
  npx --no-install gover current --nonsense >"$work/log" 2>&1 || code=$?
  expect "the exit code through npx" 2 "$code"
  sets_up "$project/$package/bin/gover" "the npm package" npm
  rm -rf "$package"
  expect_in "npx gover without the package of the platform" "hint: npm leaves it out" "$(npx --no-install gover --version 2>&1 || true)"
  cd "$root"
}

# Debug builds: they are there already, and what is installed is the same.
step_cargo() {
  local directory="$work/cargo" name
  for name in crates/gover shims; do
    cargo install --quiet --debug --locked --path "$name" --root "$directory" --target-dir target >"$work/log" 2>&1 ||
      fail "cargo install --path $name" "$(cat "$work/log")"
  done
  expect "what cargo installs" "gover gover-shim" "$(names "$directory/bin")"
  expect_in "gover of cargo install" "gover $version" "$("$directory/bin/gover" --version)"
  # `whole` also builds what would be uploaded.
  cargo publish --workspace --dry-run --no-verify --allow-dirty --locked --target-dir "$work/publish" >"$work/log" 2>&1 ||
    fail "cargo publish --dry-run" "$(cat "$work/log")"
  # There is no address yet, and tests are not part of a package.
  expect "warnings of cargo publish" "" "$(grep -i '^warning' "$work/log" |
    grep -vE 'no documentation, homepage or repository|ignoring test|aborting upload due to dry run' || true)"
  expect "what would be published" "$(publishable)" "$(sed -n 's/^ *Uploading \([^ ]*\) .*/\1/p' "$work/log" | sort | tr '\n' ' ')"
  for name in gnu musl; do
    python3 "$root/tests/release/binstall.py" "$out/$stem.tar.gz" "$version" "$(uname -m)-unknown-linux-$name" \
      crates/gover/Cargo.toml shims/Cargo.toml || fail "the metadata for cargo-binstall"
  done
}

# The crates that may be published, by their manifests.
publishable() {
  cargo metadata --format-version 1 --no-deps | python3 -c '
import json, sys
print("".join(f"{name} " for name in sorted(p["name"] for p in json.load(sys.stdin)["packages"] if p["publish"] is None)))'
}

# A stand-in for Homebrew's classes reads what the formula says.
step_homebrew() {
  local said
  ruby -c "$out/packages/homebrew/gover.rb" >/dev/null
  said="$(ruby "$root/tests/release/formula.rb" "$out/packages/homebrew/gover.rb" "$unpacked" "$work/cellar")" ||
    fail "the formula" "$said"
  expect_in "the formula" "linux $processor $base/download/v$version/$stem.tar.gz $(sum_of "$stem.tar.gz")" "$said"
  packaged "$work/cellar" "the formula" homebrew
}

sum_of() { sha256sum "$out/$1" | cut -d' ' -f1; }

step_aur() {
  local directory="$work/aur" key="source_$(uname -m)" sums="sha256sums_$(uname -m)"
  mkdir -p "$directory/src" "$directory/package"
  cp -R "$unpacked" "$directory/src/"
  (
    set -e
    # shellcheck disable=SC1091 # made by the release
    source "$out/packages/aur/PKGBUILD"
    # What makepkg sets.
    # shellcheck disable=SC2034
    srcdir="$directory/src" pkgdir="$directory/package" CARCH="$(uname -m)"
    expect "pkgver" "$version" "$pkgver"
    declare -n address="$key" sum="$sums"
    expect "the source" "$base/download/v$version/$stem.tar.gz" "${address[*]}"
    expect "its checksum" "$(sum_of "$stem.tar.gz")" "${sum[*]}"
    package
  )
  packaged "$directory/package/usr" "the PKGBUILD" aur
  expect_in ".SRCINFO" "$sums = $(sum_of "$stem.tar.gz")" "$(cat "$out/packages/aur/.SRCINFO")"
}

# There is no Nix here, only the parser of its language. whole.sh checks the manifests of Scoop and winget.
step_nix() {
  nix-instantiate --parse "$out/packages/nix/flake.nix" >"$work/log" 2>&1 || fail "nix-instantiate --parse" "$(cat "$work/log")"
  expect_in "flake.nix" "$(sum_of "$stem.tar.gz")" "$(cat "$out/packages/nix/flake.nix")"
}
