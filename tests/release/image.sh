# shellcheck shell=bash
# The container image of docs/docker.md, built with the programs of a release. tests/release/run sources this file.

# Without cgroups of its own, so that it also runs in a container.
build_ah() { STORAGE_DRIVER=overlay BUILDAH_ISOLATION=chroot buildah --root "$work/images" --runroot "$work/images-run" "$@"; }

# What Alpine has, as far as the page needs it: certificates, busybox, musl.
base_image() {
  local container
  mkdir -p "$work/base"/{etc,tmp,root}
  cp -R "$work/musl/bin" "$work/musl/lib" "$work/base"
  cp -R "$work/musl/etc/ssl" "$work/base/etc"
  container="$(build_ah from scratch)"
  build_ah copy -q "$container" "$work/base" / >/dev/null
  build_ah config --env PATH=/bin "$container"
  build_ah commit -q "$container" localhost/base >/dev/null
  build_ah rm "$container" >/dev/null
}

# build_shop: builds the image of the project, and writes what buildah says to $work/log.
build_shop() {
  (cd "$work/shop" && build_ah bud --layers --build-arg BASE=localhost/base --build-context gover="$unpacked" -t shop \
    --build-arg GOPROXY="$GOPROXY" --build-arg GOSUMDB="$GOSUMDB" --build-arg GOVER_SOURCES=goproxy .) >"$work/log" 2>&1 ||
    fail "buildah bud" "$(tail -n 30 "$work/log")"
}

# run_shop: what the program in the image says, started as the image's user.
run_shop() {
  local container
  container="$(build_ah from localhost/shop)"
  build_ah run "$container" /shop
  build_ah rm "$container" >/dev/null
}

step_image() {
  local shop="$work/shop"
  base_image
  mkdir "$shop"
  sed -n '/^```dockerfile$/,/^```$/p' "$root/docs/docker.md" | sed -n '2,/^```$/p' | sed '$d' >"$shop/Dockerfile"
  expect_in "the page's Dockerfile" "ENTRYPOINT" "$(cat "$shop/Dockerfile")"
  echo "$real" >"$shop/.go-version"
  printf 'module example.com/shop\n\ngo 1.22\n' >"$shop/go.mod"
  cp "$root/tests/release/hello.go" "$shop/main.go"
  build_shop
  expect_in "gover install in the image" "verified" "$(cat "$work/log")"
  expect "the program in the image" "hello from go$real" "$(run_shop)"
  expect "the image's user" "65532:65532" "$(build_ah inspect --type image --format '{{.OCIv1.Config.User}}' localhost/shop)"
  sed -i 's/hello from/hello again from/' "$shop/main.go"
  build_shop
  if grep -q verified "$work/log"; then fail "a change of a source file installs no toolchain" "$(cat "$work/log")"; fi
  expect "the program in the second image" "hello again from go$real" "$(run_shop)"
}
