/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a fuzz target is: one file with LLVMFuzzerTestOneInput. It asserts what must hold for every
 * input; that it returns is the rest of the claim. */

/* Starts the rooms; called once, by the fuzzer or by the replay. Any critical message ends the
 * process from then on. */
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* One input. Always 0. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Changes an image by a script, so that what is sealed, signed or long can be reached by a few
 * bytes: records of what (0 set, 1 xor, 2 copy from elsewhere, then modulo 3), offset (3 bytes,
 * little endian, modulo the size), length, bytes. Returns how many records were carried out. */
guint dk_fuzz_edit (guint8 *image, gsize size, const guint8 *script, gsize script_size);

/* A zero-terminated copy, for readers of strings; NULL if a zero byte is in it. */
char *dk_fuzz_text (const guint8 *data, gsize size);

/* Appends a record of dk_fuzz_edit that sets bytes: for seeds. */
void dk_fuzz_add_edit (GByteArray *script, guint offset, const void *bytes, guint8 size);

G_END_DECLS
