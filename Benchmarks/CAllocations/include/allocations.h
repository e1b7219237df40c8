#ifndef RULEVAL_ALLOCATIONS_H
#define RULEVAL_ALLOCATIONS_H

/// How many times this process has asked for memory, all threads together.
unsigned long allocations_count(void);

/// How many bytes it has asked for.
unsigned long allocations_bytes(void);

#endif
