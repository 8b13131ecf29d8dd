// Verifies a signed note with Go's own package, and prints its text.
package main

import (
	"fmt"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	message, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(opened.Text)
}
