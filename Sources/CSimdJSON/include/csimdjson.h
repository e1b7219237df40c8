#pragma once
// Answers of Prometheus' query API as flat columns, read by simdjson.
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that must be readable behind the text.
#define RULEVAL_JSON_PADDING 64

/// Part of `arena`.
typedef struct {
    uint32_t start;
    uint32_t end;
} ruleval_json_span;

typedef enum {
    RULEVAL_ANSWER_NONE = 0,
    RULEVAL_ANSWER_VECTOR = 1,
    RULEVAL_ANSWER_MATRIX = 2,
    RULEVAL_ANSWER_SCALAR = 3,
    RULEVAL_ANSWER_STRING = 4,
} ruleval_answer_kind;

typedef struct {
    double lower;
    double upper;
    double count;
    int32_t boundaries;
} ruleval_answer_bucket;

typedef struct {
    int64_t timestamp;
    double count;
    double sum;
    uint32_t bucket_start;
    uint32_t bucket_end;
} ruleval_answer_histogram;

/// A label: its name, and its value behind it.
typedef struct {
    uint32_t name;
    uint32_t value;
    uint32_t end;
} ruleval_answer_label;

/// A whole answer; everything pointed at belongs to `owner`.
typedef struct {
    /// 0, or 1 when the text is not such an answer: then only `message` and `offset` count.
    int failed;
    char message[200];
    size_t offset;
    /// Whether `status` was `success`.
    int success;
    ruleval_answer_kind kind;
    ruleval_json_span status, error_type, error, text;
    const char *arena;
    const ruleval_json_span *warnings, *infos;
    size_t warning_count, info_count;
    /// For each series the end of its labels, samples and histograms; each begins where the one before ends.
    const uint32_t *label_ends, *sample_ends, *histogram_ends;
    size_t series_count;
    const ruleval_answer_label *labels;
    const int64_t *timestamps;
    const double *values;
    size_t sample_count;
    const ruleval_answer_histogram *histograms;
    const ruleval_answer_bucket *buckets;
    void *owner;
} ruleval_answer;

/// Reads `length` bytes; RULEVAL_JSON_PADDING more must be readable. `out` is to be freed in any case.
void ruleval_answer_read(const char *text, size_t length, ruleval_answer *out);
void ruleval_answer_free(ruleval_answer *answer);

/// Writes the fewest digits that read back as `value` (finite), without exponent, and gives the number of bytes; `out` must
/// have room for 400. For magnitudes below 2^53 the digits are those that Go writes.
size_t ruleval_fixed_digits(double value, char *out);

#ifdef __cplusplus
}
#endif
