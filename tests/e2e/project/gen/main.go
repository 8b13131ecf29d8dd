// Command gen writes generated.go.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	text := fmt.Sprintf("package main\n\nconst generated = %q\n", runtime.Version())
	if err := os.WriteFile("generated.go", []byte(text), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
