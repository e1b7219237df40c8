#include "cre2.h"

#include <cstring>
#include <new>
#include <re2/re2.h>
#include <vector>

struct ruleval_re2 {
    re2::RE2 regex;
    ruleval_re2(re2::StringPiece pattern, const re2::RE2::Options &options) : regex(pattern, options) {}
};

extern "C" ruleval_re2 *ruleval_re2_new(const char *pattern, size_t length, bool dot_matches_newline,
                                        int64_t max_memory, char *error, size_t error_capacity) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(dot_matches_newline);
    options.set_max_mem(max_memory);
    auto *made = new (std::nothrow) ruleval_re2(re2::StringPiece(pattern, length), options);
    const char *reason = "out of memory";
    if (made) {
        if (made->regex.ok()) return made;
        reason = made->regex.error().c_str();
    }
    if (error_capacity > 0) {
        std::strncpy(error, reason, error_capacity - 1);
        error[error_capacity - 1] = 0;
    }
    delete made;
    return nullptr;
}

extern "C" void ruleval_re2_free(ruleval_re2 *regex) { delete regex; }

extern "C" int ruleval_re2_group_count(const ruleval_re2 *regex) { return regex->regex.NumberOfCapturingGroups(); }

extern "C" void ruleval_re2_group_names(const ruleval_re2 *regex, void *user,
                                        void (*visit)(void *user, const char *name, size_t length, int group)) {
    for (const auto &entry : regex->regex.NamedCapturingGroups())
        visit(user, entry.first.data(), entry.first.size(), entry.second);
}

extern "C" bool ruleval_re2_match(const ruleval_re2 *regex, const char *text, size_t length, size_t start,
                                  bool anchor_both, ruleval_re2_span *spans, int count) {
    constexpr int on_stack = 16;
    re2::StringPiece fixed[on_stack];
    std::vector<re2::StringPiece> grown;
    re2::StringPiece *groups = fixed;
    if (count > on_stack) {
        grown.resize(size_t(count));
        groups = grown.data();
    }
    auto anchor = anchor_both ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED;
    if (!regex->regex.Match(re2::StringPiece(text, length), start, length, anchor, groups, count)) return false;
    for (int i = 0; i < count; i++) {
        if (groups[i].data() == nullptr) {
            spans[i] = {-1, -1};
        } else {
            spans[i].start = groups[i].data() - text;
            spans[i].end = spans[i].start + int64_t(groups[i].size());
        }
    }
    return true;
}
