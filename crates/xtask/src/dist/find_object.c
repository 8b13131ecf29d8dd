// gcc's unwinder for glibc asks this function of glibc which object an address is in. musl does not have
// it. Without an answer a backtrace ends early; nothing in a release unwinds.
int _dl_find_object(void *address, void *result) {
    (void)address;
    (void)result;
    return -1;
}
