//! Tests of the shim as users meet it: the program itself, with toolchains whose `go` tells what it was given.

mod launch;
mod messages;
mod selection;
