#include "ccrypt.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

int ccrypt_hash(const char *password, const char *setting, char *out, size_t size) {
  struct crypt_data *data = calloc(1, sizeof *data);
  if (!data) return 0;
  const char *hash = crypt_r(password, setting, data);
  int made = hash && hash[0] != '*' && strlen(hash) < size;
  if (made) strcpy(out, hash);
  free(data);
  return made;
}
