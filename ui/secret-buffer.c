/* SPDX-License-Identifier: MIT */
#include "ui/secret-buffer.h"

#include <string.h>

#include "app/base/limits.h"

struct _DkSecretBuffer {
  GtkEntryBuffer parent_instance;
  DkSecret *text; /* bytes in use, then zeros */
  gsize size;     /* bytes in use */
  guint length;   /* characters in use */
};

G_DEFINE_FINAL_TYPE (DkSecretBuffer, dk_secret_buffer, GTK_TYPE_ENTRY_BUFFER)

static char *
bytes_of (DkSecretBuffer *self)
{
  return (char *) dk_secret_get_mutable (self->text);
}

static const char *
get_text (GtkEntryBuffer *buffer, gsize *size)
{
  DkSecretBuffer *self = DK_SECRET_BUFFER (buffer);

  if (size != NULL)
    *size = self->size;
  return bytes_of (self);
}

static guint
get_length (GtkEntryBuffer *buffer)
{
  return DK_SECRET_BUFFER (buffer)->length;
}

static guint
insert_text (GtkEntryBuffer *buffer, guint position, const char *chars, guint count)
{
  DkSecretBuffer *self = DK_SECRET_BUFFER (buffer);
  char *bytes = bytes_of (self);
  gsize at = (gsize) (g_utf8_offset_to_pointer (bytes, (glong) position) - bytes);
  gsize added = (gsize) (g_utf8_offset_to_pointer (chars, (glong) count) - chars);

  if (self->size + added > DK_LIMIT_PASSPHRASE_BYTES)
    return 0;
  memmove (bytes + at + added, bytes + at, self->size - at);
  memcpy (bytes + at, chars, added);
  self->size += added;
  self->length += count;
  gtk_entry_buffer_emit_inserted_text (buffer, position, chars, count);
  return count;
}

static guint
delete_text (GtkEntryBuffer *buffer, guint position, guint count)
{
  DkSecretBuffer *self = DK_SECRET_BUFFER (buffer);
  char *bytes = bytes_of (self);
  gsize from;
  gsize to;

  if (position > self->length)
    position = self->length;
  if (count > self->length - position)
    count = self->length - position;
  if (count == 0)
    return 0;
  from = (gsize) (g_utf8_offset_to_pointer (bytes, (glong) position) - bytes);
  to = (gsize) (g_utf8_offset_to_pointer (bytes, (glong) (position + count)) - bytes);
  memmove (bytes + from, bytes + to, self->size - to);
  self->size -= to - from;
  self->length -= count;
  dk_secret_wipe (bytes + self->size, to - from);
  gtk_entry_buffer_emit_deleted_text (buffer, position, count);
  return count;
}

static void
dk_secret_buffer_finalize (GObject *object)
{
  dk_secret_free (DK_SECRET_BUFFER (object)->text);
  G_OBJECT_CLASS (dk_secret_buffer_parent_class)->finalize (object);
}

static void
dk_secret_buffer_class_init (DkSecretBufferClass *class)
{
  GtkEntryBufferClass *buffer_class = GTK_ENTRY_BUFFER_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_secret_buffer_finalize;
  buffer_class->get_text = get_text;
  buffer_class->get_length = get_length;
  buffer_class->insert_text = insert_text;
  buffer_class->delete_text = delete_text;
}

static void
dk_secret_buffer_init (DkSecretBuffer *self)
{
  self->text = dk_secret_new (DK_LIMIT_PASSPHRASE_BYTES + 1);
}

GtkEntryBuffer *
dk_secret_buffer_new (void)
{
  return g_object_new (DK_TYPE_SECRET_BUFFER, NULL);
}

DkSecret *
dk_secret_buffer_copy (DkSecretBuffer *self)
{
  return dk_secret_new_copy (bytes_of (self), self->size);
}
