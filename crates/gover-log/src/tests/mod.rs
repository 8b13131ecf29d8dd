//! The client against a log in memory, with every fault a server, a cache or a crash can add, and
//! against the vectors that Go's own client produced.

mod client_vectors;
mod damaged_head;
mod faults;
mod forks;
mod honest;
mod log;
mod vectors;
