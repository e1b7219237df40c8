#pragma once
// What glibc's heap can be told.
#include <malloc.h>
