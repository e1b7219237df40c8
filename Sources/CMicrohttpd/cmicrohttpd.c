#define _GNU_SOURCE
#include "cmicrohttpd.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct cmhd_server {
  struct MHD_Daemon *daemon;
  cmhd_callbacks callbacks;
};

static void external_log(void *context, const char *format, va_list arguments) {
  cmhd_server *server = context;
  char line[512];
  vsnprintf(line, sizeof line, format, arguments);
  line[strcspn(line, "\n")] = 0;
  server->callbacks.log(server->callbacks.context, line);
}

static void *uri_log(void *context, const char *uri, struct MHD_Connection *connection) {
  cmhd_server *server = context;
  return server->callbacks.request_line(server->callbacks.context, uri, connection);
}

static enum MHD_Result access_handler(void *context, struct MHD_Connection *connection, const char *url,
                                      const char *method, const char *version, const char *data, size_t *size,
                                      void **slot) {
  (void)url;
  (void)version;
  cmhd_server *server = context;
  return server->callbacks.access(server->callbacks.context, connection, method, data, size, slot) ? MHD_YES : MHD_NO;
}

static void completed(void *context, struct MHD_Connection *connection, void **slot,
                      enum MHD_RequestTerminationCode code) {
  cmhd_server *server = context;
  server->callbacks.completed(server->callbacks.context, connection, slot,
                              code != MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

static void notify_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                              enum MHD_ConnectionNotificationCode code) {
  (void)socket_context;
  cmhd_server *server = context;
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  server->callbacks.connection(server->callbacks.context, connection, info ? info->connect_fd : -1,
                               code == MHD_CONNECTION_NOTIFY_STARTED);
}

cmhd_server *cmhd_start(const cmhd_options *options, const cmhd_callbacks *callbacks) {
  cmhd_server *server = calloc(1, sizeof *server);
  if (!server) return NULL;
  server->callbacks = *callbacks;
  struct MHD_OptionItem items[12];
  int count = 0;
#define OPTION(name, number, pointer) \
  items[count++] = (struct MHD_OptionItem) { (name), (intptr_t)(number), (void *)(pointer) }
  OPTION(MHD_OPTION_EXTERNAL_LOGGER, external_log, server);  // first: it takes the messages about the others
  OPTION(MHD_OPTION_LISTEN_SOCKET, options->listen_socket, NULL);
  OPTION(MHD_OPTION_URI_LOG_CALLBACK, uri_log, server);
  OPTION(MHD_OPTION_NOTIFY_COMPLETED, completed, server);
  OPTION(MHD_OPTION_NOTIFY_CONNECTION, notify_connection, server);
  if (options->connection_limit) OPTION(MHD_OPTION_CONNECTION_LIMIT, options->connection_limit, NULL);
  if (options->per_address_limit) OPTION(MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->per_address_limit, NULL);
  if (options->connection_memory) OPTION(MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory, NULL);
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (options->certificate) {
    flags |= MHD_USE_TLS;
    OPTION(MHD_OPTION_HTTPS_MEM_CERT, 0, options->certificate);
    OPTION(MHD_OPTION_HTTPS_MEM_KEY, 0, options->private_key);
  }
  OPTION(MHD_OPTION_END, 0, NULL);
#undef OPTION
  server->daemon =
      MHD_start_daemon(flags, 0, NULL, NULL, access_handler, server, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
  if (server->daemon) return server;
  free(server);
  return NULL;
}

int cmhd_quiesce(cmhd_server *server) { return MHD_quiesce_daemon(server->daemon); }

void cmhd_stop(cmhd_server *server) {
  MHD_stop_daemon(server->daemon);
  free(server);
}

void cmhd_suspend(struct MHD_Connection *connection) { MHD_suspend_connection(connection); }
void cmhd_resume(struct MHD_Connection *connection) { MHD_resume_connection(connection); }

struct each_header {
  void *context;
  void (*each)(void *context, const char *name, const char *value);
};

static enum MHD_Result one_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
  (void)kind;
  struct each_header *each = context;
  each->each(each->context, name, value);
  return MHD_YES;
}

void cmhd_headers(struct MHD_Connection *connection, void *context,
                  void (*each)(void *context, const char *name, const char *value)) {
  struct each_header all = {context, each};
  MHD_get_connection_values(connection, MHD_HEADER_KIND, one_header, &all);
}

void cmhd_peer(struct MHD_Connection *connection, char *room, size_t size) {
  room[0] = 0;
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (!info || !info->client_addr) return;
  const struct sockaddr *address = info->client_addr;
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, room, (socklen_t)size);
  } else if (address->sa_family == AF_INET6) {
    const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(six))
      inet_ntop(AF_INET, six->s6_addr + 12, room, (socklen_t)size);
    else
      inet_ntop(AF_INET6, six, room, (socklen_t)size);
  }
}

struct MHD_Response *cmhd_response_copy(const void *bytes, size_t count) {
  return MHD_create_response_from_buffer(count, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
}

struct MHD_Response *cmhd_response_reader(uint64_t size, size_t block,
                                          ssize_t (*read)(void *context, uint64_t position, char *room, size_t count),
                                          void *context, void (*release)(void *context)) {
  return MHD_create_response_from_callback(size, block, read, context, release);
}

void cmhd_response_header(struct MHD_Response *response, const char *name, const char *value) {
  MHD_add_response_header(response, name, value);
}

int cmhd_queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response) {
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result == MHD_YES;
}
