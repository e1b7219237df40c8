#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// libmicrohttpd without its enums, macros and variadic calls. Connections and responses are opaque.

struct MHD_Connection;
struct MHD_Response;

/// A running daemon with the callbacks that it calls on its own thread.
typedef struct cmhd_server cmhd_server;

/// What the owner is told; all but `log` on the daemon's thread.
typedef struct {
  void *context;
  /// The request line has been read: returns what `slot` begins with.
  void *(*request_line)(void *context, const char *target, struct MHD_Connection *connection);
  /// Headers, body piece or end of the request; 0 closes the connection.
  int (*access)(void *context, struct MHD_Connection *connection, const char *method, const char *data, size_t *size,
                void **slot);
  /// The request is over; `failed` unless the answer was sent whole.
  void (*completed)(void *context, struct MHD_Connection *connection, void **slot, int failed);
  /// A connection was accepted (`opened`) or is about to be closed.
  void (*connection)(void *context, struct MHD_Connection *connection, int socket, int opened);
  /// The library's own message, one line.
  void (*log)(void *context, const char *message);
} cmhd_callbacks;

/// Limits and keys; zero or null means the library's default.
typedef struct {
  int listen_socket;
  unsigned connection_limit;
  unsigned per_address_limit;
  size_t connection_memory;
  const char *certificate;
  const char *private_key;
} cmhd_options;

/// Serves the listening socket on one epoll thread; null when the library refuses, after `log` was told why.
cmhd_server *cmhd_start(const cmhd_options *options, const cmhd_callbacks *callbacks);
/// Stops accepting; returns the listening socket, now the caller's, or -1.
int cmhd_quiesce(cmhd_server *server);
/// Joins the thread, closes all connections and frees the server. No connection may be suspended.
void cmhd_stop(cmhd_server *server);

void cmhd_suspend(struct MHD_Connection *connection);
void cmhd_resume(struct MHD_Connection *connection);

/// Calls back for every header of the request in order; `value` may be null.
void cmhd_headers(struct MHD_Connection *connection, void *context,
                  void (*each)(void *context, const char *name, const char *value));
/// Writes the peer's numeric address without port; "" when unknown.
void cmhd_peer(struct MHD_Connection *connection, char *room, size_t size);

/// A response of these bytes, copied.
struct MHD_Response *cmhd_response_copy(const void *bytes, size_t count);
/// A response whose bytes are asked for: the reader returns a count, 0 after suspending, -1 at the end, -2 on failure.
/// `size` is UINT64_MAX when unknown.
struct MHD_Response *cmhd_response_reader(uint64_t size, size_t block,
                                          ssize_t (*read)(void *context, uint64_t position, char *room, size_t count),
                                          void *context, void (*release)(void *context));
void cmhd_response_header(struct MHD_Response *response, const char *name, const char *value);
/// Queues the response and lets go of it; 0 when the library refuses.
int cmhd_queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response);
