/* SPDX-License-Identifier: MIT */
#pragma once

/* Bounds on everything that comes from outside. A bound is a promise to the memory of a small PC,
 * not a format rule: raising one breaks no file. Sizes in bytes unless the name says otherwise. */

#define DK_LIMIT_JSON_DEPTH 64
#define DK_LIMIT_JSON_VALUES 3000000 /* of one document; each takes some 100 bytes of memory */
#define DK_LIMIT_JSON_BYTES (8u << 20)

#define DK_LIMIT_NAME_BYTES 40         /* a person's name in a key slot */
#define DK_LIMIT_PASSPHRASE_BYTES 1024
#define DK_LIMIT_FIELD_BYTES (64u << 10) /* one field of a ticket */
#define DK_LIMIT_SUMMARY_BYTES 1000
#define DK_LIMIT_ENTRY_BODY_BYTES (1u << 20)
#define DK_LIMIT_LEDGER_FILE_BYTES (512u << 20) /* one file of an exported ledger */
#define DK_LIMIT_LEDGER_BYTES (1024u << 20)     /* all of them */
#define DK_LIMIT_LEDGER_FILES 200000
#define DK_LIMIT_SEARCH_BYTES 200
#define DK_LIMIT_COMMAND_LINE_BYTES (256u << 10) /* one line of a batch */

#define DK_LIMIT_CONTAINER_BYTES (256u << 20) /* one that is read into memory */
#define DK_LIMIT_PACK_BYTES (160u << 20)      /* one kit must apply it within 256 MiB of memory */
#define DK_LIMIT_BACKUP_BYTES 0xffffffffu     /* one that stays on the disk; the zip has no more */
#define DK_LIMIT_UNSEALED_PACK_BYTES (128u << 20) /* one that is sealed in memory as it comes in */
#define DK_LIMIT_MANIFEST_BYTES (1u << 20)
#define DK_LIMIT_CONTENT_FILE_BYTES (64u << 20)
#define DK_LIMIT_CONTENT_FILES 20000

#define DK_LIMIT_HTTP_BODY_BYTES (16u << 20)
#define DK_LIMIT_CSV_FIELDS 200
#define DK_LIMIT_CSV_FIELD_BYTES (64u << 10)
