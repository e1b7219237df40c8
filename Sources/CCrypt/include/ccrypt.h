#pragma once
#include <stddef.h>

/// Writes what crypt(3) makes of `password` with the method and salt of `setting`; 0 when it refuses them.
int ccrypt_hash(const char *password, const char *setting, char *out, size_t size);
