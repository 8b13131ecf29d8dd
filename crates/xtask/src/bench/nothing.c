// A toolchain's program that ends at once, so that only what comes before it takes time.
int main(void) { return 0; }
