# shellcheck shell=bash
# The long parts of tests/release/run, which sources this file.

run_whole() {
  step "a container image by docs/docker.md" step_image
  step "the same bytes from another directory" step_twice
  run_platforms
  step "the parts of several machines put together" step_join
  step "cargo publish, without publishing" step_publish
}

run_platforms() {
  step "arm64, under qemu" step_arm64
  step "Windows, under Wine" step_windows
}

step_twice() {
  local copy="$work/another/place/gover" name differ=()
  git clone --quiet --no-hardlinks "$root" "$copy"
  [[ -z $(git -C "$root" status --porcelain) ]] || fail "a clean checkout" "$(git -C "$root" status --short)"
  xtask dist --root "$copy" --module --packages --key "$work/key" --out "$work/again" >"$work/log" 2>&1 ||
    fail "cargo xtask dist in another directory" "$(tail -n 30 "$work/log")"
  while IFS= read -r name; do
    cmp -s "$out/$name" "$work/again/$name" || differ+=("$name")
  done < <(cd "$out" && find . -type f)
  expect "files that differ" "" "${differ[*]}"
  expect "the number of files" "$(find "$out" -type f | wc -l)" "$(find "$work/again" -type f | wc -l)"
}

step_arm64() {
  local directory="$work/arm64/gover-$version-linux-arm64" code=0
  if [[ ! -f /usr/lib/aarch64-linux-musl/libc.a ]]; then
    dpkg --add-architecture arm64
    apt-get update -qq
  fi
  install_packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user musl-dev:arm64
  xtask dist --target linux-arm64 --module --out "$work/part-arm64" >"$work/log" 2>&1 ||
    fail "cargo xtask dist --target linux-arm64" "$(tail -n 30 "$work/log")"
  mkdir -p "$work/arm64/home"
  tar -xzf "$work/part-arm64/gover-$version-linux-arm64.tar.gz" -C "$work/arm64"
  expect "e_machine" 183 "$(od -An -tu2 -j18 -N2 "$directory/gover" | tr -d ' ')"
  if readelf -lW "$directory/gover" | grep -q INTERP; then fail "gover is static" "it asks for a loader"; fi
  # The C library of this machine is out of reach for it.
  expect_in "gover --version" "gover $version" "$(QEMU_LD_PREFIX=/nonexistent qemu-aarch64 "$directory/gover" --version)"
  expect_in "gover list --remote" "go$real" "$(HOME="$work/arm64/home" GOVER_SOURCES=goproxy qemu-aarch64 "$directory/gover" list --remote "${real%.*}")"
  env -i HOME="$work/arm64/home" "$(command -v qemu-aarch64)" "$directory/gover-shim" version >"$work/log" 2>&1 || code=$?
  expect "the exit code of the shim without a toolchain" 127 "$code"
}

step_windows() {
  "$root/tests/windows/setup.sh" >/dev/null
  # shellcheck source=tests/windows/env.sh
  source "$root/tests/windows/env.sh"
  xtask dist --target windows-amd64 --module --packages --out "$work/part-windows" >"$work/log" 2>&1 ||
    fail "cargo xtask dist --target windows-amd64" "$(tail -n 30 "$work/log")"
  python3 -m zipfile -e "$work/part-windows/gover-$version-windows-amd64.zip" "$work/windows"
  local directory="$work/windows/gover-$version-windows-amd64"
  expect_in "gover.exe --version" "gover $version" "$(wine "$directory/gover.exe" --version | tr -d '\r')"
  expect "libraries that come with no Windows" "" "$(x86_64-w64-mingw32-objdump -p "$directory/gover.exe" "$directory/gover-shim.exe" |
    sed -n 's/.*DLL Name: //p' | grep -iE 'libgcc|winpthread|libstdc' || true)"
  python3 -m venv "$work/venv-yaml"
  "$work/venv-yaml/bin/pip" install --quiet pyyaml
  "$work/venv-yaml/bin/python" "$root/tests/release/windows_manifests.py" "$work/part-windows" "$version" "$base" ||
    fail "the manifests of Scoop and winget"
}

step_join() {
  rm -rf "$work/parts"
  mkdir "$work/parts"
  cp -R "$out" "$work/parts/amd64"
  rm -rf "$work/parts/amd64/packages" "$work/parts/amd64/"*.{deb,rpm}
  cp -R "$work/part-arm64" "$work/parts/arm64"
  xtask dist --join "$work/parts" --packages --key "$work/key" --out "$work/joined" >"$work/log" 2>&1 ||
    fail "cargo xtask dist --join" "$(tail -n 30 "$work/log")"
  (cd "$work/joined" && sha256sum --quiet -c SHA256SUMS)
  expect "archives, .deb and .rpm" 6 "$(grep -cE '\.(tar\.gz|deb|rpm)$' "$work/joined/SHA256SUMS")"
  expect "the list of versions" "v$version-linux-amd64 v$version-linux-arm64" \
    "$(tr '\n' ' ' <"$work/joined/module/$module/@v/list" | sed 's/ $//')"
  expect "platforms of the npm package" 2 "$(tar -xzOf "$work/joined/packages/npm/gover-$version.tgz" package/package.json | grep -c '"@gover/')"
}

# Builds each package from what would be uploaded.
step_publish() {
  cargo publish --workspace --dry-run --allow-dirty --locked --target-dir "$work/publish" >"$work/log" 2>&1 ||
    fail "cargo publish --dry-run" "$(tail -n 30 "$work/log")"
}
