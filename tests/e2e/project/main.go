// Command e2e says which Go built it, by a generated constant and through C.
package main

// static int add(int a, int b) { return a + b; }
import "C"

import (
	"fmt"
	"runtime"
)

//go:generate go run ./gen

func sum(a, b int) int {
	return int(C.add(C.int(a), C.int(b)))
}

func main() {
	fmt.Println("built", runtime.Version(), "generated", generated, "sum", sum(40, 2))
}
