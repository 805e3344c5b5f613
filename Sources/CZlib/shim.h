/* The C library of deflate, gzip and CRC-32. zlib's initialisers are macros, which Swift cannot import. No logic here. */
#ifndef SIDECAR_CZLIB_SHIM_H
#define SIDECAR_CZLIB_SHIM_H

#include <zlib.h>

static inline int sidecar_inflateInit2(z_stream *stream, int windowBits) {
    return inflateInit2(stream, windowBits);
}

static inline int sidecar_deflateInit2(z_stream *stream, int level, int windowBits, int memoryLevel) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY);
}

#endif
