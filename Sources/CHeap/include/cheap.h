#pragma once
// What glibc's heap can be told, and what Swift cannot see of the mapped program: its headers need _GNU_SOURCE.
#include <malloc.h>
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

/// Calls `body` with each stretch of the program and its libraries that is mapped from a file and never written.
void ruleval_each_clean_segment(void (*body)(void *start, size_t bytes));

#ifdef __cplusplus
}
#endif
