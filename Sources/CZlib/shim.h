#pragma once
#include <zlib.h>

// inflateInit2 is a macro. 31: the largest window, and a gzip header is wanted.
static inline int cz_begin_gzip(z_stream *stream) { return inflateInit2(stream, 31); }
