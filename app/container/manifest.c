/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/container/container-private.h"
#include "app/container/zip.h"

#define TEXT_BYTES_MAX 200
#define RECIPIENTS_MAX 2048
#define RECIPIENT_BYTES_MAX 90
#define FIELDS_MAX 10

typedef enum { FIELD_TEXT, FIELD_COUNT, FIELD_TIME, FIELD_HEX } FieldKind;

typedef struct {
  const char *key;
  FieldKind kind;
  gsize digits; /* of FIELD_HEX */
} Field;

typedef struct {
  const char *type;
  Field fields[FIELDS_MAX + 1];
  const char *digest; /* SHA-256 of something inside, which may be named; not in the comment */
} Type;

/* FORMAT.md has the meaning of each; the trusted comment names them in this order. */
static const Type types[] = {
  { "pack",
    { { "name", FIELD_TEXT, 0 },
      { "organisation", FIELD_TEXT, 0 },
      { "sequence", FIELD_COUNT, 0 },
      { "created", FIELD_TIME, 0 },
      { "expires", FIELD_TIME, 0 },
      { "min_app", FIELD_TEXT, 0 } },
    "fleet_sha256" },
  { "bundle",
    { { "station", FIELD_TEXT, 0 },
      { "kit", FIELD_HEX, 32 },
      { "chain", FIELD_HEX, 8 },
      { "sequence", FIELD_COUNT, 0 },
      { "first_seq", FIELD_COUNT, 0 },
      { "last_seq", FIELD_COUNT, 0 },
      { "head", FIELD_HEX, 64 },
      { "desk", FIELD_TEXT, 0 },
      { "desk_epoch", FIELD_COUNT, 0 },
      { "created", FIELD_TIME, 0 } } },
  { "receipt",
    { { "desk", FIELD_TEXT, 0 },
      { "desk_epoch", FIELD_COUNT, 0 },
      { "sequence", FIELD_COUNT, 0 },
      { "station", FIELD_TEXT, 0 },
      { "kit", FIELD_HEX, 32 },
      { "chain", FIELD_HEX, 8 },
      { "bundle", FIELD_HEX, 64 },
      { "last_seq", FIELD_COUNT, 0 },
      { "head", FIELD_HEX, 64 },
      { "created", FIELD_TIME, 0 } } },
  { "backup",
    { { "station", FIELD_TEXT, 0 },
      { "kit", FIELD_HEX, 32 },
      { "sequence", FIELD_COUNT, 0 },
      { "created", FIELD_TIME, 0 } } },
};

static const Type *
find_type (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].type, name))
      return &types[i];
  return NULL;
}

gboolean
dk_container_type_is_known (const char *type)
{
  return find_type (type) != NULL;
}

static gboolean
refuse (DkError code, const char *pointer, const char *must, GError **error)
{
  g_set_error (error, DK_ERROR, code,
               "The manifest is not as it must be: %s %s. Nothing was taken from this file.",
               pointer, must);
  return FALSE;
}

static gboolean
is_line (const char *text)
{
  g_autofree char *clean = NULL;

  if (text == NULL || *text == '\0' || strlen (text) > TEXT_BYTES_MAX)
    return FALSE;
  clean = dk_text_clean_line (text);
  return g_str_equal (clean, text);
}

static gboolean
is_hex (const char *text, gsize digits)
{
  return text != NULL && strlen (text) == digits && strspn (text, "0123456789abcdef") == digits;
}

static gboolean
is_time (const char *text)
{
  gint64 wall_ms;
  g_autofree char *again = NULL;

  if (text == NULL || !dk_time_parse (text, "a time", &wall_ms, NULL))
    return FALSE;
  again = dk_time_format_utc (wall_ms);
  return g_str_equal (again, text);
}

static gboolean
check_field (const json_t *manifest, const Field *field, DkError code, GError **error)
{
  const json_t *value = json_object_get (manifest, field->key);
  const char *text = json_string_value (value);
  gint64 number = json_is_integer (value) ? json_integer_value (value) : -1;

  switch (field->kind) {
  case FIELD_TEXT:
    return is_line (text)
           || refuse (code, field->key, "must be one line of text of at most 200 bytes", error);
  case FIELD_HEX:
    return is_hex (text, field->digits)
           || refuse (code, field->key, "must be hex digits of its size", error);
  case FIELD_TIME:
    return is_time (text)
           || refuse (code, field->key, "must be a time as 2026-11-22T12:31:05.000Z", error);
  case FIELD_COUNT:
  default:
    return (number >= 0 && number < G_GINT64_CONSTANT (1) << 53)
           || refuse (code, field->key, "must be a whole number from 0", error);
  }
}

static gboolean
check_recipients (const json_t *recipients, gboolean sealed, DkError code, GError **error)
{
  const char *before = "";

  if (!json_is_array (recipients) || json_array_size (recipients) > RECIPIENTS_MAX)
    return refuse (code, "recipients", "must be a list of at most 2,048", error);
  if ((json_array_size (recipients) > 0) != sealed)
    return refuse (code, "recipients", "must be there where the name ends in .age, only there",
                   error);
  for (gsize i = 0; i < json_array_size (recipients); i++) {
    const char *text = json_string_value (json_array_get (recipients, i));
    if (text == NULL || !g_str_has_prefix (text, "age1") || strlen (text) > RECIPIENT_BYTES_MAX
        || !g_str_is_ascii (text) || !is_line (text) || strcmp (before, text) >= 0)
      return refuse (code, "recipients", "must be sorted age recipients, each once", error);
    before = text;
  }
  return TRUE;
}

static gboolean
check_payload (const json_t *payload, DkError code, GError **error)
{
  const char *name = dk_json_get_text (payload, "name");
  const json_t *size = json_object_get (payload, "size");
  gint64 bytes = json_is_integer (size) ? json_integer_value (size) : -1;

  if (json_object_size (payload) != 4)
    return refuse (code, "payloads", "must have name, size, sha256 and recipients alone", error);
  if (name == NULL || strchr (name, '/') != NULL || !dk_zip_name_is_valid (name, strlen (name))
      || g_str_has_prefix (name, DK_CONTAINER_MANIFEST))
    return refuse (code, "payloads", "must have names of plain letters and digits", error);
  if (bytes < 0 || bytes > DK_LIMIT_CONTAINER_BYTES)
    return refuse (code, "payloads", "must have a size within the limit", error);
  if (!is_hex (dk_json_get_text (payload, "sha256"), 64))
    return refuse (code, "payloads", "must have a SHA-256 of 64 hex digits", error);
  return check_recipients (json_object_get (payload, "recipients"), g_str_has_suffix (name, ".age"),
                           code, error);
}

static gboolean
check_payloads (const json_t *payloads, DkError code, GError **error)
{
  gsize count = json_array_size (payloads);

  if (count < 1 || count > DK_CONTAINER_PAYLOADS_MAX)
    return refuse (code, "payloads", "must be a list of 1 to 16", error);
  for (gsize i = 0; i < count; i++)
    if (!check_payload (json_array_get (payloads, i), code, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_version (const json_t *manifest, DkError code, const Type **type, GError **error)
{
  gint64 version = dk_json_get_int (manifest, "v", 0);
  const char *name = dk_json_get_text (manifest, "type");

  if (version < 1 || name == NULL)
    return refuse (code, "v and type", "must say what this is", error);
  *type = find_type (name);
  if (version > DK_CONTAINER_VERSION || *type == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NEWER,
                 "This file was made by a newer version of the program. Nothing was changed; "
                 "update this program, then try again.");
    return FALSE;
  }
  return TRUE;
}

gboolean
dk_manifest_check (const json_t *manifest, DkError code, GError **error)
{
  const Type *type;
  gsize count = 3;

  if (!check_version (manifest, code, &type, error))
    return FALSE;
  for (const Field *field = type->fields; field->key != NULL; field++) {
    if (!check_field (manifest, field, code, error))
      return FALSE;
    count++;
  }
  if (type->digest != NULL && json_object_get (manifest, type->digest) != NULL) {
    if (!is_hex (dk_json_get_text (manifest, type->digest), 64))
      return refuse (code, type->digest, "must be a SHA-256 of 64 hex digits", error);
    count++;
  }
  if (json_object_size (manifest) != count)
    return refuse (code, "it", "has members that its type does not have", error);
  return check_payloads (json_object_get (manifest, "payloads"), code, error);
}

const char *
dk_manifest_digest_name (const char *type)
{
  const Type *known = find_type (type);

  return known != NULL ? known->digest : NULL;
}

char *
dk_manifest_comment (const json_t *manifest)
{
  const Type *type = find_type (dk_json_get_text (manifest, "type"));
  GString *out = g_string_new ("dk-container v=1");

  g_assert (type != NULL);
  g_string_append_printf (out, " type=%s", type->type);
  for (const Field *field = type->fields; field->key != NULL; field++) {
    const char *text = dk_json_get_text (manifest, field->key);
    g_string_append_printf (out, " %s=", field->key);
    if (text != NULL)
      g_string_append_uri_escaped (out, text, ":", FALSE);
    else
      g_string_append_printf (out, "%" G_GINT64_FORMAT, dk_json_get_int (manifest, field->key, 0));
  }
  return g_string_free (out, FALSE);
}

json_t *
dk_manifest_ids (const char *type, const json_t *fields)
{
  const Type *known = find_type (type);
  json_t *out = json_object ();

  g_assert (known != NULL);
  json_object_set_new (out, "type", dk_json_string (type));
  json_object_set_new (out, "v", json_integer (DK_CONTAINER_VERSION));
  for (const Field *field = known->fields; field->key != NULL; field++) {
    json_t *value = json_object_get (fields, field->key);
    if (value != NULL)
      json_object_set (out, field->key, value);
  }
  return out;
}

static json_t *
make_about (const char *type, const json_t *fields, const char *part)
{
  json_t *about = dk_manifest_ids (type, fields);

  json_object_set_new (about, "part", dk_json_string (part));
  return about;
}

char *
dk_container_about (const char *type, const json_t *fields, const char *part)
{
  g_autoptr (json_t) about = make_about (type, fields, part);

  return dk_json_canonical (about, NULL);
}

gboolean
dk_container_check_about (const json_t *manifest, const char *part, GBytes *about, GError **error)
{
  const char *type = dk_json_get_text (manifest, "type");
  gsize size = 0;
  const char *text = about != NULL ? g_bytes_get_data (about, &size) : NULL;
  g_autofree char *expected = dk_container_about (type, manifest, part);

  if (text != NULL && strlen (expected) == size && memcmp (expected, text, size) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The sealed part %s belongs to another file than the one that it came in. Nothing "
               "was taken from it; get the file again from whoever made it.",
               part);
  return FALSE;
}
