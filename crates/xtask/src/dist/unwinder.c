// What the standard library asks of an unwinder. A release aborts where it panics and has no symbols that a
// backtrace could name, so there is nothing to unwind and every stack is empty. gcc's own unwinder asks glibc
// for what musl does not have.
#include <stdlib.h>

enum { END_OF_STACK = 5 };

int _Unwind_Backtrace(void *call, void *data) { return END_OF_STACK; }
int _Unwind_RaiseException(void *exception) { return END_OF_STACK; }
void _Unwind_DeleteException(void *exception) {}
void _Unwind_Resume(void *exception) { abort(); }
unsigned long _Unwind_GetIP(void *frame) { return 0; }
unsigned long _Unwind_GetIPInfo(void *frame, int *before) { return *before = 0; }
unsigned long _Unwind_GetCFA(void *frame) { return 0; }
unsigned long _Unwind_GetGR(void *frame, int index) { return 0; }
void _Unwind_SetGR(void *frame, int index, unsigned long value) {}
void _Unwind_SetIP(void *frame, unsigned long value) {}
void *_Unwind_GetLanguageSpecificData(void *frame) { return 0; }
unsigned long _Unwind_GetRegionStart(void *frame) { return 0; }
unsigned long _Unwind_GetTextRelBase(void *frame) { return 0; }
unsigned long _Unwind_GetDataRelBase(void *frame) { return 0; }
void *_Unwind_FindEnclosingFunction(void *address) { return 0; }
