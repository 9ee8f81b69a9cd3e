/* SPDX-License-Identifier: MIT */
#pragma once

#include <fcntl.h>
#include <stdarg.h>

/* For a program that has calls of its own in place of those of the C library. */

/* This function is found where that one of the C library is asked for. */
#define TAKES(name) __asm__(#name)

/* mode gets the argument that follows flags, 0 where there is none. */
#define MODE_OF(flags, mode)                                                   \
  do {                                                                         \
    va_list arguments;                                                         \
    va_start (arguments, flags);                                               \
    mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (arguments, int) : 0; \
    va_end (arguments);                                                        \
  } while (0)

/* An open by the file's open_file (path, flags, mode). */
#define DEFINE_OPEN(name)                        \
  int name (const char *path, int flags, ...)    \
  {                                              \
    int mode;                                    \
                                                 \
    MODE_OF (flags, mode);                       \
    return open_file (path, flags, mode);        \
  }
