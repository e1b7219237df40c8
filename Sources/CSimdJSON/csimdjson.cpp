#include "csimdjson.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <simdjson.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace simdjson;

namespace {

/// The columns behind an answer.
struct Columns {
    std::vector<char> arena;
    std::vector<ruleval_json_span> warnings, infos;
    std::vector<uint32_t> label_ends, sample_ends, histogram_ends;
    std::vector<ruleval_answer_label> labels;
    std::vector<int64_t> timestamps;
    std::vector<double> values;
    std::vector<ruleval_answer_histogram> histograms;
    std::vector<ruleval_answer_bucket> buckets;

    uint32_t put(std::string_view text) {
        uint32_t start = uint32_t(arena.size());
        arena.insert(arena.end(), text.begin(), text.end());
        return start;
    }

    ruleval_json_span span(std::string_view text) {
        uint32_t start = put(text);
        return {start, uint32_t(arena.size())};
    }
};

/// `1.5`, `NaN`, `+Inf`, `-Inf`, `1e+10`: numbers that Prometheus writes as texts.
double number(std::string_view text) {
    const char *begin = text.data(), *end = begin + text.size();
    if (begin != end && *begin == '+') ++begin;
    double value;
    auto result = std::from_chars(begin, end, value);
    if (result.ec == std::errc() && result.ptr == end && begin != end) return value;
    if (result.ec == std::errc::result_out_of_range && result.ptr == end)
        return std::strtod(std::string(begin, end).c_str(), nullptr);
    throw std::runtime_error("a sample value is not a number");
}

/// The text between the quotes of a token that is known to need no unescaping.
double quoted_number(ondemand::value value) {
    std::string_view token = value.raw_json_token();
    size_t quote = token.rfind('"');
    if (token.empty() || token[0] != '"' || quote == 0) throw std::runtime_error("a sample value is not a string");
    return number(token.substr(1, quote - 1));
}

int64_t milliseconds(double seconds) {
    double scaled = seconds * 1000;
    if (!(scaled > -9.2e18 && scaled < 9.2e18)) throw std::runtime_error("a timestamp is out of range");
    return int64_t(std::llround(scaled));
}

void read_sample(ondemand::array pair, Columns &columns) {
    int index = 0;
    for (ondemand::value element : pair) {
        if (index == 0) columns.timestamps.push_back(milliseconds(element.get_double()));
        else if (index == 1) columns.values.push_back(quoted_number(element));
        index++;
    }
    if (index != 2) throw std::runtime_error("a sample is not a pair of time and value");
}

void read_bucket(ondemand::array parts, Columns &columns) {
    ruleval_answer_bucket bucket = {};
    int index = 0;
    for (ondemand::value element : parts) {
        switch (index++) {
        case 0: bucket.boundaries = int32_t(int64_t(element.get_int64())); break;
        case 1: bucket.lower = quoted_number(element); break;
        case 2: bucket.upper = quoted_number(element); break;
        case 3: bucket.count = quoted_number(element); break;
        default: break;
        }
    }
    if (index != 4) throw std::runtime_error("a histogram bucket has not four parts");
    columns.buckets.push_back(bucket);
}

void read_histogram(ondemand::array pair, Columns &columns) {
    ruleval_answer_histogram histogram = {};
    histogram.bucket_start = uint32_t(columns.buckets.size());
    int index = 0;
    for (ondemand::value element : pair) {
        if (index == 0) {
            histogram.timestamp = milliseconds(element.get_double());
        } else if (index == 1) {
            for (auto field : ondemand::object(element.get_object())) {
                std::string_view key = field.unescaped_key();
                if (key == "count") histogram.count = quoted_number(field.value());
                else if (key == "sum") histogram.sum = quoted_number(field.value());
                else if (key == "buckets")
                    for (ondemand::array parts : ondemand::array(field.value().get_array()))
                        read_bucket(parts, columns);
            }
        }
        index++;
    }
    if (index != 2) throw std::runtime_error("a histogram is not a pair of time and value");
    histogram.bucket_end = uint32_t(columns.buckets.size());
    columns.histograms.push_back(histogram);
}

void read_series(ondemand::object series, Columns &columns) {
    for (auto field : series) {
        std::string_view key = field.unescaped_key();
        if (key == "metric") {
            for (auto label : ondemand::object(field.value().get_object())) {
                std::string_view name = label.unescaped_key();
                ruleval_answer_label entry;
                entry.name = columns.put(name);
                std::string_view value = label.value().get_string();
                entry.value = columns.put(value);
                entry.end = uint32_t(columns.arena.size());
                columns.labels.push_back(entry);
            }
        } else if (key == "value") {
            read_sample(field.value().get_array(), columns);
        } else if (key == "values") {
            for (ondemand::array pair : ondemand::array(field.value().get_array())) read_sample(pair, columns);
        } else if (key == "histogram") {
            read_histogram(field.value().get_array(), columns);
        } else if (key == "histograms") {
            for (ondemand::array pair : ondemand::array(field.value().get_array())) read_histogram(pair, columns);
        }
    }
    columns.label_ends.push_back(uint32_t(columns.labels.size()));
    columns.sample_ends.push_back(uint32_t(columns.values.size()));
    columns.histogram_ends.push_back(uint32_t(columns.histograms.size()));
}

void read_text(ondemand::array pair, Columns &columns, ruleval_answer *out) {
    int index = 0;
    for (ondemand::value element : pair) {
        if (index == 0) columns.timestamps.push_back(milliseconds(element.get_double()));
        else if (index == 1) out->text = columns.span(element.get_string());
        index++;
    }
    if (index != 2) throw std::runtime_error("a string is not a pair of time and value");
}

void read_data(ondemand::object data, Columns &columns, ruleval_answer *out) {
    std::string_view type = data["resultType"].get_string();
    if (type == "vector") out->kind = RULEVAL_ANSWER_VECTOR;
    else if (type == "matrix") out->kind = RULEVAL_ANSWER_MATRIX;
    else if (type == "scalar") out->kind = RULEVAL_ANSWER_SCALAR;
    else if (type == "string") out->kind = RULEVAL_ANSWER_STRING;
    else throw std::runtime_error("unknown result type");
    ondemand::array result = data["result"].get_array();
    if (out->kind == RULEVAL_ANSWER_SCALAR) read_sample(result, columns);
    else if (out->kind == RULEVAL_ANSWER_STRING) read_text(result, columns, out);
    else
        for (ondemand::object series : result) read_series(series, columns);
}

void read_messages(ondemand::value list, std::vector<ruleval_json_span> &into, Columns &columns) {
    if (list.is_null()) return;
    for (ondemand::value message : ondemand::array(list.get_array())) into.push_back(columns.span(message.get_string()));
}

void read_root(ondemand::object root, Columns &columns, ruleval_answer *out) {
    bool has_status = false;
    for (auto field : root) {
        std::string_view key = field.unescaped_key();
        if (key == "status") {
            std::string_view status = field.value().get_string();
            out->status = columns.span(status);
            out->success = status == "success";
            has_status = true;
        } else if (key == "data") {
            ondemand::value data = field.value();
            if (!data.is_null() && data.type() == ondemand::json_type::object) read_data(data.get_object(), columns, out);
        } else if (key == "errorType") {
            out->error_type = columns.span(field.value().get_string());
        } else if (key == "error") {
            out->error = columns.span(field.value().get_string());
        } else if (key == "warnings") {
            read_messages(field.value(), columns.warnings, columns);
        } else if (key == "infos") {
            read_messages(field.value(), columns.infos, columns);
        }
    }
    if (!has_status) throw std::runtime_error("the answer has no status");
}

void publish(const Columns &columns, ruleval_answer *out) {
    out->arena = columns.arena.data();
    out->warnings = columns.warnings.data();
    out->warning_count = columns.warnings.size();
    out->infos = columns.infos.data();
    out->info_count = columns.infos.size();
    out->label_ends = columns.label_ends.data();
    out->sample_ends = columns.sample_ends.data();
    out->histogram_ends = columns.histogram_ends.data();
    out->series_count = columns.label_ends.size();
    out->labels = columns.labels.data();
    out->timestamps = columns.timestamps.data();
    out->values = columns.values.data();
    out->sample_count = columns.values.size();
    out->histograms = columns.histograms.data();
    out->buckets = columns.buckets.data();
}

} // namespace

extern "C" void ruleval_answer_read(const char *text, size_t length, ruleval_answer *out) {
    std::memset(out, 0, sizeof *out);
    const char *place = nullptr;
    auto fail = [&](const char *why) {
        out->failed = 1;
        std::snprintf(out->message, sizeof out->message, "%s", why);
        if (place >= text && place <= text + length) out->offset = size_t(place - text);
    };
    auto *columns = new (std::nothrow) Columns;
    if (!columns) return fail("out of memory");
    out->owner = columns;
    // Offsets are 32 bits wide.
    if (length >= (size_t(1) << 31)) return fail("the answer is larger than 2 GiB");
    ondemand::document document;
    ondemand::parser parser;
    try {
        // Most of a large answer is samples of about 30 bytes.
        columns->values.reserve(length / 64);
        columns->timestamps.reserve(length / 64);
        auto error = parser.iterate(text, length, length + RULEVAL_JSON_PADDING).get(document);
        if (error) return fail(error_message(error));
        read_root(document.get_object(), *columns, out);
        const char *rest;
        if (!document.current_location().get(rest)) {
            place = rest;
            return fail("text follows the answer");
        }
        publish(*columns, out);
    } catch (const std::exception &error) {
        const char *location;
        if (!document.current_location().get(location)) place = location;
        fail(error.what());
    }
}

extern "C" void ruleval_answer_free(ruleval_answer *answer) {
    delete static_cast<Columns *>(answer->owner);
    answer->owner = nullptr;
}

extern "C" size_t ruleval_fixed_digits(double value, char *out) {
    return static_cast<size_t>(std::to_chars(out, out + 400, value, std::chars_format::fixed).ptr - out);
}
