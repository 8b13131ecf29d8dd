package main

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

func TestSum(t *testing.T) {
	if got := sum(40, 2); got != 42 {
		t.Fatalf("sum(40, 2) = %d", got)
	}
}

// A `go` that a test starts is the one that runs the test.
func TestNestedGo(t *testing.T) {
	out, err := exec.Command("go", "version").CombinedOutput()
	if err != nil {
		t.Fatalf("go version: %v\n%s", err, out)
	}
	if !strings.Contains(string(out), runtime.Version()+" ") {
		t.Fatalf("test runs with %s, its `go version` says %s", runtime.Version(), out)
	}
}
