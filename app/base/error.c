/* SPDX-License-Identifier: MIT */
#include "app/base/error.h"

#include <gio/gio.h>

G_DEFINE_QUARK (dk-error-quark, dk_error)

int
dk_error_exit_code (const GError *error)
{
  if (error == NULL)
    return 0;
  if (error->domain != DK_ERROR)
    return 1;
  switch ((DkError) error->code) {
  case DK_ERROR_USAGE:
    return 2;
  case DK_ERROR_DENIED:
    return 3;
  case DK_ERROR_NOT_FOUND:
    return 4;
  case DK_ERROR_INVALID:
    return 5;
  case DK_ERROR_DAMAGED:
    return 6;
  case DK_ERROR_BUSY:
    return 7;
  case DK_ERROR_PARTIAL:
    return 8;
  case DK_ERROR_FAILED:
  case DK_ERROR_NEWER:
  case DK_ERROR_STORAGE:
  case DK_ERROR_MEMORY:
  case DK_ERROR_UNREACHABLE:
    return 1;
  }
  return 1;
}
