#ifndef SIDECAR_CLINUX_SHIM_H
#define SIDECAR_CLINUX_SHIM_H

// What Linux has and Swift's Glibc module leaves out, and a function for what Swift cannot import. No logic here.

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

/// Names the calling thread; at most 15 bytes count.
static inline void sidecar_name_thread(const char *name) {
    prctl(PR_SET_NAME, name);
}

/// Orphans below this process become its children.
static inline void sidecar_take_in_orphans(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

#endif
