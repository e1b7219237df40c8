#define _GNU_SOURCE
#include "cheap.h"

#include <link.h>

static int visit(struct dl_phdr_info *object, size_t size, void *user) {
    (void)size;
    void (**body)(void *, size_t) = user;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        // What is relocated at the start and then protected belongs to a writable segment.
        if (header->p_type == PT_LOAD && !(header->p_flags & PF_W)) {
            (*body)((void *)(object->dlpi_addr + header->p_vaddr), header->p_memsz);
        }
    }
    return 0;
}

void ruleval_each_clean_segment(void (*body)(void *start, size_t bytes)) { dl_iterate_phdr(visit, &body); }
