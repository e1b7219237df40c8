#include "cmhd_tls.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct cmhd_tls {
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priorities;
  int clients;
  char **names;
  size_t name_count;
};

static cmhd_tls *refuse(cmhd_tls *tls, const char *what, int code, char *reason, size_t size) {
  snprintf(reason, size, "%s: %s", what, gnutls_strerror(code));
  cmhd_tls_free(tls);
  return NULL;
}

static gnutls_datum_t datum(const char *text) {
  gnutls_datum_t datum = {(unsigned char *)(uintptr_t)text, (unsigned)strlen(text)};
  return datum;
}

cmhd_tls *cmhd_tls_load(const cmhd_tls_options *options, char *reason, size_t size) {
  cmhd_tls *tls = calloc(1, sizeof *tls);
  if (!tls) return NULL;
  int code = gnutls_certificate_allocate_credentials(&tls->credentials);
  if (code < 0) return refuse(tls, "TLS", code, reason, size);
  gnutls_datum_t certificate = datum(options->certificate), key = datum(options->private_key);
  code = gnutls_certificate_set_x509_key_mem(tls->credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
  if (code < 0) return refuse(tls, "certificate and key", code, reason, size);
  if (options->authorities) {
    gnutls_datum_t authorities = datum(options->authorities);
    code = gnutls_certificate_set_x509_trust_mem(tls->credentials, &authorities, GNUTLS_X509_FMT_PEM);
    if (code == 0) code = GNUTLS_E_NO_CERTIFICATE_FOUND;
    if (code < 0) return refuse(tls, "clients' authorities", code, reason, size);
  }
  if (!options->authorities && options->clients >= 3) {
    code = gnutls_certificate_set_x509_system_trust(tls->credentials);
    if (code < 0) return refuse(tls, "the system's authorities", code, reason, size);
  }
  code = gnutls_priority_init(&tls->priorities, options->priorities, NULL);
  if (code < 0) return refuse(tls, "versions and ciphers", code, reason, size);
  tls->clients = options->clients;
  tls->names = calloc(options->name_count + 1, sizeof *tls->names);
  for (size_t index = 0; tls->names && index < options->name_count; index++)
    if ((tls->names[index] = strdup(options->names[index]))) tls->name_count = index + 1;
  return tls;
}

void cmhd_tls_free(cmhd_tls *tls) {
  if (!tls) return;
  if (tls->credentials) gnutls_certificate_free_credentials(tls->credentials);
  if (tls->priorities) gnutls_priority_deinit(tls->priorities);
  for (size_t index = 0; index < tls->name_count; index++) free(tls->names[index]);
  free(tls->names);
  free(tls);
}

/// Whether one of the certificate's alternative names is allowed.
static int has_allowed_name(const cmhd_tls *tls, gnutls_x509_crt_t certificate) {
  for (unsigned index = 0;; index++) {
    char name[1024];
    size_t size = sizeof name - 1;
    int type = gnutls_x509_crt_get_subject_alt_name(certificate, index, name, &size, NULL);
    if (type == GNUTLS_E_SHORT_MEMORY_BUFFER) continue;
    if (type < 0) return 0;
    name[size] = 0;
    char address[INET6_ADDRSTRLEN] = "";
    const char *text = name;
    if (type == GNUTLS_SAN_IPADDRESS) {
      inet_ntop(size == 4 ? AF_INET : AF_INET6, name, address, sizeof address);
      text = address;
    }
    for (size_t wanted = 0; wanted < tls->name_count; wanted++)
      if (strcmp(tls->names[wanted], text) == 0) return 1;
  }
}

/// Called within the handshake: anything but 0 ends it.
static int verify(gnutls_session_t session) {
  const cmhd_tls *tls = gnutls_session_get_ptr(session);
  unsigned count = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
  if (!chain || count == 0) return tls->clients == 2 || tls->clients == 4 ? GNUTLS_E_NO_CERTIFICATE_FOUND : 0;
  if (tls->clients < 3) return 0;
  gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID, (void *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, 0};
  unsigned status = 0;
  int code = gnutls_certificate_verify_peers(session, &purpose, 1, &status);
  if (code < 0) return code;
  if (status != 0) return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
  if (tls->name_count == 0) return 0;
  gnutls_x509_crt_t certificate;
  if (gnutls_x509_crt_init(&certificate) < 0) return GNUTLS_E_MEMORY_ERROR;
  code = gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER);
  int allowed = code >= 0 && has_allowed_name(tls, certificate);
  gnutls_x509_crt_deinit(certificate);
  return allowed ? 0 : GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

int cmhd_tls_apply(struct MHD_Connection *connection, cmhd_tls *tls) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  if (!info || !info->tls_session) return 0;
  gnutls_session_t session = info->tls_session;
  gnutls_session_set_ptr(session, tls);
  gnutls_priority_set(session, tls->priorities);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
  if (tls->clients > 0) {
    gnutls_certificate_server_set_request(
        session, tls->clients == 2 || tls->clients == 4 ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
    gnutls_session_set_verify_function(session, verify);
  }
  return 1;
}
