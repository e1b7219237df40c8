#pragma once
// RE2 behind plain C: patterns and subjects are bytes with a length, nothing is NUL-terminated.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct ruleval_re2 ruleval_re2;

/// Start and end of a group in the subject, in bytes; both -1 when the group took no part.
typedef struct {
    int64_t start;
    int64_t end;
} ruleval_re2_span;

/// Compiles `pattern`; NULL with a NUL-terminated reason in `error` when it does not compile.
/// `dot_matches_newline` is Go's (?s). Memory of the compiled program is bounded by `max_memory` bytes.
ruleval_re2 *ruleval_re2_new(const char *pattern, size_t length, bool dot_matches_newline, int64_t max_memory,
                             char *error, size_t error_capacity);
void ruleval_re2_free(ruleval_re2 *regex);

/// Number of capturing groups, the whole match not counted.
int ruleval_re2_group_count(const ruleval_re2 *regex);

/// Calls `visit` for each named group.
void ruleval_re2_group_names(const ruleval_re2 *regex, void *user,
                             void (*visit)(void *user, const char *name, size_t length, int group));

/// Searches `text` from `start` on. With `anchor_both` the match must cover everything.
/// Fills `count` spans, the whole match first.
bool ruleval_re2_match(const ruleval_re2 *regex, const char *text, size_t length, size_t start, bool anchor_both,
                       ruleval_re2_span *spans, int count);

#ifdef __cplusplus
}
#endif
