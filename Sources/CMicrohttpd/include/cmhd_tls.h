#pragma once
#include <stddef.h>

// What a server's TLS speaks, exchangeable while it runs; libmicrohttpd alone takes it once for ever.

struct MHD_Connection;
typedef struct cmhd_tls cmhd_tls;

/// Certificates and rules, all texts PEM.
typedef struct {
  const char *certificate;
  const char *private_key;
  /// Null: the system's.
  const char *authorities;
  /// 0 never asked for, 1 asked for, 2 required, 3 verified where given, 4 required and verified.
  int clients;
  /// Names, addresses and the like of which a verified certificate must have one; none: any will do.
  const char *const *names;
  size_t name_count;
  /// GnuTLS' priority string.
  const char *priorities;
} cmhd_tls_options;

/// Null when something of it is wrong, which `reason` then names.
cmhd_tls *cmhd_tls_load(const cmhd_tls_options *options, char *reason, size_t size);
/// No connection may use it any more.
void cmhd_tls_free(cmhd_tls *tls);
/// For a connection that was accepted and not yet greeted, on the daemon's thread; 0 where there is no TLS.
int cmhd_tls_apply(struct MHD_Connection *connection, cmhd_tls *tls);
