/* The C library that keeps HTTP/2's frames, header tables and windows. GRPCLite is its only reader. */
#ifndef SIDECAR_CNGHTTP2_SHIM_H
#define SIDECAR_CNGHTTP2_SHIM_H

#include <nghttp2/nghttp2.h>

#endif
